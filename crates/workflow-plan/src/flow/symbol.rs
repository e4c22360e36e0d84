//! Symbolic values: literals, objects, and parts of values that are only known at run time.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use workflow_asl::Pointer;
use workflow_asl::json_kind::JsonKind;

/// The most alternatives that are distinguished. More count as any value.
const ALTERNATIVES: usize = 8;

/// The depth to which a value is followed. Deeper values count as any value.
const DEPTH: usize = 24;

/// The most values that are followed in one value, each counted as often as it is there: a chain of states that each
/// hold their input several times would make it grow exponentially. Values beyond this count as any value.
const SIZE: usize = 1_000;

/// The text of the item of an array whose parts may each be none or several items.
pub(super) const LISTED: &str = "[?]";

/// The part of a value of an execution that the definition determines.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Symbol {
    /// Any value.
    Unknown,
    /// A string, number, boolean or null.
    Scalar(Value),
    /// An object with these members, and with the other members of `base`.
    Object { members: BTreeMap<String, Symbol>, base: Option<Box<Symbol>> },
    /// An array of exactly these items.
    Tuple(Vec<Symbol>),
    /// An array of any number of these items.
    List(Box<Symbol>),
    /// A part of a value that is only known at run time.
    Part { of: ValueSource, path: Vec<String> },
    /// The result of an expression.
    Computed { text: String, of: Vec<Symbol> },
    /// One of several values.
    OneOf(Vec<Symbol>),
}

/// The source of a value that is only known at run time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ValueSource {
    /// The input of the execution.
    Input,
    /// The context object.
    Context,
    /// The result of a task, with a description of the call. Equal calls have equal descriptions.
    Result(String),
    /// The result of the task at this place, whatever it calls.
    Task(Pointer),
    /// The error output of a state.
    Error,
    /// An item of the map of that name.
    Item(String),
}

impl Symbol {
    pub(crate) fn input() -> Self {
        Self::origin(ValueSource::Input)
    }

    pub(crate) fn origin(of: ValueSource) -> Self {
        Self::Part { of, path: Vec::new() }
    }

    pub(crate) fn empty() -> Self {
        Self::Object { members: BTreeMap::new(), base: None }
    }

    pub(crate) fn object<const N: usize>(members: [(&str, Self); N]) -> Self {
        Self::Object { members: members.map(|(name, value)| (name.to_owned(), value)).into(), base: None }
    }

    /// Returns an array of these items, each of which may be none or several items.
    pub(crate) fn listed(items: Vec<Self>) -> Self {
        Self::List(Box::new(Self::Computed { text: LISTED.to_owned(), of: items }))
    }

    /// Returns what an array is made of, if each may be none or several items.
    pub(crate) fn parts_listed(&self) -> Option<&[Self]> {
        let Self::List(item) = self else { return None };
        match &**item {
            Self::Computed { text, of } if text == LISTED => Some(of),
            _ => None,
        }
    }

    /// Returns the object with the members of two, of the other one where both have one.
    pub(crate) fn merged(self, other: Self) -> Self {
        match (self, other) {
            (one, Self::Object { members, base }) => {
                let whole = base.map_or(one.clone(), |base| one.merged(*base));
                members.into_iter().fold(whole, |whole, (name, value)| whole.with(&[name], value))
            }
            (Self::Object { members, base: None }, other) if members.is_empty() => other,
            // The member of the other one wins if it is there.
            (Self::Object { members, base: None }, other) => {
                let own = members.into_iter().map(|(name, value)| {
                    let value = value.or(other.member(&name));
                    (name, value)
                });
                Self::Object { members: own.collect(), base: Some(Box::new(other)) }.sized()
            }
            (one, other) => Self::Computed { text: "$merge".to_owned(), of: vec![one, other] }.sized(),
        }
    }

    /// Returns the symbol of a JSON literal.
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

    /// Returns a symbol that is one of two values.
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
        if all.len() > ALTERNATIVES || all.contains(&Self::Unknown) {
            return Self::Unknown;
        }
        Self::OneOf(all).sized()
    }

    /// Returns a symbol for both values in which the members that differ are any value: after a loop has added to some of
    /// them, the others are still known.
    pub(crate) fn widened(self, other: Self) -> Self {
        let object = |symbol| match symbol {
            Self::Object { members, base } => Some((members, base)),
            Self::Part { .. } => Some((BTreeMap::new(), Some(Box::new(symbol)))),
            _ => None,
        };
        match (self, other) {
            (one, other) if one == other => one,
            (Self::OneOf(all), other) | (other, Self::OneOf(all)) => all.into_iter().fold(other, Self::widened),
            (one, other) => match (object(one), object(other)) {
                (Some((mut members, base)), Some((mut others, other_base))) if base == other_base => {
                    for (name, member) in &mut members {
                        let other = others.remove(name).unwrap_or(Self::Unknown);
                        *member = std::mem::replace(member, Self::Unknown).widened(other);
                    }
                    members.extend(others.into_keys().map(|name| (name, Self::Unknown)));
                    Self::Object { members, base }
                }
                _ => Self::Unknown,
            },
        }
    }

    /// Returns the value with each computed part directly over the data that it is made of, so that a loop that computes a
    /// value from itself comes back to the same symbol.
    pub(crate) fn flattened(self) -> Self {
        let all = |all: Vec<Self>| all.into_iter().map(Self::flattened).collect();
        match self {
            Self::Object { members, base } => Self::Object {
                members: members.into_iter().map(|(name, member)| (name, member.flattened())).collect(),
                base: base.map(|base| Box::new(base.flattened())),
            },
            Self::Tuple(items) => Self::Tuple(all(items)),
            Self::OneOf(items) => Self::OneOf(all(items)),
            Self::List(item) => Self::List(Box::new(item.flattened())),
            Self::Computed { text, of } => Self::Computed { text, of: Self::parts_of(&of) },
            one => one,
        }
    }

    /// Returns the parts of values that are only known at run time, each once.
    fn parts_of(values: &[Self]) -> Vec<Self> {
        let mut found = BTreeSet::new();
        values.iter().for_each(|value| value.parts(&mut found));
        found.into_iter().map(|(of, path)| Self::Part { of: of.clone(), path: path.to_vec() }).collect()
    }

    fn parts<'s>(&'s self, into: &mut BTreeSet<(&'s ValueSource, &'s [String])>) {
        if let Self::Part { of, path } = self {
            into.insert((of, path));
        }
        self.children().for_each(|child| child.parts(into));
    }

    /// Returns the values directly in it.
    fn children(&self) -> impl Iterator<Item = &Self> {
        let (members, others): (Option<&BTreeMap<_, _>>, _) = match self {
            Self::Object { members, base } => (Some(members), base.as_deref().map(std::slice::from_ref)),
            Self::Tuple(all) | Self::OneOf(all) | Self::Computed { of: all, .. } => (None, Some(all.as_slice())),
            Self::List(item) => (None, Some(std::slice::from_ref(&**item))),
            Self::Unknown | Self::Scalar(_) | Self::Part { .. } => (None, None),
        };
        members.into_iter().flat_map(BTreeMap::values).chain(others.into_iter().flatten())
    }

    /// Returns the member of that name, or the item if the name is a number in brackets.
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
            Self::List(item) if name.starts_with('[') && self.parts_listed().is_none() => (**item).clone(),
            Self::Part { of, path } if path.len() < DEPTH => {
                let path = path.iter().cloned().chain([name.to_owned()]).collect();
                Self::Part { of: of.clone(), path }
            }
            Self::OneOf(all) => all.iter().map(|one| one.member(name)).reduce(Self::or).unwrap_or(Self::Unknown),
            _ => Self::Unknown,
        }
    }

    /// Returns the value with another value at a path, as `ResultPath` does.
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
                Self::Object { members, base: base.clone() }.sized()
            }
            Self::OneOf(all) => {
                let each = all.iter().map(|one| one.with(path, value.clone()));
                each.reduce(Self::or).unwrap_or(Self::Unknown)
            }
            other => {
                let inner = if rest.is_empty() { value } else { self.inner(name).with(rest, value) };
                let base = Some(Box::new(other.clone()));
                Self::Object { members: [(name.clone(), inner)].into(), base }.sized()
            }
        }
    }

    /// Returns the member of that name, or a new object if it is missing.
    fn inner(&self, name: &str) -> Self {
        match self.member(name) {
            Self::Unknown => Self::empty(),
            member => member,
        }
    }

    /// Returns the kind of the value, if its form shows it.
    pub(crate) fn kind(&self) -> Option<JsonKind> {
        match self {
            Self::Scalar(value) => Some(JsonKind::of(value)),
            Self::Object { .. } => Some(JsonKind::Object),
            Self::Tuple(_) | Self::List(_) => Some(JsonKind::Array),
            Self::OneOf(all) => {
                let mut kinds = all.iter().map(Self::kind);
                let first = kinds.next()??;
                kinds.all(|kind| kind == Some(first)).then_some(first)
            }
            Self::Unknown | Self::Part { .. } | Self::Computed { .. } => None,
        }
    }

    /// Returns the alternatives of the value.
    pub(crate) fn alternatives(&self) -> &[Self] {
        match self {
            Self::OneOf(all) => all,
            one => std::slice::from_ref(one),
        }
    }

    /// Returns the nesting depth of the value.
    pub(crate) fn depth(&self) -> usize {
        1 + self.children().map(Self::depth).max().unwrap_or(0)
    }

    /// Returns how many values are in it, with itself.
    fn size(&self) -> usize {
        1 + self.children().map(Self::size).sum::<usize>()
    }

    /// Returns the value without the members and items that make it too large: they count as any value. What is
    /// computed from too much is computed from the parts that are only known at run time, and one of too large
    /// alternatives is any value.
    pub(crate) fn sized(mut self) -> Self {
        let mut size = 1;
        let mut fit = |part: &mut Self| {
            let more = part.size();
            if size + more > SIZE {
                *part = Self::Unknown;
            }
            size += if *part == Self::Unknown { 1 } else { more };
        };
        match &mut self {
            Self::Object { members, base } => {
                base.as_deref_mut().into_iter().chain(members.values_mut()).for_each(fit);
            }
            Self::Tuple(items) => items.iter_mut().for_each(fit),
            Self::List(item) => fit(item),
            Self::Computed { of, .. } if of.iter().map(Self::size).sum::<usize>() > SIZE => {
                *of = Self::parts_of(of);
                of.truncate(SIZE);
            }
            Self::OneOf(all) if all.iter().map(Self::size).sum::<usize>() > SIZE => return Self::Unknown,
            _ => {}
        }
        self
    }

    /// Returns the value, or any value if it is nested too deeply.
    pub(crate) fn bounded(self) -> Self {
        if self.depth() > DEPTH { Self::Unknown } else { self }
    }
}
