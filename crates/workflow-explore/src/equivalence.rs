//! Explores two definitions side by side. The world makes the same decisions for both, and their behaviour is compared.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;
use workflow_asl::Pointer;
use workflow_local::coverage::Point;
use workflow_local::history::Details;
use workflow_local::{Payload, TaskRequest};

use crate::broken::{Blame, Guessed};
use crate::decision::{Decision, Task, shown};
use crate::error::ExploreError;
use crate::explorer::Explorer;
use crate::frontier::{Found, Frontier, Next, Weighed, decisions_to};
use crate::property::last_state;
use crate::replay::{End, PathDifference, differences};
use crate::report::{is_way, not_shown_text, quoted};
use crate::search::{not_taken, run_again};
use crate::states::named_in_one;
use crate::world::{Stand, World};

/// The result of comparing the behaviour of two definitions.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Equivalence {
    /// Executions entered all states and took all rules of choices. For all decisions within the bounds, both enter the
    /// same states, send the same requests at the same times, and end in the same way.
    Same,
    /// Their behaviour differs.
    Different(Difference),
    /// No difference was found, but not all executions within the bounds were tried, or one was abandoned on a loop.
    Incomplete,
    /// No difference was found, but the executions did not take everything.
    #[non_exhaustive]
    NotShown {
        /// The states, rules of choices, or the place of a mutant that no execution took.
        not_taken: Vec<Point>,
        /// The states whose expressions could not be computed with any tried value.
        undecided: Vec<String>,
    },
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
    /// The last state of the first before they differ, in the branch that came last.
    pub state: Option<String>,
    /// The errors with which the first and the second end, if they do.
    pub errors: [Option<String>; 2],
}

/// All executions of two definitions within the bounds, compared.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Compared {
    /// The number of executions that ended, or differed. Those that continue as another one did count once.
    pub executions: u64,
    /// The differences, each of another execution, with the fewest faults first.
    pub differences: Vec<Difference>,
    /// Whether all executions within the bounds were tried to their ends.
    pub is_complete: bool,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for decision in &self.decisions {
            write!(f, "{decision}; ")?;
        }
        write!(f, "then {} instead of {}", self.second, self.first)
    }
}

impl fmt::Display for Equivalence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Same => f.write_str("the same"),
            Self::Different(difference) => write!(f, "{difference}"),
            Self::Incomplete => f.write_str("not every execution was tried to its end"),
            Self::NotShown { not_taken, undecided } => {
                f.write_str(&not_shown_text(&not_taken.iter().collect::<Vec<_>>(), undecided, &[], None))
            }
        }
    }
}

/// Two executions with the same decisions.
type Pair<'x> = [World<'x>; 2];

impl Weighed for Pair<'_> {
    fn bytes(&self) -> u64 {
        self.iter().map(Weighed::bytes).sum()
    }
}

/// The observable behaviour of a world between two decisions.
#[derive(PartialEq)]
struct Shown {
    entered: Vec<String>,
    waiting: Vec<(Task, String, Payload)>,
    at: u64,
    stand: Stand,
    /// How it ended.
    end: Option<End>,
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
        self.compare_at(other, None)
    }

    /// Compares two definitions. The second differs from the first at one place, such as a mutant's
    /// [`reached_at`](crate::Mutant::reached_at). They are only [the same](Equivalence::Same) if an execution took it.
    ///
    /// # Errors
    /// See [`explore`](Self::explore).
    pub fn compare_at(&self, other: &Self, place: Option<&Pointer>) -> Result<Equivalence, ExploreError> {
        self.with_search(other, |search| match search.run() {
            Equivalence::Same => search.shown(place),
            found => found,
        })
    }

    /// Compares two definitions as [`compare`](Self::compare) does, and goes on after a difference with the other
    /// executions.
    ///
    /// # Errors
    /// See [`explore`](Self::explore).
    pub fn compare_all(&self, other: &Self) -> Result<Compared, ExploreError> {
        self.with_search(other, |search| {
            search.differences = Some(Vec::new());
            let is_complete = search.run() == Equivalence::Same;
            let differences = search.differences.take().unwrap_or_default();
            Compared { executions: search.executions, differences, is_complete }
        })
    }

    fn with_search<T>(&self, other: &Self, run: impl FnOnce(&mut Search<'_>) -> T) -> Result<T, ExploreError> {
        self.validate()?;
        let (mut first, mut second) = (self.clone(), other.clone());
        second.bounds = self.bounds;
        // Properties are not behaviour.
        (first.properties, second.properties) = (Vec::new(), Vec::new());
        // A failure must not represent another one here: a handler that passes on the wrong failure is a difference.
        (first.causes_differ, second.causes_differ) = (true, true);
        let errors = named_in_one([&first.machine, &second.machine]);
        first.tell_apart(&errors);
        second.tell_apart(&errors);
        let taken = [&first, &second].map(|explorer| vec![false; explorer.states.ways.len()]);
        let mut search = Search {
            explorers: [&first, &second],
            known: BTreeSet::new(),
            found: Vec::new(),
            frontier: Frontier::new(first.bounds.memory),
            taken,
            passed: BTreeSet::new(),
            blamed: BTreeSet::new(),
            is_cut: false,
            executions: 0,
            differences: None,
        };
        Ok(run(&mut search))
    }
}

struct Search<'x> {
    explorers: [&'x Explorer; 2],
    known: BTreeSet<[u64; 2]>,
    found: Vec<Found>,
    frontier: Frontier<Pair<'x>>,
    /// Whether executions of the first and the second took each of their ways.
    taken: [Vec<bool>; 2],
    /// The guesses with which expressions could be computed, and those with which they could not.
    passed: BTreeSet<Blame>,
    blamed: BTreeSet<Blame>,
    /// Whether an execution was abandoned on a loop.
    is_cut: bool,
    /// The executions that ended or differed.
    executions: u64,
    /// The differences, if the search continues after them.
    differences: Option<Vec<Difference>>,
}

impl<'x> Search<'x> {
    fn run(&mut self) -> Equivalence {
        let explorers @ [first, second] = self.explorers;
        let mut inputs = first.all_inputs().to_vec();
        inputs.extend(second.all_inputs().iter().filter(|input| !first.all_inputs().contains(input)).cloned());
        for input in inputs {
            let pair = explorers.map(|explorer| World::new(explorer, input.clone()));
            if let Some(difference) = self.arrive(pair, None, Decision::Input(input), 0) {
                return Equivalence::Different(difference);
            }
        }
        let mut tried = 0;
        let run = |decisions: &[Decision]| Some([run_again(first, decisions)?, run_again(second, decisions)?]);
        loop {
            let found = &self.found;
            let next = self.frontier.next(|number| run(&decisions_to(found, Some(number))));
            let Some(Next { world: mut pair, number, depth, decision }) = next else { break };
            if tried >= first.bounds.executions || self.frontier.is_full() {
                return Equivalence::Incomplete;
            }
            tried += 1;
            // Both wait for the same tasks, so both can be answered.
            if pair.iter_mut().any(|world| world.decide(&decision).is_err()) {
                continue;
            }
            if let Some(difference) = self.arrive(pair, Some(number), decision, depth + 1) {
                return Equivalence::Different(difference);
            }
        }
        if self.is_cut { Equivalence::Incomplete } else { Equivalence::Same }
    }

    /// Returns whether the executions, which all agree, covered enough of both definitions.
    fn shown(&self, place: Option<&Pointer>) -> Equivalence {
        let undecided = self.blamed.difference(&self.passed).filter(|guess| guess.guessed != Guessed::Absence);
        let undecided: BTreeSet<_> = undecided.map(|guess| guess.state.to_string()).collect();
        let mut missing: Vec<Point> = Vec::new();
        for (explorer, taken) in self.explorers.into_iter().zip(&self.taken) {
            for point in not_taken(explorer, taken) {
                let is_needed = is_way(point.kind) || Some(&point.pointer) == place;
                if is_needed && !missing.iter().any(|known| known.pointer == point.pointer) {
                    missing.push(point);
                }
            }
        }
        match missing.is_empty() && undecided.is_empty() {
            true => Equivalence::Same,
            false => Equivalence::NotShown { not_taken: missing, undecided: undecided.into_iter().collect() },
        }
    }

    /// Runs both until the world must decide. Returns the difference, if any.
    fn arrive(
        &mut self,
        mut pair: Pair<'x>,
        parent: Option<u32>,
        decision: Decision,
        depth: u32,
    ) -> Option<Difference> {
        let [first, second] = pair.each_mut().map(Shown::of);
        for (taken, world) in self.taken.iter_mut().zip(&mut pair) {
            self.passed.append(&mut world.passed);
            self.blamed.extend(world.guess.clone());
            world.add_ways(taken);
        }
        if first != second {
            let mut decisions = decisions_to(&self.found, parent);
            decisions.push(decision);
            let mut difference = first.difference(&second, decisions);
            let [world, _] = &pair;
            difference.state = last_state(world.execution.history()).map(|state| state.to_string());
            self.executions += 1;
            let Some(all) = &mut self.differences else { return Some(difference) };
            all.push(difference);
            return None;
        }
        let is_over = first.stand != Stand::Decide;
        self.executions += u64::from(is_over);
        let is_cut = !is_over && pair.iter().any(World::turns_are_over);
        self.is_cut |= is_cut;
        if is_over || is_cut || !self.known.insert(pair.each_ref().map(World::fingerprint)) {
            return None;
        }
        let [mut next, others] = pair.each_mut().map(|world| world.decisions(&mut false));
        next.extend(others.into_iter().filter(|other| !next.contains(other)).collect::<Vec<_>>());
        let faults = pair.iter().map(|world| world.faults).max().unwrap_or_default();
        let number = u32::try_from(self.found.len()).unwrap_or(u32::MAX);
        self.found.push(Found { parent, decision, ends: 0, leads_on: false });
        self.frontier.add(pair, number, (faults, depth), next);
        None
    }
}

impl Shown {
    fn of(world: &mut World<'_>) -> Self {
        let before = world.execution.history().len();
        let stand = world.settle(&mut Vec::new());
        let execution = &world.execution;
        let new = execution.history().get(before..).unwrap_or_default();
        let entered = new.iter().filter_map(|event| match &event.details {
            Details::StateEntered { name, .. } => Some(name.to_string()),
            _ => None,
        });
        let end = (stand == Stand::Ended).then(|| End {
            status: execution.status(),
            output: execution.output().map(|output| output.value().clone()),
            error: execution.error().map(str::to_owned),
            cause: execution.cause().map(str::to_owned),
        });
        let called =
            |(task, request): &(Task, TaskRequest)| (task.clone(), request.resource.to_string(), request.input.clone());
        Self {
            entered: entered.collect(),
            waiting: world.pending.iter().map(called).collect(),
            at: u64::try_from(execution.started_at().until(execution.now()).as_millis()).unwrap_or(u64::MAX),
            stand,
            end,
        }
    }

    fn difference(&self, other: &Self, decisions: Vec<Decision>) -> Difference {
        let (first, second) = if self.entered != other.entered {
            (way(&self.entered), way(&other.entered))
        } else if self.waiting != other.waiting {
            called(&self.waiting, &other.waiting)
        } else if (self.stand, &self.end) != (other.stand, &other.end) {
            let end = |of: &Self| match (&of.end, of.stand) {
                (Some(end), _) => format!("it ends {end}"),
                (None, Stand::Endless) => "it never ends".to_owned(),
                (None, _) => "it continues".to_owned(),
            };
            (end(self), end(other))
        } else {
            let after = |at: u64| format!("it is {} s after the start", at as f64 / 1000.0);
            (after(self.at), after(other.at))
        };
        let error = |of: &Self| of.end.as_ref().and_then(|end| end.error.clone());
        Difference { decisions, first, second, state: None, errors: [error(self), error(other)] }
    }
}

/// Returns the first requests that differ.
fn called(first: &[(Task, String, Payload)], second: &[(Task, String, Payload)]) -> (String, String) {
    let differs = first.iter().zip(second).find(|(one, other)| one != other);
    if let Some(((task, _, one), (same, _, other))) = differs
        && task == same
        && let Some(PathDifference { path, recorded, replayed, .. }) = differences(one, other).first()
    {
        let sends = |value: &Option<Value>| match value {
            Some(value) => format!("{task} is called with {} at `{path}`", shown(value)),
            None => format!("{task} is called without `{path}`"),
        };
        return (sends(recorded), sends(replayed));
    }
    let names = |calls: &[(Task, String, Payload)]| {
        let names: Vec<_> = calls.iter().map(|(task, ..)| task.to_string()).collect();
        if names.is_empty() { "no task waits".to_owned() } else { format!("{} waits", names.join(", ")) }
    };
    (names(first), names(second))
}

fn way(entered: &[String]) -> String {
    match entered {
        [] => "no state is entered".to_owned(),
        entered => format!("it enters {}", quoted(entered)),
    }
}
