//! The ASL document as Rust types: read from JSON and written back without loss.
//!
//! Reading keeps what it can and reports the rest as [`Diagnostic`](crate::Diagnostic)s; what the
//! fields may hold is in the tables ([`Field`]), which the rules read too.

mod choice;
mod error_handling;
mod field;
mod machine;
mod map;
mod node;
mod state;

pub use choice::{ChoiceRule, Comparison, Operand, Operator, Relation};
pub use error_handling::{Catcher, Retrier};
pub use field::{Count, Field, Form, Group, Kinds, Preset, Table};
pub use machine::{Branch, QueryLanguage, Scope, StateMachine};
pub use map::{ItemBatcher, ItemProcessor, ItemReader, ProcessorConfig, ReaderConfig, ResultWriter, WriterConfig};
pub use node::PathField;
pub(crate) use node::{Object, wrong_type};
pub use state::{State, StateKind};
pub use workflow_services::MachineType;

/// The table of every ASL object, each before those inside it.
pub const TABLES: &[Table] = &[
    StateMachine::TABLE,
    State::TABLE,
    ChoiceRule::TABLE,
    Retrier::TABLE,
    Catcher::TABLE,
    Branch::TABLE,
    ItemProcessor::TABLE,
    ProcessorConfig::TABLE,
    ItemReader::TABLE,
    ReaderConfig::TABLE,
    ItemBatcher::TABLE,
    ResultWriter::TABLE,
    WriterConfig::TABLE,
];

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_document_that_was_read_is_written_with_its_order() {
        let text = r#"{"States":{"A":{"Seconds":3,"Type":"Wait","Next":"B"},"B":{"Choices":[{"Next":"C","NumericEquals":1,"Variable":"$.x"}],"Type":"Choice"},"C":{"Type":"Succeed","Comment":"done"}},"StartAt":"A"}"#;
        let value: Value = serde_json::from_str(text).unwrap();
        let (machine, found) = StateMachine::read(&value);
        assert_eq!(found, []);
        assert_eq!(machine.write().to_string(), text);
    }

    #[test]
    fn an_unknown_field_is_reported_where_it_stands_with_the_nearest_name() {
        let value = json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "Ressult": 1, "End": true}}});
        let (_, found) = StateMachine::read(&value);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].pointer.as_str(), "/States/A/Ressult");
        assert_eq!(found[0].help().as_deref(), Some("did you mean `Result`?"));
    }

    #[test]
    fn scopes_come_outermost_first() {
        let inner = json!({"StartAt": "X", "States": {"X": {"Type": "Pass", "End": true}}});
        let value = json!({"StartAt": "P", "States": {
        "P": {"Type": "Parallel", "Branches": [inner, inner], "Next": "M"},
        "M": {"Type": "Map", "Iterator": inner, "End": true}}});
        let (machine, found) = StateMachine::read(&value);
        assert_eq!(found, []);
        let pointers: Vec<_> = machine.scopes().iter().map(|scope| scope.pointer.as_str().to_owned()).collect();
        assert_eq!(pointers, ["", "/States/P/Branches/0", "/States/P/Branches/1", "/States/M/Iterator"]);
    }

    #[test]
    fn what_does_not_fit_is_reported_and_written_back() {
        let value = json!({"StartAt": "A", "States": {
        "A": {"Nxt": 1, "Type": "Task", "Resource": "${F}", "Retry": "${Retry}", "TimeoutSeconds": "${T}", "End": "yes"},
        "B": {"Kind": "Pass"}, "C": 7,
        "D": {"Type": "Choice", "Choices": ["x", {"Variable": "$.a", "IsNull": true, "Next": "A"}]}}});
        let (machine, found) = StateMachine::read(&value);
        let found: Vec<_> = found.iter().map(|d| (d.code.id(), d.pointer.as_str())).collect();
        assert_eq!(
            found,
            [
                ("WF0122", "/States/A/Nxt"),
                ("WF0121", "/States/A/End"),
                ("WF0124", "/States/B"),
                ("WF0121", "/States/C"),
                ("WF0121", "/States/D/Choices/0"),
            ]
        );
        assert_eq!(machine.write().to_string(), value.to_string());
        let states = machine.states.unwrap();
        assert!(
            states["B"].is_unread() && states["A"].has("Retry") && states["D"].choices.as_ref().unwrap().len() == 2
        );
    }

    #[test]
    fn documents_of_one_meaning_are_equal() {
        let read = |text: &str| StateMachine::read(&serde_json::from_str(text).unwrap()).0;
        let one = read(r#"{"StartAt":"A","States":{"A":{"Type":"Wait","Seconds":3,"End":true}}}"#);
        assert_eq!(one, read(r#"{"States":{"A":{"End":true,"Seconds":3,"Type":"Wait"}},"StartAt":"A"}"#));
        assert_ne!(one, read(r#"{"States":{"A":{"End":"true","Seconds":3,"Type":"Wait"}},"StartAt":"A"}"#));
    }
}
