//! The rule that the ARNs of a definition agree: all of one partition, to which their regions belong, and those that an
//! execution calls of one region.

use std::collections::BTreeMap;

use serde_json::Value;
use workflow_services::{Arn, partition_of_region};

use super::Definition;
use super::task::request_field;
use crate::document::StateKind;
use crate::resource::Resource;
use crate::{Diagnostic, Finding, Pointer, placeholder};

/// An ARN, or the URL of a queue, whose parts are known.
struct Named<'a> {
    text: &'a str,
    at: Pointer,
    partition: &'a str,
    /// The region in the ARN.
    stated: &'a str,
    /// The region where the call is made.
    region: Option<&'a str>,
}

/// All ARNs have one partition, and the targets of tasks have one region. The region of a target is the region of its
/// function or activity, or of the members of an optimised integration's request that name a resource of the same
/// service.
pub(super) fn arns_are_of_one_region(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    let mut all = Vec::new();
    for state in definition.index.states.iter().filter(|state| state.state.kind == StateKind::Task) {
        let (Some(resource), at) = (state.state.resource.as_deref(), state.at.child("Resource")) else { continue };
        all.extend(Arn::parse(resource).map(|arn| named(resource, at, arn, true)));
        let request = state.language.pick(&state.state.parameters, &state.state.arguments);
        let service = match Resource::parse(resource) {
            Some(Resource::Integration(call)) => call.service,
            _ => "",
        };
        let at = state.at.child(request_field(state.language));
        if let Some(Value::String(role)) = state.state.credentials.as_ref().and_then(|given| given.get("RoleArn"))
            && let Some(arn) = Arn::parse(role)
        {
            all.push(named(role, state.at.child("Credentials").child("RoleArn"), arn, false));
        }
        for (key, value) in request.as_ref().and_then(Value::as_object).into_iter().flatten() {
            let inner = value.as_object().filter(|_| key == "Authentication").into_iter().flatten();
            let inner = inner.map(|(inner, value)| (at.child(key).child(inner), value));
            for (at, value) in inner.chain([(at.child(key), value)]) {
                let Value::String(text) = value else { continue };
                if let Some(arn) = Arn::parse(text) {
                    let called = arn.service == service || (arn.service, service) == ("events", "http");
                    all.push(named(text, at, arn, called));
                } else if let Some(region) = text.strip_prefix("https://sqs.").and_then(|rest| rest.split('.').next())
                    && key == "QueueUrl"
                {
                    all.push(Named { text, at, partition: "", stated: "", region: Some(region) });
                }
            }
        }
    }
    for arn in &all {
        let known = ![arn.partition, arn.stated].iter().any(|part| part.is_empty() || placeholder::likely(part));
        if let Some(partition) = partition_of_region(arn.stated).filter(|of| known && *of != arn.partition) {
            let (text, region) = (arn.text.to_owned(), arn.stated.to_owned());
            found.push(Finding::RegionOfAnotherPartition { arn: text, region, partition }.at(arn.at.clone()));
            return;
        }
    }
    let partition = disagree(&all, "partition", |one| Some(one.partition), found);
    // An ARN of another partition is reported once.
    let here = |one: &Named<'_>| {
        one.partition.is_empty() || placeholder::likely(one.partition) || partition.is_none_or(|of| one.partition == of)
    };
    disagree(&all, "region", |one| one.region.filter(|_| here(one)), found);
}

fn named<'a>(text: &'a str, at: Pointer, arn: Arn<'a>, called: bool) -> Named<'a> {
    Named { text, at, partition: arn.partition, stated: arn.region, region: Some(arn.region).filter(|_| called) }
}

/// Reports each ARN whose value differs from the most frequent one, which is returned.
fn disagree<'a>(
    all: &[Named<'a>],
    what: &'static str,
    part: impl Fn(&Named<'a>) -> Option<&'a str>,
    found: &mut Vec<Diagnostic>,
) -> Option<&'a str> {
    let known = |one: &Named<'a>| part(one).filter(|part| !part.is_empty() && !placeholder::likely(part));
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    all.iter().filter_map(known).for_each(|part| *counts.entry(part).or_default() += 1);
    // The first of several that are as frequent.
    let most = all.iter().filter_map(known).rev().max_by_key(|part| counts.get(part));
    for (one, own) in all.iter().filter_map(|one| Some((one, known(one)?))).filter(|(_, own)| Some(*own) != most) {
        let (own, others) = (own.to_owned(), most.unwrap_or_default().to_owned());
        let finding = Finding::MixedArns { arn: one.text.to_owned(), what, own, others };
        found.push(finding.at(one.at.clone()));
    }
    most
}
