//! An execution with the decisions of the world so far, and its possible next decisions.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::Arc;

use foldhash::quality::FixedState;
use serde_json::{Value, json};
use workflow_asl::StateKind;
use workflow_asl::error_name::{
    DATA_LIMIT_EXCEEDED, INTRINSIC_CAUSE, PREFIX, QUERY_EVALUATION_ERROR, RESULT_PATH_MATCH_FAILURE, RUNTIME,
    TASK_FAILED, TIMEOUT,
};
use workflow_asl::limits::HISTORY_EVENTS;
use workflow_local::history::Details;
use workflow_local::internal::InternalExecution;
use workflow_local::{Answer, Execution, Payload, Progress, Status, TaskError, TaskRequest, View};
use workflow_plan::data::Source;

use crate::broken::{Blame, Broken, Guessed, built_in};
use crate::decision::{Decision, Fault, Lasting, Task};
use crate::explorer::Explorer;
use crate::frontier::Weighed;
use crate::property::{Happening, Happenings, Monitors, last_state};
use crate::repeat::{Mark, Repeat, is_throttling};
use crate::report::Severity;
use crate::states::StateFacts;
use crate::values::Guess;

/// The cause of a failure that is tried.
const EXPLORED: &str = "explored";

/// The number of steps without a decision after which the search checks for repetition.
const STEPS: usize = 500;

/// About how many bytes an execution takes, without its history, and an event of its history.
const EXECUTION: u64 = 4_000;
const EVENT: u64 = 500;

impl Weighed for World<'_> {
    fn bytes(&self) -> u64 {
        EXECUTION + EVENT * self.execution.history().len() as u64
    }
}

/// The position of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stand {
    /// The world decides what happens next.
    Decide,
    Ended,
    Endless,
}

/// What is known of the calls of a task that has not succeeded.
#[derive(Clone, Debug, Hash)]
struct Call {
    /// How the last request lets its API recognise that it is repeated.
    mark: Mark,
    /// Whether the last call was not answered in time.
    timed_out: bool,
    /// Whether a call may have had its effect.
    may_have_run: bool,
    /// Whether the last call has no answer.
    is_open: bool,
    /// How often the states around the task were retried before the last call.
    retries_around: u64,
    /// Whether no retrier calls it again: the state has failed.
    is_over: bool,
}

impl Call {
    fn new(repeat: Repeat, request: &TaskRequest, execution: &Execution) -> Self {
        let (mark, retries_around) = (repeat.mark(&request.input), execution.retries_around(request.id));
        Self { mark, timed_out: false, may_have_run: false, is_open: true, retries_around, is_over: false }
    }
}

/// An execution and the world around it.
#[derive(Clone)]
pub(crate) struct World<'x> {
    pub(crate) explorer: &'x Explorer,
    pub(crate) execution: Execution,
    /// The tasks that wait for an answer, in the order in which they were scheduled.
    pub(crate) pending: Vec<(Task, TaskRequest)>,
    silent: Vec<Task>,
    /// The faults that last, with how often the states around the task were retried.
    lasting: Vec<(Task, Fault, Lasting, u64)>,
    pub(crate) monitors: Monitors,
    happenings: Happenings,
    /// The calls of tasks that have not succeeded.
    calls: BTreeMap<Task, Call>,
    pub(crate) faults: u32,
    /// The first guess with which expressions could not be computed.
    pub(crate) guess: Option<Blame>,
    /// The last results of tasks whose results are guesses.
    results: BTreeMap<Arc<str>, Payload>,
    /// The guesses with which the expressions of a state could be computed.
    pub(crate) passed: BTreeSet<Blame>,
    /// The number of visits of each task on a loop.
    visits: Vec<u32>,
}

impl<'x> World<'x> {
    pub(crate) fn new(explorer: &'x Explorer, input: Payload) -> Self {
        let program = Arc::clone(&explorer.program);
        let mut execution = Execution::start(program, input, explorer.start.clone(), Arc::clone(&explorer.store));
        execution.count_ways();
        if explorer.states.all.values().any(|facts| facts.distributed.is_some()) {
            execution.keep_for_inspection();
        }
        Self {
            explorer,
            execution,
            pending: Vec::new(),
            silent: Vec::new(),
            lasting: Vec::new(),
            monitors: Monitors::new(&explorer.properties, &explorer.states, explorer.known_outputs.clone()),
            happenings: Happenings::default(),
            calls: BTreeMap::new(),
            faults: 0,
            guess: None,
            results: BTreeMap::new(),
            passed: BTreeSet::new(),
            visits: vec![0; explorer.states.looping.len()],
        }
    }

    /// Runs the execution until the world must decide or the execution ends.
    pub(crate) fn settle(&mut self, broken: &mut Vec<Broken>) -> Stand {
        let stand = self.go_on(broken);
        let (calls, pending) = (&mut self.calls, &self.pending);
        let Self { happenings, monitors, execution, explorer, guess, passed, results, faults, visits, .. } = self;
        let guesses = |state: &Arc<str>, field: Option<&str>| {
            let facts = explorer.states.get(state).filter(|_| explorer.values.guessing.contains(&**state));
            let found = facts.map(|facts| {
                explorer.values.guesses(&facts.pointer, field, |source| match source {
                    Source::Result(at) => results.get(&*at.tokens().last()?).map(Payload::value),
                    _ => explorer.inputs.is_none().then(|| execution.input().value()),
                })
            });
            found.unwrap_or_default()
        };
        let blame = |guess: &mut Option<Blame>, state: &Arc<str>, field: Option<&str>, is_path: bool| {
            if guess.is_none() {
                let found = guesses(state, field);
                let lacks = found.contains(&Guess::NotAdded);
                // A path leads to any value that exists.
                let fits = !lacks && !found.contains(&Guess::Computed) && (is_path || !found.contains(&Guess::There));
                let of = if lacks { Guessed::Absence } else { Guessed::Value };
                *guess = (!fits).then(|| Blame { state: Arc::clone(state), guessed: of });
            }
            guess.clone()
        };
        let is_fail = |state: &Arc<str>| explorer.states.get(state).is_some_and(|facts| facts.kind == StateKind::Fail);
        let pass = |passed: &mut BTreeSet<Blame>, state: &Arc<str>| {
            if explorer.values.guessing.contains(&**state) {
                let found = guesses(state, None);
                if !found.contains(&Guess::Empty) {
                    passed.insert(Blame { state: Arc::clone(state), guessed: Guessed::Value });
                }
                if found.contains(&Guess::NotAdded) {
                    passed.insert(Blame { state: Arc::clone(state), guessed: Guessed::Absence });
                }
            }
        };
        // A Fail state has no exit event: it succeeds unless it fails with another error.
        let mut fails = BTreeSet::new();
        // How bad it is that the execution times out: its timeout may be there for repeated calls and late answers.
        let times_out = match visits.iter().all(|visits| *visits <= 1) {
            true if *faults == 0 => Some(Severity::Error),
            true if self.silent.is_empty() => Some(Severity::Warning),
            _ => None,
        };
        happenings.read(execution, |news| {
            if let Happening::Succeeded { state, .. } | Happening::Caught(state, _) = news.happening
                && explorer.states.retried.contains(state)
            {
                // No retrier around them calls these again.
                let retried = |of: &Task| explorer.states.get(&of.state).and_then(|facts| facts.retried.as_ref());
                let is_waiting = |of: &Task| pending.iter().any(|(waiting, _)| waiting == of);
                calls.retain(|of, call| retried(of) != Some(state) || call.timed_out || is_waiting(of));
            }
            match news.happening {
                Happening::EvaluationFailed { state, error, cause, field } => {
                    fails.remove(state);
                    broken.push(of_program(state, error, Some(cause), blame(guess, state, field, false)));
                }
                Happening::Caught(state, Some(error @ RESULT_PATH_MATCH_FAILURE)) => {
                    broken.push(of_program(state, error, None, blame(guess, state, None, false)));
                }
                Happening::Succeeded { state, .. } => pass(passed, state),
                Happening::Entered(state) if is_fail(state) => drop(fails.insert(Arc::clone(state))),
                Happening::Ended(of) => {
                    if let (Some(RUNTIME), Some(state)) = (of.error(), last_state(of.history())) {
                        fails.remove(&state);
                        let is_path = !of.cause().is_some_and(|cause| cause.contains(INTRINSIC_CAUSE));
                        blame(guess, &state, None, is_path);
                    }
                    broken.extend(judge_end(explorer, of, news.child.is_some(), times_out, guess.clone()));
                }
                _ => {}
            }
            monitors.see(news, &mut |found| broken.push(Broken { guess: guess.clone(), ..found }));
        });
        fails.iter().for_each(|state| pass(passed, state));
        if stand == Stand::Ended {
            let last = last_state(execution.history()).filter(|state| {
                let found = guesses(state, None);
                found.contains(&Guess::There) || found.contains(&Guess::Computed)
            });
            self.judge_output(broken, last.map(|state| Blame { state, guessed: Guessed::Output }));
        }
        stand
    }

    fn go_on(&mut self, broken: &mut Vec<Broken>) -> Stand {
        let mut steps = 0;
        let mut known = BTreeSet::new();
        loop {
            match self.execution.step() {
                Progress::Task(request) => self.called(request, broken),
                Progress::Ended => return Stand::Ended,
                Progress::Waiting { until } => {
                    self.pending.retain(|(_, request)| self.execution.event_of(request.id).is_some());
                    let pending = &self.pending;
                    self.silent.retain(|task| pending.iter().any(|(waiting, _)| waiting == task));
                    if self.answerable().next().is_some() {
                        return Stand::Decide;
                    }
                    let Some(until) = until else {
                        broken.extend(self.silent.iter().map(|task| {
                            let message =
                                format!("`{}` waits forever: nothing answers it, and it has no timeout", task.state);
                            Broken::error(built_in::ENDS, Some(&task.state), message, self.guess.clone())
                        }));
                        return Stand::Endless;
                    };
                    self.execution.advance_to(until);
                    steps += 1;
                }
                _ => steps += 1,
            }
            let loops = |state: &str| self.explorer.states.get(state).is_some_and(|facts| facts.on_loop.is_some());
            let looks = steps > STEPS && self.execution.next_state().is_some_and(loops);
            if looks && !known.insert(self.fingerprint()) {
                let state = self.execution.next_state().unwrap_or_default();
                let message = format!("the execution returns to `{state}` with the same data, so it never ends");
                broken.push(Broken::error(built_in::ENDS, Some(state), message, self.guess.clone()));
                return Stand::Endless;
            }
        }
    }

    fn called(&mut self, request: TaskRequest, broken: &mut Vec<Broken>) {
        let task = Task { state: Arc::clone(&request.state), place: self.execution.place_of(request.id) };
        let facts = self.explorer.states.get(&task.state);
        if request.attempt == 0 {
            let around = || self.execution.retries_around(request.id);
            self.lasting.retain_mut(|(known, _, lasting, retries)| {
                *lasting == Lasting::Forever || *known != task || std::mem::replace(retries, around()) < *retries
            });
            if let Some(visits) = facts.and_then(|facts| self.visits.get_mut(facts.on_loop?)) {
                *visits += 1;
            }
        }
        self.look_for_repetition(&task, &request, broken);
        let lasting = self.lasting.iter().find(|(known, _, lasting, _)| match lasting {
            Lasting::Forever => known.state == task.state,
            _ => *known == task,
        });
        let unanswerable = facts.is_some_and(|facts| facts.is_unanswerable);
        if unanswerable && request.attempt == 0 {
            let message = "the task can never complete: its request does not contain the task token";
            broken.push(Broken::error(built_in::PROGRAM, Some(&task.state), message, self.guess.clone()));
        }
        let fault = lasting.map(|(_, fault, ..)| fault.clone()).or(unanswerable.then_some(Fault::Silence));
        self.pending.push((task, request));
        if let Some(fault) = fault {
            self.go_wrong(self.pending.len() - 1, &fault);
        }
    }

    fn repeatable(&self, task: &Task) -> Option<&'x StateFacts> {
        self.explorer.states.get(&task.state).filter(|facts| facts.repeat != Repeat::Harmless)
    }

    /// Checks that the API of a task recognises that its call is repeated.
    fn look_for_repetition(&mut self, task: &Task, request: &TaskRequest, broken: &mut Vec<Broken>) {
        let Some(facts) = self.repeatable(task) else { return };
        let before = self.calls.get(task);
        // The first call is recorded when it fails, unless a state around it may repeat it before.
        if before.is_none() && facts.retried.is_none() {
            return;
        }
        let repeat = facts.repeat;
        let call = Call::new(repeat, request, &self.execution);
        let before = before.and_then(|before| {
            let (is_own, around) = (request.attempt > 0, call.retries_around > before.retries_around);
            let may_have_run = before.may_have_run || around && before.is_open && !facts.is_job;
            let why =
                [(is_own, "by a retrier"), (around, "by a retrier around it"), (before.timed_out, "after a timeout")];
            let why = why.into_iter().find(|(is_so, _)| *is_so && may_have_run)?.1;
            // A turn of a loop has a token of its own.
            Some((why, (!around || facts.on_loop.is_none()).then_some(&before.mark)))
        });
        if let Some((why, last)) = before {
            let lack = match &call.mark {
                Mark::Missing => Some(repeat.lack()),
                Mark::By(_) if last.is_some_and(|last| *last != call.mark) => Some(match repeat {
                    Repeat::ByMember(name) => format!("with another `{name}`"),
                    _ => "with another idempotency key".to_owned(),
                }),
                Mark::Needless | Mark::By(_) => None,
            };
            let severity = if repeat == Repeat::Twice { Severity::Note } else { Severity::Warning };
            broken.extend(lack.map(|lack| {
                let message = format!("`{}` is called again {why} {lack}: its effect may happen twice", task.state);
                let error = Broken::error(built_in::IDEMPOTENCE, Some(&task.state), message, self.guess.clone());
                Broken { severity, ..error }
            }));
        }
        let may_have_run = before.is_some();
        self.calls.remove(task);
        if may_have_run || facts.retried.is_some() {
            self.calls.insert(task.clone(), Call { may_have_run, ..call });
        }
    }

    /// Returns the waiting tasks that can be answered, with their indices among all waiting tasks.
    fn answerable(&self) -> impl Iterator<Item = (usize, &Task, &TaskRequest)> {
        let pending = self.pending.iter().enumerate();
        pending.filter(|(_, (task, _))| !self.silent.contains(task)).map(|(at, (task, request))| (at, task, request))
    }

    /// Returns whether the bound of turns stops the execution on a loop.
    pub(crate) fn turns_are_over(&self) -> bool {
        self.visits.iter().any(|visits| *visits > self.explorer.bounds.turns)
    }

    /// Returns the tasks with more visits than the bound allows.
    pub(crate) fn too_often(&self) -> impl Iterator<Item = &'x str> {
        let all = self.explorer.states.looping.iter().zip(&self.visits);
        all.filter(|(_, visits)| **visits > self.explorer.bounds.turns).map(|(name, _)| name.as_str())
    }

    /// Adds the ways that the execution took since the last call. Returns whether one is new.
    pub(crate) fn add_ways(&mut self, taken: &mut [bool]) -> bool {
        let mut is_new = false;
        let mut take = |taken: &mut bool| is_new |= !std::mem::replace(taken, true);
        self.execution.drain_ways(|way| taken.get_mut(way).into_iter().for_each(&mut take));
        is_new
    }

    /// Returns how much work a decision is: it grows with the tasks that wait.
    pub(crate) fn weight(&self) -> u64 {
        1 + self.pending.len() as u64 / 16
    }

    pub(crate) fn first_decision(&mut self) -> Option<Decision> {
        let simplest = self.answerable().next().and_then(|(_, task, request)| {
            let result = self.explorer.results_of(request).into_iter().next()?;
            Some(Decision::Succeed { task: task.clone(), result })
        });
        simplest.or_else(|| self.decisions(&mut false).into_iter().next())
    }

    /// Returns the possible next decisions, simplest first. Sets `cut` if a bound prevents further faults.
    pub(crate) fn decisions(&mut self, cut: &mut bool) -> Vec<Decision> {
        let mut found = Vec::new();
        let more_faults = self.faults < self.explorer.bounds.faults;
        let mut faults = Vec::new();
        for (_, task, request) in self.answerable() {
            for result in self.explorer.results_of(request) {
                found.push(Decision::Succeed { task: task.clone(), result });
            }
            self.faults_of(task, request, if more_faults { &mut found } else { &mut faults });
            *cut |= !faults.is_empty();
        }
        if self.may_wait() {
            found.push(Decision::TimePasses);
        }
        found
    }

    /// Returns whether a timer of another branch may be due before a waiting task is answered.
    fn may_wait(&mut self) -> bool {
        let Progress::Waiting { until: Some(_) } = self.execution.step() else { return false };
        let due = self.execution.due_next();
        let waits = self.answerable().any(|(_, _, request)| Some(request.id) == due);
        !waits && self.execution.has_branch_timer()
    }

    fn faults_of(&self, task: &Task, request: &TaskRequest, found: &mut Vec<Decision>) {
        let Some(facts) = self.explorer.states.get(&task.state) else { return };
        let mut add = |fault: Fault, attempts_left: u64| {
            let retries = (attempts_left > 0 || facts.retried.is_some()).then_some(Lasting::Retries);
            let forever = facts.on_loop.is_some().then_some(Lasting::Forever);
            let fault = |lasting| Decision::Fault { task: task.clone(), fault: fault.clone(), lasting };
            found.extend([Some(Lasting::Once), retries, forever].into_iter().flatten().map(fault));
        };
        for error in &facts.errors {
            add(Fault::Error(Arc::clone(error)), self.execution.attempts_left(request.id, Some(error), false));
        }
        if facts.may_be_silent {
            add(Fault::Silence, self.execution.attempts_left(request.id, Some(TIMEOUT), facts.timers.1));
        }
        if self.explorer.other_types {
            let results = self.explorer.results_of(request);
            let other = match results.first().map(Payload::value) {
                Some(Value::String(_)) => json!(1),
                _ => json!("a value of another type"),
            };
            add(Fault::OtherType(other.into()), 0);
        }
    }

    /// Applies a decision.
    ///
    /// # Errors
    /// Returns an error with the reason if no such task waits.
    pub(crate) fn decide(&mut self, decision: &Decision) -> Result<(), String> {
        match decision {
            Decision::Input(_) => return Err("an execution has one input, which comes first".to_owned()),
            Decision::TimePasses => {
                let Progress::Waiting { until: Some(until) } = self.execution.step() else {
                    return Err("no timer runs".to_owned());
                };
                self.execution.advance_to(until);
            }
            Decision::Succeed { task, result } => {
                let (at, id) = self.find(task)?;
                self.pending.remove(at);
                // After another task has succeeded there, a visit of a state that has failed is another call.
                // A retrier around it may repeat both.
                let states = &self.explorer.states;
                self.calls.retain(|known, call| {
                    if known != task && !(call.is_over && known.place == task.place) {
                        return true;
                    }
                    let Some(facts) = states.get(&known.state).filter(|facts| facts.retried.is_some()) else {
                        return false;
                    };
                    let may_have_run = call.may_have_run || known == task && !facts.is_job;
                    *call = Call { timed_out: false, may_have_run, is_open: false, is_over: true, ..call.clone() };
                    true
                });
                if !self.explorer.values.guessing.is_empty() && !self.explorer.task_results.contains_key(&*task.state) {
                    self.results.insert(Arc::clone(&task.state), result.clone());
                }
                let _: Answer = self.execution.succeed(id, result.clone());
            }
            Decision::Fault { task, fault, lasting } => {
                let (at, id) = self.find(task)?;
                self.faults += 1;
                if *lasting != Lasting::Once {
                    self.lasting.push((task.clone(), fault.clone(), *lasting, self.execution.retries_around(id)));
                }
                self.go_wrong(at, fault);
            }
        }
        Ok(())
    }

    fn find(&self, task: &Task) -> Result<(usize, workflow_local::TaskId), String> {
        let mut waiting = self.answerable();
        let found = waiting.find(|(_, waiting, _)| *waiting == task).map(|(at, _, request)| (at, request.id));
        found.ok_or_else(|| {
            let waiting: Vec<_> = self.answerable().map(|(_, task, _)| task.to_string()).collect();
            match waiting.as_slice() {
                [] => format!("{task} does not wait for an answer: nothing does"),
                waiting => format!("{task} does not wait for an answer, but {}", waiting.join(", ")),
            }
        })
    }

    /// Applies a fault to the waiting task with this index, which there must be.
    fn go_wrong(&mut self, at: usize, fault: &Fault) {
        match fault {
            Fault::Silence => {
                let Some((task, request)) = self.pending.get(at).cloned() else { return };
                // The timeout of an activity starts when a worker takes it.
                if request.is_activity {
                    let _: Answer = self.execution.start_activity(request.id, None);
                }
                let missed = self.explorer.states.get(&task.state).is_some_and(|facts| facts.timers.1);
                self.note_failure(&task, &request, TIMEOUT, missed);
                self.silent.push(task);
            }
            Fault::Error(error) => {
                let (task, request) = self.pending.remove(at);
                self.note_failure(&task, &request, error, false);
                let mut cause = match self.explorer.causes_differ {
                    true => format!("{EXPLORED} {}", request.number),
                    false => EXPLORED.to_owned(),
                };
                let is_function = self.explorer.states.get(&task.state).is_some_and(|facts| facts.is_function);
                let is_raised = is_function && !error.starts_with(PREFIX) && !error.starts_with("Lambda.");
                if self.explorer.reads_json && is_raised {
                    cause = json!({ "errorMessage": cause, "errorType": &**error, "trace": [] }).to_string();
                }
                if **error == *TASK_FAILED
                    && let Some(described) = self.explorer.values.causes.get(&*task.state)
                {
                    cause.clone_from(described);
                }
                let failure = TaskError::new(error.to_string()).with_cause(cause);
                let _: Answer = self.execution.fail_task(request.id, failure);
            }
            Fault::OtherType(value) => {
                let (_, request) = self.pending.remove(at);
                let _: Answer = self.execution.succeed(request.id, value.clone());
            }
        }
    }

    /// Records for [`look_for_repetition`](Self::look_for_repetition) that a call failed.
    fn note_failure(&mut self, task: &Task, request: &TaskRequest, error: &str, missed_heartbeat: bool) {
        let Some(facts) = self.repeatable(task) else { return };
        let is_over = self.execution.attempts_left(request.id, Some(error), missed_heartbeat) == 0;
        // A later visit of the state is another call.
        let is_forgotten = facts.repeat == Repeat::Twice && is_over;
        if is_forgotten && facts.retried.is_none() {
            self.calls.remove(task);
            return;
        }
        let call = self.calls.entry(task.clone()).or_insert_with(|| Call::new(facts.repeat, request, &self.execution));
        let timed_out = error == TIMEOUT;
        call.may_have_run = call.may_have_run || timed_out || !facts.is_job && !is_throttling(error);
        (call.is_open, call.is_over, call.timed_out) = (false, is_over, timed_out && !is_forgotten);
    }

    fn judge_output(&mut self, broken: &mut Vec<Broken>, guess: Option<Blame>) {
        let execution = &self.execution;
        if let Some(output) = execution.output().filter(|_| execution.status() == Status::Succeeded) {
            let state = last_state(execution.history());
            let part = state.clone().map(|state| Blame { state, guessed: Guessed::Part });
            let of_test = self.explorer.output.as_ref().and_then(|check| check(execution).err());
            // Which parts of the output are guesses is only known for a declared type.
            let found = match (self.explorer.mismatch(output, state.as_deref()), of_test) {
                (Some((message, false)), _) => Some((message, self.guess.clone())),
                (_, Some(message)) => Some((message, self.guess.clone().or(guess))),
                (Some((message, true)), None) => {
                    self.passed.extend(guess);
                    Some((message, part))
                }
                (None, None) => {
                    self.passed.extend(guess.into_iter().chain(part));
                    None
                }
            };
            broken.extend(found.map(|(message, guess)| Broken::error(built_in::OUTPUT, state, message, guess)));
        }
        for (name, check) in &self.explorer.checks {
            if let Err(message) = check(execution) {
                broken.push(Broken::error(name, None::<&str>, message, self.guess.clone()));
            }
        }
    }

    /// Returns a hash that distinguishes the futures of executions, the same in each run.
    pub(crate) fn fingerprint(&self) -> u64 {
        let mut hasher = FixedState::default().build_hasher();
        let (time, chance) = self.explorer.looks_at;
        self.execution.fingerprint(time, chance, &mut hasher);
        self.silent.hash(&mut hasher);
        for (task, fault, lasting, retries) in &self.lasting {
            (task, lasting, retries).hash(&mut hasher);
            match fault {
                Fault::Error(error) => error.hash(&mut hasher),
                Fault::Silence => 0.hash(&mut hasher),
                Fault::OtherType(value) => value.to_string().hash(&mut hasher),
            }
        }
        self.calls.hash(&mut hasher);
        self.monitors.hash(&mut hasher);
        self.guess.hash(&mut hasher);
        self.faults.hash(&mut hasher);
        hasher.finish()
    }
}

fn of_program(state: &str, error: &str, cause: Option<&str>, guess: Option<Blame>) -> Broken {
    Broken::error(built_in::PROGRAM, Some(state), with_cause(error, cause), guess)
}

fn with_cause(error: &str, cause: Option<&str>) -> String {
    cause.map_or_else(|| error.to_owned(), |cause| format!("{error}: {cause}"))
}

/// Checks the end of an execution, or of a child of a distributed map, whose failure the map may tolerate. `times_out` is
/// how bad it is if the execution times out.
fn judge_end(
    explorer: &Explorer,
    of: View<'_>,
    is_child: bool,
    times_out: Option<Severity>,
    guess: Option<Blame>,
) -> Option<Broken> {
    // A timeout handles late answers and loops.
    let may_time_out = explorer.any_error || explorer.allowed.iter().any(|allowed| allowed == TIMEOUT);
    if of.status() == Status::TimedOut && !is_child && !may_time_out {
        // The event of the timeout follows no other.
        let state = of.history().iter().rev().find_map(|event| match &event.details {
            Details::StateEntered { name, .. } => Some(Arc::clone(name)),
            _ => None,
        });
        // The timeout and the error that nothing catches end the execution alike.
        let facts = state.as_ref().and_then(|state| explorer.states.get(state));
        let ends_anyway = facts.is_some_and(|facts| facts.kind == StateKind::Task && !facts.catches_all);
        let severity = times_out?;
        let message = match severity {
            Severity::Error => "the execution times out although nothing has gone wrong".to_owned(),
            _ if !ends_anyway => format!(
                "the execution times out in `{}` although no task takes any time: its waits and retries are longer than the timeout, \
                 so the catchers and states after it never run",
                state.as_deref().unwrap_or_default()
            ),
            _ => return None,
        };
        return Some(Broken { severity, ..Broken::error(built_in::UNCAUGHT, state, message, guess) });
    }
    if of.status() != Status::Failed {
        return None;
    }
    let error = of.error().unwrap_or_default();
    let state = last_state(of.history());
    // The cause of a fault that was tried says nothing.
    let mut message = with_cause(error, of.cause().filter(|cause| !cause.starts_with(EXPLORED)));
    let facts = state.as_ref().and_then(|state| explorer.states.get(state));
    let is_fail = facts.is_some_and(|facts| facts.kind == StateKind::Fail);
    let (property, severity) = match error {
        RUNTIME if of.history().len() >= HISTORY_EVENTS => (built_in::QUOTAS, Severity::Error),
        // A Fail state that repeats a caught error is the end that is meant.
        DATA_LIMIT_EXCEEDED if !is_fail => (built_in::QUOTAS, Severity::Error),
        RUNTIME | RESULT_PATH_MATCH_FAILURE => (built_in::PROGRAM, Severity::Error),
        // The error was reported when it occurred.
        QUERY_EVALUATION_ERROR => return None,
        _ if is_child || explorer.any_error || is_fail => return None,
        error if explorer.allowed.iter().any(|allowed| allowed == error) => return None,
        _ => {
            message.insert_str(0, "the execution fails with ");
            let is_forgotten = facts.is_some_and(|facts| facts.is_regular) && explorer.states.mostly_catch;
            (built_in::UNCAUGHT, if is_forgotten { Severity::Warning } else { Severity::Note })
        }
    };
    Some(Broken { severity, ..Broken::error(property, state, message, guess) })
}
