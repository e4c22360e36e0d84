//! An access path: a root, and the members and indices after it.
//!
//! Paths are compared structurally; their text is for messages.

use std::borrow::Cow;
use std::fmt;

use workflow_asl::Code;

use crate::syntax::ast::{Expr, ExprKind, Reference, Root, Segment, UnaryOp, plain};
use crate::syntax::spelling::spelled_segments;

/// The path to a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Path<'e> {
    pub(super) root: PathRoot<'e>,
    pub(super) segments: Vec<PathSegment<'e>>,
}

/// What a path starts from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PathRoot<'e> {
    /// A word of the language: `input`.
    Word(&'static str),
    Variable(Cow<'e, str>),
    /// A parameter of a closure.
    Parameter(Cow<'e, str>),
    /// The item of a map, by the name that the map gives it.
    NamedItem(Cow<'e, str>),
    /// The result of another state, by its name.
    StateResult(Cow<'e, str>),
    /// Any other value, by its source text.
    Value(String),
}

/// A step of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PathSegment<'e> {
    Member(Cow<'e, str>),
    Index(i64),
    /// An index that is computed, and may be another one the next time.
    Computed,
    /// The items between two indices, as they are written.
    Slice(String),
    /// Each item.
    Each,
}

impl<'e> Path<'e> {
    /// The path of a reference.
    pub(super) fn of(reference: &'e Reference) -> Self {
        let root = PathRoot::of(&reference.root);
        Self { root, segments: reference.segments.iter().map(PathSegment::of).collect() }
    }

    /// Returns this path with a member appended.
    pub(super) fn member(&self, name: &'e str) -> Self {
        let mut inner = self.clone();
        inner.segments.push(PathSegment::Member(name.into()));
        inner
    }

    /// Returns the steps from this path to another that is it or leads into it.
    pub(super) fn steps_to<'p>(&self, inner: &'p Self) -> Option<&'p [PathSegment<'e>]> {
        if self.root != inner.root {
            return None;
        }
        inner.segments.strip_prefix(self.segments.as_slice())
    }

    /// Returns whether it leads to the same each time.
    pub(super) fn is_fixed(&self) -> bool {
        !self
            .segments
            .iter()
            .any(|segment| matches!(segment, PathSegment::Computed | PathSegment::Slice(_) | PathSegment::Each))
    }

    /// Returns the same path, for longer than the source lives.
    pub(super) fn into_owned(self) -> Path<'static> {
        let segments = self.segments.into_iter().map(|segment| match segment {
            PathSegment::Member(name) => PathSegment::Member(name.into_owned().into()),
            PathSegment::Index(index) => PathSegment::Index(index),
            PathSegment::Computed => PathSegment::Computed,
            PathSegment::Slice(bounds) => PathSegment::Slice(bounds),
            PathSegment::Each => PathSegment::Each,
        });
        Path { root: self.root.into_owned(), segments: segments.collect() }
    }

    /// Returns the words of its steps.
    pub(super) fn rest(&self) -> String {
        self.segments.iter().map(PathSegment::to_string).collect()
    }
}

impl<'e> From<PathRoot<'e>> for Path<'e> {
    fn from(root: PathRoot<'e>) -> Self {
        Self { root, segments: Vec::new() }
    }
}

impl<'e> PathRoot<'e> {
    pub(super) fn of(root: &'e Root) -> Self {
        match root {
            Root::Variable(name) => Self::Variable(name.into()),
            Root::Parameter(name) => Self::Parameter(name.into()),
            Root::NamedItem(name) => Self::NamedItem(name.into()),
            Root::StateResult(name) => Self::StateResult(plain(name).into()),
            root => Self::Word(root.word().unwrap_or_default()),
        }
    }

    fn into_owned(self) -> PathRoot<'static> {
        match self {
            Self::Word(word) => PathRoot::Word(word),
            Self::Variable(name) => PathRoot::Variable(name.into_owned().into()),
            Self::Parameter(name) => PathRoot::Parameter(name.into_owned().into()),
            Self::NamedItem(name) => PathRoot::NamedItem(name.into_owned().into()),
            Self::StateResult(name) => PathRoot::StateResult(name.into_owned().into()),
            Self::Value(words) => PathRoot::Value(words),
        }
    }
}

impl<'e> PathSegment<'e> {
    pub(super) fn of(segment: &'e Segment) -> Self {
        match segment {
            Segment::Member { name, .. } => Self::Member(name.value.as_str().into()),
            Segment::Index(index) => literal_index(index).map_or(Self::Computed, Self::Index),
            Segment::Slice(_) => Self::Slice(spelled_segments(std::slice::from_ref(segment))),
            Segment::Each { .. } => Self::Each,
        }
    }
}

/// Returns the index that a literal is, from the end where it is negative.
pub(crate) fn literal_index(index: &Expr) -> Option<i64> {
    match &index.unparen().kind {
        ExprKind::Number(text) => text.parse().ok(),
        ExprKind::Unary(UnaryOp::Negate, inner) => literal_index(inner).and_then(i64::checked_neg),
        _ => None,
    }
}

/// Returns the error where the execution's input, or another value, has no such member.
pub(super) fn unknown_member(of_input: bool) -> Code {
    if of_input { Code::UnknownInputField } else { Code::UnknownMember }
}

/// Returns the words of a reference, with the `?` of a state that may not have run.
pub(super) fn optional_text(reference: &Reference) -> String {
    let path = Path::of(reference);
    if reference.optional { format!("{}?{}", path.root, path.rest()) } else { path.to_string() }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.root.fmt(f)?;
        self.segments.iter().try_for_each(|segment| segment.fmt(f))
    }
}

impl fmt::Display for PathRoot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) => f.write_str(word),
            Self::Variable(name) => write!(f, "${name}"),
            Self::StateResult(name) | Self::Parameter(name) | Self::NamedItem(name) => f.write_str(name),
            Self::Value(words) => f.write_str(words),
        }
    }
}

impl fmt::Display for PathSegment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // A dot inside a name does not separate members.
            Self::Member(name) if name.contains(['.', '[', '…']) => write!(f, "[{name:?}]"),
            Self::Member(name) => write!(f, ".{name}"),
            Self::Index(index) => write!(f, "[{index}]"),
            Self::Computed => f.write_str("[…]"),
            Self::Slice(bounds) => f.write_str(bounds),
            Self::Each => f.write_str("[*]"),
        }
    }
}
