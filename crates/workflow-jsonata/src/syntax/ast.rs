//! The syntax tree of JSONata.

use std::ops::Range;

/// A part of an expression with its position.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The kind of the node.
    pub kind: NodeKind,
    /// The position in the text, in bytes.
    pub span: Range<usize>,
    /// The height of the tree from here down, at least 1. It is bounded, so walks may recurse.
    pub(crate) height: usize,
}

/// The kinds of nodes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum NodeKind {
    /// `name`, or any text in backticks: a field of the context value.
    Name(String),
    /// `"text"` or `'text'`.
    String(String),
    /// A number, which JSONata holds as a double.
    Number(f64),
    /// `true` or `false`.
    Bool(bool),
    /// `null`
    Null,
    /// `$name` without the `$`. Empty for `$`; `$` for `$$`.
    Variable(String),
    /// `/pattern/flags`
    Regex {
        /// The text between the slashes, as written.
        pattern: String,
        /// The flags: any of `i` and `m`.
        flags: String,
    },
    /// `*`
    Wildcard,
    /// `**`
    Descendants,
    /// `%`
    Parent,
    /// `a.b.c`: two or more steps.
    Path(Vec<Node>),
    /// `a[filter]`
    Predicate(Box<Node>, Box<Node>),
    /// `a[]`
    KeepArray(Box<Node>),
    /// `a{key: value}`
    Group(Box<Node>, Vec<(Node, Node)>),
    /// `a^(<x, >y)`
    Sort(Box<Node>, Vec<SortTerm>),
    /// `a@$v`, with the variable without `$`.
    Focus(Box<Node>, String),
    /// `a#$i`, with the variable without `$`.
    Index(Box<Node>, String),
    /// `-a`
    Negate(Box<Node>),
    /// `[a, b..c]`
    Array(Vec<Node>),
    /// `a..b`, only in an array.
    Range(Box<Node>, Box<Node>),
    /// `{key: value}`
    Object(Vec<(Node, Node)>),
    /// `(a; b)`
    Block(Vec<Node>),
    /// An arithmetic, comparison, concatenation or logical operator, by its sign.
    Binary(&'static str, Box<Node>, Box<Node>),
    /// `a ~> $f`
    Apply(Box<Node>, Box<Node>),
    /// `$name := value`, with the name without `$`.
    Bind(String, Box<Node>),
    /// `a ? b : c`. Without `: c`, the alternative is `undefined`.
    Condition(Box<Node>, Box<Node>, Option<Box<Node>>),
    /// `f(a, b)`
    Call(Box<Node>, Vec<Node>),
    /// `f(a, ?)`, where `None` stands for `?`.
    Partial(Box<Node>, Vec<Option<Node>>),
    /// `function($a)<s:n>{ body }`
    Lambda {
        /// The parameters, without `$`.
        params: Vec<String>,
        /// The signature, with its angle brackets.
        signature: Option<String>,
        /// The body.
        body: Box<Node>,
    },
    /// `|pattern|update, delete|`
    Transform {
        /// The values to change.
        pattern: Box<Node>,
        /// An object with the members to set.
        update: Box<Node>,
        /// The names of the members to remove.
        delete: Option<Box<Node>>,
    },
    /// An expression as text, which is printed as it is. The parser makes none, and it cannot be evaluated.
    Verbatim(String),
}

/// One key of a sort.
#[derive(Debug, Clone, PartialEq)]
pub struct SortTerm {
    /// Whether the order is descending: `>`.
    pub descending: bool,
    /// The expression to sort by.
    pub key: Node,
}
