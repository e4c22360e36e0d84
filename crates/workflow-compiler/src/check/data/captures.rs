//! Captures: the parts of a state's result that other states read.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use workflow_asl::document::QueryLanguage;
use workflow_asl::result::{Member, Presence};

use super::{jsonata_reads, visit};
use crate::check::analysis::Analysis;
use crate::check::capture::Capture;
use crate::check::members::Named;
use crate::check::members::aws;
use crate::check::sink::Sink;
use crate::check::types::Ty;
use crate::check::value_site::ValueField;
use crate::syntax::ast::{Root, plain};

/// Returns the values that each state keeps, by the state's number in [`Model::states`].
pub(super) fn collect(analysis: &Analysis<'_>, sink: &mut Sink<'_>) -> BTreeMap<usize, Capture> {
    let mut all: BTreeMap<usize, Capture> = BTreeMap::new();
    for info in analysis.states.values() {
        visit::values(analysis, info, &mut |value, _| {
            visit::references(value, &mut |reference| {
                let Root::StateResult(name) = &reference.root else { return };
                let Some((number, _, of)) = analysis.states.get_full(&plain(name)) else { return };
                if !of.has_result() {
                    return;
                }
                let place = info.site(ValueField::Assign);
                let path = analysis.resolve(place.declared(), reference).into_members();
                let path: Vec<String> = match of.language {
                    // Absent members are omitted.
                    QueryLanguage::Jsonata => path.collect(),
                    QueryLanguage::JsonPath => present(analysis, number, path),
                };
                all.entry(number).or_insert_with(|| Capture::Members(IndexMap::new())).add(&path);
            });
        });
    }
    jsonata_reads::collect(analysis, &mut all, sink);
    all
}

/// Returns the path up to the last member that is certainly present: in JSONPath, a path to an absent value fails the
/// execution after the task has succeeded.
pub(super) fn present(analysis: &Analysis<'_>, number: usize, path: impl Iterator<Item = String>) -> Vec<String> {
    let mut ty = analysis.result_of(number);
    let mut certain = Vec::new();
    for name in path {
        let next = match &ty {
            Ty::Shape(part) => match part.member(&name) {
                Member::Found(part, Presence::Always) => Some(aws(part)),
                _ => None,
            },
            Ty::Object(_) | Ty::Struct(_) => match analysis.types.named(&ty, &name) {
                Named::Found(next) => Some(next),
                Named::Unknown | Named::None => None,
            },
            _ => None,
        };
        // A name with another meaning in a payload template is captured with its parent.
        match next {
            Some(next) if !next.is_option() && !name.ends_with(".$") => {
                ty = next;
                certain.push(name);
            }
            _ => break,
        }
    }
    certain
}
