//! The permissions that the states of a workflow need, with holes for values that are only known at deployment.
//!
//! The texts are in IAM's syntax: `*` is only known at run time, `${Name}` is a hole.

use std::collections::{BTreeMap, BTreeSet};

use super::NoteKind;
use super::instantiate::parameters;

/// What a workflow needs, independent of where it runs and of its parameters.
///
/// [`Template::policy`] makes a policy from it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    /// The calls, in document order.
    pub calls: Vec<ServiceCall>,
}

/// The values that a parameter may have. `None` means that it may be absent.
pub type Values = Vec<Option<String>>;

/// A call that a state makes: by a task, an item reader or a result writer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceCall {
    /// The state's name.
    pub state: String,
    /// The `Resource`. Its ARN may contain the partition.
    pub resource: String,
    /// The `RoleArn` of its `Credentials`, if it has them: the call is made as that role.
    pub role: Option<Values>,
    /// The parameters that `needs` refers to.
    pub parameters: BTreeMap<String, Values>,
    /// What it needs.
    pub needs: Vec<Need>,
    /// Notes that hold in every setting.
    pub notes: Vec<(NoteKind, String)>,
}

/// What a call needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    /// Actions on resources. The texts come from `workflow_services::Statement`.
    Statement {
        /// The actions.
        actions: Vec<String>,
        /// The resources. If none remain after they are filled in, the statement is not needed.
        resources: Vec<String>,
        /// The operator, key and values of each condition.
        conditions: Vec<(String, String, Vec<String>)>,
    },
    /// An action of an operation of the SDK.
    Action {
        /// The action.
        action: String,
        /// The forms of its resources. Without any, it can only be allowed on `*`.
        forms: Vec<ResourceForm>,
        /// The parameters whose values may be ARNs.
        arns: Vec<String>,
    },
    /// Invoking the function whose ARN is the `Resource`.
    Function,
    /// The `Resource` is unknown until its holes are filled in.
    Unknown(String),
}

impl Need {
    /// The actions.
    pub fn actions(&self) -> impl Iterator<Item = &str> {
        let (many, one) = match self {
            Self::Statement { actions, .. } => (actions.as_slice(), None),
            Self::Action { action, .. } => (&[][..], Some(action.as_str())),
            Self::Function | Self::Unknown(_) => (&[][..], None),
        };
        many.iter().map(String::as_str).chain(one)
    }

    /// The resources of a statement, with holes.
    pub fn resources(&self) -> impl Iterator<Item = &str> {
        let resources = match self {
            Self::Statement { resources, .. } => resources.as_slice(),
            _ => &[],
        };
        resources.iter().map(String::as_str)
    }

    /// Returns the parameters that the resources of a statement name.
    pub fn parameters(&self) -> Vec<String> {
        self.resources().flat_map(parameters).collect()
    }

    /// Returns the parameters that the conditions of a statement name.
    pub fn condition_parameters(&self) -> Vec<String> {
        let conditions = match self {
            Self::Statement { conditions, .. } => conditions.as_slice(),
            _ => &[],
        };
        conditions.iter().flat_map(|(_, _, values)| values).flat_map(|text| parameters(text)).collect()
    }
}

/// The form of a resource's ARN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceForm {
    /// The ARN with `*` in place of its parts.
    pub shape: String,
    /// The ARN with parameters in place of its parts; `None` if only a full ARN determines it.
    pub text: Option<String>,
    /// Whether a statement must have a resource of this form.
    pub required: bool,
    /// Whether there is a parameter for each part.
    pub told: bool,
}

impl ServiceCall {
    /// Returns a call that needs nothing yet.
    pub fn new(state: &str, resource: String) -> Self {
        Self { state: state.to_owned(), resource, ..Self::default() }
    }

    /// Adds actions on resources.
    pub fn allow<'a>(&mut self, actions: impl IntoIterator<Item = &'a str>, resources: Vec<String>) {
        let actions = actions.into_iter().map(str::to_owned).collect();
        self.needs.push(Need::Statement { actions, resources, conditions: Vec::new() });
    }

    /// Adds a note about the call.
    pub fn note(&mut self, kind: NoteKind, text: impl Into<String>) {
        self.notes.push((kind, text.into()));
    }

    /// Looks up the values of all parameters that the needs name.
    pub fn look_up(&mut self, find: impl Fn(&str) -> Values) {
        let mut named = BTreeSet::new();
        for need in &self.needs {
            match need {
                Need::Statement { resources, conditions, .. } => {
                    let values = conditions.iter().flat_map(|(_, _, values)| values);
                    resources.iter().chain(values).for_each(|text| named.extend(parameters(text)));
                }
                Need::Action { forms, arns, .. } => {
                    forms.iter().filter_map(|form| form.text.as_ref()).for_each(|text| named.extend(parameters(text)));
                    named.extend(arns.iter().cloned());
                }
                Need::Function | Need::Unknown(_) => {}
            }
        }
        self.parameters = named.into_iter().map(|name| (name.clone(), find(&name))).collect();
    }
}

impl Template {
    /// Returns the names of the holes.
    ///
    /// ```
    /// use workflow_iam::{Need, ServiceCall, Template};
    ///
    /// let mut call = ServiceCall::new("Do", "${Function}".to_owned());
    /// call.needs.push(Need::Function);
    /// let template = Template { calls: vec![call] };
    /// assert!(template.holes().contains("Function"));
    /// ```
    pub fn holes(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        for call in &self.calls {
            let values = call.parameters.values().chain(&call.role).flatten().flatten();
            for text in values.chain([&call.resource]) {
                let inside = text.split("${").skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
                names.extend(inside.filter(|name| !matches!(*name, "*" | "?" | "$" | super::MACHINE)));
            }
        }
        names
    }
}
