//! An execution's history: a page at a time, each event with the workflow's own states.

use std::collections::VecDeque;
use std::fmt;
use std::marker::PhantomData;

use aws_sdk_sfn::primitives::DateTime;
use aws_sdk_sfn::types::{HistoryEvent, HistoryEventType};
use serde::de::DeserializeOwned;

use super::call::call;
use super::connection::Connection;
use super::error::Error;
use crate::{Arn, Workflow, WorkflowState};

/// The events of one execution, oldest first.
///
/// ```ignore
/// let mut history = execution.history();
/// while let Some(event) = history.next().await? {
///     println!("{event}");
/// }
/// ```
pub struct History<W> {
    connection: Connection,
    execution: Arn,
    page: VecDeque<HistoryEvent>,
    next: NextPage,
    workflow: PhantomData<fn() -> W>,
}

enum NextPage {
    First,
    After(String),
    None,
}

impl<W: Workflow> History<W> {
    pub(super) fn new(connection: Connection, execution: Arn) -> Self {
        Self { connection, execution, page: VecDeque::new(), next: NextPage::First, workflow: PhantomData }
    }

    /// The next event; `None` after the last. After an error the same page is asked for again.
    ///
    /// # Errors
    ///
    /// What [`Error`] says of any call.
    pub async fn next(&mut self) -> Result<Option<Event<W>>, Error> {
        loop {
            if let Some(event) = self.page.pop_front() {
                return Ok(Some(Event { event, workflow: PhantomData }));
            }
            let token = match &self.next {
                NextPage::First => None,
                NextPage::After(token) => Some(token.clone()),
                NextPage::None => return Ok(None),
            };
            let request = self
                .connection
                .sfn
                .get_execution_history()
                .execution_arn(self.execution.as_str())
                .max_results(1000)
                .set_next_token(token);
            let answer = call!("GetExecutionHistory", execution = self.execution, request.send())
                .map_err(|error| Error::of_call("GetExecutionHistory", error))?;
            self.next = answer.next_token.map_or(NextPage::None, NextPage::After);
            self.page = answer.events.into();
        }
    }

    /// All events that are left, at most 25,000.
    ///
    /// # Errors
    ///
    /// What [`Error`] says of any call.
    pub async fn collect(mut self) -> Result<Vec<Event<W>>, Error> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await? {
            events.push(event);
        }
        Ok(events)
    }
}

impl<W> fmt::Debug for History<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("History").field("execution", &self.execution).finish_non_exhaustive()
    }
}

/// One event of an execution's history.
///
/// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html>.
pub struct Event<W> {
    event: HistoryEvent,
    workflow: PhantomData<fn() -> W>,
}

/// `$event.$details()?.$member()` of the first details that the event has.
macro_rules! member {
    ($event:expr, $member:ident of $($details:ident)*) => {
        None$(.or_else(|| $event.$details().and_then(|details| details.$member())))*
    };
}

impl<W: Workflow> Event<W> {
    /// The event's number, from 1.
    pub fn id(&self) -> i64 {
        self.event.id()
    }

    /// The number of the event before it on its branch; 0 at the root.
    pub fn previous_id(&self) -> i64 {
        self.event.previous_event_id()
    }

    /// When it happened.
    pub fn timestamp(&self) -> &DateTime {
        self.event.timestamp()
    }

    /// What happened.
    pub fn kind(&self) -> &HistoryEventType {
        self.event.r#type()
    }

    /// The state that was entered or left, the map whose iteration it is, or the state whose evaluation failed:
    /// `None` for other events, and for a state that this version of the workflow does not have.
    pub fn state(&self) -> Option<W::State> {
        let name = self.state_name()?;
        W::State::ALL.iter().copied().find(|state| state.name() == name)
    }

    /// The same state's name.
    pub fn state_name(&self) -> Option<&str> {
        let event = &self.event;
        let entered = event.state_entered_event_details().map(|details| details.name());
        entered
            .or_else(|| event.state_exited_event_details().map(|details| details.name()))
            .or_else(|| event.evaluation_failed_event_details().map(|details| details.state()))
            .or_else(|| {
                member!(event, name of map_iteration_started_event_details map_iteration_succeeded_event_details
                    map_iteration_failed_event_details map_iteration_aborted_event_details)
            })
    }

    /// The input of the execution, state or task, as JSON text, where the event has one.
    pub fn input(&self) -> Option<&str> {
        let task = self.event.task_scheduled_event_details().map(|details| details.parameters());
        task.or_else(|| {
            member!(self.event, input of execution_started_event_details state_entered_event_details
                lambda_function_scheduled_event_details activity_scheduled_event_details)
        })
    }

    /// The output of the execution, state or task, as JSON text, where the event has one.
    pub fn output(&self) -> Option<&str> {
        member!(self.event, output of execution_succeeded_event_details state_exited_event_details
            task_succeeded_event_details task_submitted_event_details lambda_function_succeeded_event_details
            activity_succeeded_event_details)
    }

    /// The output as `T`, where the event has one.
    ///
    /// # Errors
    ///
    /// [`Error::Output`] when it does not fit.
    pub fn output_as<T: DeserializeOwned>(&self) -> Result<Option<T>, Error> {
        self.output().map(super::execution::fits).transpose()
    }

    /// The error's name, where the event is about one.
    pub fn error(&self) -> Option<&str> {
        member!(self.event, error of execution_failed_event_details execution_aborted_event_details
            execution_timed_out_event_details task_failed_event_details task_timed_out_event_details
            task_start_failed_event_details task_submit_failed_event_details lambda_function_failed_event_details
            lambda_function_timed_out_event_details lambda_function_schedule_failed_event_details
            lambda_function_start_failed_event_details activity_failed_event_details
            activity_timed_out_event_details activity_schedule_failed_event_details map_run_failed_event_details
            evaluation_failed_event_details)
    }

    /// What was said of the error, where the event is about one.
    pub fn cause(&self) -> Option<&str> {
        member!(self.event, cause of execution_failed_event_details execution_aborted_event_details
            execution_timed_out_event_details task_failed_event_details task_timed_out_event_details
            task_start_failed_event_details task_submit_failed_event_details lambda_function_failed_event_details
            lambda_function_timed_out_event_details lambda_function_schedule_failed_event_details
            lambda_function_start_failed_event_details activity_failed_event_details
            activity_timed_out_event_details activity_schedule_failed_event_details map_run_failed_event_details
            evaluation_failed_event_details)
    }

    /// All that the SDK has.
    pub fn sdk(&self) -> &HistoryEvent {
        &self.event
    }
}

/// One line: number, what happened, the state, the error's name; with `{:#}` also what may be secret: the cause, the input
/// or output.
impl<W: Workflow> fmt::Display for Event<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>5}  ", self.id())?;
        let secret = [self.cause(), self.input(), self.output()].into_iter().filter(|_| f.alternate());
        let parts = [self.state_name(), self.error()].into_iter().chain(secret);
        let rest = parts.flatten().collect::<Vec<_>>().join("  ");
        match rest.is_empty() {
            true => f.write_str(self.kind().as_str()),
            false => write!(f, "{:<28}  {rest}", self.kind().as_str()),
        }
    }
}

impl<W> Clone for Event<W> {
    fn clone(&self) -> Self {
        Self { event: self.event.clone(), workflow: PhantomData }
    }
}

impl<W> fmt::Debug for Event<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.event.fmt(f)
    }
}
