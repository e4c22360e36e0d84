//! What `workflow!` implements for each workflow: its name, type, text, data types and states.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::__private::schema::Types;
#[cfg(feature = "iam")]
use crate::PolicyTemplate;
use crate::{Definition, Escape, ParamsError, WorkflowKind};

/// Any JSON value: what `Json` means in the `workflow!` language.
pub type Json = serde_json::Value;

/// A JSON object whose members all have one type: what `Map<T>` means in the `workflow!` language.
pub type Map<T> = BTreeMap<String, T>;

/// The type of a state machine, fixed when it is created.
///
/// See <https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MachineType {
    /// Runs up to a year, each step once; executions and their histories can be read through the API.
    #[default]
    Standard,
    /// Runs up to five minutes, steps at least once; histories go to CloudWatch Logs only.
    Express,
}

impl MachineType {
    /// The word the Step Functions API uses: `STANDARD` or `EXPRESS`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "STANDARD",
            Self::Express => "EXPRESS",
        }
    }
}

impl fmt::Display for MachineType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A workflow declared with [`workflow!`](crate::workflow!).
///
/// The macro implements it; there is seldom a reason to do so by hand.
pub trait Workflow: 'static {
    /// The state machine's name: the workflow's own, unless `name "…";` says otherwise.
    const NAME: &'static str;
    /// [`Standard`](crate::Standard) or [`Express`](crate::Express), which decides what can be done with its executions.
    type Kind: WorkflowKind;
    /// The same as a value.
    const TYPE: MachineType = <Self::Kind as WorkflowKind>::TYPE;
    /// The Amazon States Language text, cut where deploy-time parameters stand; one piece when there are none.
    const PIECES: &'static [Piece];
    /// The types of its data, for whoever runs it.
    #[doc(hidden)]
    const TYPES: &'static Types = &Types::NONE;
    /// What its role needs, for [`Definition::iam_policy`].
    #[cfg(feature = "iam")]
    const POLICY: PolicyTemplate = PolicyTemplate::UNKNOWN;

    /// The execution's input; [`Json`] when the workflow declares none.
    type Input: Serialize + DeserializeOwned;
    /// The execution's output; [`Json`] when the workflow declares none.
    type Output: Serialize + DeserializeOwned;
    /// The deploy-time parameters; `()` when there are none.
    type Params: Params;
    /// The states, one variant each, those of branches and maps included.
    type State: WorkflowState;

    /// The definition of a workflow without parameters: a `&'static str`, nothing is built.
    fn definition() -> Definition
    where
        Self: Workflow<Params = ()>,
    {
        let definition = Definition::fixed(Self::NAME, Self::TYPE, Self::PIECES);
        #[cfg(feature = "iam")]
        let definition = definition.with_template(Self::POLICY.with(&()));
        definition
    }

    /// The definition with each parameter's value spliced in, escaped for where it lands.
    ///
    /// # Errors
    ///
    /// When a parameter's own `Serialize` fails. The types of the language never do.
    fn definition_with(params: &Self::Params) -> Result<Definition, ParamsError> {
        let definition = Definition::spliced(Self::NAME, Self::TYPE, Self::PIECES, params)?;
        #[cfg(feature = "iam")]
        let definition = definition.with_template(Self::POLICY.with(params));
        Ok(definition)
    }

    /// The picture of a workflow without parameters, to be drawn by `to_svg`, `to_html`, `to_mermaid`, `to_dot` or
    /// `to_text`.
    #[cfg(feature = "graph")]
    fn graph() -> workflow_graph::Graph
    where
        Self: Workflow<Params = ()>,
    {
        Self::definition().graph()
    }
}

/// The states of one workflow, as an enum that `workflow!` writes.
pub trait WorkflowState: Copy + 'static {
    /// Every state in the order of the source.
    const ALL: &'static [Self];

    /// The state's name in the Amazon States Language text and in the execution history.
    fn name(self) -> &'static str;
}

/// The deploy-time parameters of one workflow, as a struct that `workflow!` writes from `params { … }`.
pub trait Params {
    /// The value of the parameter called `name` as JSON; `None` when there is no such parameter
    /// or its own `Serialize` fails.
    fn value(&self, name: &str) -> Option<Json>;
}

/// No parameters.
impl Params for () {
    fn value(&self, _name: &str) -> Option<Json> {
        None
    }
}

/// One piece of a definition's text.
#[derive(Clone, Copy, Debug)]
pub enum Piece {
    /// Text that stands as it is.
    Text(&'static str),
    /// A deploy-time parameter.
    Param {
        /// The parameter's name in `params { … }`.
        name: &'static str,
        /// Where it lands, which decides how its value is written.
        escape: Escape,
    },
    /// A constant of the user's Rust code: `const PATH` in the `workflow!` language.
    Constant {
        /// The constant.
        value: &'static dyn Constant,
        /// Where it lands, which decides how its value is written.
        escape: Escape,
    },
}

/// What a constant in a workflow must be: a value that can be written as JSON.
pub trait Constant: fmt::Debug + Send + Sync {
    /// The value as JSON; `None` when its own `Serialize` fails.
    fn value(&self) -> Option<Json>;
}

impl<T: Serialize + fmt::Debug + Send + Sync> Constant for T {
    fn value(&self) -> Option<Json> {
        serde_json::to_value(self).ok()
    }
}

/// An Amazon Resource Name, such as `arn:aws:iam::123456789012:role/StepFunctions`. AWS checks it when it is used.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arn(pub String);

impl Arn {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for Arn {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Arn {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Arn {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<Arn> for String {
    fn from(arn: Arn) -> Self {
        arn.0
    }
}

impl Serialize for Arn {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Arn {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}
