//! Compiled expressions: flattened paths, resolved parents, numbered names, computed constants.

use std::ops::Range;

use serde_json::Value;

use super::signature::Signature;
use crate::functions::Function;
use crate::regex::Regex;

/// The number of a name. Numbers from [`LABELS`] on are the parents that paths remember.
pub(crate) type Sym = u32;

/// The first number of a parent.
pub(crate) const LABELS: Sym = 1 << 31;

/// A compiled expression.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) root: Expr,
    /// The names of variables by number, without `$`.
    pub(crate) names: Vec<String>,
    /// The built-in function of each name, if any.
    pub(crate) natives: Vec<Option<&'static Function>>,
    /// Whether a name is bound outside blocks and functions.
    pub(crate) binds: bool,
}

/// A part of an expression.
#[derive(Debug)]
pub(crate) struct Expr {
    pub(crate) kind: ExprKind,
    /// The position in the text, in bytes.
    pub(crate) span: Range<usize>,
    /// How many nested evaluations of the reference it stands for.
    pub(crate) levels: u32,
    /// Followed by `[]`: a sequence of one item stays an array.
    pub(crate) keep_array: bool,
    /// Rarely used parts.
    pub(crate) extra: Option<Box<Extra>>,
}

/// Attachments of an expression.
#[derive(Debug, Default)]
pub(crate) struct Extra {
    /// Filters of an expression that is not a step of a path.
    pub(crate) predicates: Vec<Expr>,
    /// Filters and indices of a step.
    pub(crate) stages: Vec<Stage>,
    pub(crate) group: Option<Group>,
    /// Whether it returns values with bound names.
    pub(crate) tuple: bool,
    pub(crate) focus: Option<Sym>,
    pub(crate) index: Option<Sym>,
    /// The slot of the parent that it remembers.
    pub(crate) ancestor: Option<usize>,
    /// The same as [`ancestor`](Self::ancestor), once all slots are known.
    pub(crate) label: Option<Sym>,
    /// Slots of parents that are sought further out, during compilation.
    pub(crate) seeking: Vec<usize>,
}

/// An operation on the values of a step.
#[derive(Debug)]
pub(crate) enum Stage {
    Filter(Expr),
    Index(Sym),
}

/// The members of an object by key.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) pairs: Vec<(Expr, Expr)>,
    /// Whether all keys are distinct constants.
    pub(crate) plain: bool,
    pub(crate) span: Range<usize>,
}

/// The kinds of expressions.
#[derive(Debug)]
pub(crate) enum ExprKind {
    /// A constant.
    Constant(Value),
    /// A member of the context value.
    Name(String),
    Path(Steps),
    /// A member, its member, and so on: the most common kind of path.
    Straight(Base, Vec<String>),
    /// Consecutive members, as one step of a path.
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
    /// The same as [`Parent`](Self::Parent), once all slots are known.
    Label(Sym),
    Negate(Box<Expr>),
    Array {
        items: Vec<Expr>,
        /// Whether it is a step of a path, which does not flatten it.
        constructed: bool,
    },
    Range(Box<(Expr, Expr)>),
    Object(Group),
    Block {
        parts: Vec<Expr>,
        /// Whether it binds names.
        frame: bool,
        /// Whether it has an array constructor as a step.
        constructed: bool,
    },
    Binary(Operator, Box<(Expr, Expr)>),
    Bind(Sym, Box<Expr>),
    Condition(Box<(Expr, Expr, Option<Expr>)>),
    Call(Box<CallExpr>),
    Partial(Box<CallExpr>),
    /// A call in tail position, which the caller of the enclosing function makes.
    Tail(Box<CallExpr>),
    /// A call in tail position whose value is processed further.
    Thunk(Box<Expr>),
    Lambda(Box<Lambda>),
    Apply(Box<(Expr, Expr)>),
    Transform(Box<Transform>),
    Regex(Box<Regex>),
    /// Only as a step.
    Sort(Vec<Term>),
}

/// The root of a plain path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Base {
    /// The context value. If it is an array, its items are taken one by one.
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
    /// Whether a step has `[]`.
    pub(crate) keep_singleton: bool,
}

/// Binary operators.
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

/// A call or a partial call. `None` stands for `?`.
#[derive(Debug)]
pub(crate) struct CallExpr {
    pub(crate) procedure: Expr,
    pub(crate) arguments: Vec<Option<Expr>>,
    /// The function's name in messages.
    pub(crate) name: Option<String>,
    /// The name of a function that lacks its `$`.
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
    /// The number of `clone`, the function that copies the input.
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
    pub(crate) fn new(kind: ExprKind, span: Range<usize>) -> Self {
        Self { kind, span, levels: 1, keep_array: false, extra: None }
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

    /// Returns whether it is a path that groups after its steps.
    pub(crate) fn is_path(&self) -> bool {
        matches!(self.kind, ExprKind::Path(_) | ExprKind::Straight(..))
    }
}
