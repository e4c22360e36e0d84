//! The steps of a path, for analyses without a value.

use std::ops::Range;

use super::filter::{Condition, Filter, Operand};
use super::{JsonPath, PathStep};
use crate::Finding;

impl JsonPath {
    /// Returns the steps with their ranges in the surrounding text.
    pub(crate) fn steps(&self) -> impl Iterator<Item = (&PathStep, Range<usize>)> {
        let ranges = self.ends.iter().zip(self.ends.iter().skip(1));
        self.steps.iter().zip(ranges.map(|(from, to)| self.start + from..self.start + to))
    }

    /// Returns the first step that fails whenever the service evaluates the path, with its range.
    pub(crate) fn refused(&self) -> Option<(Finding, Range<usize>)> {
        self.steps().enumerate().find_map(|(at, (step, range))| {
            let finding = match step {
                PathStep::Call(name) => Finding::CallInPath { name: name.clone() },
                PathStep::Children(_) if at + 1 < self.steps.len() => Finding::InnerMembers { step: step.to_string() },
                _ => return None,
            };
            Some((finding, range))
        })
    }

    /// Returns the text of the path before the step with this number.
    pub(crate) fn before(&self, step: usize) -> &str {
        self.ends.get(step).and_then(|end| self.source.get(..*end)).unwrap_or(&self.source).trim_start()
    }
}

impl Filter {
    /// Returns the paths of names that the filter reads of each item.
    pub(crate) fn reads(&self) -> Vec<Vec<&str>> {
        let mut found = Vec::new();
        reads(&self.condition, &mut found);
        found
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
