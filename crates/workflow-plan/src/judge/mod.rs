//! Applies the rules: differences become findings.

mod callers;
mod choice;
mod compare;
mod field;
mod handler;
mod machine;
mod number;
mod readers;
mod rules;
mod task;

use std::collections::BTreeMap;

use serde_json::Value;
use workflow_asl::difference::{Difference, StateDifference};
use workflow_asl::document::{MachineType, State};
use workflow_asl::rules::{Annotations, Checked, read_with_types};
use workflow_asl::types::StateTypes;
use workflow_asl::{Diagnostic, Pointer, StateKind, StateMachine};

use crate::cost::{Cost, CostChange};
use crate::flow::Flow;
use crate::rule::{self, RULES, Rule};
use crate::{Finding, Machine, Plan};

/// One of the two state machines, parsed.
pub(crate) struct Side<'m> {
    pub(crate) machine: &'m Machine,
    pub(crate) document: StateMachine,
    pub(crate) flow: Flow,
    /// The types of its states, by pointer.
    pub(crate) types: BTreeMap<Pointer, StateTypes>,
    /// What the rules find in it.
    pub(crate) found: Vec<Diagnostic>,
}

impl<'m> Side<'m> {
    fn new((machine, annotations): (&'m Machine, &Annotations), names: &dyn Fn(&str) -> String) -> Self {
        let (document, Checked { mut found, types, .. }) =
            read_with_types(&machine.definition, machine.machine_type, annotations);
        let unchecked =
            |at: &Pointer| annotations.unchecked.iter().any(|state| at.as_str().starts_with(state.as_str()));
        found.retain(|one| !one.code.can_be_unchecked() || !unchecked(&one.pointer));
        let flow = Flow::of(&document, names);
        Self { machine, document, flow, types, found }
    }

    /// Returns every state with its pointer.
    fn states(&self) -> BTreeMap<Pointer, &State> {
        let scopes = self.document.scopes();
        let states = scopes.iter().flat_map(|scope| {
            let states = scope.states.into_iter().flatten();
            states.map(|(name, state)| (scope.state_pointer(name), state))
        });
        states.collect()
    }
}

/// The two state machines and the findings so far.
pub(crate) struct Judge<'m> {
    pub(crate) old: Side<'m>,
    pub(crate) new: Side<'m>,
    /// The newer names of the states, by their older names.
    pub(crate) names: BTreeMap<String, String>,
    pub(crate) findings: Vec<Finding>,
}

/// The subject of a finding.
pub(crate) struct Subject<'a> {
    pub(crate) state: Option<&'a str>,
    pub(crate) field: &'a str,
}

pub(crate) fn judge(old: (&Machine, &Annotations), new: (&Machine, &Annotations)) -> Plan {
    let difference = Difference::of(&old.0.definition, &new.0.definition);
    let names: BTreeMap<_, _> =
        difference.names().into_iter().map(|(old, new)| (old.to_owned(), new.to_owned())).collect();
    let renamed = |name: &str| names.get(name).cloned().unwrap_or_else(|| name.to_owned());
    let (old, new) = (Side::new(old, &renamed), Side::new(new, &|name: &str| name.to_owned()));
    let mut judge = Judge { old, new, names, findings: Vec::new() };
    judge.definition(&difference);
    let (old_states, new_states) = (judge.old.states().into_iter(), judge.new.states().into_iter());
    let old_states: BTreeMap<_, _> = old_states.map(|(at, state)| (at, state.clone())).collect();
    let new_states: BTreeMap<_, _> = new_states.map(|(at, state)| (at, state.clone())).collect();
    for state in &difference.states {
        let before = state.old.as_ref().and_then(|place| old_states.get(&place.pointer));
        let after = state.new.as_ref().and_then(|place| new_states.get(&place.pointer));
        judge.state(state, before, after);
    }
    judge.rules(&difference);
    judge.callers();
    judge.readers();
    judge.configuration();
    let permissions = judge.permissions();
    let cost = CostChange { old: Cost::of(judge.old.machine), new: Cost::of(judge.new.machine) };
    judge.cost(&cost);
    let mut findings = judge.findings;
    // What a state that fails would send or return is not known.
    let failing = findings.iter().filter(|finding| finding.rule.id == rule::NEW_ERROR.id);
    let failing: Vec<_> = failing.map(|finding| finding.state.clone()).collect();
    let unknown = [rule::REQUEST_SOURCE.id, rule::OUTPUT_SOURCE_CHANGED.id];
    findings.retain(|finding| !unknown.contains(&finding.rule.id) || !failing.contains(&finding.state));
    let place = |finding: &Finding| RULES.iter().position(|rule| rule.id == finding.rule.id);
    findings.sort_by_key(|finding| (std::cmp::Reverse(finding.rule.verdict), place(finding)));
    findings.dedup();
    Plan { difference, permissions, cost, findings }
}

impl Judge<'_> {
    /// Adds a finding of a rule. `detail` describes the exact change.
    pub(crate) fn find(&mut self, rule: &'static Rule, at: &Subject<'_>, detail: impl AsRef<str>) {
        let detail = detail.as_ref();
        let detail = if detail.is_empty() { String::new() } else { format!(": {detail}") };
        let mut change = rule.change.chars();
        let change: String = change.next().into_iter().flat_map(char::to_uppercase).chain(change).collect();
        self.findings.push(Finding {
            rule,
            state: at.state.map(str::to_owned),
            field: Some(at.field.to_owned()).filter(|field| !field.is_empty()),
            reason: format!("{change}{detail}. {}", rule.advice),
        });
    }

    /// Adds a finding of each rule with all of its places.
    fn find_places(&mut self, at: &Subject<'_>, places: impl IntoIterator<Item = (&'static Rule, String)>) {
        let mut found: Vec<(&'static Rule, Vec<String>)> = Vec::new();
        for (rule, place) in places {
            match found.iter_mut().find(|(known, _)| known.id == rule.id) {
                Some((_, places)) if places.contains(&place) => {}
                Some((_, places)) => places.push(place),
                None => found.push((rule, vec![place])),
            }
        }
        for (rule, places) in found {
            self.find(rule, at, task::listed(&places));
        }
    }

    /// Judges a change of the definition as a whole.
    fn definition(&mut self, difference: &Difference) {
        let whole = Subject { state: None, field: "" };
        let counts =
            |fields: &[workflow_asl::difference::FieldDifference]| fields.iter().any(|field| field.name != "Comment");
        let state_counts = |state: &StateDifference| {
            state.is_added() || state.is_removed() || state.renamed().is_some() || counts(&state.fields)
        };
        if counts(&difference.machine) || difference.states.iter().any(state_counts) {
            self.find(&rule::DEFINITION_CHANGED, &whole, "");
            if self.old.machine.machine_type == MachineType::Standard {
                self.find(&rule::REDRIVE_KEEPS, &whole, "");
            }
        }
        for field in &difference.machine {
            self.machine_field(field);
        }
    }

    fn state(&mut self, difference: &StateDifference, old: Option<&State>, new: Option<&State>) {
        let name = difference.name().to_owned();
        let at = Subject { state: Some(&name), field: "" };
        match (old, new) {
            (None, None) => {}
            (None, Some(new)) => {
                self.find(&rule::STATE_ADDED, &at, said(&name));
                self.effects(&name, new, true);
            }
            (Some(old), None) => {
                self.find(&rule::STATE_REMOVED, &at, said(&name));
                self.effects(&name, old, false);
            }
            (Some(old), Some(new)) => {
                if let Some((before, after)) = difference.renamed() {
                    self.find(&rule::STATE_RENAMED, &at, format!("{} is now {}", said(before), said(after)));
                }
                if old.kind != new.kind {
                    let kinds = format!("{} was a {} and is a {}", said(&name), old.kind.name(), new.kind.name());
                    self.find(&rule::KIND_CHANGED, &Subject { field: "Type", ..at }, kinds);
                    self.effects(&name, old, false);
                    self.effects(&name, new, true);
                    return;
                }
                for field in &difference.fields {
                    self.field(difference, old, new, field);
                }
                self.numbers(&name, old, new);
                if new.kind == StateKind::Task {
                    self.task(difference, old, new);
                }
            }
        }
    }
}

/// Returns a name for use in a sentence.
pub(crate) fn said(name: &str) -> String {
    format!("`{name}`")
}

/// The most characters of a value in a sentence.
const LONGEST: usize = 60;
/// The characters of a long value before its first difference from another one.
const BEFORE: usize = 20;

/// Returns a value for use in a sentence, shortened if it is long.
pub(crate) fn value_said(value: Option<&Value>) -> String {
    let text = value.map(Value::to_string);
    said_from(text.as_deref(), 0)
}

/// Returns two values that differ, each shortened to what differs if it is long.
pub(crate) fn change_said(old: Option<&Value>, new: Option<&Value>) -> [String; 2] {
    let texts = [old, new].map(|value| value.map(Value::to_string));
    let [old, new] = texts.each_ref().map(|text| text.as_deref().unwrap_or_default());
    let same = old.chars().zip(new.chars()).take_while(|(one, other)| one == other).count();
    let is_long = [old, new].iter().any(|text| text.chars().count() > LONGEST);
    let from = if is_long { same.saturating_sub(BEFORE) } else { 0 };
    texts.each_ref().map(|text| said_from(text.as_deref(), from))
}

/// Returns a text for use in a sentence, from this character on.
fn said_from(text: Option<&str>, from: usize) -> String {
    let Some(text) = text else { return "nothing".to_owned() };
    let mut rest = text.chars().skip(from);
    let shown: String = rest.by_ref().take(LONGEST).collect();
    let (start, end) = (if from > 0 { "…" } else { "" }, if rest.next().is_some() { "…" } else { "" });
    format!("`{start}{shown}{end}`")
}
