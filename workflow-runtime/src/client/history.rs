//! An execution's history, page by page, with the workflow's own states in each event.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::SystemTime;

use aws_sdk_sfn::types::HistoryEvent;
use futures_core::Stream;
use serde::de::DeserializeOwned;

use super::call::call;
use super::connection::Connection;
use super::pages::Page;
use super::status::time;
use super::{Error, Pages};
use crate::{Arn, Workflow, WorkflowState};

/// The events of an execution, the oldest first unless you call [`newest_first`](Self::newest_first). It is also a
/// [`Stream`].
///
/// ```ignore
/// let mut history = execution.history();
/// while let Some(event) = history.next().await? {
///     println!("{event}");
/// }
/// ```
#[must_use = "a history is read lazily: call `next` or `collect`"]
pub struct History<W> {
    connection: Connection,
    execution: Arn,
    newest_first: bool,
    has_data: bool,
    events: Option<Pages<Event<W>>>,
}

impl<W: Workflow> History<W> {
    pub(super) fn new(connection: Connection, execution: Arn) -> Self {
        Self { connection, execution, newest_first: false, has_data: true, events: None }
    }

    /// Returns the newest event first. Restarts the reading.
    pub fn newest_first(self) -> Self {
        Self { newest_first: true, events: None, ..self }
    }

    /// Omits inputs and outputs, which makes the answers shorter. Restarts the reading.
    pub fn without_data(self) -> Self {
        Self { has_data: false, events: None, ..self }
    }

    /// Returns the next event, or `None` after the last. After an error, the same page is requested again.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`] if the call fails.
    pub async fn next(&mut self) -> Result<Option<Event<W>>, Error> {
        self.events().next().await
    }

    /// Returns all remaining events, at most 25,000.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`] if the call fails.
    pub async fn collect(mut self) -> Result<Vec<Event<W>>, Error> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await? {
            events.push(event);
        }
        Ok(events)
    }

    fn events(&mut self) -> &mut Pages<Event<W>> {
        let Self { connection, execution, newest_first, has_data, events } = self;
        events.get_or_insert_with(|| {
            let (connection, execution) = (connection.clone(), execution.clone());
            let (newest_first, has_data) = (*newest_first, *has_data);
            Pages::new(move |token| {
                let (connection, execution) = (connection.clone(), execution.clone());
                async move {
                    let request = connection.sfn.get_execution_history().execution_arn(execution.as_str());
                    let request = request.max_results(1000).set_next_token(token);
                    let request = request.set_reverse_order(newest_first.then_some(true));
                    let request = request.set_include_execution_data((!has_data).then_some(false));
                    let answer = call!("GetExecutionHistory", execution = execution, request.send())
                        .map_err(|error| Error::of_call("GetExecutionHistory", error))?;
                    let items = answer.events.into_iter().map(|event| Event { event, workflow: PhantomData });
                    Ok(Page { items: items.collect(), next: answer.next_token })
                }
            })
        })
    }
}

impl<W: Workflow> Stream for History<W> {
    type Item = Result<Event<W>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(self.events()).poll_next(context)
    }
}

impl<W> fmt::Debug for History<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("History").field("execution", &self.execution).finish_non_exhaustive()
    }
}

/// An event of an execution's history.
///
/// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html>.
pub struct Event<W> {
    event: HistoryEvent,
    workflow: PhantomData<fn() -> W>,
}

/// Returns `$event.$details()?.$member()` of the first details that the event has.
macro_rules! member {
    ($event:expr, $member:ident of $($details:ident)*) => {
        None$(.or_else(|| $event.$details().and_then(|details| details.$member())))*
    };
}

impl<W: Workflow> Event<W> {
    /// Returns the event's number, from 1.
    pub fn id(&self) -> i64 {
        self.event.id()
    }

    /// Returns the number of the previous event on its branch; 0 for the first event.
    pub fn previous_id(&self) -> i64 {
        self.event.previous_event_id()
    }

    /// Returns when it happened.
    pub fn timestamp(&self) -> SystemTime {
        time(self.event.timestamp())
    }

    /// Returns the type of the event, such as `TaskFailed`.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html>.
    pub fn kind(&self) -> &str {
        self.event.r#type().as_str()
    }

    /// Returns the state that was entered or left, the map of the iteration, or the state whose evaluation failed.
    /// `None` for other events, and for a state that this version of the workflow does not have.
    pub fn state(&self) -> Option<W::State> {
        let name = self.state_name()?;
        W::State::ALL.iter().copied().find(|state| state.name() == name)
    }

    /// Returns the name of that state.
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

    /// Returns the state that this event enters, or whose evaluation failed.
    pub(super) fn entered_or_evaluated(&self) -> Option<&str> {
        let entered = self.event.state_entered_event_details().map(|details| details.name());
        entered.or_else(|| self.event.evaluation_failed_event_details().map(|details| details.state()))
    }

    /// Returns the input of the execution, state or task as JSON text, if the event has one.
    pub fn input(&self) -> Option<&str> {
        let task = self.event.task_scheduled_event_details().map(|details| details.parameters());
        task.or_else(|| {
            member!(self.event, input of execution_started_event_details state_entered_event_details
                lambda_function_scheduled_event_details activity_scheduled_event_details)
        })
    }

    /// Returns the output of the execution, state or task as JSON text, if the event has one.
    pub fn output(&self) -> Option<&str> {
        member!(self.event, output of execution_succeeded_event_details state_exited_event_details
            task_succeeded_event_details task_submitted_event_details lambda_function_succeeded_event_details
            activity_succeeded_event_details)
    }

    /// Returns the output as `T`, if the event has one.
    ///
    /// # Errors
    ///
    /// [`Error::Output`] if it does not match.
    pub fn output_as<T: DeserializeOwned>(&self) -> Result<Option<T>, Error> {
        self.output().map(super::execution::fits).transpose()
    }

    /// Returns the error's name, if the event is about one.
    pub fn error(&self) -> Option<&str> {
        member!(self.event, error of execution_failed_event_details execution_aborted_event_details
            execution_timed_out_event_details task_failed_event_details task_timed_out_event_details
            task_start_failed_event_details task_submit_failed_event_details lambda_function_failed_event_details
            lambda_function_timed_out_event_details lambda_function_schedule_failed_event_details
            lambda_function_start_failed_event_details activity_failed_event_details
            activity_timed_out_event_details activity_schedule_failed_event_details map_run_failed_event_details
            evaluation_failed_event_details)
    }

    /// Returns the error's cause, if the event is about one.
    pub fn cause(&self) -> Option<&str> {
        member!(self.event, cause of execution_failed_event_details execution_aborted_event_details
            execution_timed_out_event_details task_failed_event_details task_timed_out_event_details
            task_start_failed_event_details task_submit_failed_event_details lambda_function_failed_event_details
            lambda_function_timed_out_event_details lambda_function_schedule_failed_event_details
            lambda_function_start_failed_event_details activity_failed_event_details
            activity_timed_out_event_details activity_schedule_failed_event_details map_run_failed_event_details
            evaluation_failed_event_details)
    }

    /// Returns the SDK's full event.
    pub fn sdk(&self) -> &HistoryEvent {
        &self.event
    }
}

/// Prints one line: number, type, state and error name. `{:#}` also prints data that may be secret: the cause, the
/// input or the output.
impl<W: Workflow> fmt::Display for Event<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>5}  ", self.id())?;
        let secret = [self.cause(), self.input(), self.output()].into_iter().filter(|_| f.alternate());
        let parts = [self.state_name(), self.error()].into_iter().chain(secret);
        let rest = parts.flatten().collect::<Vec<_>>().join("  ");
        match rest.is_empty() {
            true => f.write_str(self.kind()),
            false => write!(f, "{:<28}  {rest}", self.kind()),
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
