//! Rules on the costs of an execution: runaway loops, waits longer than the execution, and large data.

use serde_json::Value;

use super::Definition;
use crate::budget::progress::LoopProgress;
use crate::budget::{Budget, literals, runaway_loops};
use crate::document::{MachineType, QueryLanguage, StateKind};
use crate::graph::Graph;
use crate::limits::{EXPRESS_EXECUTION_SECONDS, PAYLOAD_BYTES, STANDARD_EXECUTION_SECONDS};
use crate::types::Type;
use crate::{Diagnostic, Finding, Pointer};

/// A turn of a loop takes time or changes data that its exit depends on, otherwise it fills the history within minutes.
/// The data of its exit changes in some turn, otherwise the loop never ends after its first turn.
///
/// Only Standard executions count their events.
/// <https://docs.aws.amazon.com/step-functions/latest/dg/bp-history-limit.html>
pub(super) fn loops_do_not_run_away(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    let looping = definition.graphs.iter().filter(|graph| !graph.loops(|_| true).is_empty());
    let looping: Vec<&Graph<'_>> = looping.collect();
    if looping.is_empty() {
        return;
    }
    let progress = progress(definition);
    for graph in looping {
        let ends = graph.reaching_end();
        let runaway = runaway_loops(graph, &progress);
        for states in graph.loops(|_| true) {
            let found_already = runaway.iter().flatten().any(|state| states.binary_search(state).is_ok());
            let standard = |state: &usize| !progress.is_express(graph, *state);
            if !found_already
                && states.iter().all(standard)
                && let Some(choice) = progress.decides_alike(graph, &states)
            {
                found.push(unchanging(graph, &states, choice));
            }
        }
        for states in runaway {
            // Another rule reports a loop without any exit.
            let Some(&first) = states.first().filter(|first| ends.get(**first) == Some(&true)) else { continue };
            let all = graph.states();
            let name = |number: &usize| all.get(*number).map_or("", |(name, _)| *name).to_owned();
            let tasks =
                states.iter().any(|number| all.get(*number).is_some_and(|(_, state)| state.kind == StateKind::Task));
            let last = states.last().filter(|_| states.len() > 1).map(name);
            found.push(Finding::RunawayLoop { first: name(&first), last, tasks }.at(graph.state_pointer(first)));
        }
    }
}

fn progress<'d>(definition: &'d Definition<'_>) -> LoopProgress<'d, 'd> {
    LoopProgress::of(&definition.index, definition.references(), &definition.texts)
}

fn unchanging(graph: &Graph<'_>, states: &[usize], choice: usize) -> Diagnostic {
    let name = |number: usize| graph.states().get(number).map_or("", |(name, _)| *name).to_owned();
    let ends = match states {
        [first, .., last] => Some((name(*first), name(*last))),
        _ => None,
    };
    Finding::UnchangingLoop { ends, choice: name(choice) }.at(graph.state_pointer(choice))
}

/// A wait ends before its execution does: an Express one after five minutes, a Standard one after a year, each after
/// the machine's `TimeoutSeconds`.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>
pub(super) fn waits_end_before_their_execution(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    let whole = |value: &Option<Value>| value.as_ref().and_then(Value::as_u64);
    let own = whole(&definition.machine.timeout_seconds).filter(|limit| *limit > 0);
    let states = &definition.index.states;
    let express = states.iter().any(|state| state.express);
    let least = if express { EXPRESS_EXECUTION_SECONDS } else { STANDARD_EXECUTION_SECONDS };
    let waits = states.iter().filter_map(|state| whole(&state.state.seconds));
    if waits.fold(0, |sum: u64, seconds| sum.saturating_add(seconds)) <= least.min(own.unwrap_or(least)) {
        return;
    }
    let kind =
        if states.first().is_some_and(|state| state.express) { MachineType::Express } else { MachineType::Standard };
    let budget = Budget::with(definition.machine, kind, progress(definition));
    for state in budget.states.iter().filter(|state| state.kind == StateKind::Wait) {
        let (Some(begins), Some(execution)) = (state.earliest, budget.executions.get(state.execution)) else {
            continue;
        };
        let passes = |limit: u64| begins <= limit && begins.saturating_add(state.shortest) > limit;
        let (limit, of) = match execution.type_limit() {
            limit if passes(limit) => (limit, Some(execution.machine_type)),
            _ if execution.own_limit && passes(execution.limit) => (execution.limit, None),
            _ => continue,
        };
        let (name, seconds) = (state.name.to_owned(), state.shortest);
        let finding = Finding::WaitOutlasts { state: name, seconds, begins, limit, of };
        found.push(finding.at(state.pointer.child("Seconds")));
    }
}

/// A task's request, a state's output and a variable have at most 256 KiB as JSON.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>
pub(super) fn data_fits_into_a_payload(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    let types = definition.types.borrow();
    // An expression of JSONata may give nothing in place of a value.
    let of_paths = definition.index.states.iter().all(|state| state.language == QueryLanguage::JsonPath);
    for (number, state) in definition.index.states.iter().enumerate() {
        let told = found.len();
        for (field, bytes) in literals(state.state, state.language).filter(|(_, bytes)| *bytes > PAYLOAD_BYTES) {
            let at = field.tokens().fold(state.at.clone(), |at: Pointer, token| at.child(&token));
            found.push(Finding::PayloadTooLarge { what: "this", bytes }.at(at));
        }
        let Some(types) = types.get(&number).filter(|_| of_paths && found.len() == told) else { continue };
        let too_large = |ty: &Type| Some(ty.bytes().least).filter(|bytes| *bytes > PAYLOAD_BYTES);
        // The input is the output of another state.
        if too_large(&types.input).is_none() {
            let request = types.request.as_ref().map(|ty| ("the request", ty));
            let all = request.into_iter().chain(types.output.as_ref().map(|ty| ("the output", ty)));
            let finding =
                all.filter_map(|(what, ty)| Some(Finding::PayloadTooLarge { what, bytes: too_large(ty)? })).next();
            found.extend(finding.map(|finding| finding.at(state.at.clone())));
        }
    }
}
