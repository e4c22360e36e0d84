//! The task state: scheduling, and the answers to tasks.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html>

use std::sync::Arc;

use serde_json::Value;

use super::Execution;
use super::failure::Failure;
use super::thread::{Doing, TaskWait, Thread, ThreadId, Visit};
use super::timer::TimerKind;
use crate::clock::Instant;
use crate::error::RunError;
use crate::history::{Details, EventType};
use crate::payload::Payload;
use crate::program::resource::{Resource, ResourceKind};
use crate::program::{StateId, StateProgram, TaskProgram};
use crate::task::{TaskError, TaskId, TaskRequest};
use crate::token;

/// The effect of an answer to a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
#[non_exhaustive]
pub enum Answer {
    /// It was accepted.
    Taken,
    /// No task waits for it: the task was answered, timed out or stopped before.
    Late,
    /// It does not match the type that the workflow declares for the state. The task still waits for an answer;
    /// [`Execution::refusal`] has the mismatch.
    Refused,
}

/// How a task ended without an answer, for the event that reports it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Failed,
    TimedOut,
}

/// A task that waits for an answer by its token.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct TaskWithToken<'e> {
    /// The name of its state.
    pub state: &'e str,
    /// The token.
    pub token: &'e str,
    /// The time when its state was entered.
    pub since: Instant,
    /// The input of its state.
    pub input: &'e Payload,
    /// The ARN of its activity, if any.
    pub activity: Option<&'e str>,
    /// Whether a worker has taken it. Only activities are taken.
    pub is_taken: bool,
}

impl Execution {
    pub(super) fn schedule(
        &mut self,
        mut thread: Box<Thread>,
        mut visit: Visit,
        state: &StateProgram,
        task: &TaskProgram,
    ) {
        // Each attempt has a token of its own.
        let token = || token::make(&self.start.execution_arn, &self.random.uuid()).into();
        visit.token = task.resource.has_token().then(token);
        let asked = match self.ask(&thread, &visit, state, task) {
            Ok(asked) => asked,
            Err(failure) => return self.fail(thread, visit, failure),
        };
        let is_activity = matches!(task.resource.kind, ResourceKind::Activity);
        if is_activity && self.has_activity.as_ref().is_some_and(|exists| !exists(&task.resource.arn)) {
            let failure = Failure::runtime(&visit, &format!("The activity {} does not exist.", task.resource.arn));
            return self.fail(thread, visit, failure);
        }
        self.tell_scheduled(&mut thread, &task.resource, &asked);
        thread.ticket = self.ticket();
        let request = TaskRequest {
            id: TaskId(thread.ticket),
            state: Arc::clone(&visit.name),
            resource: Arc::clone(&task.resource.arn),
            input: asked.input,
            attempt: visit.retries,
            nth: self.count_task(visit.state),
            number: self.scheduled,
            scheduled_at: self.now,
            iteration: thread.item.as_ref().map(|item| item.index),
            token: visit.token.clone(),
            is_activity,
        };
        thread.visit = Some(visit);
        thread.doing = Doing::Task(TaskWait {
            started: !is_activity,
            submitted: false,
            timeout_seconds: asked.timeout_seconds,
            heartbeat_seconds: asked.heartbeat_seconds,
            heartbeats: 0,
        });
        let id = thread.id;
        let run = thread.run;
        self.park(thread);
        if self.run(run).status != super::Status::Running {
            return;
        }
        self.tasks.insert(request.id, id);
        // An activity's timeout starts when a worker takes it.
        if !is_activity {
            self.set_task_timers(id);
        }
        self.requests.push_back(request);
    }

    pub(super) fn ask(
        &self,
        thread: &Thread,
        visit: &Visit,
        state: &StateProgram,
        task: &TaskProgram,
    ) -> Result<RequestedTask, Failure> {
        let timeout = self.amount(thread, visit, task.timeout.as_ref())?;
        let heartbeat = self.amount(thread, visit, task.heartbeat.as_ref())?;
        let input = self.arguments(thread, visit, state)?;
        let role_arn = match &task.credentials {
            Some(credentials) => {
                let credentials = self.evaluate(thread, visit, |scope| credentials.evaluate(scope))?;
                credentials.get("RoleArn").and_then(Value::as_str).map(Arc::from)
            }
            None => None,
        };
        Ok(RequestedTask {
            input,
            timeout_seconds: timeout.map(whole),
            heartbeat_seconds: heartbeat.map(whole),
            role_arn,
        })
    }

    /// Counts a task, and returns how many its state had before.
    fn count_task(&mut self, state: StateId) -> u64 {
        self.scheduled += 1;
        let count = self.scheduled_of.entry(state).or_default();
        *count += 1;
        *count - 1
    }

    fn tell_scheduled(&mut self, thread: &mut Thread, resource: &Resource, asked: &RequestedTask) {
        let (timeout_seconds, heartbeat_seconds) = (asked.timeout_seconds, asked.heartbeat_seconds);
        let work = || Details::WorkScheduled {
            resource: Arc::clone(&resource.arn),
            input: asked.input.clone(),
            timeout_seconds,
            heartbeat_seconds,
            role_arn: asked.role_arn.clone(),
        };
        match &resource.kind {
            ResourceKind::Lambda => {
                self.record(thread, EventType::LambdaFunctionScheduled, work());
                self.record(thread, EventType::LambdaFunctionStarted, Details::None);
            }
            ResourceKind::Activity => self.record(thread, EventType::ActivityScheduled, work()),
            ResourceKind::Service { service, action, .. } => {
                let details = Details::TaskScheduled {
                    resource_type: Arc::clone(service),
                    resource: Arc::clone(action),
                    parameters: asked.input.clone(),
                    timeout_seconds,
                    heartbeat_seconds,
                    role_arn: asked.role_arn.clone(),
                };
                self.record(thread, EventType::TaskScheduled, details);
                let details = Details::Task { resource_type: Arc::clone(service), resource: Arc::clone(action) };
                self.record(thread, EventType::TaskStarted, details);
            }
        }
    }

    fn set_task_timers(&mut self, id: ThreadId) {
        let Some(thread) = self.threads.get(id.0).and_then(Option::as_ref) else { return };
        let Doing::Task(task) = &thread.doing else { return };
        let (ticket, heartbeats) = (thread.ticket, task.heartbeats);
        let (timeout, heartbeat) = (task.timeout_seconds, task.heartbeat_seconds);
        if let Some(seconds) = timeout {
            self.set_timer(seconds, id, ticket, TimerKind::Task);
        }
        if let Some(seconds) = heartbeat {
            self.set_timer(seconds, id, ticket, TimerKind::Heartbeat(heartbeats));
        }
    }

    /// Returns the task that waits for an answer with this token; `None` if it was answered, timed out or stopped, or
    /// never existed.
    pub fn task_of_token(&self, token: &str) -> Option<TaskId> {
        let mut waiting = self.tasks.iter();
        let (id, _) = waiting.find(|(id, thread)| {
            let thread = self.threads.get(thread.0).and_then(Option::as_ref);
            let visit = thread.filter(|thread| thread.ticket == id.0).and_then(|thread| thread.visit.as_ref());
            visit.is_some_and(|visit| visit.token.as_deref() == Some(token))
        })?;
        Some(*id)
    }

    /// Returns the tasks that wait for a worker or a callback to answer by their token, in the order of scheduling.
    ///
    /// ```
    /// use workflow_local::{Engine, Progress};
    ///
    /// let engine = Engine::new(&serde_json::json!({"StartAt": "Ask", "States": {"Ask": {
    ///     "Type": "Task",
    ///     "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    ///     "Parameters": {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/q", "MessageBody.$": "$$.Task.Token"},
    ///     "End": true,
    /// }}}))?;
    /// let mut execution = engine.start(&())?;
    /// while matches!(execution.step(), Progress::Advanced) {}
    /// let waiting: Vec<_> = execution.tasks_with_token().map(|task| task.state).collect();
    /// assert_eq!(waiting, ["Ask"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn tasks_with_token(&self) -> impl Iterator<Item = TaskWithToken<'_>> {
        self.tasks.iter().filter_map(|(id, thread)| {
            let thread = self.threads.get(thread.0).and_then(Option::as_ref).filter(|thread| thread.ticket == id.0)?;
            let (visit, Doing::Task(task)) = (thread.visit.as_ref()?, &thread.doing) else { return None };
            let resource = self.program.state(visit.state).resource();
            let activity = resource.filter(|resource| matches!(resource.kind, ResourceKind::Activity));
            Some(TaskWithToken {
                state: &visit.name,
                token: visit.token.as_deref()?,
                since: visit.entered_time,
                input: &visit.raw,
                activity: activity.map(|resource| &*resource.arn),
                is_taken: task.started && activity.is_some(),
            })
        })
    }

    /// Returns the ARN of the execution that a token belongs to; `None` if the text is not a token.
    ///
    /// ```
    /// assert_eq!(workflow_local::Execution::arn_of_token("not a token"), None);
    /// ```
    pub fn arn_of_token(token: &str) -> Option<String> {
        token::execution_arn(token)
    }

    /// Removes the thread that waits for a task, and returns it.
    fn take_waiting(&mut self, id: TaskId) -> Option<(Box<Thread>, TaskWait, Visit)> {
        let thread = self.tasks.remove(&id)?;
        let mut thread = self.take(thread)?;
        let doing = std::mem::replace(&mut thread.doing, Doing::Done);
        match (doing, thread.visit.take()) {
            (Doing::Task(task), Some(visit)) if thread.ticket == id.0 => Some((thread, task, visit)),
            (doing, visit) => {
                (thread.doing, thread.visit) = (doing, visit);
                self.park(thread);
                None
            }
        }
    }

    /// Puts a thread back that still waits for the task.
    fn wait_on(&mut self, mut thread: Box<Thread>, task: TaskWait, visit: Visit) {
        self.tasks.insert(TaskId(thread.ticket), thread.id);
        thread.doing = Doing::Task(task);
        thread.visit = Some(visit);
        self.park(thread);
    }

    /// Records that a worker takes an activity's task (`ActivityStarted`). Its timeout starts now.
    pub fn start_activity(&mut self, id: TaskId, worker_name: Option<&str>) -> Answer {
        let Some((mut thread, mut task, visit)) = self.take_waiting(id) else { return Answer::Late };
        let starts = !task.started;
        if starts {
            task.started = true;
            let details = Details::ActivityStarted { worker_name: worker_name.map(Arc::from) };
            self.record(&mut thread, EventType::ActivityStarted, details);
        }
        let place = thread.id;
        self.wait_on(thread, task, visit);
        if starts {
            self.set_task_timers(place);
        }
        Answer::Taken
    }

    /// Records that the service has accepted a job or callback task (`TaskSubmitted`).
    pub fn submit(&mut self, id: TaskId, output: impl Into<Payload>) -> Answer {
        let Some((mut thread, mut task, visit)) = self.take_waiting(id) else { return Answer::Late };
        self.tell_submitted(&mut thread, &mut task, &visit, output.into());
        let place = thread.id;
        // Heartbeats are counted from the submission.
        task.heartbeats += 1;
        let heartbeat = task.heartbeat_seconds.map(|seconds| (seconds, thread.ticket, task.heartbeats));
        self.wait_on(thread, task, visit);
        if let Some((seconds, ticket, heartbeats)) = heartbeat {
            self.set_timer(seconds, place, ticket, TimerKind::Heartbeat(heartbeats));
        }
        Answer::Taken
    }

    fn tell_submitted(&mut self, thread: &mut Thread, task: &mut TaskWait, visit: &Visit, output: Payload) {
        let program = Arc::clone(&self.program);
        let Some(resource) = program.state(visit.state).resource().filter(|resource| resource.is_submitted()) else {
            return;
        };
        if let (ResourceKind::Service { service, action, .. }, false) = (&resource.kind, task.submitted) {
            task.submitted = true;
            let (resource_type, resource) = (Arc::clone(service), Arc::clone(action));
            self.record(thread, EventType::TaskSubmitted, Details::TaskOutput { resource_type, resource, output });
        }
    }

    /// Records a heartbeat of the task (`SendTaskHeartbeat`). The next one is counted from now on.
    pub fn heartbeat(&mut self, id: TaskId) -> Answer {
        let Some((thread, mut task, visit)) = self.take_waiting(id) else { return Answer::Late };
        task.heartbeats += 1;
        let heartbeat = task.heartbeat_seconds.map(|seconds| (seconds, thread.ticket, task.heartbeats));
        let place = thread.id;
        self.wait_on(thread, task, visit);
        if let Some((seconds, ticket, heartbeats)) = heartbeat {
            self.set_timer(seconds, place, ticket, TimerKind::Heartbeat(heartbeats));
        }
        Answer::Taken
    }

    /// Makes the task succeed. A job or callback that was not submitted is submitted first, and an activity that was
    /// not taken is taken. For a workflow in Rust, the answer must match the type that it declares for the state.
    pub fn succeed(&mut self, id: TaskId, output: impl Into<Payload>) -> Answer {
        let output = output.into();
        let Some((mut thread, mut task, visit)) = self.take_waiting(id) else { return Answer::Late };
        if let Some(types) = &self.answer_types {
            let mismatches = types.mismatches(visit.state, &output);
            if !mismatches.is_empty() {
                self.refusal = Some(RunError::AnswerType { state: visit.name.to_string(), mismatches });
                self.wait_on(thread, task, visit);
                return Answer::Refused;
            }
        }
        self.catch_up(&mut thread, &mut task, &visit);
        let program = Arc::clone(&self.program);
        let Some(resource) = program.state(visit.state).resource() else { return Answer::Late };
        if output.is_too_large() {
            let whose = match &resource.kind {
                ResourceKind::Service { service, .. } => service,
                _ => &resource.arn,
            };
            let failure = Failure::too_large(whose);
            self.end_task(thread, visit, resource, Ending::Failed, failure);
            return Answer::Taken;
        }
        let (kind, details) = match &resource.kind {
            ResourceKind::Lambda => (EventType::LambdaFunctionSucceeded, Details::Output { output: output.clone() }),
            ResourceKind::Activity => (EventType::ActivitySucceeded, Details::Output { output: output.clone() }),
            ResourceKind::Service { service, action, .. } => (
                EventType::TaskSucceeded,
                Details::TaskOutput {
                    resource_type: Arc::clone(service),
                    resource: Arc::clone(action),
                    output: output.clone(),
                },
            ),
        };
        self.record(&mut thread, kind, details);
        self.finish(&program, thread, visit, output);
        Answer::Taken
    }

    /// Makes the task fail.
    pub fn fail_task(&mut self, id: TaskId, error: TaskError) -> Answer {
        let Some((mut thread, mut task, visit)) = self.take_waiting(id) else { return Answer::Late };
        let program = Arc::clone(&self.program);
        let Some(resource) = program.state(visit.state).resource() else { return Answer::Late };
        if matches!(resource.kind, ResourceKind::Activity) {
            self.catch_up(&mut thread, &mut task, &visit);
        }
        let timed_out = error.error.as_deref() == Some(workflow_asl::error_name::TIMEOUT);
        let ending = if timed_out { Ending::TimedOut } else { Ending::Failed };
        self.end_task(thread, visit, resource, ending, error.into());
        Answer::Taken
    }

    /// Writes the events that must come before a task's answer.
    fn catch_up(&mut self, thread: &mut Thread, task: &mut TaskWait, visit: &Visit) {
        if !task.started {
            task.started = true;
            self.record(thread, EventType::ActivityStarted, Details::ActivityStarted { worker_name: None });
        }
        self.tell_submitted(thread, task, visit, Payload::empty());
    }

    pub(super) fn task_timed_out(&mut self, mut thread: Box<Thread>, missed_heartbeat: bool) {
        self.tasks.remove(&TaskId(thread.ticket));
        self.requests.retain(|request| request.id.0 != thread.ticket);
        thread.doing = Doing::Done;
        let Some(visit) = thread.visit.take() else { return };
        let program = Arc::clone(&self.program);
        let Some(resource) = program.state(visit.state).resource() else { return };
        self.end_task(thread, visit, resource, Ending::TimedOut, Failure::timeout(missed_heartbeat));
    }

    /// Writes the event for the end of the task, then handles the failure.
    fn end_task(
        &mut self,
        mut thread: Box<Thread>,
        visit: Visit,
        resource: &Resource,
        ending: Ending,
        mut failure: Failure,
    ) {
        failure.cause_is_text = !resource.is_answered_outside();
        let (error, cause) = (failure.error.clone(), failure.cause.clone());
        let by = |failed, timed_out| if ending == Ending::Failed { failed } else { timed_out };
        let (kind, details) = match &resource.kind {
            ResourceKind::Lambda => (
                by(EventType::LambdaFunctionFailed, EventType::LambdaFunctionTimedOut),
                Details::Failure { error, cause },
            ),
            ResourceKind::Activity => {
                (by(EventType::ActivityFailed, EventType::ActivityTimedOut), Details::Failure { error, cause })
            }
            ResourceKind::Service { service, action, .. } => (
                by(EventType::TaskFailed, EventType::TaskTimedOut),
                Details::TaskFailure { resource_type: Arc::clone(service), resource: Arc::clone(action), error, cause },
            ),
        };
        self.record(&mut thread, kind, details);
        self.fail(thread, visit, failure);
    }
}

/// The request of a task and its limits.
pub(super) struct RequestedTask {
    pub(super) input: Payload,
    timeout_seconds: Option<u64>,
    heartbeat_seconds: Option<u64>,
    role_arn: Option<Arc<str>>,
}

/// Converts to whole seconds.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates, and ASL's seconds fit")]
fn whole(seconds: f64) -> u64 {
    seconds as u64
}
