//! The context object.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html>

use serde_json::{Map, Value, json};
use workflow_asl::document::StateKind;

use super::Execution;
use super::thread::{MapItem, Thread, Visit};
use crate::query::ContextPart;

impl Execution {
    /// What `$$` and `$states.context` are during a visit; `item` is a map's item whose
    /// input is being selected.
    pub(super) fn context(&self, thread: &Thread, visit: &Visit, item: Option<&MapItem>, part: ContextPart) -> Value {
        let mut context = match &self.given_context {
            Some(given) => given.value().clone(),
            None => self.own_context(thread, visit, part),
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
        if let Some(item) = item.or(thread.item.as_ref()) {
            let mut about_item = Map::new();
            about_item.insert("Index".to_owned(), json!(item.index));
            if let Some(key) = &item.key {
                about_item.insert("Key".to_owned(), json!(key));
            }
            about_item.insert("Value".to_owned(), item.value.value().clone());
            add("Map", json!({ "Item": about_item }));
        }
        context
    }

    /// What the execution knows of itself.
    fn own_context(&self, thread: &Thread, visit: &Visit, part: ContextPart) -> Value {
        let run = self.run(thread.run);
        let mut context = Map::new();
        if part.has(ContextPart::Execution) {
            let mut execution = Map::new();
            execution.insert("Id".to_owned(), Value::from(&*run.arn));
            if part == ContextPart::Whole {
                execution.insert("Input".to_owned(), run.input.value().clone());
            }
            execution.insert("Name".to_owned(), Value::from(&*run.name));
            execution.insert("RoleArn".to_owned(), Value::from(self.start.role_arn.as_str()));
            execution.insert("StartTime".to_owned(), Value::from(run.started.to_string()));
            execution.insert("RedriveCount".to_owned(), Value::from(0));
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
