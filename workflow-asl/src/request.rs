//! What a task may give for a parameter that is text.

use workflow_services::Shape;

/// What Step Functions takes for a parameter that is text, besides a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextParameter {
    /// Whether an object or an array may be meant: it becomes its JSON text.
    pub takes_json: bool,
    /// Whether a number or a boolean is known to fail the task. Step Functions makes no text of it.
    pub refuses_number: bool,
}

/// Parameters of optimised integrations that take any JSON but a number or a boolean, and whether the latter was seen to
/// fail: `The value for the field 'Payload' must be a STRING`.
const TEXT_OR_JSON: &[(&str, &str, bool)] = &[
    ("events:putEvents", "Detail", false),
    ("lambda:invoke", "Payload", true),
    ("sns:publish", "Message", false),
    ("sqs:sendMessage", "MessageBody", false),
];

/// How the names of parameters end whose text is often JSON.
const JSON: &[&str] = &[
    "Arguments",
    "Attributes",
    "Body",
    "Cause",
    "Config",
    "Configuration",
    "Content",
    "Context",
    "Data",
    "Definition",
    "Detail",
    "Details",
    "Document",
    "Input",
    "Json",
    "Message",
    "Metadata",
    "Output",
    "Parameters",
    "Pattern",
    "Payload",
    "Policy",
    "Properties",
    "Schema",
    "Settings",
    "State",
    "String",
    "Template",
    "Text",
    "Value",
];

/// What the parameter with this name and shape takes; `None` where it is no text, or takes any JSON. Values of a map have
/// no name.
///
/// ```
/// use workflow_asl::request::text_parameter;
/// use workflow_services::Shape;
///
/// let name = text_parameter("lambda:invoke", Some("FunctionName"), Shape::String).unwrap();
/// assert!(!name.takes_json && name.refuses_number);
/// assert!(text_parameter("lambda:invoke", Some("Payload"), Shape::Blob).unwrap().takes_json);
/// ```
pub fn text_parameter(call: &str, name: Option<&str>, shape: Shape) -> Option<TextParameter> {
    let known = TEXT_OR_JSON.iter().find(|(of, parameter, _)| *of == call && Some(*parameter) == name);
    match (known, shape, name) {
        (Some((.., refuses_number)), ..) => Some(TextParameter { takes_json: true, refuses_number: *refuses_number }),
        (_, Shape::Enum(_), Some(_)) => Some(TextParameter { takes_json: false, refuses_number: true }),
        (_, Shape::String, Some(name)) => {
            let takes_json = JSON.iter().any(|end| {
                name.len() >= end.len()
                    && name.is_char_boundary(name.len() - end.len())
                    && name[name.len() - end.len()..].eq_ignore_ascii_case(end)
            });
            Some(TextParameter { takes_json, refuses_number: true })
        }
        (_, Shape::Enum(_) | Shape::String, None) => Some(TextParameter { takes_json: true, refuses_number: false }),
        _ => None,
    }
}
