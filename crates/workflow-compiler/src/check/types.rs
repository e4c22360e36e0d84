//! The types of values, and the named types that a workflow declares.

use std::fmt::Display;
use std::rc::Rc;

use indexmap::IndexMap;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use workflow_asl::Code;
use workflow_asl::error_name::ERROR_OUTPUT;
use workflow_asl::result::ResultPart;

use crate::problem::{Problem, Reported};
use crate::question::{Foreign, ForeignPart};
use crate::syntax::ast::{DeclarationKind, EnumDecl, FieldDecl, Shape, TokenSpan, Type, TypeKind, Workflow, plain};
use crate::syntax::rust_name;

/// The known type of a value. `Eq` lets shared members be compared by where they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ty {
    /// Nothing is known: any operation is allowed.
    Unknown,
    /// The value is wrong, which was reported: any operation is allowed, and what is a part or a sum of it is wrong too.
    Error(Reported),
    /// `null`
    Null,
    /// `bool`
    Bool,
    /// An integer of this type.
    Integer(Int),
    /// A number that may or may not have a fraction.
    Number,
    /// A number that may have a fraction: it is declared so, or computed by what gives fractions.
    Float(Float),
    /// Text.
    Text,
    /// An RFC 3339 timestamp, text in JSON.
    Timestamp,
    /// An ARN, text in JSON.
    Arn,
    /// An array.
    Array(Box<Ty>),
    /// An array whose items have types of their own: the outputs of a parallel's branches. Without items, it is `[]`,
    /// which is a list of any type.
    Tuple(Vec<Ty>),
    /// May be absent or null.
    Option(Box<Ty>),
    /// Is present, and may be null.
    Nullable(Box<Ty>),
    /// An object with any keys.
    Map(Box<Ty>),
    /// An object with these members, by wire name; shared, since each state that is read of has it in several places.
    Object(Rc<IndexMap<String, Ty>>),
    /// An object of AWS's, whose members are read of the table when they are asked for.
    Shape(ResultPart),
    /// A struct that the workflow declares, by its Rust name.
    Struct(String),
    /// An enum that the workflow declares, by its Rust name; text in JSON.
    Enum(String),
    /// A type of the user's Rust code, or a part of one: rustc checks the members that are read.
    Foreign(Box<Foreign>),
}

/// A type of integers: its name, its minimum and its maximum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Int(&'static (&'static str, i128, i128));

impl Int {
    const I64: Self = Self(&("i64", i64::MIN as i128, i64::MAX as i128));

    /// All of them; `isize` and `usize` have 64 bits.
    const ALL: [Self; 10] = [
        Self(&("i8", i8::MIN as i128, i8::MAX as i128)),
        Self(&("i16", i16::MIN as i128, i16::MAX as i128)),
        Self(&("i32", i32::MIN as i128, i32::MAX as i128)),
        Self::I64,
        Self(&("isize", i64::MIN as i128, i64::MAX as i128)),
        Self(&("u8", 0, u8::MAX as i128)),
        Self(&("u16", 0, u16::MAX as i128)),
        Self(&("u32", 0, u32::MAX as i128)),
        Self(&("u64", 0, u64::MAX as i128)),
        Self(&("usize", 0, u64::MAX as i128)),
    ];

    /// The type with this name in Rust; `i64` for any other.
    pub fn named(name: &str) -> Self {
        Self::ALL.into_iter().find(|int| int.name() == name).unwrap_or(Self::I64)
    }

    /// Returns the names of all.
    pub(super) fn names<'n>() -> impl Iterator<Item = &'n str> {
        Self::ALL.into_iter().map(|int| int.name())
    }

    /// Returns its name in Rust.
    pub fn name(self) -> &'static str {
        self.0.0
    }

    /// Returns the least and the greatest number that it holds.
    pub fn range(self) -> (i128, i128) {
        (self.0.1, self.0.2)
    }

    /// Returns whether it holds this number, which is whole.
    pub fn holds(self, number: i128) -> bool {
        let (least, greatest) = self.range();
        (least..=greatest).contains(&number)
    }
}

/// The types of numbers with fractions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "types have the names of Rust")]
pub enum Float {
    F32,
    F64,
}

impl Ty {
    /// An integer that no declaration says more of.
    pub const INTEGER: Self = Self::Integer(Int::I64);
    /// A number that may have a fraction and has no declaration.
    pub const FLOAT: Self = Self::Float(Float::F64);

    /// The type of `[]`.
    pub(super) const NO_ITEMS: Self = Self::Tuple(Vec::new());

    /// An object with these members.
    pub(super) fn object(members: impl IntoIterator<Item = (impl Into<String>, Self)>) -> Self {
        Self::Object(Rc::new(members.into_iter().map(|(name, ty)| (name.into(), ty)).collect()))
    }

    /// Returns how the user writes it.
    pub fn name(&self) -> String {
        match self {
            Self::Unknown | Self::Error(_) => "Json".to_owned(),
            Self::Null => "null".to_owned(),
            Self::Bool => "bool".to_owned(),
            Self::Integer(_) => "an integer".to_owned(),
            Self::Number | Self::Float(_) => "a number".to_owned(),
            Self::Text => "String".to_owned(),
            Self::Timestamp => "Timestamp".to_owned(),
            Self::Arn => "Arn".to_owned(),
            Self::Array(item) => format!("Vec<{}>", item.rust_name()),
            Self::Tuple(items) if items.is_empty() => "Vec<Json>".to_owned(),
            Self::Tuple(items) => {
                let items: Vec<_> = items.iter().map(Self::rust_name).collect();
                format!("({})", items.join(", "))
            }
            Self::Option(inner) | Self::Nullable(inner) => format!("Option<{}>", inner.rust_name()),
            Self::Map(value) => format!("Map<{}>", value.rust_name()),
            Self::Object(_) | Self::Shape(_) => "an object".to_owned(),
            Self::Struct(name) | Self::Enum(name) => name.clone(),
            Self::Foreign(of) if of.steps.is_empty() => of.name.to_string(),
            Self::Foreign(_) => "Json".to_owned(),
        }
    }

    /// Returns how the user writes it in a declaration.
    pub fn rust_name(&self) -> String {
        match self {
            Self::Integer(int) => int.name().to_owned(),
            Self::Float(Float::F32) => "f32".to_owned(),
            Self::Number | Self::Float(Float::F64) => "f64".to_owned(),
            Self::Null | Self::Object(_) | Self::Shape(_) => "Json".to_owned(),
            other => other.name(),
        }
    }

    /// Returns this type, or absent.
    #[must_use]
    pub fn optional(self) -> Self {
        match self {
            Self::Option(_) | Self::Unknown | Self::Error(_) => self,
            Self::Nullable(inner) => Self::Option(inner),
            other => Self::Option(Box::new(other)),
        }
    }

    /// Returns this type, or absent, even if the type is unknown.
    #[must_use]
    pub fn or_absent(self) -> Self {
        match self {
            Self::Unknown => Self::Option(Box::new(Self::Unknown)),
            other => other.optional(),
        }
    }

    /// Returns this type, or null.
    #[must_use]
    pub fn nullable(self) -> Self {
        match self {
            Self::Option(_) | Self::Nullable(_) | Self::Unknown | Self::Error(_) | Self::Null => self,
            other => Self::Nullable(Box::new(other)),
        }
    }

    /// Returns this type for a value that is present: `None` is omitted from the JSON.
    #[must_use]
    pub fn assume_present(self) -> Self {
        match self {
            Self::Option(inner) => *inner,
            other => other,
        }
    }

    /// Returns this type for an item or a value of a map, which are never omitted: `None` is null.
    #[must_use]
    pub fn as_element(&self) -> Self {
        match self {
            Self::Option(inner) => inner.as_ref().clone().nullable(),
            other => other.clone(),
        }
    }

    /// Returns the type of a list's items; `None` if this is not known to be a list.
    pub fn items(&self) -> Option<Self> {
        match self.present() {
            Self::Array(item) => Some(item.as_element()),
            Self::Tuple(items) => Some(items.iter().cloned().reduce(Self::join).unwrap_or(Self::Unknown)),
            Self::Foreign(of) => Some(of.item()),
            _ => None,
        }
    }

    /// Returns the type without `Option`.
    pub fn present(&self) -> &Self {
        match self {
            Self::Option(inner) | Self::Nullable(inner) => inner.present(),
            other => other,
        }
    }

    /// Returns whether it may be absent or null.
    pub fn is_option(&self) -> bool {
        matches!(self, Self::Option(_) | Self::Nullable(_))
    }

    /// Returns whether it may be absent.
    pub fn may_be_absent(&self) -> bool {
        matches!(self, Self::Option(_))
    }

    /// Returns whether it may be absent or null, by its known type.
    pub fn may_be_null_or_absent(&self) -> bool {
        self.is_option() || self.is_open() || *self == Self::Null
    }

    /// Returns whether it is text in JSON.
    pub fn is_text(&self) -> bool {
        matches!(self, Self::Text | Self::Timestamp | Self::Arn | Self::Enum(_))
    }

    /// Returns whether it is a number in JSON.
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Integer(_) | Self::Number | Self::Float(_))
    }

    /// Returns whether it is an object in JSON.
    pub fn is_object(&self) -> bool {
        matches!(self, Self::Map(_) | Self::Object(_) | Self::Shape(_) | Self::Struct(_))
    }

    /// Returns whether it is an array in JSON.
    pub fn is_array(&self) -> bool {
        matches!(self, Self::Array(_) | Self::Tuple(_))
    }

    /// Returns whether nothing is known about it.
    pub fn is_unknown(&self) -> bool {
        self.present().is_open()
    }

    /// Returns whether nothing is known about it here, not even whether it may be absent.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Unknown | Self::Error(_) | Self::Foreign(_))
    }

    /// Returns whether the value is wrong, which was reported.
    pub fn is_error(&self) -> bool {
        matches!(self, Self::Error(_))
    }

    /// The part of the type that is neither too large nor too deep: values of values that contain the same value twice
    /// would double it with each state. Deeper levels are unknown; a type that is too large keeps as many levels as are
    /// small.
    #[must_use]
    pub(super) fn bounded(mut self) -> Self {
        const PARTS: usize = 2000;
        const SMALL: usize = 256;
        const DEPTH: usize = 32;
        fn inside(ty: &Ty) -> Vec<&Ty> {
            match ty {
                Ty::Array(inner) | Ty::Option(inner) | Ty::Nullable(inner) | Ty::Map(inner) => vec![inner],
                Ty::Tuple(items) => items.iter().collect(),
                Ty::Object(members) => members.values().collect(),
                _ => Vec::new(),
            }
        }
        fn cut(ty: &mut Ty, left: &mut usize, levels: usize) {
            let (Some(less), Some(levels)) = (left.checked_sub(1), levels.checked_sub(1)) else {
                *ty = Ty::Unknown;
                return;
            };
            *left = less;
            match ty {
                Ty::Array(inner) | Ty::Option(inner) | Ty::Nullable(inner) | Ty::Map(inner) => cut(inner, left, levels),
                Ty::Tuple(items) => items.iter_mut().for_each(|item| cut(item, left, levels)),
                Ty::Object(members) => {
                    Rc::make_mut(members).values_mut().for_each(|member| cut(member, left, levels));
                }
                _ => {}
            }
        }
        if inside(&self).is_empty() {
            return self;
        }
        let (mut parts, mut levels, mut small) = (0, 0, 0);
        let mut level = vec![&self];
        while !level.is_empty() && levels <= DEPTH && parts <= PARTS {
            parts += level.len();
            levels += 1;
            if parts <= SMALL {
                small = levels;
            }
            level = level.into_iter().flat_map(inside).collect();
        }
        if parts > PARTS || levels > DEPTH {
            // One level alone may be large, as of an object with many members.
            let levels = if parts > PARTS { small.max(2) } else { DEPTH };
            let mut left = PARTS;
            cut(&mut self, &mut left, levels);
        }
        self
    }

    /// Returns the type as rustc knows it; `None` where something in it is not known, or has no name in Rust.
    pub(super) fn in_rust(&self) -> Option<TokenStream> {
        Some(match self {
            Self::Bool => quote! { ::core::primitive::bool },
            Self::Integer(int) => {
                let name = Ident::new(int.name(), Span::call_site());
                quote! { ::core::primitive::#name }
            }
            Self::Number | Self::Float(_) => quote! { ::core::primitive::f64 },
            Self::Text | Self::Timestamp | Self::Arn => quote! { ::std::string::String },
            Self::Array(item) => {
                let item = item.in_rust()?;
                quote! { ::std::vec::Vec<#item> }
            }
            Self::Option(inner) | Self::Nullable(inner) => {
                let inner = inner.in_rust()?;
                quote! { ::core::option::Option<#inner> }
            }
            Self::Map(value) => {
                let value = value.in_rust()?;
                quote! { ::std::collections::BTreeMap<::std::string::String, #value> }
            }
            Self::Struct(name) | Self::Enum(name) => rust_name(&Ident::new(name, Span::call_site())).to_token_stream(),
            Self::Foreign(of) if of.part == ForeignPart::Whole && of.steps.is_empty() => of.tokens.clone(),
            _ => return None,
        })
    }

    /// Returns the type of the wrong one of two values, if one is wrong: what is made of both is wrong too.
    pub(super) fn error_of(&self, other: &Self) -> Option<Self> {
        [self, other].into_iter().find(|ty| ty.is_error()).cloned()
    }

    /// Returns the type of a sum, a difference, a product or a remainder of two numbers, which also holds both of them: one
    /// that may have a fraction keeps it.
    pub(super) fn arithmetic(&self, other: &Self) -> Self {
        if let Some(error) = self.error_of(other) {
            return error;
        }
        match (self, other) {
            (Self::Float(_), _) | (_, Self::Float(_)) => Self::FLOAT,
            (Self::Integer(_), Self::Integer(_)) => Self::INTEGER,
            _ => Self::Number,
        }
    }

    /// The type that holds values of both.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        match (self, other) {
            (a, b) if a == b => a,
            (error @ Self::Error(_), _) | (_, error @ Self::Error(_)) => error,
            (Self::Null, b) => b.nullable(),
            (a, Self::Null) => a.nullable(),
            (Self::Option(a), b) | (b, Self::Option(a)) => a.join(b.present().clone()).optional(),
            (Self::Nullable(a), b) | (b, Self::Nullable(a)) => a.join(b.present().clone()).nullable(),
            (a, b) if a.is_number() && b.is_number() => a.arithmetic(&b),
            (a, b) if a.is_text() && b.is_text() => Self::Text,
            (Self::Array(a), Self::Array(b)) => Self::Array(Box::new(a.join(*b))),
            (Self::Tuple(a), Self::Tuple(b)) if a.len() == b.len() => {
                Self::Tuple(a.into_iter().zip(b).map(|(a, b)| a.join(b)).collect())
            }
            (Self::Tuple(none), list) | (list, Self::Tuple(none)) if none.is_empty() && list.is_array() => {
                list.items().map_or(Self::NO_ITEMS, |item| Self::Array(Box::new(item)))
            }
            // A member that only one of them has may be absent.
            (Self::Object(a), Self::Object(b)) => {
                let (mut a, mut b) = (Rc::unwrap_or_clone(a), Rc::unwrap_or_clone(b));
                for (name, ty) in &mut a {
                    let own = std::mem::replace(ty, Self::Unknown);
                    *ty = match b.swap_remove(name) {
                        Some(other) => own.join(other),
                        None => own.or_absent(),
                    };
                }
                a.extend(b.into_iter().map(|(name, ty)| (name, ty.or_absent())));
                Self::object(a)
            }
            _ => Self::Unknown,
        }
    }
}

/// The named types of a workflow: the types that it declares, and the structs made of its `input { … }` and `output { …
/// }`.
#[derive(Debug, Default)]
pub struct Types<'a> {
    /// The structs, by Rust name.
    pub structs: IndexMap<String, Struct<'a>>,
    /// The enums of strings that the workflow declares, by Rust name. Others are types that only rustc knows.
    pub enums: IndexMap<String, &'a EnumDecl>,
    /// The enums with data that the workflow declares, by Rust name.
    pub(super) enums_with_data: Vec<String>,
}

/// A struct with its fields.
#[derive(Debug)]
pub struct Struct<'a> {
    /// Whether it was declared by `struct`, or is the input's or output's.
    pub declared: bool,
    /// The fields by Rust name without `r#`, in source order.
    pub fields: IndexMap<String, Field<'a>>,
}

/// A field of a struct, or a deploy-time parameter.
#[derive(Debug)]
pub struct Field<'a> {
    /// Its declaration.
    pub decl: &'a FieldDecl,
    /// Its type.
    pub ty: Ty,
}

impl<'a> Types<'a> {
    /// Collects the declarations; of two with one name, the first wins.
    pub(super) fn of(workflow: &'a Workflow) -> Self {
        let mut types = Self::default();
        for declaration in workflow.declarations.iter().chain(&workflow.neighbours) {
            if let DeclarationKind::Enum(decl) = &declaration.kind {
                if decl.has_data() {
                    types.enums_with_data.push(plain(&decl.name));
                    continue;
                }
                types.enums.entry(plain(&decl.name)).or_insert(decl);
            }
        }
        // Field types may name structs that are declared later: first all names, then all fields.
        let all = workflow.declarations.iter().chain(&workflow.neighbours);
        let structs = all.filter_map(|declaration| match &declaration.kind {
            DeclarationKind::Struct(decl) => Some((plain(&decl.name), true, &decl.fields)),
            DeclarationKind::Input(Shape::Fields(fields)) => Some((generated(workflow, "Input"), false, fields)),
            DeclarationKind::Output(Shape::Fields(fields)) => Some((generated(workflow, "Output"), false, fields)),
            _ => None,
        });
        let structs: Vec<_> = structs.filter(|(name, ..)| !types.enums.contains_key(name)).collect();
        for (name, declared, _) in &structs {
            let empty = || Struct { declared: *declared, fields: IndexMap::new() };
            types.structs.entry(name.clone()).or_insert_with(empty);
        }
        for (name, declared, fields) in structs {
            let fields = types.fields(fields);
            if let Some(known) = types.structs.get_mut(&name)
                && known.fields.is_empty()
                && known.declared == declared
            {
                known.fields = fields;
            }
        }
        types
    }

    /// Returns the fields by Rust name; of two with one name the first counts.
    pub(super) fn fields(&self, fields: &'a [FieldDecl]) -> IndexMap<String, Field<'a>> {
        let mut map = IndexMap::new();
        for decl in fields {
            map.entry(plain(&decl.name)).or_insert_with(|| {
                let ty = self.ty(&decl.ty);
                // Nobody adds what serde would read for an absent member.
                Field { decl, ty: if decl.default.is_some() { ty.or_absent() } else { ty } }
            });
        }
        map
    }

    /// Returns the type that was written; `Unknown` for one that only rustc knows.
    pub fn ty(&self, written: &Type) -> Ty {
        match &written.kind {
            TypeKind::String => Ty::Text,
            TypeKind::Bool => Ty::Bool,
            TypeKind::Integer(name) => Ty::Integer(Int::named(&plain(name))),
            TypeKind::Float(name) => Ty::Float(if *name == "f32" { Float::F32 } else { Float::F64 }),
            TypeKind::Timestamp => Ty::Timestamp,
            TypeKind::Arn => Ty::Arn,
            TypeKind::Vec(item) => Ty::Array(Box::new(self.ty(item))),
            TypeKind::Option(inner) => self.ty(inner).or_absent(),
            TypeKind::Map(value) => Ty::Map(Box::new(self.ty(value))),
            TypeKind::Named(written) => {
                let name = plain(written);
                if self.enums.contains_key(&name) {
                    Ty::Enum(name)
                } else if self.structs.contains_key(&name) {
                    Ty::Struct(name)
                } else {
                    Ty::Foreign(Box::new(Foreign::of(written.to_token_stream())))
                }
            }
            TypeKind::Path(path) => Ty::Foreign(Box::new(Foreign::of(path.clone()))),
            TypeKind::Json => Ty::Unknown,
            TypeKind::Invalid(reported) => Ty::Error(*reported),
        }
    }

    /// Returns the input or output of another workflow.
    pub(super) fn part_of(workflow: &Type, part: ForeignPart) -> Option<Foreign> {
        let tokens = match &workflow.kind {
            TypeKind::Named(name) => name.to_token_stream(),
            TypeKind::Path(path) => path.clone(),
            _ => return None,
        };
        Some(Foreign::part_of(tokens, part))
    }

    /// Returns the text in JSON of a variant; `None` where there is no such enum or variant.
    pub fn variant_wire(&self, ty: &str, variant: &str) -> Option<&'a str> {
        let decl = self.enums.get(ty)?;
        decl.variants.iter().find(|decl| plain(&decl.name) == variant).map(|decl| decl.wire.as_str())
    }
}

/// Returns the type of the error output.
pub(super) fn error_type() -> Ty {
    Ty::object(ERROR_OUTPUT.iter().map(|name| (*name, Ty::Text)))
}

/// Returns the problem for a value of this type where another is wanted.
pub(super) fn unlike(code: Code, span: TokenSpan, wanted: impl Display, ty: &Ty) -> Problem {
    Problem::new(code, span, format!("{wanted}, found {}", article(ty)))
}

/// Returns a type in a sentence: `a `String``, `an integer`.
pub(super) fn article(ty: &Ty) -> String {
    match ty {
        Ty::Integer(_) | Ty::Number | Ty::Float(_) | Ty::Object(_) => ty.name(),
        Ty::Null => "`null`".to_owned(),
        // The type of its items has no name that the user could write.
        Ty::Array(item) if item.is_unknown() => "an array".to_owned(),
        Ty::Tuple(items) if items.is_empty() => "an array".to_owned(),
        Ty::Array(item) if matches!(item.present(), Ty::Object(_) | Ty::Shape(_)) => "an array of objects".to_owned(),
        Ty::Tuple(items) if ty.name().contains("Json") => format!("an array of {} items", items.len()),
        other => format!("`{}`", other.name()),
    }
}

/// Returns the name of a type that the macro makes, such as `HelloInput`.
pub fn generated(workflow: &Workflow, suffix: &str) -> String {
    format!("{}{suffix}", plain(&workflow.name))
}
