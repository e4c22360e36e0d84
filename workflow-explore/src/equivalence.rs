//! Explores two definitions side by side. The world makes the same decisions for both, and their behaviour is compared.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::rc::Rc;

use serde_json::Value;
use workflow_asl::Pointer;
use workflow_local::history::Details;
use workflow_local::{Payload, TaskRequest};

use crate::decision::{Decision, Task, shortened};
use crate::error::ExploreError;
use crate::explorer::Explorer;
use crate::world::{Stand, World};

/// The result of comparing the behaviour of two definitions.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Equivalence {
    /// For all decisions within the bounds, both enter the same states, send the same requests at the same times, and
    /// end in the same way.
    Same,
    /// Their behaviour differs.
    Different(Difference),
    /// No difference was found, but not all executions within the bounds were tried.
    Incomplete,
}

/// Decisions of the world after which the behaviour of two definitions differs.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Difference {
    /// The decisions, with as few faults as possible, and then as few as possible.
    pub decisions: Vec<Decision>,
    /// The behaviour of the first.
    pub first: String,
    /// The behaviour of the second.
    pub second: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for decision in &self.decisions {
            write!(f, "{decision}; ")?;
        }
        write!(f, "then {} instead of {}", self.second, self.first)
    }
}

/// Two executions with the same decisions.
#[derive(Clone)]
struct Pair<'x> {
    first: World<'x>,
    second: World<'x>,
}

/// The observable behaviour of a world between two decisions.
#[derive(PartialEq)]
struct Shown {
    entered: Vec<String>,
    waiting: Vec<(Task, String, Payload)>,
    at: u64,
    end: Option<End>,
}

#[derive(PartialEq)]
enum End {
    Never,
    Of { status: &'static str, output: Option<Payload>, error: Option<String>, cause: Option<String> },
}

impl Explorer {
    /// Compares the behaviour of two definitions. Uses the inputs and results of both, and the bounds of this explorer.
    /// Two definitions are the same if they enter the same states, send the same requests of tasks, do so at the same
    /// times, and end executions in the same way.
    ///
    /// ```
    /// use serde_json::json;
    /// use workflow_explore::{Equivalence, Explorer};
    /// use workflow_local::Engine;
    ///
    /// let engine = |seconds: u64, operator: &str| Engine::new(&json!({ "StartAt": "Is", "States": {
    ///     "Is": { "Type": "Choice", "Choices": [{ "Variable": "$.n", operator: 5, "Next": "Rest" }], "Default": "Done" },
    ///     "Rest": { "Type": "Wait", "Seconds": seconds, "Next": "Done" },
    ///     "Done": { "Type": "Succeed" },
    /// } }));
    /// let explorer = Explorer::new(&engine(1, "NumericGreaterThan")?)?;
    /// assert_eq!(explorer.compare(&explorer)?, Equivalence::Same);
    /// let Equivalence::Different(bound) = explorer.compare(&Explorer::new(&engine(1, "NumericGreaterThanEquals")?)?)? else {
    ///     panic!("5 makes a difference");
    /// };
    /// assert_eq!(bound.decisions[0].to_json(), json!({ "input": { "n": 5 } }));
    /// assert!(matches!(explorer.compare(&Explorer::new(&engine(2, "NumericGreaterThan")?)?)?, Equivalence::Different(_)));
    /// # Ok::<(), workflow_explore::ExploreError>(())
    /// ```
    ///
    /// # Errors
    /// See [`explore`](Self::explore).
    pub fn compare(&self, other: &Self) -> Result<Equivalence, ExploreError> {
        self.validate()?;
        let (mut first, mut second) = (self.clone(), other.clone());
        second.bounds = self.bounds;
        // Properties are not behaviour.
        (first.properties, second.properties) = (Vec::new(), Vec::new());
        // A failure must not represent another one here: a handler that passes on the wrong failure is a difference.
        (first.causes_differ, second.causes_differ) = (true, true);
        let search =
            Search { first: &first, second: &second, known: BTreeSet::new(), queue: BTreeMap::new(), tried: 0 };
        Ok(search.run())
    }
}

type Entry<'x> = (Rc<Pair<'x>>, Vec<Decision>, Decision);

struct Search<'x> {
    first: &'x Explorer,
    second: &'x Explorer,
    known: BTreeSet<(u64, u64)>,
    /// Entries by the number of faults and decisions.
    queue: BTreeMap<(u32, usize), VecDeque<Entry<'x>>>,
    tried: u64,
}

impl<'x> Search<'x> {
    fn run(mut self) -> Equivalence {
        let mut inputs = self.first.all_inputs().to_vec();
        inputs
            .extend(self.second.all_inputs().iter().filter(|input| !self.first.all_inputs().contains(input)).cloned());
        for input in inputs {
            let pair =
                Pair { first: World::new(self.first, input.clone()), second: World::new(self.second, input.clone()) };
            if let Some(difference) = self.arrive(pair, vec![Decision::Input(input)]) {
                return Equivalence::Different(difference);
            }
        }
        while let Some(mut next) = self.queue.first_entry() {
            let Some((pair, mut decisions, decision)) = next.get_mut().pop_front() else {
                next.remove();
                continue;
            };
            if self.tried >= self.first.bounds.executions {
                return Equivalence::Incomplete;
            }
            self.tried += 1;
            let mut pair = Rc::try_unwrap(pair).unwrap_or_else(|shared| (*shared).clone());
            // Both wait for the same tasks, so both can be answered.
            if pair.first.decide(&decision).is_err() || pair.second.decide(&decision).is_err() {
                continue;
            }
            decisions.push(decision);
            if let Some(difference) = self.arrive(pair, decisions) {
                return Equivalence::Different(difference);
            }
        }
        Equivalence::Same
    }

    /// Runs both until the world must decide. Returns the difference, if any.
    fn arrive(&mut self, mut pair: Pair<'x>, decisions: Vec<Decision>) -> Option<Difference> {
        let first = Shown::of(&mut pair.first);
        let second = Shown::of(&mut pair.second);
        if first != second {
            return Some(first.difference(&second, decisions));
        }
        let is_over = first.end.is_some() || pair.first.turns_are_over() || pair.second.turns_are_over();
        if is_over || !self.known.insert((pair.first.fingerprint(), pair.second.fingerprint())) {
            return None;
        }
        let mut next = pair.first.decisions(&mut false);
        let others = pair.second.decisions(&mut false);
        next.extend(others.into_iter().filter(|other| !next.contains(other)).collect::<Vec<_>>());
        let faults = pair.first.faults;
        let pair = Rc::new(pair);
        for decision in next {
            let faults = faults + u32::from(decision.is_fault());
            let entries = self.queue.entry((faults, decisions.len())).or_default();
            entries.push_back((Rc::clone(&pair), decisions.clone(), decision));
        }
        None
    }
}

impl Shown {
    fn of(world: &mut World<'_>) -> Self {
        let before = world.execution.history().len();
        let stand = world.settle(&mut Vec::new());
        let execution = &world.execution;
        let entered =
            execution.history().get(before..).unwrap_or_default().iter().filter_map(|event| match &event.details {
                Details::StateEntered { name, .. } => Some(name.to_string()),
                _ => None,
            });
        let text = |text: Option<&str>| text.map(str::to_owned);
        let end = match stand {
            Stand::Decide => None,
            Stand::Endless => Some(End::Never),
            Stand::Ended => Some(End::Of {
                status: execution.status().name(),
                output: execution.output().cloned(),
                error: text(execution.error()),
                cause: text(execution.cause()),
            }),
        };
        let called = |(task, request): (&Task, &TaskRequest)| {
            (task.clone(), request.resource.to_string(), request.input.clone())
        };
        Self {
            entered: entered.collect(),
            waiting: world.waiting().map(called).collect(),
            at: u64::try_from(execution.started_at().until(execution.now()).as_millis()).unwrap_or(u64::MAX),
            end,
        }
    }

    fn difference(&self, other: &Self, decisions: Vec<Decision>) -> Difference {
        let (first, second) = if self.entered != other.entered {
            (way(&self.entered), way(&other.entered))
        } else if self.waiting != other.waiting {
            called(&self.waiting, &other.waiting)
        } else if self.end != other.end {
            (end(self.end.as_ref()), end(other.end.as_ref()))
        } else {
            let after = |at: u64| format!("it is {} s after the start", at as f64 / 1000.0);
            (after(self.at), after(other.at))
        };
        Difference { decisions, first, second }
    }
}

/// Returns the first requests that differ.
fn called(first: &[(Task, String, Payload)], second: &[(Task, String, Payload)]) -> (String, String) {
    let differs = first.iter().zip(second).find(|(one, other)| one != other);
    if let Some(((task, _, one), (same, _, other))) = differs
        && task == same
        && let Some((at, one, other)) = difference_in(one, other, Pointer::root())
    {
        let sends = |value: Option<&Value>| match value {
            Some(value) => format!("{task} is called with {} at `{at}`", shortened(value)),
            None => format!("{task} is called without `{at}`"),
        };
        return (sends(one), sends(other));
    }
    let names = |calls: &[(Task, String, Payload)]| {
        let names: Vec<_> = calls.iter().map(|(task, ..)| task.to_string()).collect();
        if names.is_empty() { "no task waits".to_owned() } else { format!("{} waits", names.join(", ")) }
    };
    (names(first), names(second))
}

/// Returns the first place where two values differ, with both values. The values come from a definition, so their
/// nesting is shallow.
fn difference_in<'v>(
    one: &'v Value,
    other: &'v Value,
    at: Pointer,
) -> Option<(Pointer, Option<&'v Value>, Option<&'v Value>)> {
    match (one, other) {
        _ if one == other => None,
        (Value::Object(members), Value::Object(others)) => members.keys().chain(others.keys()).find_map(|name| {
            let at = at.child(name);
            match (members.get(name), others.get(name)) {
                (Some(one), Some(other)) => difference_in(one, other, at),
                (one, other) => Some((at, one, other)),
            }
        }),
        (Value::Array(items), Value::Array(others)) if items.len() == others.len() => {
            let mut pairs = items.iter().zip(others).enumerate();
            pairs.find_map(|(index, (one, other))| difference_in(one, other, at.index(index)))
        }
        _ => Some((at, Some(one), Some(other))),
    }
}

fn way(entered: &[String]) -> String {
    match entered {
        [] => "no state is entered".to_owned(),
        entered => {
            format!("it enters {}", entered.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))
        }
    }
}

fn end(end: Option<&End>) -> String {
    match end {
        None => "it continues".to_owned(),
        Some(End::Never) => "it never ends".to_owned(),
        Some(End::Of { status, output: Some(output), .. }) => format!("it ends {status} with {}", shortened(output)),
        Some(End::Of { status, error, cause, .. }) => {
            let cause = cause.as_deref().map(|cause| format!(": {cause}")).unwrap_or_default();
            format!("it ends {status} with {}{cause}", error.as_deref().unwrap_or("no error"))
        }
    }
}
