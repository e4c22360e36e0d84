//! The types that a workflow declares for its callers, in source order.

pub mod json_schema;
mod variants;

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use workflow_services::ResourceKind;

use crate::check::types::{Int, generated};
use crate::question::spell;
use crate::syntax::ast::{
    Bound, Constraint, ConstraintKind, DeclarationKind, FieldDecl, Shape, Text, TokenSpan, Type, TypeKind, Workflow,
    plain,
};

/// The types of a workflow's input, output and params.
#[derive(Debug, Default)]
pub struct Contract {
    /// The workflow's name.
    pub name: String,
    /// The structs and enums, in source order, followed by the input, the output and the parameters.
    pub types: Vec<Named>,
    /// The execution's input.
    pub input: Option<Ty>,
    /// The execution's output.
    pub output: Option<Ty>,
    /// The deploy-time parameters.
    pub params: Option<Ty>,
    /// The Rust types that the workflow uses but does not declare, by their names in [`Ty::Foreign`].
    pub foreign: IndexMap<String, Type>,
}

/// A named type.
#[derive(Debug)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// Its `///` comment.
    pub comment: Option<String>,
    /// Its kind.
    pub kind: NamedKind,
}

/// The kinds of named types.
#[derive(Debug)]
pub enum NamedKind {
    /// An object with these members.
    Struct(Vec<Field>),
    /// One of these strings.
    Enum(Vec<String>),
    /// One of these types: the variants of an enum with data.
    Union {
        /// The types.
        variants: Vec<Ty>,
        /// Whether an object has only one member, whose name is the variant's.
        alone: bool,
    },
}

impl NamedKind {
    /// Returns the types of the members.
    pub(crate) fn inside(&self) -> Vec<&Ty> {
        match self {
            Self::Struct(fields) => fields.iter().map(|field| &field.ty).collect(),
            Self::Union { variants, .. } => variants.iter().collect(),
            Self::Enum(_) => Vec::new(),
        }
    }
}

/// A member of an object.
#[derive(Debug)]
pub struct Field {
    /// Its name in JSON.
    pub wire: String,
    /// Its `///` comment.
    pub comment: Option<String>,
    /// Its type.
    pub ty: Ty,
    /// Whether it may be absent.
    pub optional: bool,
    /// The constraints on its values. The range of an integer is part of its type instead.
    pub constraints: Vec<Constraint>,
}

/// A type.
#[derive(Clone, Debug)]
pub enum Ty {
    /// Any value.
    Any,
    /// `null`
    Null,
    /// This string.
    Literal(String),
    /// `true` or `false`
    Bool,
    /// A string.
    Text,
    /// A string that is an RFC 3339 timestamp.
    Timestamp,
    /// A number.
    Float,
    /// An integer in an inclusive range.
    Integer(i128, i128),
    /// An array.
    List(Box<Ty>),
    /// An array with an item of each type.
    Tuple(Vec<Ty>),
    /// An object with any keys.
    Map(Box<Ty>),
    /// A value that may be null.
    Option(Box<Ty>),
    /// One of [`Contract::types`].
    Named(String),
    /// One of [`Contract::foreign`], which only rustc can evaluate.
    Foreign(String),
}

impl Contract {
    /// Returns the types that a workflow declares.
    pub fn of(workflow: &Workflow) -> Self {
        let mut contract = Self { name: plain(&workflow.name), ..Self::default() };
        let all = || workflow.declarations.iter().chain(&workflow.neighbours);
        let declared = all().filter_map(|declaration| declaration.kind.type_name()).map(plain).collect();
        let structs = all().filter_map(|declaration| match &declaration.kind {
            DeclarationKind::Struct(of) => Some((plain(&of.name), of.fields.as_slice())),
            _ => None,
        });
        let mut reader = Reader { declared: &declared, structs: structs.collect(), foreign: IndexMap::new() };
        let mut roots = Vec::new();
        // The number of the workflow's own types.
        let mut own = None;
        for (number, declaration) in all().enumerate() {
            if number == workflow.declarations.len() {
                own = Some(contract.types.len());
            }
            let comment = declaration.comment.as_ref().map(|text| text.value.clone());
            let named = |name, kind| Named { name, comment: comment.clone(), kind };
            match &declaration.kind {
                DeclarationKind::Struct(of) => {
                    let fields = NamedKind::Struct(reader.fields(&of.fields, true));
                    contract.types.push(named(plain(&of.name), fields));
                }
                DeclarationKind::Enum(of) if !of.has_data() => {
                    let texts = of.variants.iter().map(|variant| variant.wire.clone()).collect();
                    contract.types.push(named(plain(&of.name), NamedKind::Enum(texts)));
                }
                DeclarationKind::Enum(of) => contract.types.extend(reader.variants(of, comment.clone())),
                DeclarationKind::Input(shape) | DeclarationKind::Output(shape) => {
                    let (root, suffix) = match &declaration.kind {
                        DeclarationKind::Input(_) => (&mut contract.input, "Input"),
                        _ => (&mut contract.output, "Output"),
                    };
                    *root = Some(match shape {
                        Shape::Fields(fields) => {
                            let name = generated(workflow, suffix);
                            roots.push(named(name.clone(), NamedKind::Struct(reader.fields(fields, true))));
                            Ty::Named(name)
                        }
                        Shape::Type(ty) => reader.ty(ty),
                    });
                }
                DeclarationKind::Params(fields) => {
                    let name = generated(workflow, "Params");
                    let fields = NamedKind::Struct(reader.fields(fields, false));
                    roots.push(named(name.clone(), fields));
                    contract.params = Some(Ty::Named(name));
                }
                _ => {}
            }
        }
        let others = contract.types.split_off(own.unwrap_or(contract.types.len()));
        contract.types.extend(roots);
        contract.foreign = reader.foreign;
        contract.add_used(others);
        contract
    }

    /// Returns the names of the types that are in these types: of [`Contract::types`] and of [`Contract::foreign`].
    pub(crate) fn used<'c>(&'c self, mut next: Vec<&'c Ty>) -> (BTreeSet<&'c str>, BTreeSet<&'c str>) {
        let (mut declared, mut foreign) = (BTreeSet::new(), BTreeSet::new());
        while let Some(ty) = next.pop() {
            match ty {
                Ty::List(inner) | Ty::Map(inner) | Ty::Option(inner) => next.push(inner),
                Ty::Tuple(items) => next.extend(items),
                Ty::Foreign(name) => {
                    foreign.insert(name.as_str());
                }
                Ty::Named(name) if declared.insert(name.as_str()) => {
                    let named = self.types.iter().filter(|named| named.name == *name);
                    next.extend(named.flat_map(|named| named.kind.inside()));
                }
                _ => {}
            }
        }
        (declared, foreign)
    }

    /// Adds the types of other workflows that the workflow uses, and removes the foreign types that it does not.
    fn add_used(&mut self, others: Vec<Named>) {
        let own = self.types.len();
        self.types.extend(others);
        let roots = self.roots().map(|(_, ty)| ty);
        let own_types = self.types.iter().take(own).flat_map(|named| named.kind.inside());
        let (declared, foreign) = self.used(roots.chain(own_types).collect());
        let names = |names: BTreeSet<&str>| names.into_iter().map(str::to_owned).collect::<BTreeSet<_>>();
        let (declared, foreign) = (names(declared), names(foreign));
        let mut number = 0;
        self.types.retain(|named| {
            number += 1;
            number <= own || declared.contains(&named.name)
        });
        self.foreign.retain(|name, _| foreign.contains(name));
    }

    /// Returns whether the contract declares nothing.
    pub fn is_empty(&self) -> bool {
        self.input.is_none() && self.output.is_none() && self.params.is_none()
    }

    /// Returns the input, the output and the parameters that are declared, with their names.
    pub fn roots(&self) -> impl Iterator<Item = (&'static str, &Ty)> {
        let parts = [("input", &self.input), ("output", &self.output), ("params", &self.params)];
        parts.into_iter().filter_map(|(name, root)| Some((name, root.as_ref()?)))
    }
}

/// Returns whether a constraint is the range of an integer.
pub fn limits_integer(ty: &Type, constraint: &Constraint) -> bool {
    match &ty.kind {
        TypeKind::Option(inner) => limits_integer(inner, constraint),
        TypeKind::Integer(_) => constraint.kind == ConstraintKind::Range,
        _ => false,
    }
}

/// Returns the constraint on the ARNs of a kind of resource.
fn of_arns(kind: ResourceKind, span: TokenSpan) -> Constraint {
    let pattern = Some(Text { value: format!("^{}$", kind.pattern()), span });
    Constraint { kind: ConstraintKind::Pattern, least: None, greatest: None, pattern, span }
}

/// Returns the range of an integer with these constraints.
pub fn range_of(least: i128, greatest: i128, constraints: &[Constraint]) -> (i128, i128) {
    let ranges = constraints.iter().filter(|of| of.kind == ConstraintKind::Range);
    ranges.fold((least, greatest), |(least, greatest), of| {
        let bound = |bound: &Option<Bound>, otherwise| bound.as_ref().and_then(Bound::whole).unwrap_or(otherwise);
        (bound(&of.least, least), bound(&of.greatest, greatest))
    })
}

/// Returns a type with the range that constraints give to an integer.
fn limited(ty: Ty, constraints: &[Constraint]) -> Ty {
    match ty {
        Ty::Integer(least, greatest) => {
            let (least, greatest) = range_of(least, greatest, constraints);
            Ty::Integer(least, greatest)
        }
        Ty::Option(inner) => Ty::Option(Box::new(limited(*inner, constraints))),
        other => other,
    }
}

struct Reader<'d> {
    /// The names of the declared types.
    declared: &'d BTreeSet<String>,
    /// The fields of the declared structs.
    structs: BTreeMap<String, &'d [FieldDecl]>,
    foreign: IndexMap<String, Type>,
}

impl Reader<'_> {
    /// Returns the members of a struct, by their JSON names if `by_serde` is set, otherwise by their Rust names. A member
    /// that is an `Option` or has a default is optional.
    fn fields(&mut self, fields: &[FieldDecl], by_serde: bool) -> Vec<Field> {
        let fields = fields.iter().map(|field| Field {
            wire: if by_serde { field.wire.clone() } else { plain(&field.name) },
            comment: field.comment.as_ref().map(|text| text.value.clone()),
            optional: field.default.is_some() || matches!(field.ty.kind, TypeKind::Option(_)),
            ty: limited(self.ty(&field.ty), &field.constraints),
            constraints: {
                let own = field.constraints.iter().filter(|of| !limits_integer(&field.ty, of)).cloned();
                own.chain(field.resource.map(|kind| of_arns(kind, field.ty.span))).collect()
            },
        });
        fields.collect()
    }

    fn ty(&mut self, ty: &Type) -> Ty {
        match &ty.kind {
            TypeKind::String | TypeKind::Arn => Ty::Text,
            TypeKind::Bool => Ty::Bool,
            TypeKind::Integer(name) => {
                let (least, greatest) = Int::named(&plain(name)).range();
                Ty::Integer(least, greatest)
            }
            TypeKind::Float(_) => Ty::Float,
            TypeKind::Timestamp => Ty::Timestamp,
            TypeKind::Json | TypeKind::Invalid(_) => Ty::Any,
            TypeKind::Vec(item) => Ty::List(Box::new(self.ty(item))),
            TypeKind::Map(value) => Ty::Map(Box::new(self.ty(value))),
            TypeKind::Option(inner) => Ty::Option(Box::new(self.ty(inner))),
            TypeKind::Named(name) if self.declared.contains(&plain(name)) => Ty::Named(plain(name)),
            TypeKind::Named(name) => self.foreign(plain(name), ty),
            TypeKind::Path(path) => self.foreign(spell(path.clone()), ty),
        }
    }

    /// Returns a type that only rustc can evaluate.
    fn foreign(&mut self, name: String, ty: &Type) -> Ty {
        self.foreign.entry(name.clone()).or_insert_with(|| ty.clone());
        Ty::Foreign(name)
    }
}
