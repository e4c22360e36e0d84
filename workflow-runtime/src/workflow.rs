//! The trait that `workflow!` implements for each workflow: its name, type, definition, data types and states.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use workflow_schema::{Schema, Shape, TypeMismatch, Types, ValuePath};

use crate::__private::{Fragment, FragmentUse};
#[cfg(feature = "iam")]
use crate::PolicyTemplate;
use crate::{Definition, MachineType, ParamsError, WorkflowKind};

/// Any JSON value: `Json` in the `workflow!` language.
pub type Json = serde_json::Value;

/// A JSON object whose members all have one type: `Map<T>` in the `workflow!` language.
pub type Map<T> = BTreeMap<String, T>;

/// The schema of any value.
pub(crate) const ANY_VALUE: &str = r#"{"$schema":"https://json-schema.org/draft/2020-12/schema"}"#;
/// The schema of no parameters.
const NO_PARAMS: &str = r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object"}"#;

/// A workflow declared with [`workflow!`](crate::workflow!).
///
/// The macro implements it. You rarely need to implement it yourself.
pub trait Workflow: 'static {
    /// The state machine's name: the workflow's own name, unless `name "…";` gives another one.
    const NAME: &'static str;
    /// [`Standard`](crate::Standard) or [`Express`](crate::Express), which determines the available operations on
    /// executions.
    type Kind: WorkflowKind;
    /// The type as a value.
    const TYPE: MachineType = <Self::Kind as WorkflowKind>::TYPE;
    /// The Amazon States Language text, split at the deploy-time parameters. A single piece if there are none.
    #[doc(hidden)]
    const FRAGMENTS: &'static [Fragment];
    /// The properties that each of its executions must have, such as `after Reserve: Done or Release`, with the states'
    /// names in the definition. The definition does not contain them; `workflow-explore` checks them.
    const PROPERTIES: &'static [&'static str] = &[];
    /// The types of its data, for running it.
    #[doc(hidden)]
    const TYPES: &'static Types = &Types::NONE;
    /// The uses of fragments in it, for running it.
    #[doc(hidden)]
    const USES: &'static [FragmentUse] = &[];
    /// The captions of states that a graph shows in place of the definition's: name, detail and conditions, as JSON.
    #[doc(hidden)]
    const CAPTIONS: &'static str = "";
    /// The permissions that its role needs, for [`Definition::iam_policy`].
    #[cfg(feature = "iam")]
    const POLICY: PolicyTemplate = PolicyTemplate::UNKNOWN;

    /// The execution's input; [`Json`] if the workflow declares none.
    type Input: Serialize + DeserializeOwned;
    /// The execution's output; [`Json`] if the workflow declares none.
    type Output: Serialize + DeserializeOwned;
    /// The deploy-time parameters; `()` if there are none.
    type Params: Params;
    /// The states, one variant each, including those of branches and maps.
    type State: WorkflowState;

    /// Returns the definition of a workflow without parameters. It is a `&'static str`; nothing is computed.
    fn definition() -> Definition
    where
        Self: Workflow<Params = ()>,
    {
        let definition = Definition::fixed(Self::NAME, Self::TYPE, Self::FRAGMENTS);
        #[cfg(feature = "graph")]
        let definition = definition.with_captions(Self::CAPTIONS);
        #[cfg(feature = "iam")]
        let definition = definition.with_template(Self::POLICY.with(&()));
        definition
    }

    /// Returns the definition with each parameter's value inserted and escaped for its context.
    ///
    /// # Errors
    ///
    /// Fails if a parameter's own `Serialize` fails. Those of the language's types never do.
    fn definition_with(params: &Self::Params) -> Result<Definition, ParamsError> {
        let definition = Definition::spliced(Self::NAME, Self::TYPE, Self::FRAGMENTS, params)?;
        #[cfg(feature = "graph")]
        let definition = definition.with_captions(Self::CAPTIONS);
        #[cfg(feature = "iam")]
        let definition = definition.with_template(Self::POLICY.with(params));
        Ok(definition)
    }

    /// Returns the JSON Schema of the execution's input, as text: draft 2020-12, made at compile time. Any value is valid
    /// if the workflow declares no input, and for a type of your own without [`Schema`](trait@crate::Schema).
    ///
    /// It accepts what serde accepts for [`Self::Input`]. `cargo workflow types` prints it for all parts at once.
    ///
    /// ```
    /// workflow_runtime::workflow! {
    ///     workflow Greet {
    ///         input { name: String, title: Option<String> }
    ///         pass Hello { text: "Hello " + input.name } -> end;
    ///     }
    /// }
    /// let schema: serde_json::Value = serde_json::from_str(Greet::input_schema())?;
    /// assert_eq!(schema["$defs"]["GreetInput"]["required"], serde_json::json!(["name"]));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    fn input_schema() -> &'static str {
        ANY_VALUE
    }

    /// Returns the JSON Schema of the execution's output, like [`Self::input_schema`].
    fn output_schema() -> &'static str {
        ANY_VALUE
    }

    /// Returns the JSON Schema of the deploy-time parameters, like [`Self::input_schema`]: an object with a member for
    /// each.
    fn params_schema() -> &'static str {
        NO_PARAMS
    }

    /// Checks an input without its type, such as JSON from a file or from another program.
    ///
    /// It accepts what serde accepts for [`Self::Input`], if it also satisfies the constraints of the fields.
    ///
    /// ```
    /// use serde_json::json;
    /// use workflow_runtime::Workflow;
    ///
    /// workflow_runtime::workflow! {
    ///     workflow Greet {
    ///         input { name: String, times: u8 }
    ///         pass Hello { text: "Hello " + input.name } -> end;
    ///     }
    /// }
    /// assert!(Greet::validate_input(&json!({"name": "Ada", "times": 2})).is_ok());
    /// let invalid = Greet::validate_input(&json!({"times": 256})).unwrap_err();
    /// assert_eq!(
    ///     invalid.to_string(),
    ///     "the input does not match the declared type:\n  \
    ///      `input.name`: expected String, found nothing\n  \
    ///      `input.times`: expected u8, found 256"
    /// );
    /// ```
    ///
    /// # Errors
    ///
    /// Returns each part that does not match the declared type or violates a constraint.
    fn validate_input(input: &Json) -> Result<(), InvalidInput> {
        InvalidInput::of(TypeMismatch::of(Self::TYPES.input, input, &ValuePath::root("input"), usize::MAX))
    }

    /// Returns the graph of a workflow without parameters. Draw it with `to_svg`, `to_html`, `to_mermaid`, `to_dot` or
    /// `to_text`. Conditions are as in the source.
    ///
    /// ```
    /// use workflow_runtime::Workflow;
    ///
    /// workflow_runtime::workflow! {
    ///     workflow Greet {
    ///         input { name: String }
    ///         choice IsNamed { if input.name != "" -> Hello; else -> Done; }
    ///         pass Hello { text: "Hello " + input.name } -> end;
    ///         succeed Done;
    ///     }
    /// }
    /// assert!(Greet::graph().describe().contains("“IsNamed” continues at “Hello” if input.name != \"\"."));
    /// ```
    #[cfg(feature = "graph")]
    fn graph() -> workflow_graph::Graph
    where
        Self: Workflow<Params = ()>,
    {
        Self::definition().graph()
    }
}

/// An input that does not match its declared type.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct InvalidInput {
    /// Each part that does not match; never empty.
    pub mismatches: Vec<TypeMismatch>,
}

impl InvalidInput {
    pub(crate) fn of(mismatches: Vec<TypeMismatch>) -> Result<(), Self> {
        if mismatches.is_empty() { Ok(()) } else { Err(Self { mismatches }) }
    }
}

impl fmt::Display for InvalidInput {
    /// Writes each part on a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the input does not match the declared type:")?;
        self.mismatches.iter().try_for_each(|mismatch| write!(f, "\n  {mismatch}"))
    }
}

impl std::error::Error for InvalidInput {}

/// The states of a workflow, an enum that `workflow!` generates.
pub trait WorkflowState: Copy + 'static {
    /// Every state, in the order of the source.
    const ALL: &'static [Self];

    /// Returns the state's name in the Amazon States Language text and in the execution history.
    fn name(self) -> &'static str;
}

/// The deploy-time parameters of a workflow, a struct that `workflow!` generates from `params { … }`.
pub trait Params {
    /// Returns the value of the parameter `name` as JSON, or `None` if there is no such parameter or its `Serialize`
    /// fails.
    fn value(&self, name: &str) -> Option<Json>;
}

/// No parameters.
impl Params for () {
    fn value(&self, _name: &str) -> Option<Json> {
        None
    }
}

/// An Amazon Resource Name, such as `arn:aws:iam::123456789012:role/StepFunctions`. Only AWS validates it, when it is
/// used.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arn(String);

impl Schema for Arn {
    const SHAPE: &'static Shape = &Shape::Text;
}

impl Arn {
    /// Returns the text.
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
