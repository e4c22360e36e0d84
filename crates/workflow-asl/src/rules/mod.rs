//! The rules of ASL: definitions that AWS rejects, that certainly fail, or that are probably not intended.
//!
//! Each rule is a function under a sentence that states it; what the tables of fields say
//! ([`Field`](crate::document::Field)) is checked by walking the tables. Every rule takes time
//! linear in the size of the document.

mod api;
mod arns;
mod assignment;
mod budget;
mod catch_targets;
mod choice;
mod context;
mod error_flow;
mod expression;
mod field;
pub(crate) mod flow;
mod handled_errors;
mod handlers;
mod language;
mod map;
mod names;
pub(crate) mod object_index;
pub(crate) mod raised_errors;
mod reachability;
mod service;
mod size;
mod task;
mod transitions;
mod value;
mod variables;

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::checked::{self, CheckedMachine};
use crate::document::{MachineType, StateMachine};
use crate::graph::Graph;
use crate::jsonata::Expressions;
use crate::references::{self, Reference};
use crate::source::{Format, Source};
use crate::texts::Texts;
use crate::types::{self, StateTypes, Type};
use crate::{Code, Diagnostic, Finding, Pointer};
pub use handled_errors::{HandledErrors, handled_errors, known_errors, unretried_lambda_tasks};
use object_index::ObjectIndex;
use raised_errors::RaisedErrors;
pub use service::{check_as_the_service, reported_by_the_service};
pub use task::waits_for_unsent_token;
use variables::Assigned;
pub use variables::variable_name_problem;

/// Information on a definition that is not in its document.
#[derive(Clone, Debug, Default)]
pub struct Annotations {
    /// The errors that the tasks at these pointers raise in addition to the errors of AWS's APIs. A list is complete.
    pub errors: BTreeMap<Pointer, Vec<String>>,
    /// The states that are not checked against AWS's APIs, whose errors are then unknown.
    pub unchecked: BTreeSet<Pointer>,
    /// The states that handle errors of others, and whose own errors may leave the workflow.
    pub uncaught: BTreeSet<Pointer>,
    /// Whether the definition is made from the language, whose own checks know the types of its literals.
    pub lowered: bool,
    /// The type of the execution's input.
    pub input: Type,
    /// The declared types of the results of the tasks at these pointers, and the member of the result with the type;
    /// empty for the whole result.
    pub results: BTreeMap<Pointer, (&'static str, Type)>,
    /// The states of a lowered definition that compare values, or have fields in the words of a query language. The
    /// checks of the language know the types of all other values.
    pub compare: BTreeSet<Pointer>,
    /// Its expressions whose trees are known. Those that the rules parse are added.
    pub expressions: Expressions,
}

/// The rules for a definition about which more is known than its document contains.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Checked {
    /// The findings.
    pub found: Vec<Diagnostic>,
    /// The findings about the values that flow through the definition.
    pub of_values: Vec<Diagnostic>,
    /// The states of [`Annotations::unchecked`] without which they would find more.
    pub excusing: BTreeSet<Pointer>,
    /// The types of the states, as [`types::of_states`] returns them.
    pub types: BTreeMap<Pointer, StateTypes>,
}

impl Checked {
    /// Returns all findings.
    pub fn all(self) -> Vec<Diagnostic> {
        let Self { mut found, of_values, .. } = self;
        found.extend(of_values);
        found
    }
}

/// The input of the rules.
struct Definition<'a> {
    machine: &'a StateMachine,
    /// The length of the definition as JSON without white space, in characters.
    characters: usize,
    index: ObjectIndex<'a>,
    /// The graph of each scope.
    graphs: Vec<Graph<'a>>,
    references: OnceCell<Vec<Reference<'a>>>,
    /// The assignments to variables.
    assigned: Vec<Assigned<'a>>,
    /// The paths, calls and expressions in it.
    texts: Texts<'a>,
    /// The calls of services.
    calls: Vec<api::ApiCall<'a>>,
    annotations: &'a Annotations,
    raised: OnceCell<RaisedErrors<'a>>,
    /// The states of [`Annotations::unchecked`], by their numbers, without which there would be more findings.
    excusing: RefCell<BTreeSet<usize>>,
    /// The types of the states that are reached, by their numbers.
    types: RefCell<BTreeMap<usize, StateTypes>>,
    /// What an editor asks about.
    question: Option<types::Question>,
}

impl<'a> Definition<'a> {
    fn of(machine: &'a StateMachine, characters: usize, kind: MachineType, annotations: &'a Annotations) -> Self {
        let index = ObjectIndex::of(machine, kind == MachineType::Express);
        Self {
            machine,
            characters,
            references: OnceCell::new(),
            texts: Texts::of(&annotations.expressions),
            calls: api::calls(&index),
            assigned: variables::assigned(&index),
            index,
            graphs: if machine.is_unread() { Vec::new() } else { Graph::all(machine) },
            annotations,
            raised: OnceCell::new(),
            excusing: RefCell::default(),
            types: RefCell::default(),
            question: None,
        }
    }

    /// Returns the place of a state.
    fn at(&self, state: usize) -> Option<Pointer> {
        Some(self.index.states.get(state)?.at.clone())
    }

    /// Returns the types of the states that are reached.
    fn seen(&self) -> BTreeMap<Pointer, StateTypes> {
        self.types.take().into_iter().filter_map(|(number, types)| Some((self.at(number)?, types))).collect()
    }

    /// Returns the types of the states that are reached, also of a definition with errors.
    fn types(&self) -> BTreeMap<Pointer, StateTypes> {
        flow::values_have_what_is_read(self, &[]);
        self.seen()
    }

    /// Returns what can be read at a place. The types are known also if other parts of the definition are wrong.
    pub(crate) fn asked(
        machine: &'a StateMachine,
        (kind, annotations): (MachineType, &'a Annotations),
        question: types::Question,
    ) -> Option<types::Readable> {
        let definition = Definition { question: Some(question), ..Definition::of(machine, 0, kind, annotations) };
        flow::values_have_what_is_read(&definition, &[]);
        definition.question?.answer.into_inner()
    }

    /// Returns the findings of all rules.
    fn check(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        RULES.iter().for_each(|rule| rule(self, &mut found));
        // A key of JSONPath is reported once, as an unknown parameter if it is in a request.
        let unknown = |one: &&Diagnostic| matches!(*one.finding, Finding::UnknownParameter { .. });
        let unknown: BTreeSet<_> = found.iter().filter(unknown).map(|one| one.pointer.clone()).collect();
        found.retain(|one| one.code != Code::JsonPathKey || !unknown.contains(&one.pointer));
        found
    }

    /// Returns the references of the expressions, which are read on demand.
    fn references(&self) -> &[Reference<'a>] {
        self.references.get_or_init(|| references::of_index(&self.index, &self.texts))
    }

    /// Returns the graph of each scope among the parts.
    fn graphs_of_scopes(&self) -> Vec<Option<&Graph<'a>>> {
        let by_place: BTreeMap<_, _> = self.graphs.iter().map(|graph| (&graph.scope().pointer, graph)).collect();
        self.index.scopes.iter().map(|scope| by_place.get(&scope.at).copied()).collect()
    }

    /// Returns the errors of each state, worked out where some handler names one.
    fn raised(&self) -> &RaisedErrors<'a> {
        self.raised.get_or_init(|| RaisedErrors::of(&self.index, self.annotations))
    }

    /// Returns whether any of these states is unchecked, which excuses the finding; these states are recorded.
    fn excuse(&self, unchecked: &BTreeSet<usize>) -> bool {
        self.excusing.borrow_mut().extend(unchecked);
        !unchecked.is_empty()
    }
}

type Rule = fn(&Definition<'_>, &mut Vec<Diagnostic>);

/// The rules but for the types of values, in AWS's order: fields, languages, values, names, graph.
const RULES: &[Rule] = &[
    field::belongs_to_its_object,
    field::belongs_to_the_language,
    field::required_fields_are_present,
    language::a_jsonata_machine_has_no_jsonpath_state,
    value::has_the_form_of_its_field,
    value::references_are_not_text,
    choice::rules_compare_with_what_their_operators_take,
    choice::lists_of_rules_are_not_empty,
    choice::a_choice_leads_on,
    task::a_heartbeat_is_shorter_than_the_timeout,
    task::a_task_ends_before_its_machine,
    task::credentials_name_a_role,
    api::a_resource_is_an_api,
    api::an_integration_has_its_pattern,
    task::an_integration_has_a_request,
    api::a_request_fits_its_api,
    arns::arns_are_of_one_region,
    api::tasks_raise_the_errors_that_are_handled,
    api::results_have_the_members_that_are_read,
    task::a_token_that_is_waited_for_is_sent,
    task::a_wait_for_a_token_ends,
    task::express_machines_only_wait_for_answers,
    map::only_a_distributed_map_has_an_execution_type,
    map::express_machines_have_no_distributed_map,
    map::csv_readers_know_their_headers,
    map::pointers_begin_with_a_slash,
    map::fields_have_an_effect,
    map::writers_and_readers_have_a_request,
    map::labels_are_short_and_distinct,
    handlers::error_names_are_given,
    handlers::states_all_is_alone_and_last,
    handlers::every_error_name_may_match,
    error_flow::handlers_name_what_is_raised,
    error_flow::no_error_passes_where_the_others_are_caught,
    catch_targets::errors_of_catch_targets_are_caught,
    handlers::the_longest_delay_exceeds_the_first,
    names::state_names_are_short,
    names::state_names_are_distinct,
    context::the_context_has_what_is_named,
    context::the_context_is_not_read_from_the_input,
    variables::names_are_identifiers,
    variables::inner_scopes_do_not_assign_outer_variables,
    assignment::variables_are_assigned_before_use,
    assignment::variables_do_not_hide_functions,
    transitions::every_scope_has_states,
    transitions::targets_exist,
    transitions::states_say_where_to_go_on,
    transitions::every_scope_ends,
    transitions::every_state_is_reached,
    budget::loops_do_not_run_away,
    budget::waits_end_before_their_execution,
    size::a_definition_is_at_most_a_mebibyte,
];

/// Checks a state machine that was read or made, as one of the given type.
///
/// Parts that could not be read are skipped, because [`StateMachine::read`] has reported them. Placeholders such as
/// `${Name}` are unknown, and nothing is reported about them.
pub fn check(machine: &StateMachine, kind: MachineType) -> Vec<Diagnostic> {
    check_read(machine, size::characters(&machine.write()), kind, &Annotations::default()).all()
}

/// Checks a state machine like [`check`], given the number of characters of its definition as JSON without white space,
/// and possibly facts that its document does not contain.
pub fn check_read(machine: &StateMachine, characters: usize, kind: MachineType, annotations: &Annotations) -> Checked {
    let definition = Definition::of(machine, characters, kind, annotations);
    let mut found = definition.check();
    let mut of_values = flow::values_have_what_is_read(&definition, &found);
    // The sizes follow from the types.
    budget::data_fits_into_a_payload(&definition, &mut found);
    [&mut found, &mut of_values].into_iter().for_each(|found| found.retain(|one| !one.is_unfilled()));
    let excusing = definition.excusing.take().into_iter().filter_map(|number| definition.at(number)).collect();
    Checked { found, of_values, excusing, types: definition.seen() }
}

/// Reads and checks a definition that is to run: the machine with its fields parsed, unless a finding [prevents it from
/// running](Diagnostic::prevents_running), and the findings of [`read_and_check`], with the placeholders whose values
/// must be known.
pub fn check_to_run(definition: &Value, kind: MachineType) -> (Option<CheckedMachine>, Vec<Diagnostic>) {
    check_and_parse(definition, kind, |_, _| {})
}

/// Does what [`check_to_run`] says, and lets `revise` change what the rules have found.
fn check_and_parse(
    definition: &Value,
    kind: MachineType,
    revise: fn(&Definition<'_>, &mut Vec<Diagnostic>),
) -> (Option<CheckedMachine>, Vec<Diagnostic>) {
    let (machine, mut found) = StateMachine::read_to_run(definition);
    if let Some(other) = other_document(definition) {
        return (None, vec![other]);
    }
    // Types only matter to the authors of the definition.
    let annotations = Annotations { lowered: true, ..Annotations::default() };
    let definition = Definition::of(&machine, size::characters(definition), kind, &annotations);
    found.extend(definition.check());
    budget::data_fits_into_a_payload(&definition, &mut found);
    revise(&definition, &mut found);
    let objects = if found.iter().any(Diagnostic::prevents_running) {
        None
    } else {
        checked::objects(&definition.index, &definition.texts).map_err(|more| found.extend(more)).ok()
    };
    drop(definition);
    (objects.map(|objects| CheckedMachine { machine, objects }), found)
}

/// Reads and checks a definition: returns the machine, and the findings of [`StateMachine::read`] and [`check`]. For
/// any other document, the only finding is that it is not a definition.
pub fn read_and_check(definition: &Value, kind: MachineType) -> (StateMachine, Vec<Diagnostic>) {
    let (machine, checked) = read_with_types(definition, kind, &Annotations::default());
    (machine, checked.found)
}

/// Does what [`read_and_check`] says, possibly with facts that the document does not contain, and also returns the types
/// of the states.
pub fn read_with_types(definition: &Value, kind: MachineType, annotations: &Annotations) -> (StateMachine, Checked) {
    let (machine, mut found) = StateMachine::read(definition);
    if let Some(other) = other_document(definition) {
        return (machine, Checked { found: vec![other], ..Checked::default() });
    }
    let mut checked = check_read(&machine, size::characters(definition), kind, annotations);
    if annotations.lowered {
        checked.types = types::of_states(&machine, kind, annotations);
    }
    let types = std::mem::take(&mut checked.types);
    let excusing = std::mem::take(&mut checked.excusing);
    found.append(&mut checked.all());
    (machine, Checked { found, excusing, types, ..Checked::default() })
}

/// Returns the description of a document that has no field of a definition.
fn other_document(document: &Value) -> Option<Diagnostic> {
    let is = match document {
        Value::Object(members) => {
            let is_field = |key: &String| StateMachine::FIELDS.iter().any(|field| field.name == key);
            if members.is_empty() || members.keys().any(is_field) {
                return None;
            }
            ": it has neither `StartAt` nor `States`"
        }
        Value::Array(_) => " but a list",
        _ => " but a single value",
    };
    Some(Finding::NotADefinition { is }.at(Pointer::root()))
}

/// Checks a definition: returns the findings of [`read_and_check`].
pub fn check_definition(definition: &Value, kind: MachineType) -> Vec<Diagnostic> {
    read_and_check(definition, kind).1
}

/// Parses and checks the text of a definition: returns the error of [`Source::read`], or else the findings of
/// [`check_definition`].
pub fn check_text(definition: &str, kind: MachineType) -> Vec<Diagnostic> {
    match Source::read(definition.as_bytes(), Format::Json) {
        Ok(source) => check_definition(source.value(), kind),
        Err(error) => vec![error.diagnostic],
    }
}
