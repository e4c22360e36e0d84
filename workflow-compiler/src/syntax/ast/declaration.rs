//! The declarations at the top of a workflow, and the types in them.

use proc_macro2::{Ident, TokenStream, TokenTree};
use workflow_asl::document::QueryLanguage;

use super::{Catcher, Clause, Comment, Expr, Retrier, Spot, Text, plain};

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
    /// `placeholders;`
    Placeholders,
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

impl Type {
    /// The name that a type of the user's own ends with, without the path before it and without `r#`.
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
