//! The syntax tree of `workflow!`, with the span of every word.
//!
//! A tree may be incomplete: anything that did not parse is omitted or [`ExprKind::Invalid`]. It has been reported, so
//! later phases ignore it.

mod declaration;
mod expression;
mod fragment;
mod repetition;
mod resource;

pub use declaration::{
    Bound, Constraint, ConstraintKind, Declaration, DeclarationKind, DefaultValue, Derive, EnumDecl, FieldDecl,
    FieldDefault, Property, Shape, StructDecl, Tagging, Type, TypeKind, VariantData, VariantDecl,
};
pub(crate) use expression::Written;
pub use expression::{
    BinaryOp, Closure, Expr, ExprKind, Member, NO_WORD, Quotes, Raw, Reference, Root, Segment, Slice, UnaryOp,
};
pub use fragment::{Inlined, Use};
pub use repetition::{ComputedName, Copied, Repeated, Repetition};
pub use resource::{Resource, integration};
pub(crate) use resource::{START, START_EXPRESS};

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream};
use workflow_asl::StateKind;
use workflow_asl::document::QueryLanguage;

use super::keyword::ClauseKind;
use crate::problem::Reported;
pub use crate::span::TokenSpan;

/// The number of a node of the tree, which analyses use as a key. Each workflow has its own numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeId(pub(crate) usize);

impl NodeId {
    /// The number of all nodes that are not in the source.
    pub(crate) const MADE: Self = Self(0);
}

/// The value of a string literal, with its span.
#[derive(Clone, Debug)]
pub struct Text {
    /// The value, unescaped.
    pub value: String,
    /// The literal.
    pub span: TokenSpan,
}

/// The comment from `///`, `//!` or the clause `comment`. Lines are joined by line feeds.
pub type Comment = Option<Text>;

/// One `workflow Name { … }`.
#[derive(Clone, Debug)]
pub struct Workflow {
    /// The `///` comment.
    pub comment: Comment,
    /// Other attributes, such as `#[allow(…)]`, as written.
    pub attributes: Vec<TokenStream>,
    /// `pub`, `pub(crate)` or nothing, as written.
    pub visibility: TokenStream,
    /// Its name.
    pub name: Ident,
    /// The opening brace of the body.
    pub brace: Span,
    /// The closing brace of the body.
    pub close: Span,
    /// Everything except states, in source order.
    pub declarations: Vec<Declaration>,
    /// The states.
    pub body: Body,
    /// The inlined uses of fragments. A use precedes the uses inside it.
    pub inlined: Vec<Inlined>,
    /// The copies of the bodies of repetitions.
    pub copies: Vec<Copied>,
    /// The first item of each repetition, by the index of each word that reads it: for editors.
    pub items: Vec<(usize, Expr)>,
    /// Whether it is a fragment.
    pub(crate) is_fragment: bool,
    /// The names of the types that those fragments declare.
    pub of_fragments: BTreeSet<String>,
    /// The structs and enums of the other workflows in the same `workflow!`, which it can use too.
    pub neighbours: Vec<Declaration>,
    /// The words that were skipped (and reported), which may declare names.
    pub(crate) skipped: BTreeSet<String>,
    /// The proof that a field of a type has no name, so unknown fields may be this one.
    pub(crate) nameless_field: Option<Reported>,
    /// The number of nodes in it.
    pub(crate) nodes: usize,
    /// Its number, which its problems have.
    pub number: u16,
    /// The proof that something in it did not parse.
    pub reported: Option<Reported>,
}

impl Workflow {
    /// Returns the first declaration of a kind.
    fn declared<'w, T>(&'w self, kind: impl Fn(&'w DeclarationKind) -> Option<T>) -> Option<(&'w Declaration, T)> {
        self.declarations.iter().find_map(|declaration| Some((declaration, kind(&declaration.kind)?)))
    }

    /// Returns the declaration of the input, with its type.
    pub fn input(&self) -> Option<(&Declaration, &Shape)> {
        self.declared(|kind| if let DeclarationKind::Input(shape) = kind { Some(shape) } else { None })
    }

    /// Returns the declaration of the output, with its type.
    pub fn output(&self) -> Option<(&Declaration, &Shape)> {
        self.declared(|kind| if let DeclarationKind::Output(shape) = kind { Some(shape) } else { None })
    }

    /// Returns the fields of `params { … }`.
    pub fn params(&self) -> Option<&[FieldDecl]> {
        let params = self.declared(|kind| if let DeclarationKind::Params(fields) = kind { Some(fields) } else { None });
        params.map(|(_, fields)| fields.as_slice())
    }

    /// Returns the query language that it declares, or the default.
    pub(crate) fn query(&self) -> QueryLanguage {
        let query = self.declared(|kind| match kind {
            DeclarationKind::Query { language, .. } => Some(*language),
            _ => None,
        });
        query.map_or(QueryLanguage::Jsonata, |(_, language)| language)
    }

    /// Returns the file of `from "…";`, which contains the states.
    pub fn from(&self) -> Option<&Text> {
        let from = self.declared(|kind| if let DeclarationKind::From(file, _) = kind { Some(file) } else { None });
        from.map(|(_, file)| file)
    }

    /// Returns the word that turns off the checks of the file against AWS's APIs.
    pub fn unchecked(&self) -> Option<&Ident> {
        let word = self.declared(|kind| if let DeclarationKind::From(_, word) = kind { word.as_ref() } else { None });
        word.map(|(_, word)| word)
    }

    /// Returns the structs and enums that it declares, by name.
    pub(crate) fn types(&self) -> impl Iterator<Item = (String, &Declaration)> {
        let named = |declaration: &'_ Declaration| declaration.kind.type_name().map(plain);
        self.declarations.iter().filter_map(move |declaration| Some((named(declaration)?, declaration)))
    }
}

/// A set of states: the workflow's own, a branch's or a map's.
#[derive(Clone, Debug)]
pub struct Body {
    /// The `//!` comment of the body.
    pub comment: Comment,
    /// `start Name;`
    pub start: Option<Target>,
    /// The states in source order.
    pub states: Vec<State>,
    /// The uses of fragments, until their states are inlined.
    pub uses: Vec<Use>,
    /// The repetitions of states, until they are expanded.
    pub repeats: Vec<Repetition>,
    /// The tokens that introduce it (`workflow Name`, `branch`, the map's name), for errors about the whole body.
    pub span: TokenSpan,
    /// The proof that part of it did not parse, or is wrong. States may be missing.
    pub broken: Option<Reported>,
    /// Whether an item of it was skipped, which may have declared states, variables and names.
    pub lost: bool,
}

/// A state.
#[derive(Clone, Debug)]
pub struct State {
    /// The `///` comment.
    pub comment: Comment,
    /// The keyword.
    pub keyword: Ident,
    /// Its kind.
    pub kind: StateKind,
    /// Its name.
    pub name: Ident,
    /// The ASL name, after `as`.
    pub alias: Option<Text>,
    /// The rest of the ASL name, which contains the items of the repetitions around it; empty once they are expanded.
    pub computed: Vec<Expr>,
    /// The part after the name, by kind.
    pub head: Head,
    /// The repetitions of branches or arms in it, until they are expanded.
    pub repeats: Vec<Repetition>,
    /// The clauses, in source order.
    pub clauses: Vec<Clause>,
    /// The transition; always absent in choice, succeed and fail.
    pub transition: Option<Target>,
    /// The last words before the transition.
    pub tail: TokenSpan,
    /// Whether it ends with `;`.
    pub closed: bool,
    /// The proof that tokens of it were skipped. If so, a missing transition, body or resource is not reported.
    pub broken: Option<Reported>,
    /// The number of the use of a fragment, or of the copy of a repetition, that it belongs to; 0 for none.
    pub(crate) in_use: u32,
    /// The name in the source, where a use or a copy has another.
    pub(crate) written: Option<String>,
}

impl State {
    /// Returns whether tokens of it were skipped.
    pub fn is_broken(&self) -> bool {
        self.broken.is_some()
    }

    /// Returns all targets, including the targets of arms and catchers.
    pub(crate) fn targets(&self) -> impl Iterator<Item = &Target> {
        let caught = self.own_catchers().map(|(_, catcher)| &catcher.target);
        self.transition.iter().chain(self.arms().iter().map(|arm| &arm.target)).chain(caught)
    }

    /// Returns the catchers that are written in the state, each with its clause.
    pub(crate) fn own_catchers(&self) -> impl Iterator<Item = (&Clause, &Catcher)> {
        self.clauses.iter().filter_map(|clause| match &clause.value {
            ClauseValue::Catcher(catcher) => Some((clause, catcher)),
            _ => None,
        })
    }

    /// Returns the arms of a choice; none for another state.
    pub(crate) fn arms(&self) -> &[Arm] {
        match &self.head {
            Head::Choice(choice) => &choice.arms,
            _ => &[],
        }
    }

    /// Returns the value of the first clause of these kinds that has one.
    pub(crate) fn clause_value(&self, kinds: &[ClauseKind]) -> Option<&Expr> {
        Clause::value_of(&self.clauses, kinds)
    }

    /// Returns whether it has a clause of one of these kinds.
    pub(crate) fn has_clause(&self, kinds: &[ClauseKind]) -> bool {
        self.clauses.iter().any(|clause| kinds.contains(&clause.kind))
    }

    /// Returns the span of its name.
    pub fn span(&self) -> TokenSpan {
        TokenSpan { in_use: self.in_use, ..self.name.span().into() }
    }

    /// Returns the name in the ASL document.
    pub fn asl_name(&self) -> String {
        self.alias.as_ref().map_or_else(|| plain(&self.name), |alias| alias.value.clone())
    }

    /// Returns the bodies inside the state: the branches of a parallel, also repeated ones, or the states of a map.
    pub fn bodies(&self) -> impl Iterator<Item = &Body> {
        let (branches, map) = match &self.head {
            Head::Parallel(branches) => (branches.as_slice(), None),
            Head::Map { body, .. } => (&[][..], Some(body)),
            _ => (&[][..], None),
        };
        let repeated = self.repeats.iter().flat_map(Repetition::bodies);
        branches.iter().map(|branch| &branch.body).chain(map).chain(repeated)
    }

    /// Returns the bodies inside the state, to change them.
    pub fn bodies_mut(&mut self) -> impl Iterator<Item = &mut Body> {
        let (branches, map) = match &mut self.head {
            Head::Parallel(branches) => (branches.as_mut_slice(), None),
            Head::Map { body, .. } => (&mut [][..], Some(body)),
            _ => (&mut [][..], None),
        };
        let repeated = self.repeats.iter_mut().flat_map(Repetition::bodies_mut);
        branches.iter_mut().map(|branch| &mut branch.body).chain(map).chain(repeated)
    }
}

impl Body {
    /// Returns whether part of it did not parse, or is wrong.
    pub fn is_broken(&self) -> bool {
        self.broken.is_some()
    }

    /// Returns a body without states.
    pub(crate) fn new(span: TokenSpan) -> Self {
        let (states, uses, repeats) = (Vec::new(), Vec::new(), Vec::new());
        Self { comment: None, start: None, states, uses, repeats, span, broken: None, lost: false }
    }

    /// Returns the uses of fragments in it, also in its states and repetitions.
    pub(crate) fn all_uses(&self) -> Vec<&Use> {
        let repeated = self.repeats.iter().flat_map(Repetition::bodies);
        let inner = self.states.iter().flat_map(State::bodies).chain(repeated);
        self.uses.iter().chain(inner.flat_map(Self::all_uses)).collect()
    }

    /// Returns the states in source order. The states of a parallel or a map come after it.
    pub fn all_states(&self) -> Vec<&State> {
        fn collect<'a>(body: &'a Body, all: &mut Vec<&'a State>) {
            for state in &body.states {
                all.push(state);
                state.bodies().for_each(|inner| collect(inner, all));
            }
        }
        let mut all = Vec::new();
        collect(self, &mut all);
        all
    }
}

/// Returns an identifier's text without `r#`.
pub fn plain(ident: &Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").map(str::to_owned).unwrap_or(text)
}

/// The part after a state's name, by kind.
#[derive(Clone, Debug)]
pub enum Head {
    /// `task X = resource { body }`
    Task {
        /// The resource that it calls; `None` if it did not parse.
        resource: Option<Resource>,
        /// The request (an object), if any.
        body: Option<Expr>,
    },
    /// `pass X { body }` or `pass X = value`
    Pass {
        /// The output.
        value: Option<Expr>,
    },
    /// `wait X for …` or `wait X until …`
    Wait(Option<WaitHead>),
    /// `choice X …`
    Choice(Choice),
    /// `parallel X { branch { … } … }`
    Parallel(Vec<Branch>),
    /// `map X over … { … }`
    Map {
        /// The items, after `over`.
        over: Option<MapItems>,
        /// The name of an item, after `as`.
        item: Option<Ident>,
        /// The states.
        body: Body,
        /// Whether the document uses `Iterator` (keyword `iterator` before the body).
        iterator: bool,
    },
    /// `succeed X { body }` or `succeed X = value`
    Succeed {
        /// The output.
        value: Option<Expr>,
    },
    /// `fail X { error: …, cause: … }`
    Fail {
        /// The error's name.
        error: Option<Expr>,
        /// The cause.
        cause: Option<Expr>,
    },
}

/// The time of a wait.
#[derive(Clone, Debug)]
pub enum WaitHead {
    /// `for`: a duration or a number of seconds.
    For(Expr),
    /// `until`: a timestamp.
    Until(Expr),
}

/// The rules of a choice.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The value after `match`, in which case the arms are patterns.
    pub subject: Option<Expr>,
    /// The word `nonexhaustive`.
    pub nonexhaustive: Option<Ident>,
    /// The arms, including `else` and `_`, in source order.
    pub arms: Vec<Arm>,
}

/// One arm of a choice.
#[derive(Clone, Debug)]
pub struct Arm {
    /// The `///` comment.
    pub comment: Comment,
    /// The condition under which it matches.
    pub when: When,
    /// The target.
    pub target: Target,
    /// `{ assign … output … comment … }` after the target. On `else` and `_` they belong to the state.
    pub clauses: Vec<Clause>,
    /// The whole arm.
    pub span: TokenSpan,
}

/// The condition under which an arm matches.
#[derive(Clone, Debug)]
pub enum When {
    /// `if condition`
    If(Expr),
    /// `pattern | pattern` of a `match`: literals and enum variants.
    Patterns(Vec<Expr>),
    /// `else` or `_`
    Else(TokenSpan),
}

/// One branch of a parallel.
#[derive(Clone, Debug)]
pub struct Branch {
    /// The `///` comment of the branch.
    pub comment: Comment,
    /// Its states.
    pub body: Body,
}

/// A map's items.
#[derive(Clone, Debug)]
pub enum MapItems {
    /// A value.
    Items(Expr),
    /// `s3::csv<Row> { … }`: sugar for an item reader (`s3::csv`, `s3::json`, `s3::jsonl`, `s3::list`, …).
    Reader {
        /// The words of the path.
        path: Vec<Ident>,
        /// The type of the items.
        row: Option<Type>,
        /// The request and configuration as one object.
        body: Expr,
    },
}

/// The target of a transition.
#[derive(Clone, Debug)]
pub enum Target {
    /// `-> Name`
    State(Ident),
    /// `-> "any state name"`
    Text(Text),
    /// `-> "Copy to " + region`, until the repetition is expanded.
    Computed(ComputedName),
    /// An arrow to `end`, which was reported.
    End(Ident),
    /// An arrow without a target, which was reported.
    Missing(TokenSpan, Reported),
}

impl Target {
    /// Returns its words.
    pub(crate) fn span(&self) -> TokenSpan {
        match self {
            Self::State(name) | Self::End(name) => name.span().into(),
            Self::Text(text) => text.span,
            Self::Computed(name) => name.span,
            Self::Missing(span, _) => *span,
        }
    }
}

/// A clause of a state, of `defaults`, or in the braces of an arm or catcher.
#[derive(Clone, Debug)]
pub struct Clause {
    /// Its number.
    pub id: NodeId,
    /// The `///` comment (of retriers and catchers).
    pub comment: Comment,
    /// The keyword.
    pub keyword: Ident,
    /// The kind of the clause.
    pub kind: ClauseKind,
    /// The value of the clause.
    pub value: ClauseValue,
    /// The whole clause.
    pub span: TokenSpan,
}

impl Clause {
    /// Returns the value of the first of these clauses that is of these kinds and has one.
    pub(crate) fn value_of<'c>(clauses: &'c [Self], kinds: &[ClauseKind]) -> Option<&'c Expr> {
        clauses.iter().find_map(|clause| match &clause.value {
            ClauseValue::Expr(value) if kinds.contains(&clause.kind) => Some(value),
            _ => None,
        })
    }

    /// Returns the span of its keyword.
    pub fn word(&self) -> TokenSpan {
        TokenSpan { in_use: self.span.in_use, ..self.keyword.span().into() }
    }
}

/// The value of a clause.
#[allow(
    clippy::large_enum_variant,
    reason = "only where spans are large, with `span-locations`; a clause is seldom moved"
)]
#[derive(Clone, Debug)]
pub enum ClauseValue {
    /// A value, an object, a path, a duration.
    Expr(Expr),
    /// No value (`inline`).
    Flag,
    /// `none`: no retrier, catcher or timeout, although `defaults` has one.
    None(Ident),
    /// A named retrier or catcher of the workflow.
    Named(Ident),
    /// `retry [Errors…] { … }`
    Retrier(Retrier),
    /// `catch [Errors…] -> State { … }`
    Catcher(Catcher),
    /// `errors [OutOfStock, …]`
    Errors(Vec<Text>),
    /// `query jsonata` or `query jsonpath`
    Query(QueryLanguage),
    /// `tolerate percent expr`
    ToleratePercent(Expr),
    /// `tolerate count expr`
    TolerateCount(Expr),
    /// `distributed`, `distributed express`, `distributed standard`
    Distributed {
        /// `express` or `standard`, if given.
        execution_type: Option<Ident>,
    },
    /// `item_reader s3::getObject { … } config { … }`, and `write_to` likewise.
    Transfer {
        /// The words of the call's path, or its ARN; absent if only `config` is given.
        call: Option<Resource>,
        /// The request.
        body: Option<Expr>,
        /// After `config`.
        config: Option<Expr>,
    },
}

/// A retrier.
#[derive(Clone, Debug)]
pub struct Retrier {
    /// The errors that it matches.
    pub errors: Vec<Text>,
    /// The brackets.
    pub errors_span: TokenSpan,
    /// `interval`, `max_attempts`, `backoff`, `max_delay` and `jitter`, each at most once.
    pub fields: Vec<Member>,
}

/// A catcher.
#[derive(Clone, Debug)]
pub struct Catcher {
    /// The errors that it matches.
    pub errors: Vec<Text>,
    /// The brackets.
    pub errors_span: TokenSpan,
    /// The target.
    pub target: Target,
    /// `{ assign … output … result_path … comment … }`
    pub clauses: Vec<Clause>,
}
