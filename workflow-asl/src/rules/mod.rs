//! The rules of ASL: what AWS refuses, what certainly fails, and what is probably not meant.
//!
//! Each rule is a function under a sentence that states it; what the tables of fields say
//! ([`Field`](crate::document::Field)) is checked by walking the tables. Every rule takes time
//! linear in the size of the document.

mod api;
mod assignment;
mod budget;
mod choice;
mod coming;
mod context;
mod expression;
mod field;
mod handlers;
mod language;
mod map;
mod names;
pub(crate) mod part;
mod raised;
mod reached;
mod size;
mod task;
mod transitions;
mod value;
mod variables;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::document::{MachineType, StateMachine};
use crate::graph::Graph;
use crate::jsonata::Expressions;
use crate::references::{self, Reference};
use crate::source::{Format, Source};
use crate::{Code, Diagnostic, Pointer};
pub use coming::{Coming, errors_of_handlers};
use part::Parts;
use raised::Raised;
use variables::Assigned;

/// What is said of a definition beside its document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Annotations {
    /// The errors that the tasks at these places raise besides those of AWS's APIs: a function's own. Where a place has
    /// a list it is complete.
    pub errors: BTreeMap<Pointer, Vec<String>>,
    /// The states that are not to be held against AWS's APIs, whose errors are unknown then.
    pub unchecked: BTreeSet<Pointer>,
}

/// What the rules look at.
struct Definition<'a> {
    machine: &'a StateMachine,
    /// How many characters it has as JSON without white space.
    characters: usize,
    parts: Parts<'a>,
    /// The graph of each scope.
    graphs: Vec<Graph<'a>>,
    references: Vec<Reference<'a>>,
    /// The assignments to variables.
    assigned: Vec<Assigned<'a>>,
    /// The JSONata in it.
    expressions: Expressions,
    /// The calls of services.
    calls: Vec<api::Call<'a>>,
    annotations: &'a Annotations,
    raised: OnceCell<Raised<'a>>,
}

impl<'a> Definition<'a> {
    /// The errors of each state, worked out where some handler names one.
    fn raised(&self) -> &Raised<'a> {
        self.raised.get_or_init(|| Raised::of(&self.parts, self.annotations))
    }
}

type Rule = fn(&Definition<'_>, &mut Vec<Diagnostic>);

/// Every rule, in the order in which AWS looks: fields, languages, values, names, graph.
const RULES: &[Rule] = &[
    field::belongs_to_its_object,
    field::belongs_to_the_language,
    field::required_fields_are_present,
    language::a_jsonata_machine_has_no_jsonpath_state,
    value::has_the_form_of_its_field,
    choice::rules_compare_with_what_their_operators_take,
    choice::lists_of_rules_are_not_empty,
    choice::a_choice_leads_on,
    task::a_heartbeat_is_shorter_than_the_timeout,
    task::credentials_name_a_role,
    api::a_resource_is_an_api,
    api::an_integration_has_its_pattern,
    task::an_integration_has_a_request,
    api::a_request_fits_its_api,
    api::tasks_raise_the_errors_that_are_handled,
    api::results_have_the_members_that_are_read,
    task::a_token_that_is_waited_for_is_sent,
    task::express_machines_only_wait_for_answers,
    map::only_a_distributed_map_has_an_execution_type,
    map::express_machines_have_no_distributed_map,
    map::csv_readers_know_their_headers,
    map::fields_have_an_effect,
    map::writers_and_readers_have_a_request,
    map::labels_are_short_and_distinct,
    handlers::error_names_are_given,
    handlers::states_all_is_alone_and_last,
    handlers::every_error_name_may_match,
    reached::handlers_name_what_is_raised,
    reached::no_error_passes_where_the_others_are_caught,
    handlers::the_longest_delay_exceeds_the_first,
    names::state_names_are_short,
    names::state_names_are_distinct,
    context::the_context_has_what_is_named,
    variables::names_are_identifiers,
    variables::inner_scopes_do_not_assign_outer_variables,
    assignment::variables_are_assigned_before_use,
    transitions::every_scope_has_states,
    transitions::targets_exist,
    transitions::states_say_where_to_go_on,
    transitions::every_scope_ends,
    transitions::every_state_is_reached,
    budget::loops_do_not_run_away,
    budget::waits_end_before_their_execution,
    budget::literals_fit_into_a_payload,
    size::a_definition_is_at_most_a_mebibyte,
];

/// Checks a state machine that was read or made, as one of the given type.
///
/// What could not be read is not looked at: [`StateMachine::read`] has reported it.
/// Where a placeholder such as `${Name}` stands nothing is known and nothing reported.
pub fn check(machine: &StateMachine, kind: MachineType) -> Vec<Diagnostic> {
    check_read(machine, size::characters(&machine.write()), kind, &Annotations::default())
}

/// Checks a state machine whose definition has so many characters as JSON without white space: what [`check`] finds,
/// without writing the definition again to measure it, of a definition of which more may be known than its document says.
pub fn check_read(
    machine: &StateMachine,
    characters: usize,
    kind: MachineType,
    annotations: &Annotations,
) -> Vec<Diagnostic> {
    let parts = Parts::of(machine, kind == MachineType::Express);
    let expressions = Expressions::default();
    let definition = Definition {
        machine,
        characters,
        references: references::of_parts(&parts, &expressions),
        expressions,
        calls: api::calls(&parts),
        assigned: variables::assigned(&parts),
        parts,
        graphs: if machine.is_unread() { Vec::new() } else { Graph::all(machine) },
        annotations,
        raised: OnceCell::new(),
    };
    let mut found = Vec::new();
    for rule in RULES {
        rule(&definition, &mut found);
    }
    found
}

/// Reads a definition and checks it: the machine, and what [`StateMachine::read`] and [`check`] find.
pub fn read_and_check(definition: &Value, kind: MachineType) -> (StateMachine, Vec<Diagnostic>) {
    let (machine, mut found) = StateMachine::read(definition);
    found.extend(check_read(&machine, size::characters(definition), kind, &Annotations::default()));
    (machine, found)
}

/// Checks a definition: what [`read_and_check`] finds.
pub fn check_definition(definition: &Value, kind: MachineType) -> Vec<Diagnostic> {
    read_and_check(definition, kind).1
}

/// Reads a definition from its text and checks it: what [`Source::read`] refuses, else what [`check_definition`] finds.
pub fn check_text(definition: &str, kind: MachineType) -> Vec<Diagnostic> {
    match Source::read(definition.as_bytes(), Format::Json) {
        Ok(source) => check_definition(source.value(), kind),
        Err(error) => vec![error.diagnostic],
    }
}

/// Names as the message of a diagnostic lists them: `` `A`, `B` or `C` ``.
fn one_of<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    list(names, " or ")
}

/// Names as the message of a diagnostic lists them: `` `A`, `B` and `C` ``.
fn all_of<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    list(names, " and ")
}

fn list<'a>(names: impl IntoIterator<Item = &'a str>, last: &str) -> String {
    let mut names: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.pop() {
        Some(end) if !names.is_empty() => format!("{}{last}{end}", names.join(", ")),
        end => end.unwrap_or_default(),
    }
}

fn report(found: &mut Vec<Diagnostic>, code: Code, at: Pointer, message: impl Into<String>) {
    found.push(Diagnostic::new(code, at, message));
}

#[cfg(test)]
mod tests;
