//! Values, expressions and references.

use proc_macro2::{Ident, TokenStream};
use workflow_services::ResourceForm;

use super::{NodeId, Text, TokenSpan, Type};
use crate::problem::Reported;

/// A value or expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// Its number.
    pub id: NodeId,
    /// The expression.
    pub kind: ExprKind,
    /// Its span.
    pub span: TokenSpan,
    /// How the source writes it, where inlining put something else in its place.
    pub(crate) written: Option<Written>,
    /// The type that a fragment declares for it, where it is an argument that is a literal.
    pub(crate) declared: Option<Box<Type>>,
}

/// The words in the source that inlining replaced.
#[derive(Clone, Debug)]
pub(crate) enum Written {
    /// A name, or an argument in a use of a fragment.
    Words(Box<str>),
    /// The item of a repetition.
    Item(Box<str>),
}

impl Expr {
    /// Creates an expression as it is written.
    pub(crate) fn new(id: NodeId, kind: ExprKind, span: TokenSpan) -> Self {
        Self { id, kind, span, written: None, declared: None }
    }

    /// An expression that is not in the source: the intended one, or the expansion of a shorter form.
    pub(crate) fn made(kind: ExprKind, span: TokenSpan) -> Self {
        Self::new(NodeId::MADE, kind, span)
    }
}

/// The kinds of expressions.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number as text, including a leading minus.
    Number(String),
    /// A duration, in seconds.
    Duration(u64),
    /// A string literal. `"{% … %}"` is raw JSONata in any state.
    Text(String),
    /// `{ … }`
    Object(Vec<Member>),
    /// `[ … ]`
    Array(Vec<Expr>),
    /// `input.a.b`, `Train.x`, `$name`, …
    Reference(Reference),
    /// `$split(x, ",")[0]`, `(a ?? b).c`: members and indices of anything but a reference.
    Access(Box<Expr>, Vec<Segment>),
    /// `!x`, `-x`
    Unary(UnaryOp, Box<Expr>),
    /// `a + b`, `a == b`, `a ?? b`, …
    Binary(BinaryOp, TokenSpan, Box<Expr>, Box<Expr>),
    /// `if c { a } else { b }`
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `$sum(xs)`, `States.Format("…{}", x)`, `is_present(x)`, `NumericEquals(a, 3)`
    Call {
        /// The name as written, with `$` or dots.
        name: Text,
        /// The arguments.
        arguments: Vec<Expr>,
    },
    /// `|order| order.total > 10`
    Closure(Box<Closure>),
    /// `const PATH`: a constant of the user's Rust code, as written. Only rustc knows its value.
    Constant(TokenStream),
    /// `Mode::Full`
    Variant {
        /// The enum.
        ty: Ident,
        /// The variant.
        variant: Ident,
    },
    /// `jsonata "…"`
    Jsonata(Text),
    /// `jsonata<T> "…" { name: value }`: raw JSONata with a type or with values.
    Raw(Box<Raw>),
    /// `path "…"`
    Path(Text),
    /// `regex "…"`: an argument of a function such as `$match`.
    Regex(Text),
    /// `( … )`: kept, because parentheses determine the nesting of conditions.
    Paren(Box<Expr>),
    /// An expression that did not parse, or is wrong.
    Invalid(Reported),
}

impl Expr {
    /// Returns whether it is `a..b`, which stands for several items of an array.
    pub fn is_range(&self) -> bool {
        matches!(self.kind, ExprKind::Binary(BinaryOp::Range, ..))
    }

    /// Returns the proof that it was reported, if it is invalid.
    pub(crate) fn reported(&self) -> Option<Reported> {
        match &self.kind {
            ExprKind::Invalid(reported) => Some(*reported),
            ExprKind::Reference(reference) => reference.unfinished,
            _ => None,
        }
    }

    /// Calls `each` for this value and every value in it, computed indices among them, in the order of the source.
    pub(crate) fn walk<'e>(&'e self, each: &mut dyn FnMut(&'e Self)) {
        each(self);
        let mut inside = |part: &'e Self| part.walk(each);
        match &self.kind {
            ExprKind::Reference(reference) => indices(&reference.segments, &mut inside),
            ExprKind::Access(value, segments) => {
                inside(value);
                indices(segments, &mut inside);
            }
            ExprKind::Object(members) => members.iter().for_each(|member| inside(&member.value)),
            ExprKind::Array(items) => items.iter().for_each(inside),
            ExprKind::Unary(_, inner) | ExprKind::Paren(inner) => inside(inner),
            ExprKind::Binary(_, _, left, right) => [left, right].into_iter().for_each(|side| inside(side)),
            ExprKind::If(condition, yes, no) => [condition, yes, no].into_iter().for_each(|part| inside(part)),
            ExprKind::Call { arguments, .. } => arguments.iter().for_each(inside),
            ExprKind::Closure(closure) => inside(&closure.body),
            ExprKind::Raw(raw) => {
                inside(&raw.text);
                raw.variables.iter().for_each(|member| inside(&member.value));
            }
            ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Number(_)
            | ExprKind::Duration(_)
            | ExprKind::Text(_)
            | ExprKind::Constant(_)
            | ExprKind::Variant { .. }
            | ExprKind::Jsonata(_)
            | ExprKind::Path(_)
            | ExprKind::Regex(_)
            | ExprKind::Invalid(_) => {}
        }
    }

    /// Returns it without the parentheses around it.
    pub(crate) fn unparen(&self) -> &Self {
        match &self.kind {
            ExprKind::Paren(inner) => inner.unparen(),
            _ => self,
        }
    }

    /// Returns whether it is a constant of one word, such as `null`, `1` or `"a"`.
    pub(crate) fn is_literal(&self) -> bool {
        use ExprKind::{Bool, Duration, Null, Number, Text};
        matches!(self.unparen().kind, Null | Bool(_) | Number(_) | Text(_) | Duration(_))
    }
}

/// Calls `each` for the computed indices of a path.
fn indices<'e>(segments: &'e [Segment], each: &mut dyn FnMut(&'e Expr)) {
    for segment in segments {
        match segment {
            Segment::Index(index) => each(index),
            Segment::Slice(slice) => slice.bounds().for_each(&mut *each),
            Segment::Member { .. } | Segment::Each { .. } => {}
        }
    }
}

/// A closure, which only some functions take.
#[derive(Clone, Debug)]
pub struct Closure {
    /// The parameters in order.
    pub parameters: Vec<Text>,
    /// The span of the bars with the parameters.
    pub bars: TokenSpan,
    /// The value that it gives.
    pub body: Expr,
}

/// Raw JSONata with a type or with values.
#[derive(Clone, Debug)]
pub struct Raw {
    /// The text, an [`ExprKind::Jsonata`].
    pub text: Expr,
    /// The type of its value.
    pub ty: Option<Type>,
    /// The type as written, with its angle brackets.
    pub written: String,
    /// The values that it reads as variables.
    pub variables: Vec<Member>,
}

/// A member of an object.
#[derive(Clone, Debug)]
pub struct Member {
    /// The key, unquoted.
    pub key: Text,
    /// `key?: value`: omitted if the value is absent.
    pub optional: bool,
    /// The value.
    pub value: Expr,
}

/// The word number of a reference that is implied but not written.
pub const NO_WORD: usize = usize::MAX;

/// A reference to data.
#[derive(Clone, Debug)]
pub struct Reference {
    /// The root.
    pub root: Root,
    /// The span of the root's word.
    pub root_span: TokenSpan,
    /// The index of that word among the words of the macro, or [`NO_WORD`].
    pub word: usize,
    /// `Train?.x`: the state may not have run.
    pub optional: bool,
    /// The members and indices after it.
    pub segments: Vec<Segment>,
    /// The types that a fragment declares for the values at the ends of these prefixes of the path.
    pub declared: Vec<(usize, Type)>,
    /// The form that a request takes, of a param that names a resource.
    pub form: Option<ResourceForm>,
    /// The proof that a member's name is missing at its end. Editors complete it, so its root has a type; it has none.
    pub(crate) unfinished: Option<Reported>,
}

impl Reference {
    /// Creates a reference to a root alone, which is not a word of the macro.
    pub fn to(root: Root, root_span: TokenSpan) -> Self {
        Self {
            root,
            root_span,
            word: NO_WORD,
            optional: false,
            segments: Vec::new(),
            declared: Vec::new(),
            form: None,
            unfinished: None,
        }
    }
}

/// The root of a reference.
#[derive(Clone, Debug)]
pub enum Root {
    /// `input`: the execution's input.
    Input,
    /// `state`: this state's own input.
    State,
    /// `result`: this state's raw result.
    Result,
    /// `item`: the element of the enclosing map.
    Item,
    /// `order`: the element of the enclosing map with `as order`.
    NamedItem(String),
    /// `index`: its index.
    Index,
    /// `context`: the context object.
    Context,
    /// `params`: deploy-time parameters.
    Params,
    /// `caught`: the error that a catcher handled.
    Caught,
    /// `order`: a parameter of a closure around it.
    Parameter(String),
    /// `$name`: a variable. An empty name and `$` are the `$` and `$$` of a path, which the checks report.
    Variable(String),
    /// Another state's result.
    StateResult(Ident),
}

impl Root {
    /// Returns the keyword of the root; `None` if the user chose its name.
    pub fn word(&self) -> Option<&'static str> {
        Some(match self {
            Self::Input => "input",
            Self::State => "state",
            Self::Result => "result",
            Self::Item => "item",
            Self::Index => "index",
            Self::Context => "context",
            Self::Params => "params",
            Self::Caught => "caught",
            Self::NamedItem(_) | Self::Parameter(_) | Self::Variable(_) | Self::StateResult(_) => return None,
        })
    }
}

/// How a member's name is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quotes {
    /// `.name`
    None,
    /// `["name"]`
    Brackets,
    /// `."name"`
    Dot,
}

/// `[1..3]`: the items from one index up to another. A negative index counts from the end.
#[derive(Clone, Debug)]
pub struct Slice {
    /// The index of the first item; the first of all if it is not written.
    pub from: Option<Expr>,
    /// The index after the last item; the end if it is not written.
    pub to: Option<Expr>,
    /// The span of the brackets.
    pub span: TokenSpan,
}

impl Slice {
    /// Returns the indices that are written.
    pub fn bounds(&self) -> impl Iterator<Item = &Expr> {
        self.from.iter().chain(&self.to)
    }

    /// Returns them to change them.
    pub(crate) fn bounds_mut(&mut self) -> impl Iterator<Item = &mut Expr> {
        self.from.iter_mut().chain(&mut self.to)
    }
}

/// One step of a reference.
#[derive(Clone, Debug)]
pub enum Segment {
    /// `.name`, `["a-b"]` or `."a-b"`
    Member {
        /// The name, unquoted and without `r#`.
        name: Text,
        /// `?.name`
        optional: bool,
        /// The quotes that it is written in, which a JSONPath uses as well.
        quoted: Quotes,
    },
    /// `[0]`, `[expr]`
    Index(Expr),
    /// `[1..3]`, `[-2..]`
    Slice(Box<Slice>),
    /// `[*]`: each item.
    Each {
        /// Its span.
        span: TokenSpan,
        /// Whether a `?` at the end of the steps for each item says that items which lack the value are left out.
        gaps: bool,
    },
}

impl Segment {
    /// Returns whether it is `[*]`.
    pub fn is_each(&self) -> bool {
        matches!(self, Self::Each { .. })
    }

    /// Returns the name of a member.
    pub(crate) fn member(&self) -> Option<&Text> {
        match self {
            Self::Member { name, .. } => Some(name),
            Self::Index(_) | Self::Slice(_) | Self::Each { .. } => None,
        }
    }

    /// Returns its span. For a member, this is the span of the name.
    pub fn span(&self) -> TokenSpan {
        match self {
            Self::Member { name, .. } => name.span,
            Self::Index(index) => index.span,
            Self::Slice(slice) => slice.span,
            Self::Each { span, .. } => *span,
        }
    }
}

/// A unary operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `!`
    Not,
    /// `-`
    Negate,
}

/// A binary operator, from loosest to tightest: `..`, `??`, `||`, `&&`, comparisons (which do not chain), `+ -`, `* / %`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BinaryOp {
    /// `..`, only in an item of an array.
    Range,
    /// `??`
    Default,
    /// `||`
    Or,
    /// `&&`
    And,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `in`
    In,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
}
