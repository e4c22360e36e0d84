//! The possible requests of a task, and the possible values of its text parameters, from the table of AWS's APIs.

use workflow_services::{Integration, Operation, Shape, TaskResource};

use crate::json_kind::JsonKind;

/// The possible requests of a task.
#[derive(Clone, Copy, Debug)]
pub struct RequestInput {
    /// The parameters.
    pub shape: Shape,
    /// Whether a request that does not match is certainly wrong.
    pub certain: bool,
    /// The optimised integration, if it is one.
    integration: Option<Integration>,
}

impl RequestInput {
    /// Returns the possible requests of a call; `None` if the table has no such call, or the API cannot be called.
    ///
    /// ```
    /// use workflow_asl::request_input::RequestInput;
    /// use workflow_services::TaskResource;
    ///
    /// let send = TaskResource::parse("arn:aws:states:::sqs:sendMessage").unwrap();
    /// assert!(RequestInput::of(send).unwrap().shape.member("QueueUrl").is_some());
    /// ```
    pub fn of(task: TaskResource<'_>) -> Option<Self> {
        match task {
            TaskResource::Optimised(integration, _) => Some(Self {
                shape: integration.input(),
                certain: integration.input_verified(),
                integration: Some(integration),
            }),
            TaskResource::Sdk(operation, _) if operation.is_supported() => {
                Some(Self { certain: operation.service().is_documented(), ..Self::of_operation(operation) })
            }
            _ => None,
        }
    }

    /// Returns the input of an operation, for a call that is not a task.
    pub(crate) fn of_operation(operation: Operation) -> Self {
        Self { shape: operation.input(), certain: false, integration: None }
    }

    /// Returns whether text is allowed for an attribute value of DynamoDB, which is an object in the API.
    pub fn takes_plain_attribute_values(self) -> bool {
        self.integration.is_some_and(Integration::takes_plain_attribute_values)
    }

    /// Returns the parameters without which AWS rejects a state machine.
    pub fn refused_without(self) -> impl Iterator<Item = &'static str> {
        self.integration.into_iter().flat_map(Integration::refused_without)
    }

    /// Returns the kinds of values that the parameter with this name and shape takes, or that AWS converts; `None` if it
    /// takes any value. A string may spell a number or a boolean, and `null` is another question.
    ///
    /// ```
    /// use workflow_asl::json_kind::JsonKind;
    /// use workflow_asl::request_input::RequestInput;
    /// use workflow_services::{Shape, TaskResource};
    ///
    /// let send = TaskResource::parse("arn:aws:states:::sqs:sendMessage").unwrap();
    /// let input = RequestInput::of(send).unwrap();
    /// let kinds = input.kinds(Some("DelaySeconds"), Shape::Integer).unwrap();
    /// assert_eq!(kinds, [JsonKind::Number, JsonKind::Text]);
    /// ```
    pub fn kinds(self, name: Option<&str>, shape: Shape) -> Option<Vec<JsonKind>> {
        use JsonKind::{Array, Bool, Number, Object, Text};
        if let Some(text) = self.text_parameter(name, shape) {
            let json = [Object, Array].into_iter().filter(|_| text.takes_json);
            let number = [Number, Bool].into_iter().filter(|_| !text.refuses_number);
            return Some([Text].into_iter().chain(json).chain(number).collect());
        }
        Some(match shape {
            Shape::Structure(_) | Shape::Union(_) if self.takes_plain_attribute_values() => vec![Object, Text],
            Shape::Structure(_) | Shape::Union(_) | Shape::Map(_) => vec![Object],
            Shape::List(_) => vec![Array],
            Shape::Boolean => vec![Bool, Number, Text],
            Shape::Integer | Shape::Long | Shape::Float | Shape::Double => vec![Number, Text],
            _ => return None,
        })
    }

    /// Returns the possible values of the parameter with this name and shape; `None` if it is not text, or accepts any
    /// JSON. Values of a map have no name.
    ///
    /// ```
    /// use workflow_asl::request_input::RequestInput;
    /// use workflow_services::{Shape, TaskResource};
    ///
    /// let invoke = TaskResource::parse("arn:aws:states:::lambda:invoke").unwrap();
    /// let input = RequestInput::of(invoke).unwrap();
    /// let name = input.text_parameter(Some("FunctionName"), Shape::String).unwrap();
    /// assert!(!name.takes_json && name.refuses_number);
    /// assert!(input.text_parameter(Some("Payload"), Shape::Blob).unwrap().takes_json);
    /// ```
    pub fn text_parameter(self, name: Option<&str>, shape: Shape) -> Option<TextParameter> {
        let known = self.integration.zip(name).and_then(|(integration, name)| integration.text_or_json(name));
        match (known, shape, name) {
            (Some(refuses_number), ..) => Some(TextParameter { takes_json: true, refuses_number }),
            (_, Shape::Enum(_), Some(_)) => Some(TextParameter { takes_json: false, refuses_number: true }),
            (_, Shape::String, Some(name)) => {
                Some(TextParameter { takes_json: names_json(name), refuses_number: true })
            }
            (_, Shape::Enum(_) | Shape::String, None) => {
                Some(TextParameter { takes_json: true, refuses_number: false })
            }
            _ => None,
        }
    }
}

/// The values other than strings that Step Functions accepts for a string parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextParameter {
    /// Whether an object or an array may be intended, which becomes its JSON text.
    pub takes_json: bool,
    /// Whether a number or a boolean is known to fail the task, because Step Functions does not convert it to text.
    pub refuses_number: bool,
}

/// Returns whether the text of a member of this name is often JSON.
pub(crate) fn names_json(name: &str) -> bool {
    JSON.iter().any(|end| {
        name.len() >= end.len()
            && name.is_char_boundary(name.len() - end.len())
            && name[name.len() - end.len()..].eq_ignore_ascii_case(end)
    })
}

/// The suffixes of names of parameters whose text is often JSON.
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
