//! The syntax tree of `workflow!`: what was written, with the place of every word.
//!
//! A tree may be incomplete: what did not parse is left out or [`ExprKind::Invalid`],
//! and has been reported; later phases keep silent about it.

mod declaration;
mod expression;

pub use declaration::{
    Declaration, DeclarationKind, EnumDecl, FieldDecl, Shape, StructDecl, Type, TypeKind, VariantDecl,
};
pub use expression::{BinaryOp, Expr, ExprKind, Member, NO_WORD, OtherLanguage, Reference, Root, Segment, UnaryOp};

use std::ops::Range;

use proc_macro2::{Ident, Span, TokenStream};
use workflow_asl::StateKind;
use workflow_asl::document::QueryLanguage;

use super::keyword::ClauseKind;
use crate::problem::Problem;

/// A range of source tokens.
#[derive(Clone, Copy, Debug)]
pub struct Spot {
    /// The first token.
    pub first: Span,
    /// The last token.
    pub last: Span,
}

impl Spot {
    /// From the start of this one to the end of `other`.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { first: self.first, last: other.last }
    }
}

impl From<Span> for Spot {
    fn from(span: Span) -> Self {
        Self { first: span, last: span }
    }
}

/// Text with its place: a string literal's value.
#[derive(Clone, Debug)]
pub struct Text {
    /// The value, unescaped.
    pub value: String,
    /// The literal.
    pub spot: Spot,
}

/// The comment that `///`, `//!` or the clause `comment` gives; lines are joined by line feeds.
pub type Comment = Option<Text>;

/// One `workflow Name { … }`.
#[derive(Clone, Debug)]
pub struct Workflow {
    /// Its `///`.
    pub comment: Comment,
    /// Other attributes, such as `#[allow(…)]`, as written.
    pub attributes: Vec<TokenStream>,
    /// `pub`, `pub(crate)` or nothing, as written.
    pub visibility: TokenStream,
    /// Its name.
    pub name: Ident,
    /// The brace that opens its body.
    pub brace: Span,
    /// Everything in it but states, in source order.
    pub declarations: Vec<Declaration>,
    /// Its states.
    pub body: Body,
    /// Which problems were found while it was read, by their numbers.
    pub problems: Range<usize>,
}

impl Workflow {
    /// The file of `from "…";`, which has the states in place of the workflow.
    pub fn from(&self) -> Option<&Text> {
        self.declarations.iter().find_map(|declaration| match &declaration.kind {
            DeclarationKind::From(file, _) => Some(file),
            _ => None,
        })
    }

    /// The word that says that the file is not to be held against AWS's APIs.
    pub fn unchecked(&self) -> Option<&Ident> {
        self.declarations.iter().find_map(|declaration| match &declaration.kind {
            DeclarationKind::From(_, unchecked) => unchecked.as_ref(),
            _ => None,
        })
    }
}

/// A set of states: the workflow's own, a branch's, a map's.
#[derive(Clone, Debug)]
pub struct Body {
    /// The body's own `//!`.
    pub comment: Comment,
    /// `start Name;`
    pub start: Option<Target>,
    /// The states in source order.
    pub states: Vec<State>,
    /// What it was introduced by (`workflow Name`, `branch`, the map's name), for errors about the whole.
    pub spot: Spot,
    /// Whether something in it did not parse (and was reported): states may be among what was skipped.
    pub broken: bool,
}

/// A state.
#[derive(Clone, Debug)]
pub struct State {
    /// Its `///`.
    pub comment: Comment,
    /// The keyword.
    pub keyword: Ident,
    /// Its kind.
    pub kind: StateKind,
    /// Its name.
    pub name: Ident,
    /// The ASL name, after `as`.
    pub alias: Option<Text>,
    /// What follows the name, by kind.
    pub head: Head,
    /// Its clauses, in source order.
    pub clauses: Vec<Clause>,
    /// Where it goes on; always absent in choice, succeed and fail.
    pub transition: Option<Target>,
    /// The last of its words before the transition.
    pub tail: Spot,
    /// Whether `;` stands after it.
    pub closed: bool,
    /// Whether words of it were skipped (and reported): what it lacks may be among them,
    /// so nobody need complain about a missing transition, body or resource.
    pub broken: bool,
}

impl State {
    /// The name in the ASL document.
    pub fn asl_name(&self) -> String {
        self.alias.as_ref().map_or_else(|| plain(&self.name), |alias| alias.value.clone())
    }
}

/// An identifier's text without `r#`.
pub fn plain(ident: &Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").map(str::to_owned).unwrap_or(text)
}

/// What follows a state's name, by kind.
#[derive(Clone, Debug)]
pub enum Head {
    /// `task X = resource { body }`
    Task {
        /// What it calls; `None` when it did not parse.
        resource: Option<Resource>,
        /// The request (an object), where there is one.
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
        /// The items: after `over`.
        over: Option<Over>,
        /// The states.
        body: Body,
        /// Whether the document calls it `Iterator` (keyword `iterator` before the body).
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

/// How long a wait waits.
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
    /// The value after `match`; the arms are then patterns.
    pub subject: Option<Expr>,
    /// The word `nonexhaustive`, where it stands.
    pub nonexhaustive: Option<Ident>,
    /// The arms, `else` and `_` included, in source order.
    pub arms: Vec<Arm>,
}

/// One arm of a choice.
#[derive(Clone, Debug)]
pub struct Arm {
    /// Its `///`.
    pub comment: Comment,
    /// When it is taken.
    pub when: When,
    /// Where it goes.
    pub target: Target,
    /// `{ assign … output … comment … }` after the target; on `else` and `_` they are the state's.
    pub clauses: Vec<Clause>,
    /// The whole arm.
    pub spot: Spot,
}

/// When an arm is taken.
#[derive(Clone, Debug)]
pub enum When {
    /// `if condition`
    If(Expr),
    /// `pattern | pattern` of a `match`: literals and enum variants.
    Patterns(Vec<Expr>),
    /// `else` or `_`
    Else(Spot),
}

/// One branch of a parallel.
#[derive(Clone, Debug)]
pub struct Branch {
    /// Its `///`, the branch's comment.
    pub comment: Comment,
    /// Its states.
    pub body: Body,
}

/// A map's items.
#[derive(Clone, Debug)]
pub enum Over {
    /// A value.
    Items(Expr),
    /// `s3::csv { … }`: sugar for an item reader (`s3::csv`, `s3::json`, `s3::jsonl`, `s3::list`, …).
    Reader {
        /// The words of the path.
        path: Vec<Ident>,
        /// The request and configuration in one object.
        body: Expr,
    },
}

/// What a task calls.
#[derive(Clone, Debug)]
pub enum Resource {
    /// `lambda::invoke<T>.waitForTaskToken`
    Service {
        /// The words of the path, such as `aws_sdk`, `s3`, `listObjectsV2`.
        path: Vec<Ident>,
        /// The type of what the function returns.
        result: Option<Type>,
        /// `workflow::<Other>`: the workflow in Rust that is started; the path is then `states::startExecution`.
        workflow: Option<Type>,
        /// `sync`, `sync:2` or `waitForTaskToken`.
        pattern: Option<Text>,
        /// From the path to the pattern.
        spot: Spot,
    },
    /// An ARN in quotes, as it is; `${param}` in it is a placeholder of the document, not of the language.
    Text(Text),
    /// `activity<T>("arn…")`, or `activity(params.arn)`
    Activity {
        /// The activity's ARN.
        arn: Expr,
        /// The type of what the worker returns.
        result: Option<Type>,
    },
    /// A reference, such as `params.function`, that gives the whole ARN.
    Value(Expr),
}

/// Where a transition goes.
#[derive(Clone, Debug)]
pub enum Target {
    /// `-> Name`
    State(Ident),
    /// `-> "any state name"`
    Text(Text),
    /// `-> end`
    End(Ident),
    /// The arrow is there, its target is not (and that was reported).
    Missing(Spot),
}

/// A clause of a state, of `defaults`, or in the braces of an arm or catcher.
#[derive(Clone, Debug)]
pub struct Clause {
    /// Its `///` (retriers and catchers have comments).
    pub comment: Comment,
    /// The keyword.
    pub keyword: Ident,
    /// Which clause it is.
    pub kind: ClauseKind,
    /// What it says.
    pub value: ClauseValue,
    /// The whole clause.
    pub spot: Spot,
    /// That it is written as in Amazon States Language, where its query language decides how to mend that.
    pub other_language: Option<Box<Problem>>,
}

/// What a clause says.
#[allow(
    clippy::large_enum_variant,
    reason = "only where spans are large, with `span-locations`; a clause is seldom moved"
)]
#[derive(Clone, Debug)]
pub enum ClauseValue {
    /// A value, an object, a path, a duration.
    Expr(Expr),
    /// The word alone (`inline`).
    Flag,
    /// `none`: no retrier, catcher or timeout although `defaults` has one.
    None(Ident),
    /// A named retrier or catcher of the workflow.
    Named(Ident),
    /// `retry [Errors…] { … }`
    Retrier(Retrier),
    /// `catch [Errors…] => State { … }`
    Catcher(Catcher),
    /// `errors [OutOfStock, …]`
    Errors(Vec<Text>),
    /// `query jsonata` or `query jsonpath`
    Query(QueryLanguage),
    /// `tolerate 5%` or `tolerate percent expr`
    ToleratePercent(Expr),
    /// `tolerate count expr`
    TolerateCount(Expr),
    /// `distributed`, `distributed express`, `distributed standard`
    Distributed {
        /// `express` or `standard`, where it stands.
        execution_type: Option<Ident>,
    },
    /// `item_reader s3::getObject { … } config { … }`, and `result_writer` likewise.
    Transfer {
        /// The words of the call's path, or its ARN; absent where only `config` is given.
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
    /// The errors it matches.
    pub errors: Vec<Text>,
    /// The brackets.
    pub errors_spot: Spot,
    /// `interval`, `max_attempts`, `backoff`, `max_delay`, `jitter`, each at most once, as the table of retry fields has them.
    pub fields: Vec<SettingField>,
}

/// A field of a retrier: `interval: 30s`.
#[derive(Clone, Debug)]
pub struct SettingField {
    /// Its name.
    pub name: Ident,
    /// Its value.
    pub value: Expr,
}

/// A catcher.
#[derive(Clone, Debug)]
pub struct Catcher {
    /// The errors it matches.
    pub errors: Vec<Text>,
    /// The brackets.
    pub errors_spot: Spot,
    /// Where it goes.
    pub target: Target,
    /// `{ assign … output … result_path … comment … }`
    pub clauses: Vec<Clause>,
}
