//! The permissions that a workflow's role needs: actions, their resources, and statements.

use std::fmt;

use crate::integration::{Integration, Pattern, Patterns};
use crate::operation::Operation;
use crate::table::{Reader, Texts};

/// An action that calling an [`Operation`] needs.
///
/// ```
/// use workflow_services::Service;
///
/// let operation = Service::find("s3").unwrap().operation("listObjectsV2").unwrap();
/// let action = operation.iam().next().unwrap();
/// assert_eq!(action.name(), "s3:ListBucket");
/// assert!(action.resources().any(|resource| resource.arn == "arn:${Partition}:s3:::${BucketName}"));
/// ```
#[derive(Clone, Copy)]
pub struct IamAction {
    operation: Operation,
    /// `prefix:Name`; `None` if it equals the name of the operation.
    name: Option<&'static str>,
    /// Where the numbers of the resources start.
    resources: Reader,
    count: usize,
    dependents: Option<Reader>,
}

/// The form of a resource's ARN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArnForm {
    /// With `${Partition}`, `${Region}`, `${Account}` and names for the parts of the resource, as AWS's service
    /// authorization reference writes it: `arn:${Partition}:s3:::${BucketName}/${ObjectName}`.
    pub arn: &'static str,
    /// Whether a statement must have a resource of this form.
    pub required: bool,
}

impl IamAction {
    pub(crate) fn read(operation: Operation, reader: &mut Reader) -> Option<Self> {
        let head = reader.number()?;
        let name = if head & 1 == 1 { None } else { Some(reader.text()?) };
        let (resources, count) = (*reader, head >> 2);
        (0..count).try_for_each(|_| reader.number().map(drop))?;
        let dependents = (head & 2 != 0).then_some(*reader);
        if dependents.is_some() {
            reader.skip_texts()?;
        }
        Some(Self { operation, name, resources, count, dependents })
    }

    /// Returns the name in a policy: `s3:ListBucket`.
    pub fn name(self) -> String {
        if let Some(name) = self.name {
            return name.to_owned();
        }
        let mut letters = self.operation.name().chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        let prefix = self.operation.service().iam_prefix();
        prefix.chars().chain([':']).chain(first).chain(letters).collect()
    }

    /// Returns the resources that a statement may be limited to. Empty if the action can only be allowed on `*`.
    pub fn resources(self) -> impl Iterator<Item = ArnForm> {
        let mut reader = self.resources;
        (0..self.count).map_while(move |_| {
            let number = reader.number()?;
            let arn = self.operation.service().arns()?.nth(number >> 1)?;
            Some(ArnForm { arn, required: number & 1 == 1 })
        })
    }

    /// Returns the actions that AWS says may also be needed: `iam:PassRole`.
    pub fn dependents(self) -> impl Iterator<Item = &'static str> {
        self.dependents.into_iter().flat_map(Reader::texts)
    }
}

/// A statement of the policy that AWS documents for an [`Integration`].
///
/// In resources and condition values, `${Partition}`, `${Region}` and `${Account}` stand for the workflow's partition,
/// region and account. `{X}` is the value of the parameter `X`, a path with dots and `[]`, or `*` if it is unknown.
/// `{X|Y|z}` is the first of the parameters that is given, or the text `z`. `{X:kind}` is an ARN made from the value;
/// the kind is the service it belongs to, or `role`, `execution`, `build`, `id`. A `?` after it means that it may be
/// absent. `<self>` is the workflow; `<task role>` and `<execution role>` are the roles of a task definition.
#[derive(Clone, Copy)]
pub struct Statement {
    patterns: Patterns,
    when: &'static str,
    actions: Reader,
    resources: Reader,
    conditions: Reader,
}

/// A condition of a [`Statement`].
#[derive(Clone)]
pub struct Condition {
    /// `StringEquals`, `StringLike`.
    pub operator: &'static str,
    /// `iam:PassedToService`.
    pub key: &'static str,
    values: Texts,
}

impl fmt::Debug for IamAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("IamAction").field(&self.name()).finish()
    }
}

impl fmt::Debug for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let actions: Vec<_> = self.actions().collect();
        let resources: Vec<_> = self.resources().collect();
        let mut statement = f.debug_struct("Statement");
        statement.field("actions", &actions).field("resources", &resources).finish_non_exhaustive()
    }
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values: Vec<_> = self.values().collect();
        write!(f, "{} {}: {values:?}", self.operator, self.key)
    }
}

impl Condition {
    /// Returns the allowed values, with placeholders as in [`Statement`].
    pub fn values(&self) -> impl Iterator<Item = &'static str> {
        self.values.clone()
    }
}

impl Statement {
    pub(crate) fn read(reader: &mut Reader) -> Option<Self> {
        let patterns = Patterns::of(reader.byte()?);
        let when = reader.text()?;
        let actions = *reader;
        reader.skip_texts()?;
        let resources = *reader;
        reader.skip_texts()?;
        let conditions = *reader;
        for _ in 0..reader.number()? {
            reader.skip_text()?;
            reader.skip_text()?;
            reader.skip_texts()?;
        }
        Some(Self { patterns, when, actions, resources, conditions })
    }

    /// The actions: `sagemaker:CreateTrainingJob`.
    pub fn actions(self) -> impl Iterator<Item = &'static str> {
        self.actions.texts()
    }

    /// The resources.
    pub fn resources(self) -> impl Iterator<Item = &'static str> {
        self.resources.texts()
    }

    /// The conditions.
    pub fn conditions(self) -> impl Iterator<Item = Condition> {
        let mut reader = self.conditions;
        let count = reader.number().unwrap_or(0);
        (0..count).map_while(move |_| {
            let (operator, key) = (reader.text()?, reader.text()?);
            let values = reader.texts();
            reader.skip_texts()?;
            Some(Condition { operator, key, values })
        })
    }

    /// Returns the parameter without which the statement is not needed.
    pub fn when(self) -> Option<&'static str> {
        (!self.when.is_empty()).then_some(self.when)
    }

    pub(crate) fn is_for(self, pattern: Pattern) -> bool {
        self.patterns.has(pattern)
    }
}

impl Integration {
    /// Returns the statements that the role needs for a task of that pattern, as AWS documents them for the
    /// integration.
    pub fn iam(self, pattern: Pattern) -> impl Iterator<Item = Statement> {
        self.statements().filter(move |statement| statement.is_for(pattern))
    }
}
