//! The shapes of the types that a workflow declares, made from its source: what rustc evaluates in a crate.

use std::collections::BTreeMap;

use workflow_compiler::CompiledWorkflow;
use workflow_compiler::check::ForeignPart;
use workflow_compiler::check::types::{Int, generated};
use workflow_compiler::contract::{limits_integer, range_of};
use workflow_compiler::syntax::ast::{
    Bound, Constraint, ConstraintKind, Declaration, DeclarationKind, EnumDecl, FieldDecl, Shape as Declared, Tagging,
    Type, TypeKind, VariantData, plain,
};
use workflow_runtime::Schema;
use workflow_schema::{Field, Rule, Shape};

/// The shapes of a workflow's types, as its emitted types have them. What a shape refers to lives as long as the program,
/// which is short.
pub(crate) struct Shapes<'w> {
    workflow: &'w CompiledWorkflow,
    known: BTreeMap<String, &'static Shape>,
    /// The structs and enums that enclose the current type.
    around: Vec<String>,
}

impl<'w> Shapes<'w> {
    pub(crate) fn of_workflow(workflow: &'w CompiledWorkflow) -> Self {
        Self { workflow, known: BTreeMap::new(), around: Vec::new() }
    }

    pub(crate) fn part(&mut self, part: ForeignPart) -> &'static Shape {
        let declarations = &self.workflow.source.declarations;
        let declared = declarations.iter().find_map(|declaration| match (&declaration.kind, part) {
            (DeclarationKind::Input(shape), ForeignPart::Input) => Some((shape, "Input")),
            (DeclarationKind::Output(shape), ForeignPart::Output) => Some((shape, "Output")),
            _ => None,
        });
        match declared {
            Some((Declared::Fields(fields), suffix)) => {
                let name = generated(&self.workflow.source, suffix);
                let of = self.object(fields);
                kept(Shape::Named { name: kept_text(&name), of })
            }
            Some((Declared::Type(ty), _)) => self.shape_of(ty),
            None => &Shape::Any,
        }
    }

    /// The shape of an enum with data that the workflow declares.
    pub(crate) fn enum_with_data(&mut self, name: &str) -> Option<&'static Shape> {
        let source = &self.workflow.source;
        let is_it = |declaration: &Declaration| match &declaration.kind {
            DeclarationKind::Enum(declared) => declared.has_data() && plain(&declared.name) == name,
            _ => false,
        };
        source.declarations.iter().chain(&source.neighbours).any(is_it).then(|| self.named(name))
    }

    fn object(&mut self, fields: &[FieldDecl]) -> &'static Shape {
        object(self.fields(fields))
    }

    fn fields(&mut self, fields: &[FieldDecl]) -> Vec<Field> {
        let fields = fields.iter().map(|field| Field {
            name: kept_text(&field.wire),
            rust: kept_text(&plain(&field.name)),
            optional: field.default.is_some(),
            // As the emitted types: `None` is left out.
            skipped: matches!(field.ty.kind, TypeKind::Option(_)),
            flat: false,
            shape: self.limited(&field.ty, &field.constraints),
            rules: Vec::leak(field.constraints.iter().filter(|of| !limits_integer(&field.ty, of)).map(rule).collect()),
        });
        fields.collect()
    }

    /// The shape of an enum with data: one of its variants.
    fn variants(&mut self, of: &EnumDecl) -> &'static Shape {
        let variants = of.variants.iter().map(|variant| {
            let texts = || kept(Shape::Texts { of: Vec::leak(vec![kept_text(&variant.wire)]) });
            match (&of.tagging, self.content(&variant.data)) {
                (Tagging::External, None) => texts(),
                (Tagging::External, Some(content)) => object(vec![member(&variant.wire, content)]),
                (Tagging::Internal(tag), content) => {
                    let mut members = vec![member(&tag.value, texts())];
                    match (&variant.data, content) {
                        (VariantData::Fields(fields), _) => members.extend(self.fields(fields)),
                        (_, Some(content)) => members.push(Field { flat: true, ..member("", content) }),
                        (_, None) => {}
                    }
                    object(members)
                }
                (Tagging::Adjacent(tag, name), content) => {
                    let mut members = vec![member(&tag.value, texts())];
                    members.extend(content.map(|content| member(&name.value, content)));
                    object(members)
                }
                (Tagging::Untagged, content) => content.unwrap_or(&Shape::Null),
            }
        });
        let alone = matches!(of.tagging, Tagging::External);
        kept(Shape::OneOf { of: Vec::leak(variants.collect()), alone })
    }

    fn content(&mut self, data: &VariantData) -> Option<&'static Shape> {
        Some(match data {
            VariantData::Unit => return None,
            VariantData::Fields(fields) => self.object(fields),
            VariantData::Tuple(items) => match items.as_slice() {
                [only] => self.shape_of(only),
                items => kept(Shape::Tuple { of: Vec::leak(items.iter().map(|item| self.shape_of(item)).collect()) }),
            },
        })
    }

    /// The shape of a field. An integer may have a range.
    fn limited(&mut self, ty: &Type, constraints: &[Constraint]) -> &'static Shape {
        match &ty.kind {
            TypeKind::Integer(name) if !constraints.is_empty() => {
                let (least, greatest) = Int::named(&plain(name)).range();
                let (least, greatest) = range_of(least, greatest, constraints);
                kept(Shape::Integer { least, greatest })
            }
            TypeKind::Option(inner) => {
                let of = self.limited(inner, constraints);
                kept(Shape::Option { of })
            }
            _ => self.shape_of(ty),
        }
    }

    pub(crate) fn shape_of(&mut self, ty: &Type) -> &'static Shape {
        match &ty.kind {
            TypeKind::String | TypeKind::Arn => &Shape::Text,
            TypeKind::Timestamp => &Shape::Timestamp,
            TypeKind::Bool => &Shape::Bool,
            TypeKind::Integer(name) => integer(&plain(name)),
            TypeKind::Float(_) => &Shape::Float,
            TypeKind::Vec(item) => {
                let of = self.shape_of(item);
                kept(Shape::Array { of })
            }
            TypeKind::Option(inner) => {
                let of = self.shape_of(inner);
                kept(Shape::Option { of })
            }
            TypeKind::Map(value) => {
                let of = self.shape_of(value);
                kept(Shape::Map { of })
            }
            TypeKind::Named(name) => self.named(&plain(name)),
            TypeKind::Json | TypeKind::Path(_) | TypeKind::Invalid(_) => &Shape::Any,
        }
    }

    /// A type that the workflow or a neighbour declares; of one that has itself in it, or that Rust code declares, nothing is known.
    fn named(&mut self, name: &str) -> &'static Shape {
        if let Some(known) = self.known.get(name) {
            return known;
        }
        if self.around.last().is_some_and(|around| around == name) {
            return &Shape::Own;
        }
        if self.around.iter().any(|around| around == name) {
            return &Shape::Any;
        }
        let source = &self.workflow.source;
        let of = source.declarations.iter().chain(&source.neighbours).find_map(|declaration| match &declaration.kind {
            DeclarationKind::Struct(declared) if plain(&declared.name) == name => {
                self.around.push(name.to_owned());
                let of = self.object(&declared.fields);
                self.around.pop();
                Some(of)
            }
            DeclarationKind::Enum(declared) if plain(&declared.name) == name && declared.has_data() => {
                self.around.push(name.to_owned());
                let of = self.variants(declared);
                self.around.pop();
                Some(of)
            }
            DeclarationKind::Enum(declared) if plain(&declared.name) == name => {
                let texts = declared.variants.iter().map(|variant| kept_text(&variant.wire));
                Some(kept(Shape::Texts { of: Vec::leak(texts.collect()) }))
            }
            _ => None,
        });
        let Some(of) = of else { return &Shape::Any };
        let shape = kept(Shape::Named { name: kept_text(name), of });
        self.known.insert(name.to_owned(), shape);
        shape
    }
}

/// The shape of an integer type of the language.
fn integer(name: &str) -> &'static Shape {
    match name {
        "u8" => u8::SHAPE,
        "u16" => u16::SHAPE,
        "u32" => u32::SHAPE,
        "u64" => u64::SHAPE,
        "usize" => usize::SHAPE,
        "i8" => i8::SHAPE,
        "i16" => i16::SHAPE,
        "i32" => i32::SHAPE,
        "isize" => isize::SHAPE,
        _ => i64::SHAPE,
    }
}

fn object(members: Vec<Field>) -> &'static Shape {
    kept(Shape::Object { of: Vec::leak(members) })
}

fn member(name: &str, shape: &'static Shape) -> Field {
    let name = kept_text(name);
    Field { name, rust: name, optional: false, skipped: false, flat: false, shape, rules: &[] }
}

fn rule(constraint: &Constraint) -> Rule {
    let text = |bound: &Option<Bound>| bound.as_ref().map(|bound| kept_text(&bound.text));
    let length = |bound: &Option<Bound>| bound.as_ref().and_then(|bound| u64::try_from(bound.whole()?).ok());
    match constraint.kind {
        ConstraintKind::Range => Rule::Range { least: text(&constraint.least), greatest: text(&constraint.greatest) },
        ConstraintKind::Length => {
            Rule::Length { least: length(&constraint.least), greatest: length(&constraint.greatest) }
        }
        ConstraintKind::Pattern => {
            Rule::Pattern(constraint.pattern.as_ref().map_or("", |pattern| kept_text(&pattern.value)))
        }
    }
}

fn kept(shape: Shape) -> &'static Shape {
    Box::leak(Box::new(shape))
}

pub(crate) fn kept_text(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}
