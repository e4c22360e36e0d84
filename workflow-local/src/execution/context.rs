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
        let state = self.program.state(visit.state);
        let mut about_state = Map::new();
        about_state.insert("EnteredTime".to_owned(), json!(visit.entered_time.to_string()));
        about_state.insert("Name".to_owned(), json!(&*visit.name));
        // Only states that can be retried count their retries.
        if matches!(state.kind(), StateKind::Task | StateKind::Parallel | StateKind::Map) {
            about_state.insert("RetryCount".to_owned(), json!(visit.retries));
        }
        let input = match part {
            ContextPart::Whole => run.input.value().clone(),
            ContextPart::WithoutInput => Value::Null,
        };
        json!({
            "Execution": {
                "Id": &*run.arn,
                "Input": input,
                "Name": &*run.name,
                "RoleArn": self.start.role_arn,
                "StartTime": run.started.to_string(),
                "RedriveCount": 0,
            },
            "StateMachine": { "Id": &*run.machine_arn, "Name": &*run.machine_name },
            "State": about_state,
        })
    }
}
