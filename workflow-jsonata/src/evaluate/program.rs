//! An expression as it is evaluated: paths made flat, parents resolved, names as numbers, constants computed.

use std::ops::Range;

use serde_json::Value;

use super::signature::Signature;
use crate::functions::Function;
use crate::regex::Regex;

/// The number of a name; those from [`LABELS`] on are the parents that paths remember.
pub(crate) type Sym = u32;

/// The first number of a parent.
pub(crate) const LABELS: Sym = 1 << 31;

/// A compiled expression.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) root: Expr,
    /// The names of variables by their numbers, without their `$`.
    pub(crate) names: Vec<String>,
    /// The built-in functions of these names.
    pub(crate) natives: Vec<Option<&'static Function>>,
    /// Whether a name is bound outside of blocks and functions.
    pub(crate) binds: bool,
}

/// A part of an expression.
#[derive(Debug)]
pub(crate) struct Expr {
    pub(crate) kind: Kind,
    /// Where it stands in the text, in bytes.
    pub(crate) span: Range<usize>,
    /// `[]` stands after it: a sequence of one item stays an array.
    pub(crate) keep_array: bool,
    /// What few parts have.
    pub(crate) extra: Option<Box<Extra>>,
}

/// What hangs on a part.
#[derive(Debug, Default)]
pub(crate) struct Extra {
    /// Filters of what is no step of a path.
    pub(crate) predicates: Vec<Expr>,
    /// Filters and indices of a step.
    pub(crate) stages: Vec<Stage>,
    pub(crate) group: Option<Group>,
    /// It gives values with what is bound beside them.
    pub(crate) tuple: bool,
    pub(crate) focus: Option<Sym>,
    pub(crate) index: Option<Sym>,
    /// The slot of a parent that it remembers.
    pub(crate) ancestor: Option<usize>,
    /// As [`ancestor`](Self::ancestor), once all slots are known.
    pub(crate) label: Option<Sym>,
    /// Slots of parents that are sought further out, while it is compiled.
    pub(crate) seeking: Vec<usize>,
}

/// What is done to the values of a step.
#[derive(Debug)]
pub(crate) enum Stage {
    Filter(Expr),
    Index(Sym),
}

/// Members of an object by their key.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) pairs: Vec<(Expr, Expr)>,
    /// All keys are constants, and differ.
    pub(crate) plain: bool,
    pub(crate) span: Range<usize>,
}

/// The kinds of parts.
#[derive(Debug)]
pub(crate) enum Kind {
    /// A value that is known.
    Constant(Value),
    /// A member of the context value.
    Name(String),
    Path(Steps),
    /// A member, its member, and so on: what most paths are.
    Straight(Base, Vec<String>),
    /// Members one after the other, as one step of a path.
    Names(Vec<String>),
    /// A variable that the expression may bind.
    Variable(Sym),
    /// A variable of the caller, or a built-in function.
    Global(Sym),
    /// `$`
    Context,
    Wildcard,
    Descendants,
    Parent(usize),
    /// As [`Parent`](Self::Parent), once all slots are known.
    Label(Sym),
    Negate(Box<Expr>),
    Array {
        items: Vec<Expr>,
        /// A step of a path, which does not flatten it.
        constructed: bool,
    },
    Range(Box<(Expr, Expr)>),
    Object(Group),
    Block {
        parts: Vec<Expr>,
        /// Whether it binds names.
        frame: bool,
        /// It has an array constructor that is a step.
        constructed: bool,
    },
    Binary(Operator, Box<(Expr, Expr)>),
    Bind(Sym, Box<Expr>),
    Condition(Box<(Expr, Expr, Option<Expr>)>),
    Call(Box<Call>),
    Partial(Box<Call>),
    /// A call in tail position, done by whoever called the function that it stands in.
    Tail(Box<Call>),
    /// The same, where something is done to its value in between.
    Thunk(Box<Expr>),
    Lambda(Box<Lambda>),
    Apply(Box<(Expr, Expr)>),
    Transform(Box<Transform>),
    Regex(Box<Regex>),
    /// A step only.
    Sort(Vec<Term>),
}

/// What a plain path begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Base {
    /// The context value, whose items are taken one by one where it is an array.
    Input,
    /// `$`
    Context,
    Variable(Sym),
    Global(Sym),
}

/// The steps of a path.
#[derive(Debug)]
pub(crate) struct Steps {
    pub(crate) steps: Vec<Expr>,
    /// A step has `[]`.
    pub(crate) keep_singleton: bool,
}

/// Operators of two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Equal,
    Unequal,
    Less,
    AtMost,
    Greater,
    AtLeast,
    Join,
    In,
    And,
    Or,
}

impl Operator {
    const ALL: [(Self, &'static str); 15] = [
        (Self::Add, "+"),
        (Self::Subtract, "-"),
        (Self::Multiply, "*"),
        (Self::Divide, "/"),
        (Self::Remainder, "%"),
        (Self::Equal, "="),
        (Self::Unequal, "!="),
        (Self::Less, "<"),
        (Self::AtMost, "<="),
        (Self::Greater, ">"),
        (Self::AtLeast, ">="),
        (Self::Join, "&"),
        (Self::In, "in"),
        (Self::And, "and"),
        (Self::Or, "or"),
    ];

    pub(crate) fn from_sign(sign: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == sign).map(|(operator, _)| operator)
    }

    pub(crate) fn sign(self) -> &'static str {
        Self::ALL.into_iter().find(|(known, _)| *known == self).map_or("", |(_, sign)| sign)
    }
}

/// A call, or a partial one, in which `None` stands for `?`.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) procedure: Expr,
    pub(crate) arguments: Vec<Option<Expr>>,
    /// What messages call the function.
    pub(crate) name: Option<String>,
    /// The name of a function whose `$` lacks.
    pub(crate) bare: Option<Sym>,
}

/// A function's definition.
#[derive(Debug)]
pub(crate) struct Lambda {
    pub(crate) params: Vec<Sym>,
    pub(crate) signature: Option<Signature>,
    pub(crate) body: Expr,
}

/// `|pattern|update, delete|`
#[derive(Debug)]
pub(crate) struct Transform {
    pub(crate) pattern: Expr,
    pub(crate) update: Expr,
    pub(crate) delete: Option<Expr>,
    /// The number of `clone`, with which it copies its input.
    pub(crate) clone: Sym,
    pub(crate) span: Range<usize>,
}

/// One key of a sort.
#[derive(Debug)]
pub(crate) struct Term {
    pub(crate) descending: bool,
    pub(crate) key: Expr,
}

impl Expr {
    pub(crate) fn new(kind: Kind, span: Range<usize>) -> Self {
        Self { kind, span, keep_array: false, extra: None }
    }

    pub(crate) fn extra(&mut self) -> &mut Extra {
        self.extra.get_or_insert_default()
    }

    pub(crate) fn tuple(&self) -> bool {
        self.extra.as_ref().is_some_and(|extra| extra.tuple)
    }

    pub(crate) fn focus(&self) -> Option<Sym> {
        self.extra.as_ref().and_then(|extra| extra.focus)
    }

    /// Whether it is a path whose group comes after its steps.
    pub(crate) fn is_path(&self) -> bool {
        matches!(self.kind, Kind::Path(_) | Kind::Straight(..))
    }
}
