//! A workflow's definition in Amazon States Language, ready to deploy.

use std::borrow::Cow;
use std::fmt;

use crate::__private::{Fragment, ResourceKind};
#[cfg(feature = "iam")]
use crate::policy::FilledTemplate;
use crate::{MachineType, Params};

/// A workflow's definition in Amazon States Language (JSON), with the name and type of its state machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    name: &'static str,
    machine_type: MachineType,
    text: Cow<'static, str>,
    /// The captions of its states in a graph, as JSON.
    #[cfg(feature = "graph")]
    captions: &'static str,
    #[cfg(feature = "iam")]
    template: FilledTemplate,
}

impl Definition {
    /// Returns the definition of a workflow without parameters. A constant that cannot be serialized becomes `null`.
    pub(crate) fn fixed(name: &'static str, machine_type: MachineType, fragments: &'static [Fragment]) -> Self {
        if let [Fragment::Text(text)] = fragments {
            return Self::new(name, machine_type, Cow::Borrowed(text));
        }
        let mut out = String::new();
        for fragment in fragments {
            match *fragment {
                Fragment::Text(text) => out.push_str(text),
                Fragment::Constant { value, escape } => escape.write(&value.value().unwrap_or_default(), &mut out),
                // A workflow whose params are `()` has no such piece.
                Fragment::Param { .. } | Fragment::Resource { .. } => {}
            }
        }
        Self::new(name, machine_type, Cow::Owned(out))
    }

    pub(crate) fn spliced(
        name: &'static str,
        machine_type: MachineType,
        fragments: &'static [Fragment],
        params: &impl Params,
    ) -> Result<Self, ParamsError> {
        if let [Fragment::Text(text)] = fragments {
            return Ok(Self::new(name, machine_type, Cow::Borrowed(text)));
        }
        let mut out = String::new();
        for fragment in fragments {
            match *fragment {
                Fragment::Text(text) => out.push_str(text),
                Fragment::Param { name, escape } => {
                    let value = params.value(name).ok_or(ParamsError { name, kind: None })?;
                    escape.write(&value, &mut out);
                }
                Fragment::Resource { name, kind, form, escape } => {
                    let given = params.value(name).ok_or(ParamsError { name, kind: None })?;
                    let value = given.as_str().and_then(|arn| kind.form(arn, form));
                    escape.write(&value.ok_or(ParamsError { name, kind: Some(kind) })?.into(), &mut out);
                }
                Fragment::Constant { value, escape } => escape.write(&value.value().unwrap_or_default(), &mut out),
            }
        }
        Ok(Self::new(name, machine_type, Cow::Owned(out)))
    }

    /// Adds the template of the role's permissions, filled in with the parameters.
    #[cfg(feature = "iam")]
    pub(crate) fn with_template(mut self, template: FilledTemplate) -> Self {
        self.template = template;
        self
    }

    #[cfg(feature = "iam")]
    pub(crate) fn template(&self) -> &FilledTemplate {
        &self.template
    }

    fn new(name: &'static str, machine_type: MachineType, text: Cow<'static, str>) -> Self {
        Self {
            name,
            machine_type,
            text,
            #[cfg(feature = "graph")]
            captions: "",
            #[cfg(feature = "iam")]
            template: FilledTemplate::default(),
        }
    }

    #[cfg(feature = "graph")]
    pub(crate) fn with_captions(self, captions: &'static str) -> Self {
        Self { captions, ..self }
    }

    /// Returns the graph of the state machine, with these values of its parameters. Conditions are as in the source.
    #[cfg(feature = "graph")]
    pub fn graph(&self) -> workflow_graph::Graph {
        // The macro generated the text, so it is valid.
        let definition = serde_json::from_str(&self.text).unwrap_or_default();
        let captions: Vec<(String, String, Vec<String>)> = serde_json::from_str(self.captions).unwrap_or_default();
        workflow_graph::Graph::of_definition(&definition).named(self.name).with_captions(captions)
    }

    /// Returns the state machine's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the state machine's type.
    pub fn machine_type(&self) -> MachineType {
        self.machine_type
    }

    /// Returns the Amazon States Language text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the Amazon States Language text. Does not copy it if it was spliced.
    pub fn into_string(self) -> String {
        self.text.into_owned()
    }
}

/// Prints the Amazon States Language text.
impl fmt::Display for Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl AsRef<str> for Definition {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

/// A deploy-time parameter has no value for the definition: its `Serialize` implementation failed, or it must be the ARN
/// of a kind of resource, such as `sqs::Queue`, and is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParamsError {
    name: &'static str,
    /// The kind of resource whose ARN it must be.
    kind: Option<ResourceKind>,
}

impl ParamsError {
    /// Returns the parameter's name in `params { … }`.
    pub fn name(&self) -> &'static str {
        self.name
    }
}

impl fmt::Display for ParamsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Some(kind) => write!(f, "parameter `{}` is not the ARN of {}", self.name, kind.words()),
            None => write!(f, "parameter `{}` cannot be written as JSON", self.name),
        }
    }
}

impl std::error::Error for ParamsError {}
