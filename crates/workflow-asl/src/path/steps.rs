//! The steps of a path, for analyses without a value.

use std::ops::Range;

use super::filter::{Condition, Operand};
use super::{JsonPath, PathStep};
use crate::Finding;

/// The parts of a step that matter to types.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step<'a> {
    /// A member.
    Name(&'a str),
    /// Some members as one object, or each of them.
    Names,
    /// One item, from the end if negative.
    Index(i64),
    /// Some items of an array.
    Items,
    /// Every item, or every member.
    Every,
    /// Everything below.
    Deep,
    /// The items that pass a filter, with the paths of names that it reads of each.
    Filter(Vec<Vec<&'a str>>),
    /// A call, which always fails.
    Call,
}

impl JsonPath {
    /// Returns the steps with their ranges in the surrounding text.
    pub(crate) fn steps(&self) -> Vec<(Step<'_>, Range<usize>)> {
        let ranges = self.ends.iter().zip(self.ends.iter().skip(1));
        let steps = self.steps.iter().zip(ranges).map(|(step, (from, to))| {
            let kind = match step {
                PathStep::Child(name) => Step::Name(name),
                PathStep::Children(_) => Step::Names,
                PathStep::Index(index) => Step::Index(*index),
                PathStep::FromLength(back) => Step::Index(-back),
                PathStep::Indices(_) | PathStep::Slice { .. } => Step::Items,
                PathStep::Wildcard => Step::Every,
                PathStep::Descendants => Step::Deep,
                PathStep::Filter(filter) => {
                    let mut read = Vec::new();
                    reads(&filter.condition, &mut read);
                    Step::Filter(read)
                }
                PathStep::Call(_) => Step::Call,
            };
            (kind, self.start + from..self.start + to)
        });
        steps.collect()
    }

    /// Returns the first step that fails whenever the service evaluates the path, with its range.
    pub(crate) fn refused(&self) -> Option<(Finding, Range<usize>)> {
        let ranges = self.ends.iter().zip(self.ends.iter().skip(1));
        self.steps.iter().zip(ranges).enumerate().find_map(|(at, (step, (from, to)))| {
            let finding = match step {
                PathStep::Call(name) => Finding::CallInPath { name: name.clone() },
                PathStep::Children(_) if at + 1 < self.steps.len() => Finding::InnerMembers { step: step.to_string() },
                _ => return None,
            };
            Some((finding, self.start + from..self.start + to))
        })
    }

    /// Returns the text of the path before the step with this number.
    pub(crate) fn before(&self, step: usize) -> &str {
        self.ends.get(step).and_then(|end| self.source.get(..*end)).unwrap_or(&self.source).trim_start()
    }
}

/// Collects the parts of the item that a condition compares: a test for existence reads nothing.
fn reads<'a>(condition: &'a Condition, found: &mut Vec<Vec<&'a str>>) {
    match condition {
        Condition::And(all) if all.iter().any(|one| matches!(one, Condition::Exists(_))) => {}
        Condition::Or(all) | Condition::And(all) => all.iter().for_each(|one| reads(one, found)),
        Condition::Not(one) => reads(one, found),
        Condition::Exists(_) => {}
        Condition::Compare(left, _, right) => {
            for operand in [left, right] {
                if let Operand::Current(steps) = operand {
                    let name =
                        |step: &'a PathStep| if let PathStep::Child(name) = step { Some(name.as_str()) } else { None };
                    found.push(steps.iter().map_while(name).collect());
                }
            }
        }
    }
}
