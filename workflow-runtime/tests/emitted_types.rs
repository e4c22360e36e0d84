//! Tests the types that `workflow!` generates, as JSON: without serde in scope, and with all warnings denied.

#![deny(warnings, missing_docs)]

use workflow_runtime::__private::serde_json::{self, json};
use workflow_runtime::{Arn, Json, Timestamp};

/// How thorough to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mode {
    /// Quick.
    Fast,
    /// All of it.
    Full,
}
workflow_runtime::__private::enumeration! { Mode { Fast = "Fast", Full = "full" } }

/// An execution's input.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Renamed.
    pub is_hello: bool,
    /// A Rust keyword.
    pub r#type: Mode,
    /// Optional.
    pub note: Option<String>,
    /// Nested.
    pub parts: Vec<Part>,
}
workflow_runtime::__private::structure! { Input {
    is_hello: bool = "IsHello",
    r#type: Mode = "type",
    note: Option<String> = "note" optional,
    parts: Vec<Part> = "parts",
} }

/// One part.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Anything, null too.
    pub value: Json,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub role: Arn,
}
workflow_runtime::__private::structure! { Part { value: Json = "value", at: Timestamp = "at", role: Arn = "role" } }

/// Nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Nothing {}
workflow_runtime::__private::structure! { Nothing {} }

/// No variant: an uninhabited type that no text fits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Never {}
workflow_runtime::__private::enumeration! { Never {} }

fn input() -> Input {
    let part = Part { value: Json::Null, at: "2026-01-01T00:00:00Z".into(), role: "arn:aws:iam::1:role/r".into() };
    Input { is_hello: true, r#type: Mode::Full, note: None, parts: vec![part] }
}

#[test]
fn a_struct_writes_its_wire_names_and_leaves_absent_options_out() {
    let text = serde_json::to_string(&input()).unwrap();
    assert_eq!(
        text,
        r#"{"IsHello":true,"type":"full","parts":[{"value":null,"at":"2026-01-01T00:00:00Z","role":"arn:aws:iam::1:role/r"}]}"#
    );
    assert_eq!(serde_json::from_str::<Input>(&text).unwrap(), input());
}

#[test]
fn an_option_may_be_null_or_absent_and_unknown_members_are_ignored() {
    let read = |note: Json| {
        let mut value = serde_json::to_value(input()).unwrap();
        value["note"] = note;
        value["unknown"] = json!({"deep": [1, 2]});
        serde_json::from_value::<Input>(value).unwrap().note
    };
    assert_eq!(read(Json::Null), None);
    assert_eq!(read(json!("x")).as_deref(), Some("x"));
}

#[test]
fn what_does_not_fit_is_named() {
    let error = |text: &str| serde_json::from_str::<Part>(text).unwrap_err().to_string();
    assert!(error(r#"{"value":1,"at":"x"}"#).starts_with("missing field `role`"));
    assert!(error(r#"{"value":1,"value":2}"#).starts_with("duplicate field `value`"));
    assert!(error("[]").contains("expected struct Part"));
    let mode = serde_json::from_str::<Mode>(r#""Slow""#).unwrap_err().to_string();
    assert!(mode.starts_with("unknown variant `Slow`, expected `Fast` or `full`"), "{mode}");
    assert!(serde_json::from_str::<Never>(r#""x""#).is_err());
}

#[test]
fn a_struct_without_fields_is_an_empty_object() {
    assert_eq!(serde_json::to_string(&Nothing {}).unwrap(), "{}");
    assert_eq!(serde_json::from_str::<Nothing>(r#"{"more":1}"#).unwrap(), Nothing {});
}

#[test]
fn types_declared_inside_a_function_work_too() {
    #[derive(Debug, PartialEq)]
    struct Local {
        x: u8,
    }
    workflow_runtime::__private::structure! { Local { x: u8 = "x" } }
    assert_eq!(serde_json::from_str::<Local>(r#"{"x":1}"#).unwrap(), Local { x: 1 });
}
