//! Rules on what an execution costs: loops that run away, waits that nothing outlives, data that is too much.

use serde_json::Value;

use super::Definition;
use crate::budget::pace::Motions;
use crate::budget::{Budget, in_words, literals, runaway_loops};
use crate::document::{MachineType, StateKind};
use crate::graph::Graph;
use crate::limits::{EXPRESS_EXECUTION_SECONDS, HISTORY_EVENTS, PAYLOAD_BYTES, STANDARD_EXECUTION_SECONDS};
use crate::{Code, Diagnostic, Pointer};

/// A turn of a loop takes time or changes what the loop decides by, else it fills the history within minutes; and
/// something that a loop decides by changes in its turns, else it never ends once it has turned.
///
/// Only Standard executions count their events.
/// <https://docs.aws.amazon.com/step-functions/latest/dg/bp-history-limit.html>
pub(super) fn loops_do_not_run_away(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    let looping = definition.graphs.iter().filter(|graph| !graph.loops(|_| true).is_empty());
    let looping: Vec<&Graph<'_>> = looping.collect();
    if looping.is_empty() {
        return;
    }
    let motions = Motions::of(&definition.parts, definition.references());
    for graph in looping {
        let ends = graph.reaching_end();
        let runaway = runaway_loops(graph, &motions);
        for states in graph.loops(|_| true) {
            let found_already = runaway.iter().flatten().any(|state| states.binary_search(state).is_ok());
            let standard =
                |state: &usize| graph.states().get(*state).is_some_and(|(_, state)| !motions.is_express(state));
            if !found_already
                && states.iter().all(standard)
                && let Some(choice) = motions.decides_alike(graph, &states)
            {
                found.push(unchanging(graph, &states, choice));
            }
        }
        for states in runaway {
            // Of what cannot end at all another rule tells.
            let Some(&first) = states.first().filter(|first| ends.get(**first) == Some(&true)) else { continue };
            let all = graph.states();
            let name = |number: &usize| all.get(*number).map_or("", |(name, _)| *name);
            let looks =
                states.iter().any(|number| all.get(*number).is_some_and(|(_, state)| state.kind == StateKind::Task));
            let turns = match states.as_slice() {
                [only] => format!("`{}` goes back to itself", name(only)),
                [first, .., last] => format!("the loop from `{}` to `{}` turns", name(first), name(last)),
                [] => continue,
            };
            let message = if looks {
                format!("{turns} without a pause, until the history is full with {HISTORY_EVENTS} events")
            } else {
                format!("{turns} and changes nothing that it decides by")
            };
            let help = if looks {
                "put a Wait state into the loop, or let a retrier with an interval try again"
            } else {
                "count the turns in a variable, or leave the loop"
            };
            found.push(Diagnostic::new(Code::RunawayLoop, graph.state_pointer(first), message).with_help(help));
        }
    }
}

fn unchanging(graph: &Graph<'_>, states: &[usize], choice: usize) -> Diagnostic {
    let name = |number: usize| graph.states().get(number).map_or("", |(name, _)| *name);
    let turns = match states {
        [.., last] if states.len() > 1 => {
            format!(
                "the loop from `{}` to `{}` never ends",
                name(states.first().copied().unwrap_or(*last)),
                name(*last)
            )
        }
        _ => format!("`{}` goes back to itself for ever", name(choice)),
    };
    let message = format!("{turns} once it has turned: nothing in it changes what `{}` decides by", name(choice));
    Diagnostic::new(Code::RunawayLoop, graph.state_pointer(choice), message)
        .with_help("decide by what a state of the loop gives or assigns, such as the result of a task or a count")
}

/// A wait ends before its execution does: an Express one after five minutes, a Standard one after a year, each after
/// the machine's `TimeoutSeconds`.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>
pub(super) fn waits_end_before_their_execution(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    let whole = |value: &Option<Value>| value.as_ref().and_then(Value::as_u64);
    let own = whole(&definition.machine.timeout_seconds).filter(|limit| *limit > 0);
    let states = &definition.parts.states;
    let express = states.iter().any(|state| state.express);
    let least = if express { EXPRESS_EXECUTION_SECONDS } else { STANDARD_EXECUTION_SECONDS };
    let waits = states.iter().filter_map(|state| whole(&state.state.seconds));
    if waits.fold(0, |sum: u64, seconds| sum.saturating_add(seconds)) <= least.min(own.unwrap_or(least)) {
        return;
    }
    let kind =
        if states.first().is_some_and(|state| state.express) { MachineType::Express } else { MachineType::Standard };
    let budget = Budget::of(definition.machine, kind);
    for state in budget.states.iter().filter(|state| state.kind == StateKind::Wait) {
        let (Some(begins), Some(execution)) = (state.earliest, budget.executions.get(state.execution)) else {
            continue;
        };
        let passes = |limit: u64| begins <= limit && begins.saturating_add(state.shortest) > limit;
        let (code, ends) = match execution.type_limit() {
            limit if passes(limit) => {
                let (article, kind) = match execution.machine_type {
                    MachineType::Express => ("an", "Express"),
                    MachineType::Standard => ("a", "Standard"),
                };
                (Code::OutlastsExecution, format!("{article} {kind} execution ends after {}", in_words(limit)))
            }
            _ if execution.own_limit && passes(execution.limit) => {
                (Code::OutlastsTimeout, format!("the execution ends after {}", in_words(execution.limit)))
            }
            _ => continue,
        };
        let from = match begins {
            0 => String::new(),
            begins => format!(" from {} on at the earliest", in_words(begins)),
        };
        let message = format!("`{}` waits {}{from}, and {ends}", state.name, in_words(state.shortest));
        let help = match code {
            Code::OutlastsExecution if execution.machine_type == MachineType::Express => {
                "wait in a Standard workflow, which may last a year, or wait less"
            }
            Code::OutlastsExecution => "wait less: nothing lasts longer than a year",
            _ => "wait less, or give the workflow a longer timeout",
        };
        found.push(Diagnostic::new(code, state.pointer.child("Seconds"), message).with_help(help));
    }
}

/// A task's request, a state's output and a variable have at most 256 KiB as JSON.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>
pub(super) fn literals_fit_into_a_payload(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for state in &definition.parts.states {
        for (field, bytes) in literals(state.state, state.language).filter(|(_, bytes)| *bytes > PAYLOAD_BYTES) {
            let at = field.tokens().fold(state.at.clone(), |at: Pointer, token| at.child(&token));
            let message = format!("this has at least {bytes} bytes, and {PAYLOAD_BYTES} are allowed");
            let diagnostic = Diagnostic::new(Code::PayloadTooLarge, at, message);
            found.push(diagnostic.with_help("put it into S3, and its place into the workflow"));
        }
    }
}
