//! The syntax tree of `workflow!`: what was written, with the place of every word.
//!
//! A tree may be incomplete: what did not parse is left out or [`ExprKind::Invalid`],
//! and has been reported; later phases keep silent about it.

use proc_macro2::{Ident, Span, TokenStream};
use workflow_asl::StateKind;
use workflow_asl::document::QueryLanguage;

use super::keyword::ClauseKind;

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
    /// Everything in it but states, in source order.
    pub declarations: Vec<Declaration>,
    /// Its states.
    pub body: Body,
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

/// A declaration at the top of a workflow.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// Its `///`.
    pub comment: Comment,
    /// The keyword.
    pub keyword: Ident,
    /// What it declares.
    pub kind: DeclarationKind,
}

/// What a declaration declares.
#[derive(Clone, Debug)]
pub enum DeclarationKind {
    /// `input { … }` or `input path::To::Type;`
    Input(Shape),
    /// `output { … }` or `output path::To::Type;`
    Output(Shape),
    /// `params { … }`
    Params(Vec<FieldDecl>),
    /// `struct Name { … }`
    Struct(StructDecl),
    /// `enum Name { … }`
    Enum(EnumDecl),
    /// `query jsonata;` or `query jsonpath [explicit];`
    Query {
        /// The language.
        language: QueryLanguage,
        /// Whether the document says so where it need not.
        explicit: bool,
    },
    /// `type standard;` or `type express;`
    Type {
        /// Whether it is `express`.
        express: bool,
    },
    /// `timeout 6h;`
    Timeout(Expr),
    /// `version "1.0";`
    Version(Text),
    /// `name "…";`
    Name(Text),
    /// `comment "…";`
    Comment(Text),
    /// `retry name [Errors…] { … }`
    Retrier {
        /// The name that states use it by.
        name: Ident,
        /// The retrier.
        retrier: Retrier,
    },
    /// `catch name [Errors…] => State { … }`
    Catcher {
        /// The name that states use it by.
        name: Ident,
        /// The catcher.
        catcher: Catcher,
    },
    /// `defaults { … }`
    Defaults(Vec<Clause>),
    /// `from "flows/legacy.asl.json";`, perhaps with the word `unchecked`.
    From(Text, Option<Ident>),
}

/// The type of the input or output.
#[derive(Clone, Debug)]
pub enum Shape {
    /// Declared in place.
    Fields(Vec<FieldDecl>),
    /// Another type.
    Type(Type),
}

/// A struct.
#[derive(Clone, Debug)]
pub struct StructDecl {
    /// Its name.
    pub name: Ident,
    /// Its fields, in source order, wire names already worked out from `#[serde(rename_all = …)]`.
    pub fields: Vec<FieldDecl>,
}

/// A field of a struct, of the input, the output or the params.
#[derive(Clone, Debug)]
pub struct FieldDecl {
    /// Its `///`.
    pub comment: Comment,
    /// The Rust name; `r#type` is written raw.
    pub name: Ident,
    /// The name in JSON.
    pub wire: String,
    /// Its type.
    pub ty: Type,
}

/// An enum of unit variants.
#[derive(Clone, Debug)]
pub struct EnumDecl {
    /// Its name.
    pub name: Ident,
    /// Its variants.
    pub variants: Vec<VariantDecl>,
}

/// A variant of an enum.
#[derive(Clone, Debug)]
pub struct VariantDecl {
    /// Its `///`.
    pub comment: Comment,
    /// The Rust name.
    pub name: Ident,
    /// The text in JSON.
    pub wire: String,
}

/// A type as written.
#[derive(Clone, Debug)]
pub struct Type {
    /// What it is.
    pub kind: TypeKind,
    /// Where it is.
    pub spot: Spot,
}

/// What a type is.
#[derive(Clone, Debug)]
pub enum TypeKind {
    /// `String`
    String,
    /// `bool`
    Bool,
    /// `i8` … `u64`, `isize`, `usize`, by its Rust name.
    Integer(Ident),
    /// `f64` or `f32`
    Float(Ident),
    /// `Timestamp`
    Timestamp,
    /// `Arn`
    Arn,
    /// `Json`: any value.
    Json,
    /// `Vec<T>`
    Vec(Box<Type>),
    /// `Option<T>`
    Option(Box<Type>),
    /// `Map<T>`: an object with any keys.
    Map(Box<Type>),
    /// One word: a type declared in the workflow, or, if there is none, of the user's scope.
    Named(Ident),
    /// A path with `::` to the user's own type, as written.
    Path(TokenStream),
    /// It did not parse.
    Invalid,
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

/// A value or expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it is.
    pub spot: Spot,
}

/// What an expression is.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, by its text; a leading minus is part of it.
    Number(String),
    /// A duration, in seconds.
    Duration(u64),
    /// A string literal. `"{% … %}"` is raw JSONata, whatever the language of the state makes of it.
    Text(String),
    /// `{ … }`
    Object(Vec<Member>),
    /// `[ … ]`
    Array(Vec<Expr>),
    /// `input.a.b`, `Train.x`, `$name`, …
    Reference(Reference),
    /// `$split(x, ",")[0]`, `(a ?? b).c`: members and indices of what is not a reference.
    Access(Box<Expr>, Vec<Segment>),
    /// `!x`, `-x`
    Unary(UnaryOp, Box<Expr>),
    /// `a + b`, `a == b`, `a ?? b`, …
    Binary(BinaryOp, Spot, Box<Expr>, Box<Expr>),
    /// `if c { a } else { b }`
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `$sum(xs)`, `States.Format("…{}", x)`, `is_present(x)`, `NumericEquals(a, 3)`
    Call {
        /// The name as written, with `$` or dots.
        name: Text,
        /// The arguments.
        arguments: Vec<Expr>,
    },
    /// `const PATH`: a constant of the user's Rust code, as written; its value is known to rustc only.
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
    /// `path "…"`
    Path(Text),
    /// `( … )`: parentheses keep the nesting of conditions.
    Paren(Box<Expr>),
    /// It did not parse.
    Invalid,
}

/// A member of an object.
#[derive(Clone, Debug)]
pub struct Member {
    /// The key, unquoted.
    pub key: Text,
    /// `key?: value`: left out when the value is absent.
    pub optional: bool,
    /// The value.
    pub value: Expr,
}

/// A reference to data.
#[derive(Clone, Debug)]
pub struct Reference {
    /// What it starts from.
    pub root: Root,
    /// The root's word.
    pub root_spot: Spot,
    /// `Train?.x`: the state may not have run.
    pub optional: bool,
    /// The members and indices after it.
    pub segments: Vec<Segment>,
}

/// What a reference starts from.
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
    /// `index`: its index.
    Index,
    /// `context`: the context object.
    Context,
    /// `params`: deploy-time values.
    Params,
    /// `caught`: the error that led here.
    Caught,
    /// `$name`: a variable.
    Variable(String),
    /// Another state's result.
    StateResult(Ident),
}

/// One step of a reference.
#[derive(Clone, Debug)]
pub enum Segment {
    /// `.name` or `["a-b"]`
    Member {
        /// The name, unquoted and without `r#`.
        name: Text,
        /// `?.name`
        optional: bool,
        /// Whether it is written `["name"]`, which the document then does as well.
        quoted: bool,
    },
    /// `[0]`, `[expr]`
    Index(Expr),
}

/// A unary operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `!`
    Not,
    /// `-`
    Negate,
}

/// A binary operator, from loosest to tightest: `??`, `||`, `&&`, comparisons (which do not chain), `+ -`, `* / %`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
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
