//! The types that a workflow declares, in the order of its source.

use std::collections::BTreeSet;

use workflow_compiler::check::types::generated;
use workflow_compiler::syntax::ast::{DeclarationKind, FieldDecl, Shape, Type, TypeKind, Workflow, plain};

/// The types of a workflow's input, output and params.
#[derive(Debug, Default)]
pub(crate) struct Contract {
    /// The workflow's name.
    pub(crate) name: String,
    /// Structs and enums by name, in the order of the source, followed by the input, the output and the parameters.
    pub(crate) types: Vec<Named>,
    pub(crate) input: Option<Root>,
    pub(crate) output: Option<Root>,
    pub(crate) params: Option<Root>,
    /// Rust types that the workflow uses but does not declare.
    pub(crate) unknown: BTreeSet<String>,
}

/// The whole input, output or parameters.
#[derive(Clone, Debug)]
pub(crate) struct Root {
    pub(crate) ty: Ty,
}

/// A type with a name.
#[derive(Debug)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) comment: Option<String>,
    pub(crate) kind: NamedKind,
}

#[derive(Debug)]
pub(crate) enum NamedKind {
    Struct(Vec<Field>),
    /// One of these strings.
    Enum(Vec<String>),
}

/// A member of an object.
#[derive(Debug)]
pub(crate) struct Field {
    /// Its name in JSON.
    pub(crate) wire: String,
    pub(crate) comment: Option<String>,
    pub(crate) ty: Ty,
    /// Whether it may be absent.
    pub(crate) optional: bool,
}

/// A type.
#[derive(Clone, Debug)]
pub(crate) enum Ty {
    Any,
    Bool,
    Text,
    Timestamp,
    Float,
    /// An integer in an inclusive range.
    Integer(i128, i128),
    List(Box<Ty>),
    Map(Box<Ty>),
    /// A value that may be null.
    Option(Box<Ty>),
    Named(String),
}

impl Contract {
    /// Returns the types that a workflow declares.
    pub(crate) fn of(workflow: &Workflow) -> Self {
        let mut contract = Self { name: plain(&workflow.name), ..Self::default() };
        let declared: BTreeSet<String> = workflow
            .declarations
            .iter()
            .filter_map(|declaration| match &declaration.kind {
                DeclarationKind::Struct(of) => Some(plain(&of.name)),
                DeclarationKind::Enum(of) => Some(plain(&of.name)),
                _ => None,
            })
            .collect();
        let mut reader = Reader { declared: &declared, unknown: BTreeSet::new() };
        let mut roots = Vec::new();
        for declaration in &workflow.declarations {
            let comment = declaration.comment.as_ref().map(|text| text.value.clone());
            let named = |name, kind| Named { name, comment: comment.clone(), kind };
            match &declaration.kind {
                DeclarationKind::Struct(of) => {
                    let fields = NamedKind::Struct(reader.fields(&of.fields, true));
                    contract.types.push(named(plain(&of.name), fields));
                }
                DeclarationKind::Enum(of) => {
                    let texts = of.variants.iter().map(|variant| variant.wire.clone()).collect();
                    contract.types.push(named(plain(&of.name), NamedKind::Enum(texts)));
                }
                DeclarationKind::Input(shape) => {
                    contract.input = Some(reader.root(workflow, shape, "Input", comment.clone(), &mut roots));
                }
                DeclarationKind::Output(shape) => {
                    contract.output = Some(reader.root(workflow, shape, "Output", comment.clone(), &mut roots));
                }
                DeclarationKind::Params(fields) => {
                    let name = generated(workflow, "Params");
                    let fields = NamedKind::Struct(reader.fields(fields, false));
                    roots.push(named(name.clone(), fields));
                    contract.params = Some(Root { ty: Ty::Named(name) });
                }
                _ => {}
            }
        }
        contract.types.extend(roots);
        contract.unknown = reader.unknown;
        contract
    }

    /// Returns whether it declares nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.input.is_none() && self.output.is_none() && self.params.is_none()
    }

    /// Returns the parts with their names.
    pub(crate) fn roots(&self) -> impl Iterator<Item = (&'static str, &Root)> {
        let parts = [("input", &self.input), ("output", &self.output), ("params", &self.params)];
        parts.into_iter().filter_map(|(name, root)| Some((name, root.as_ref()?)))
    }
}

struct Reader<'d> {
    declared: &'d BTreeSet<String>,
    unknown: BTreeSet<String>,
}

impl Reader<'_> {
    fn root(
        &mut self,
        workflow: &Workflow,
        shape: &Shape,
        suffix: &str,
        comment: Option<String>,
        types: &mut Vec<Named>,
    ) -> Root {
        match shape {
            Shape::Fields(fields) => {
                let name = generated(workflow, suffix);
                let kind = NamedKind::Struct(self.fields(fields, true));
                types.push(Named { name: name.clone(), comment, kind });
                Root { ty: Ty::Named(name) }
            }
            Shape::Type(ty) => Root { ty: self.ty(ty) },
        }
    }

    /// Returns the members of a struct. serde omits a member that is `None`.
    fn fields(&mut self, fields: &[FieldDecl], by_serde: bool) -> Vec<Field> {
        let fields = fields.iter().map(|field| Field {
            wire: if by_serde { field.wire.clone() } else { plain(&field.name) },
            comment: field.comment.as_ref().map(|text| text.value.clone()),
            optional: matches!(field.ty.kind, TypeKind::Option(_)),
            ty: self.ty(&field.ty),
        });
        fields.collect()
    }

    fn ty(&mut self, ty: &Type) -> Ty {
        match &ty.kind {
            TypeKind::String | TypeKind::Arn => Ty::Text,
            TypeKind::Bool => Ty::Bool,
            TypeKind::Integer(name) => integer(&plain(name)),
            TypeKind::Float(_) => Ty::Float,
            TypeKind::Timestamp => Ty::Timestamp,
            TypeKind::Json | TypeKind::Invalid => Ty::Any,
            TypeKind::Vec(item) => Ty::List(Box::new(self.ty(item))),
            TypeKind::Map(value) => Ty::Map(Box::new(self.ty(value))),
            TypeKind::Option(inner) => Ty::Option(Box::new(self.ty(inner))),
            TypeKind::Named(name) if self.declared.contains(&plain(name)) => Ty::Named(plain(name)),
            TypeKind::Named(name) => {
                self.unknown.insert(plain(name));
                Ty::Any
            }
            TypeKind::Path(path) => {
                self.unknown.insert(path.to_string().replace(' ', ""));
                Ty::Any
            }
        }
    }
}

fn integer(name: &str) -> Ty {
    let (least, greatest): (i128, i128) = match name {
        "u8" => (u8::MIN.into(), u8::MAX.into()),
        "u16" => (u16::MIN.into(), u16::MAX.into()),
        "u32" => (u32::MIN.into(), u32::MAX.into()),
        "i8" => (i8::MIN.into(), i8::MAX.into()),
        "i16" => (i16::MIN.into(), i16::MAX.into()),
        "i32" => (i32::MIN.into(), i32::MAX.into()),
        "u64" | "usize" => (u64::MIN.into(), u64::MAX.into()),
        _ => (i64::MIN.into(), i64::MAX.into()),
    };
    Ty::Integer(least, greatest)
}
