//! Runs a definition with the answers and the times of a recorded execution.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use workflow_asl::error_name::HEARTBEAT_TIMEOUT;
use workflow_local::internal::InternalExecution;
use workflow_local::{
    Execution, Instant, ObjectStore, Payload, Progress, Start, Status, TaskError, TaskId, TaskRequest,
};

use super::matching::Recorded;
use super::missing::MissingAnswer;
use super::recorded_answer::{absent_activities, answer_of};
use super::replayer::Replayer;
use super::trace::{Answered, Trace};
use crate::report::counted;
use crate::report::mocks::Answers;

/// The maximum delay after the recorded time at which a task may still be stopped without an answer. The service stops
/// tasks with a delay.
const STOPPING: Duration = Duration::from_secs(1);

/// Changes of an execution that do not change its path.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Setting {
    /// Added to the seed.
    pub(super) seed: u64,
    /// Added to all recorded times.
    pub(super) later: Duration,
    /// Whether the execution, its machine and its role have other names.
    pub(super) other_names: bool,
    /// Whether tasks are answered at once.
    pub(super) prompt: bool,
}

/// An execution that is played, or a child of it.
#[derive(Default)]
pub(super) struct PlayedRun<'r> {
    pub(super) trace: Trace,
    pub(super) recorded: Option<&'r Recorded>,
    /// The children, after the play, by the visit of the map and the number of the item or batch.
    pub(super) children: BTreeMap<(usize, usize), PlayedRun<'r>>,
    /// The run, the visit and the item that it is a child of.
    parent: Option<(usize, usize, usize)>,
    /// The recorded children that are already used.
    used: BTreeSet<usize>,
}

pub(super) struct Played<'r> {
    pub(super) execution: Execution,
    pub(super) run: PlayedRun<'r>,
    pub(super) missing: Option<MissingAnswer>,
    pub(super) answers: Answers,
}

/// An answer or another action on a task.
enum Act {
    Take(Option<String>),
    Submit(Payload),
    Heartbeat,
    Answer(Result<Payload, TaskError>),
}

pub(super) struct Play<'s, 'r> {
    first_states: &'s Arc<BTreeSet<String>>,
    setting: Setting,
    execution: Execution,
    runs: Vec<PlayedRun<'r>>,
    /// The runs and visits that started map runs, by ARN.
    map_runs: BTreeMap<String, (usize, usize)>,
    acts: BTreeMap<(Instant, u64), (TaskId, Act)>,
    planned: u64,
    /// The tasks without an answer: the time until which that is known, and the answer that is missing after it.
    silent: BTreeMap<TaskId, (Instant, Box<MissingAnswer>)>,
    redriven: usize,
    stopped: usize,
    answers: Answers,
}

impl<'s, 'r> Play<'s, 'r> {
    /// Creates a play of a definition, which reads the objects of a store.
    pub(super) fn new(
        replayer: &'s Replayer,
        mut start: Start,
        store: Arc<dyn ObjectStore>,
        recorded: &'r Recorded,
        setting: Setting,
    ) -> Self {
        start.time = start.time.after(setting.later);
        start.seed = start.seed.wrapping_add(setting.seed);
        if setting.other_names {
            rename(&mut start);
        }
        let input = recorded.trace.input().cloned().unwrap_or_default();
        let mut execution = Execution::start(Arc::clone(&replayer.program), input, start, store);
        execution.keep_for_inspection();
        let absent = absent_activities(&recorded.trace);
        execution.known_activities(move |arn| !absent.contains(arn));
        let first_states = &replayer.first_states;
        let trace = Trace::of_replay(first_states);
        Self {
            first_states,
            setting,
            execution,
            runs: vec![PlayedRun { trace, recorded: Some(recorded), ..PlayedRun::default() }],
            map_runs: BTreeMap::new(),
            acts: BTreeMap::new(),
            planned: 0,
            silent: BTreeMap::new(),
            redriven: 0,
            stopped: 0,
            answers: Answers::new(),
        }
    }

    /// Plays to the end, or until an answer is missing.
    pub(super) fn run(mut self) -> Played<'r> {
        let missing = loop {
            self.keep_time();
            match self.execution.step() {
                Progress::Task(request) => {
                    if let Err(missing) = self.answer(&request) {
                        break Some(missing);
                    }
                }
                Progress::Waiting { until } => {
                    if let Err(missing) = self.wait(until) {
                        break missing;
                    }
                }
                Progress::Ended if !self.redrive() => break None,
                _ => {}
            }
        };
        self.finish(missing)
    }

    fn finish(mut self, missing: Option<Box<MissingAnswer>>) -> Played<'r> {
        let mut number = 0;
        while self.execution.history_of(number).is_some() {
            self.follow(number);
            number += 1;
        }
        // A child comes after its parent.
        let mut run = self.runs.pop();
        while let Some(child) = run.take_if(|_| !self.runs.is_empty()) {
            if let Some((of, visit, item)) = child.parent
                && let Some(around) = self.runs.get_mut(of)
            {
                around.children.insert((visit, item), child);
            }
            run = self.runs.pop();
        }
        let run = run.unwrap_or_default();
        Played { execution: self.execution, run, missing: missing.map(|missing| *missing), answers: self.answers }
    }

    /// Reads the events that were added to a history since the last call.
    fn follow(&mut self, number: usize) {
        while self.runs.len() <= number {
            let child = self.child(self.runs.len());
            self.runs.push(child);
        }
        let Some((view, _)) = self.execution.history_of(number) else { return };
        let Some(run) = self.runs.get_mut(number) else { return };
        let known = run.trace.map_runs.len();
        run.trace.follow(view.history());
        if run.trace.map_runs.len() > known {
            self.map_runs.extend(run.trace.map_runs.iter().map(|(arn, visit)| (arn.clone(), (number, *visit))));
        }
    }

    /// Returns the run of a started child, with the recorded child that has its input.
    fn child(&mut self, number: usize) -> PlayedRun<'r> {
        let mut made = PlayedRun { trace: Trace::of_replay(self.first_states), ..PlayedRun::default() };
        let Some((arn, item, input)) = self
            .execution
            .history_of(number)
            .and_then(|(view, item)| Some((view.map_run()?.arn().to_owned(), item?, view.input().clone())))
        else {
            return made;
        };
        if !self.map_runs.contains_key(&arn) {
            (0..self.runs.len()).for_each(|before| self.follow(before));
        }
        let Some((parent, visit)) = self.map_runs.get(&arn).copied() else { return made };
        made.parent = Some((parent, visit, item));
        let total = self.execution.map_runs().iter().find(|run| *run.arn() == *arn).map(|run| {
            let (children, _) = self.execution.map_run_counts(run);
            children.total
        });
        let Some(around) = self.runs.get_mut(parent) else { return made };
        let Some(recorded) = around.recorded else { return made };
        let Some(visit) = around.trace.same_visit(&recorded.trace, visit) else { return made };
        let starts = |arn: &String| recorded.trace.map_runs.get(arn) == Some(&visit);
        let belongs = |child: &Recorded| child.map_run.as_ref().is_none_or(starts);
        let pool: Vec<usize> =
            (0..recorded.children.len()).filter(|at| recorded.children.get(*at).is_some_and(belongs)).collect();
        let fits = |at: &usize| {
            let child = recorded.children.get(*at);
            !around.used.contains(at) && child.and_then(|child| child.trace.input()) == Some(&input)
        };
        // Children are usually recorded in the order of their items.
        let by_order = pool.get(item).copied().filter(|at| !around.used.contains(at));
        let found = by_order.filter(fits).or_else(|| pool.iter().copied().find(fits));
        let found = found.or_else(|| by_order.filter(|_| Some(pool.len()) == total));
        if let Some(at) = found {
            around.used.insert(at);
            made.recorded = recorded.children.get(at);
        }
        made
    }

    fn later(&self, time: Instant) -> Instant {
        time.after(self.setting.later)
    }

    /// Lets the recorded time pass before a state is entered that the recorded execution also entered.
    fn keep_time(&mut self) {
        if self.setting.prompt {
            return;
        }
        let Some(state) = self.execution.next_state().map(str::to_owned) else { return };
        let Some((number, event)) = self.execution.event_before_next() else { return };
        self.follow(number);
        let entered = self.runs.get(number).and_then(|run| {
            let recorded = run.recorded?;
            let lane = run.trace.lane_after(event)?;
            let of = run.trace.same_lane(&recorded.trace, lane)?;
            let visit = recorded.trace.visits_in(of, &state).get(run.trace.visits_in(lane, &state).len())?;
            Some(recorded.trace.event(recorded.trace.visit(*visit)?.entered)?.time)
        });
        let Some(time) = entered.map(|time| self.later(time)) else { return };
        // Earlier timers and actions come first, in their order.
        let due = self.execution.due_at().into_iter().chain(self.first_act()).min();
        if time > self.execution.now() && due.is_none_or(|due| due > time) {
            self.execution.advance_to(time);
        }
    }

    fn first_act(&self) -> Option<Instant> {
        self.acts.keys().next().map(|(time, _)| *time)
    }

    fn plan(&mut self, time: Instant, task: TaskId, act: Act) {
        self.planned += 1;
        self.acts.insert((time, self.planned), (task, act));
    }

    fn answer(&mut self, request: &TaskRequest) -> Result<(), Box<MissingAnswer>> {
        let (state, attempt) = (&request.state, request.attempt + 1);
        let mut missing = Box::new(MissingAnswer {
            state: state.to_string(),
            attempt,
            resource: String::new(),
            reason: "not called",
            message: format!("`{state}` is not called in the history"),
            event: None,
            file: None,
        });
        let Some((number, event)) = self.execution.event_of(request.id) else { return Err(missing) };
        self.follow(number);
        let Some(run) = self.runs.get(number) else { return Err(missing) };
        let Some(visit) = run.trace.visit_of(event) else { return Err(missing) };
        let Some((number_of_call, asked)) = run.trace.calls(visit).iter().enumerate().next_back() else {
            return Err(missing);
        };
        missing.resource.clone_from(&asked.called.resource);
        missing.of_call("not called", format!(", and the history has no call of `{state}` there"));
        let Some(recorded) = run.recorded else {
            let item = run.parent.map_or(0, |(_, _, item)| item);
            missing.of_call("no child", format!(" for item {item}, and no history of a child execution has its input"));
            return Err(missing);
        };
        missing.file = (number > 0).then(|| recorded.file.clone());
        let Some(of) = run.trace.same_visit(&recorded.trace, visit) else { return Err(missing) };
        let calls = recorded.trace.calls(of);
        missing.event = recorded.trace.visit(of).map(|visit| visit.entered);
        let Some(call) = calls.get(number_of_call) else {
            if let (count @ 1.., last) = (calls.len(), calls.last()) {
                let attempts = counted(count as u64, "attempt");
                let why = format!(" for attempt {attempt}, and the history has {attempts}");
                missing.of_call("no more attempts", why);
                missing.event = last.and_then(|call| Some(call.outcome.as_ref()?.1)).or(missing.event);
            }
            return Err(missing);
        };
        missing.event = Some(call.scheduled);
        if call.called.resource != asked.called.resource {
            missing.of_call("other resource", format!(", and the history has an answer of {}", call.called.resource));
            return Err(missing);
        }
        let heartbeat = asked.called.heartbeat;
        // The time from the recorded call of the task to an event.
        let time = |event: u64| recorded.trace.event(event).map_or(Instant::from_millis(0), |noted| noted.time);
        let since = |event: u64| time(call.scheduled).until(time(event));
        let stopped = recorded.trace.visit(of).and_then(|visit| visit.time.1).map(Instant::from_millis);
        let stopped = stopped.or_else(|| recorded.trace.noted.last().map(|noted| noted.time));
        let until = stopped.map_or(Duration::ZERO, |stopped| time(call.scheduled).until(stopped));
        let (answer, after) = answer_of(call, since, until, request.is_activity);
        let stopped = stopped.map(|stopped| self.later(stopped).after(STOPPING));
        let (id, now) = (request.id, self.execution.now());
        let prompt = self.setting.prompt;
        let at = |after: Duration| if prompt { now } else { now.after(after) };
        let lasts = if matches!(answer, Answered::Stopped) { Duration::ZERO } else { after };
        // Heartbeats are not recorded. A task that did not miss one sent them as often as it had to.
        if let Some(seconds) = heartbeat.filter(|_| !prompt) {
            let every = Duration::from_secs(seconds);
            match call.called.heartbeat.filter(|recorded| *recorded <= seconds) {
                Some(recorded) if lasts > every => {
                    let recorded = Duration::from_secs(recorded.max(1));
                    let last = match &answer {
                        // The missed heartbeat was due one interval after the last one.
                        Answered::TimedOut(TaskError { error: Some(error), .. }) if &**error == HEARTBEAT_TIMEOUT => {
                            lasts.saturating_sub(recorded)
                        }
                        _ => lasts,
                    };
                    let step = recorded.saturating_sub(Duration::from_millis(1));
                    let mut beat = step;
                    while beat < last {
                        self.plan(at(beat), id, Act::Heartbeat);
                        beat += step;
                    }
                    if last > step {
                        self.plan(at(last), id, Act::Heartbeat);
                    }
                }
                None if lasts > every && matches!(answer, Answered::Result(_) | Answered::Error(_)) => {
                    missing.reason = "heartbeats";
                    missing.message = format!(
                        "`{state}` needs a heartbeat each {seconds} s, and the history does not show that they came"
                    );
                    return Err(missing);
                }
                _ => {}
            }
        }
        if let Some((worker, event)) = &call.worker {
            self.plan(at(since(*event)), id, Act::Take(worker.clone()));
        }
        if let Some((output, event)) = &call.submitted {
            self.plan(at(since(*event)), id, Act::Submit(output.clone()));
        }
        match &answer {
            Answered::Result(output) => self.plan(at(after), id, Act::Answer(Ok(output.clone()))),
            Answered::Error(error) => self.plan(at(after), id, Act::Answer(Err(error.clone()))),
            Answered::TimedOut(_) => {
                missing.waits("timed out", after.as_secs_f64());
                self.silent.insert(id, (now.after(after), missing));
            }
            Answered::Stopped => {
                missing.waits("stopped", after.as_secs_f64());
                let until = stopped.map_or(now, |stopped| stopped.max(now.after(after + STOPPING)));
                self.silent.insert(id, (until, missing));
            }
        }
        self.answers.entry(request.state.to_string()).or_default().push(answer);
        self.deliver(now);
        Ok(())
    }

    /// Delivers the answers that are due by a time.
    fn deliver(&mut self, time: Instant) {
        while let Some(entry) = self.acts.first_entry() {
            if entry.key().0 > time {
                break;
            }
            let (task, act) = entry.remove();
            // The task has ended: the answer is dropped.
            let _ = match act {
                Act::Take(worker) => self.execution.start_activity(task, worker.as_deref()),
                Act::Submit(output) => self.execution.submit(task, output),
                Act::Heartbeat => self.execution.heartbeat(task),
                Act::Answer(Ok(output)) => self.execution.succeed(task, output),
                Act::Answer(Err(error)) => self.execution.fail_task(task, error),
            };
        }
    }

    /// Lets time pass until something happens. An error ends the play, with the missing answer if there is one.
    fn wait(&mut self, until: Option<Instant>) -> Result<(), Option<Box<MissingAnswer>>> {
        let recorded = self.runs.first().and_then(|run| run.recorded);
        let stopped = recorded.and_then(|recorded| recorded.stops.get(self.stopped));
        let stop = stopped.map(|(time, _)| self.later(*time).max(self.execution.now()));
        let first = until.into_iter().chain(self.first_act()).min();
        let next = first.into_iter().chain(stop).min();
        if !self.silent.is_empty() {
            let waiting: BTreeSet<TaskId> = self.execution.waiting_tasks().into_iter().map(|(id, _)| id).collect();
            self.silent.retain(|task, _| waiting.contains(task));
        }
        let unknown = self.silent.values().find(|(known, _)| next.is_none_or(|next| next > *known));
        if let Some((_, missing)) = unknown.filter(|_| !self.setting.prompt) {
            return Err(Some(missing.clone()));
        }
        let Some(next) = next else { return Err(self.silent.values().next().map(|(_, missing)| missing.clone())) };
        self.execution.advance_to(next);
        self.deliver(next);
        if let Some((_, error)) = stopped.filter(|_| stop == Some(next) && first.is_none_or(|first| first > next)) {
            self.stopped += 1;
            self.execution.stop(error.error.as_deref(), error.cause.as_deref());
        }
        Ok(())
    }

    /// Redrives the execution if the recorded one was redriven.
    fn redrive(&mut self) -> bool {
        let recorded = self.runs.first().and_then(|run| run.recorded);
        let Some(time) = recorded.and_then(|recorded| recorded.redrives.get(self.redriven)).copied() else {
            return false;
        };
        if self.execution.status() == Status::Succeeded {
            return false;
        }
        self.redriven += 1;
        self.execution.advance_to(self.later(time));
        self.execution.redrive().is_ok()
    }
}

/// Changes the names of the execution, its machine and its role, including those in ARNs.
fn rename(start: &mut Start) {
    let other = |name: &str| format!("other_{name}-other");
    let at_end = |arn: &str, separator: char| match arn.rsplit_once(separator) {
        Some((before, name)) => format!("{before}{separator}{}", other(name)),
        None => other(arn),
    };
    let machine = &start.state_machine_name;
    let execution = start.execution_arn.replacen(&format!(":{machine}:"), &format!(":{}:", other(machine)), 1);
    start.execution_arn = at_end(&execution, ':');
    start.state_machine_arn = at_end(&start.state_machine_arn, ':');
    start.role_arn = at_end(&start.role_arn, '/');
    start.name = other(&start.name);
    start.state_machine_name = other(&start.state_machine_name);
}
