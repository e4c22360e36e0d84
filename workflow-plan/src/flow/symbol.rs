//! Values as a definition shows them: literals, objects, and parts of what only an execution knows.

use std::collections::BTreeMap;

use serde_json::Value;

/// Alternatives that are told apart; more are any value.
const ALTERNATIVES: usize = 8;

/// How deep a value is followed; what is deeper is any value.
const DEPTH: usize = 24;

/// A value of an execution, as far as the definition shows it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Symbol {
    /// Any value.
    Unknown,
    /// A text, number, truth value or null.
    Scalar(Value),
    /// An object: these members, and those of `base` that are not among them.
    Object { members: BTreeMap<String, Symbol>, base: Option<Box<Symbol>> },
    /// An array of these items.
    Tuple(Vec<Symbol>),
    /// An array of any number of such items.
    List(Box<Symbol>),
    /// A part of what only an execution knows.
    Part { of: Origin, path: Vec<String> },
    /// What an expression gives.
    Computed { text: String, of: Vec<Symbol>, kind: Option<Kind> },
    /// One of several.
    OneOf(Vec<Symbol>),
}

/// Where a value comes from that only an execution knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The input of the execution.
    Input,
    /// The context object.
    Context,
    /// What a task gives: what it calls, in words that are the same for the same call.
    Result(String),
    /// The error of a state.
    Error,
    /// The items of a map, by its name.
    Item(String),
}

/// The kinds of JSON values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Null,
    Bool,
    Number,
    Text,
    Array,
    Object,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "true or false",
            Self::Number => "a number",
            Self::Text => "text",
            Self::Array => "an array",
            Self::Object => "an object",
        }
    }
}

impl Symbol {
    pub(crate) fn input() -> Self {
        Self::origin(Origin::Input)
    }

    pub(crate) fn origin(of: Origin) -> Self {
        Self::Part { of, path: Vec::new() }
    }

    pub(crate) fn empty() -> Self {
        Self::Object { members: BTreeMap::new(), base: None }
    }

    pub(crate) fn object<const N: usize>(members: [(&str, Self); N]) -> Self {
        Self::Object { members: members.map(|(name, value)| (name.to_owned(), value)).into(), base: None }
    }

    /// The value of JSON that is taken as it is.
    pub(crate) fn literal(value: &Value) -> Self {
        match value {
            Value::Array(items) => Self::Tuple(items.iter().map(Self::literal).collect()),
            Value::Object(members) => {
                let members = members.iter().map(|(name, value)| (name.clone(), Self::literal(value)));
                Self::Object { members: members.collect(), base: None }
            }
            scalar => Self::Scalar(scalar.clone()),
        }
    }

    /// One of two values.
    pub(crate) fn or(self, other: Self) -> Self {
        if self == other {
            return self;
        }
        let alternatives = |symbol| match symbol {
            Self::OneOf(all) => all,
            one => vec![one],
        };
        let mut all = alternatives(self);
        for other in alternatives(other) {
            if !all.contains(&other) {
                all.push(other);
            }
        }
        if all.len() > ALTERNATIVES || all.contains(&Self::Unknown) { Self::Unknown } else { Self::OneOf(all) }
    }

    /// The member of that name, or the item of that number in brackets.
    pub(crate) fn member(&self, name: &str) -> Self {
        match self {
            Self::Object { members, base } => match (members.get(name), base) {
                (Some(member), _) => member.clone(),
                (None, Some(base)) => base.member(name),
                (None, None) => Self::Unknown,
            },
            Self::Tuple(items) => {
                let number = name.trim_matches(['[', ']']).parse::<usize>().ok();
                number.and_then(|number| items.get(number)).cloned().unwrap_or(Self::Unknown)
            }
            Self::List(item) if name.starts_with('[') => (**item).clone(),
            Self::Part { of, path } if path.len() < DEPTH => {
                let path = path.iter().cloned().chain([name.to_owned()]).collect();
                Self::Part { of: of.clone(), path }
            }
            Self::OneOf(all) => all.iter().map(|one| one.member(name)).reduce(Self::or).unwrap_or(Self::Unknown),
            _ => Self::Unknown,
        }
    }

    /// The value with another one at a path, as `ResultPath` puts it there.
    pub(crate) fn with(&self, path: &[String], value: Self) -> Self {
        let Some((name, rest)) = path.split_first() else { return value };
        if name.starts_with('[') || path.len() > DEPTH {
            return Self::Unknown;
        }
        match self {
            Self::Object { members, base } => {
                let inner = if rest.is_empty() { value } else { self.inner(name).with(rest, value) };
                let mut members = members.clone();
                members.insert(name.clone(), inner);
                Self::Object { members, base: base.clone() }
            }
            Self::OneOf(all) => {
                let each = all.iter().map(|one| one.with(path, value.clone()));
                each.reduce(Self::or).unwrap_or(Self::Unknown)
            }
            other => {
                let inner = if rest.is_empty() { value } else { self.inner(name).with(rest, value) };
                let base = Some(Box::new(other.clone()));
                Self::Object { members: [(name.clone(), inner)].into(), base }
            }
        }
    }

    /// The member of that name, or a new object where there is none.
    fn inner(&self, name: &str) -> Self {
        match self.member(name) {
            Self::Unknown => Self::empty(),
            member => member,
        }
    }

    /// The kind of value that it certainly is.
    pub(crate) fn kind(&self) -> Option<Kind> {
        match self {
            Self::Scalar(value) => Some(kind_of(value)),
            Self::Object { base: None, .. } => Some(Kind::Object),
            Self::Object { .. } => Some(Kind::Object),
            Self::Tuple(_) | Self::List(_) => Some(Kind::Array),
            Self::Computed { kind, .. } => *kind,
            Self::OneOf(all) => {
                let mut kinds = all.iter().map(Self::kind);
                let first = kinds.next()??;
                kinds.all(|kind| kind == Some(first)).then_some(first)
            }
            Self::Unknown | Self::Part { .. } => None,
        }
    }

    /// The alternatives of which it is one.
    pub(crate) fn alternatives(&self) -> &[Self] {
        match self {
            Self::OneOf(all) => all,
            one => std::slice::from_ref(one),
        }
    }

    /// How many values lie inside one another.
    pub(crate) fn depth(&self) -> usize {
        1 + match self {
            Self::Object { members, base } => {
                members.values().chain(base.as_deref()).map(Self::depth).max().unwrap_or(0)
            }
            Self::Tuple(items) | Self::OneOf(items) => items.iter().map(Self::depth).max().unwrap_or(0),
            Self::List(item) => item.depth(),
            Self::Computed { of, .. } => of.iter().map(Self::depth).max().unwrap_or(0),
            Self::Unknown | Self::Scalar(_) | Self::Part { .. } => 0,
        }
    }

    /// The value, or any value if it lies too deep to go on with.
    pub(crate) fn bounded(self) -> Self {
        if self.depth() > DEPTH { Self::Unknown } else { self }
    }
}

pub(crate) fn kind_of(value: &Value) -> Kind {
    match value {
        Value::Null => Kind::Null,
        Value::Bool(_) => Kind::Bool,
        Value::Number(_) => Kind::Number,
        Value::String(_) => Kind::Text,
        Value::Array(_) => Kind::Array,
        Value::Object(_) => Kind::Object,
    }
}
