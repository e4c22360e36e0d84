//! The context object.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html>

use serde_json::{Map, Value, json};
use workflow_asl::document::StateKind;

use super::Execution;
use super::thread::{MapItem, Thread, Visit};
use crate::payload::Payload;
use crate::query::{ContextPart, ContextSource, ContextValue};

/// The values of `$$` and `$states.context` during a visit.
pub(super) struct VisitContext<'a> {
    pub(super) execution: &'a Execution,
    pub(super) thread: &'a Thread,
    pub(super) visit: &'a Visit,
    /// A map's item whose input is being selected.
    pub(super) item: Option<&'a MapItem>,
}

impl VisitContext<'_> {
    fn item(&self) -> Option<&MapItem> {
        self.item.or(self.thread.item.as_ref())
    }
}

impl ContextSource for VisitContext<'_> {
    fn value(&self, value: ContextValue) -> Option<&Payload> {
        match value {
            ContextValue::ExecutionInput if self.execution.given_context.is_some() => None,
            ContextValue::ExecutionInput => Some(&self.execution.run(self.thread.run).input),
            ContextValue::ItemValue => self.item().map(|item| &item.value),
        }
    }

    fn part(&self, part: ContextPart) -> Value {
        let Self { execution, thread, visit, .. } = self;
        let mut context = match &execution.given_context {
            Some(given) => given.value().clone(),
            None => execution.own_context(thread, visit, part),
        };
        let mut add = |name: &str, value: Value| {
            if let Some(context) = context.as_object_mut() {
                context.insert(name.to_owned(), value);
            }
        };
        if !part.has(ContextPart::Visit) {
            return context;
        }
        if let Some(token) = &visit.token {
            add("Task", json!({ "Token": &**token }));
        }
        if let Some(item) = self.item() {
            let mut about_item = Map::new();
            about_item.insert("Index".to_owned(), json!(item.index));
            let origin = item.origin.as_ref();
            if let Some(key) = origin.and_then(|origin| origin.key.as_ref()) {
                about_item.insert("Key".to_owned(), json!(key));
            }
            about_item.insert("Value".to_owned(), Value::Null);
            if let Some(origin) = origin {
                about_item.insert("Source".to_owned(), json!(&*origin.source));
            }
            add("Map", json!({ "Item": about_item }));
        }
        context
    }
}

impl Execution {
    /// Returns the execution's part of the context object.
    fn own_context(&self, thread: &Thread, visit: &Visit, part: ContextPart) -> Value {
        let run = self.run(thread.run);
        let mut context = Map::new();
        if part.has(ContextPart::Execution) {
            let mut execution = Map::new();
            execution.insert("Id".to_owned(), Value::from(&*run.arn));
            execution.insert("Input".to_owned(), Value::Null);
            execution.insert("Name".to_owned(), Value::from(&*run.name));
            execution.insert("RoleArn".to_owned(), Value::from(self.start.role_arn.as_str()));
            execution.insert("StartTime".to_owned(), Value::from(run.started.to_string()));
            execution.insert("RedriveCount".to_owned(), Value::from(run.redrive_count));
            if let Some(time) = run.redriven {
                execution.insert("RedriveTime".to_owned(), Value::from(time.to_string()));
            }
            context.insert("Execution".to_owned(), Value::Object(execution));
        }
        if part.has(ContextPart::StateMachine) {
            context.insert("StateMachine".to_owned(), json!({ "Id": &*run.machine_arn, "Name": &*run.machine_name }));
        }
        if part.has(ContextPart::State) {
            let mut state = Map::new();
            state.insert("EnteredTime".to_owned(), Value::from(visit.entered_time.to_string()));
            state.insert("Name".to_owned(), Value::from(&*visit.name));
            // Only states that can be retried count their retries.
            let kind = self.program.state(visit.state).kind();
            if matches!(kind, StateKind::Task | StateKind::Parallel | StateKind::Map) {
                state.insert("RetryCount".to_owned(), Value::from(visit.retries));
            }
            context.insert("State".to_owned(), Value::Object(state));
        }
        Value::Object(context)
    }
}
