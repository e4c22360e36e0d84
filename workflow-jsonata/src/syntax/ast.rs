//! The syntax tree of JSONata.

use std::ops::Range;

/// A part of an expression and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Where it stands in the text, in bytes.
    pub span: Range<usize>,
    /// How many nodes lie inside one another from here down, at least 1; bounded, so that walks may recurse.
    pub(crate) height: usize,
}

/// The kinds of nodes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum NodeKind {
    /// `name`, or any text in back-ticks: a field of the context value.
    Name(String),
    /// `"text"` or `'text'`.
    String(String),
    /// A number, which JSONata holds as a double.
    Number(f64),
    /// `true` or `false`.
    Bool(bool),
    /// `null`
    Null,
    /// `$name` without the `$`: empty for `$`, `$` for `$$`.
    Variable(String),
    /// `/pattern/flags`
    Regex {
        /// Between the slashes, as written.
        pattern: String,
        /// Of `i` and `m`.
        flags: String,
    },
    /// `*`
    Wildcard,
    /// `**`
    Descendants,
    /// `%`
    Parent,
    /// `a.b.c`, of two steps or more.
    Path(Vec<Node>),
    /// `a[filter]`
    Predicate(Box<Node>, Box<Node>),
    /// `a[]`
    KeepArray(Box<Node>),
    /// `a{key: value}`
    Group(Box<Node>, Vec<(Node, Node)>),
    /// `a^(<x, >y)`
    Sort(Box<Node>, Vec<SortTerm>),
    /// `a@$v`, the variable without its `$`.
    Focus(Box<Node>, String),
    /// `a#$i`, the variable without its `$`.
    Index(Box<Node>, String),
    /// `-a`
    Negate(Box<Node>),
    /// `[a, b..c]`
    Array(Vec<Node>),
    /// `a..b`, in an array only.
    Range(Box<Node>, Box<Node>),
    /// `{key: value}`
    Object(Vec<(Node, Node)>),
    /// `(a; b)`
    Block(Vec<Node>),
    /// An arithmetic, comparing, joining or logical operator by its sign.
    Binary(&'static str, Box<Node>, Box<Node>),
    /// `a ~> $f`
    Apply(Box<Node>, Box<Node>),
    /// `$name := value`, the name without its `$`.
    Bind(String, Box<Node>),
    /// `a ? b : c`; without `: c` the rest is undefined.
    Condition(Box<Node>, Box<Node>, Option<Box<Node>>),
    /// `f(a, b)`
    Call(Box<Node>, Vec<Node>),
    /// `f(a, ?)`, where `None` stands for `?`.
    Partial(Box<Node>, Vec<Option<Node>>),
    /// `function($a)<s:n>{ body }`
    Lambda {
        /// The parameters, without their `$`.
        params: Vec<String>,
        /// With its angle brackets.
        signature: Option<String>,
        /// What it gives.
        body: Box<Node>,
    },
    /// `|pattern|update, delete|`
    Transform {
        /// What is changed.
        pattern: Box<Node>,
        /// An object of members to set.
        update: Box<Node>,
        /// Names of members to take out.
        delete: Option<Box<Node>>,
    },
}

/// One key of a sort.
#[derive(Debug, Clone, PartialEq)]
pub struct SortTerm {
    /// `>`: the greatest first.
    pub descending: bool,
    /// What is compared.
    pub key: Node,
}
