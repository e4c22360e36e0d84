//! The declarations at the top of a workflow, and the types in them.

use proc_macro2::{Ident, TokenStream, TokenTree};
use workflow_asl::StateKind;
use workflow_asl::document::QueryLanguage;
use workflow_asl::property::PropertyOf;
use workflow_services::ResourceKind;

use super::{Catcher, Clause, Comment, Expr, Retrier, Target, Text, TokenSpan, plain};
use crate::problem::Reported;

/// A declaration at the top of a workflow.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// The `///` comment.
    pub comment: Comment,
    /// The macros in `#[derive(…)]`, for a type.
    pub derives: Vec<Derive>,
    /// The keyword.
    pub keyword: Ident,
    /// The declaration.
    pub kind: DeclarationKind,
}

/// The kinds of declarations.
#[derive(Clone, Debug)]
pub enum DeclarationKind {
    /// `input { … }` or `input path::To::Type;`
    Input(Shape),
    /// `returns { … }` or `returns path::To::Type;`
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
        /// Whether the document contains the language even though it is the default.
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
    /// `workflow Name as "…"`
    Name(Text),
    /// `comment "…";`
    Comment(Text),
    /// `retry name [Errors…] { … }`
    Retrier {
        /// The name by which states refer to it.
        name: Ident,
        /// The retrier.
        retrier: Retrier,
    },
    /// `catch name [Errors…] -> State { … }`
    Catcher {
        /// The name by which states refer to it.
        name: Ident,
        /// The catcher.
        catcher: Catcher,
    },
    /// `defaults { … }`
    Defaults(StateKind, Vec<Clause>),
    /// `placeholders;`
    Placeholders,
    /// `from "flows/legacy.asl.json";`, optionally with the word `unchecked`.
    From(Text, Option<Ident>),
    /// `property after A: B or C;`
    Property(Property),
}

impl DeclarationKind {
    /// Returns the name of the struct or enum that it declares.
    pub fn type_name(&self) -> Option<&Ident> {
        match self {
            Self::Struct(of) => Some(&of.name),
            Self::Enum(of) => Some(&of.name),
            _ => None,
        }
    }
}

/// A property of executions.
#[derive(Clone, Debug)]
pub struct Property {
    /// The property, with the indices of its names.
    pub of: PropertyOf<usize>,
    /// The names by these indices, as words or string literals.
    pub names: Vec<Target>,
}

/// The type of the input or output.
#[derive(Clone, Debug)]
pub enum Shape {
    /// Fields in braces.
    Fields(Vec<FieldDecl>),
    /// Another type.
    Type(Type),
}

/// A struct.
#[derive(Clone, Debug)]
pub struct StructDecl {
    /// Its name.
    pub name: Ident,
    /// The fields, in source order, with wire names derived from `#[serde(rename_all = …)]`.
    pub fields: Vec<FieldDecl>,
}

/// A field of a struct, of the input, the output or the params.
#[derive(Clone, Debug)]
pub struct FieldDecl {
    /// The `///` comment.
    pub comment: Comment,
    /// The Rust name, such as `r#type`.
    pub name: Ident,
    /// The name in JSON.
    pub wire: String,
    /// Its type.
    pub ty: Type,
    /// The value that serde uses when the field is absent.
    pub default: Option<FieldDefault>,
    /// The constraints on its values.
    pub constraints: Vec<Constraint>,
    /// The kind of resource whose ARN a param is: `jobs: sqs::Queue`.
    pub resource: Option<ResourceKind>,
}

/// A constraint in `#[validate(…)]`.
#[derive(Clone, Debug)]
pub struct Constraint {
    /// Its kind.
    pub kind: ConstraintKind,
    /// The least number or length.
    pub least: Option<Bound>,
    /// The greatest number or length.
    pub greatest: Option<Bound>,
    /// The regular expression that a string contains a match of. It is valid.
    pub pattern: Option<Text>,
    /// The span of its name.
    pub span: TokenSpan,
}

/// The kinds of constraints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConstraintKind {
    /// `range`: limits a number.
    Range,
    /// `length`: limits the characters of a string, the items of a list, or the members of a map.
    Length,
    /// `regex`: a string contains a match of a regular expression.
    Pattern,
}

impl ConstraintKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Range, Self::Length, Self::Pattern];

    /// Returns the name in the source.
    pub fn word(self) -> &'static str {
        match self {
            Self::Range => "range",
            Self::Length => "length",
            Self::Pattern => "regex",
        }
    }
}

/// A bound of a constraint.
#[derive(Clone, Debug)]
pub struct Bound {
    /// The number as written, with its sign; it is finite.
    pub text: String,
    /// Its span.
    pub span: TokenSpan,
}

impl Bound {
    /// Returns the bound as an integer, if it is one.
    pub fn whole(&self) -> Option<i128> {
        self.text.parse().ok()
    }

    /// Returns the number.
    pub fn number(&self) -> f64 {
        self.text.parse().unwrap_or(0.0)
    }
}

/// `#[serde(default)]` or `#[serde(default = "path")]`
#[derive(Clone, Debug)]
pub struct FieldDefault {
    /// The value.
    pub value: DefaultValue,
    /// The word `default`.
    pub span: TokenSpan,
}

/// The value of a field that is absent.
#[derive(Clone, Debug)]
pub enum DefaultValue {
    /// The `Default` of the field's type.
    OfType,
    /// The field of the struct's default value: the result of the function with this path, or else its `Default`.
    OfStruct(Option<TokenStream>),
    /// The result of the function with this path.
    Function(TokenStream),
}

/// A macro in `#[derive(…)]`.
#[derive(Clone, Debug)]
pub struct Derive {
    /// Its path, as written.
    pub path: TokenStream,
    /// Its span.
    pub span: TokenSpan,
}

impl Derive {
    /// Returns the last word of its path.
    pub fn name(&self) -> String {
        self.path.clone().into_iter().last().map(|word| word.to_string()).unwrap_or_default()
    }

    /// Returns whether its path is one word, which is always in scope.
    pub fn is_of_prelude(&self) -> bool {
        const PRELUDE: [&str; 9] =
            ["Clone", "Copy", "Debug", "Default", "Eq", "Hash", "Ord", "PartialEq", "PartialOrd"];
        self.path.clone().into_iter().count() == 1 && PRELUDE.contains(&self.name().as_str())
    }
}

/// An enum: a set of strings, or of variants with data.
#[derive(Clone, Debug)]
pub struct EnumDecl {
    /// Its name.
    pub name: Ident,
    /// Its variants.
    pub variants: Vec<VariantDecl>,
    /// How the JSON of a value names its variant.
    pub tagging: Tagging,
}

impl EnumDecl {
    /// Returns whether its values are not only strings. Then rustc checks the references into them, as into the user's
    /// own types.
    pub fn has_data(&self) -> bool {
        !matches!(self.tagging, Tagging::External)
            || self.variants.iter().any(|variant| !matches!(variant.data, VariantData::Unit))
    }
}

/// serde's representations of enums: <https://serde.rs/enum-representations.html>.
#[derive(Clone, Debug, Default)]
pub enum Tagging {
    /// An object with the variant's name as its only member; the name alone for a variant without data.
    #[default]
    External,
    /// `tag = "…"`: the name is a member next to the members of the variant.
    Internal(Text),
    /// `tag = "…", content = "…"`: an object with the name and the data.
    Adjacent(Text, Text),
    /// `untagged`: the data alone.
    Untagged,
}

/// The data of a variant.
#[derive(Clone, Debug)]
pub enum VariantData {
    /// None.
    Unit,
    /// `(A, B)`
    Tuple(Vec<Type>),
    /// `{ a: A, b: B }`
    Fields(Vec<FieldDecl>),
}

impl VariantData {
    /// Returns the types in it.
    pub fn types(&self) -> impl Iterator<Item = &Type> {
        let (types, fields): (&[Type], &[FieldDecl]) = match self {
            Self::Unit => (&[], &[]),
            Self::Tuple(types) => (types, &[]),
            Self::Fields(fields) => (&[], fields),
        };
        types.iter().chain(fields.iter().map(|field| &field.ty))
    }
}

/// A variant of an enum.
#[derive(Clone, Debug)]
pub struct VariantDecl {
    /// The `///` comment.
    pub comment: Comment,
    /// The Rust name.
    pub name: Ident,
    /// The string in JSON.
    pub wire: String,
    /// Whether it is the enum's `#[default]`.
    pub is_default: bool,
    /// Its data.
    pub data: VariantData,
}

/// A type as written.
#[derive(Clone, Debug)]
pub struct Type {
    /// The type.
    pub kind: TypeKind,
    /// Its span.
    pub span: TokenSpan,
}

impl Type {
    /// Returns the last word of a user-defined type, without its path and without `r#`.
    pub fn last_word(&self) -> Option<String> {
        match &self.kind {
            TypeKind::Named(name) => Some(plain(name)),
            TypeKind::Path(path) => path.clone().into_iter().fold(None, |last, token| match token {
                TokenTree::Ident(word) => Some(plain(&word)),
                _ => last,
            }),
            _ => None,
        }
    }
}

/// The kinds of types.
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
    /// One word: a type declared in the workflow or else in the user's scope.
    Named(Ident),
    /// A path with `::` to a user-defined type, as written.
    Path(TokenStream),
    /// A type that did not parse.
    Invalid(Reported),
}
