//! The declared types of a workflow's values, for the rules of its document.

use std::collections::BTreeMap;

use workflow_asl::types::Type;

use super::analysis::Analysis;
use super::api::{declared_result, is_express_child};
use super::members::Named;
use super::model::{Model, StateInfo};
use super::types::{Ty, Types};
use crate::question::{Foreign, ForeignMember, ForeignPart};
use crate::syntax::ast::{Head, Workflow};

/// Finds the workflow to whose input or output a type refers; `None` if it is unknown.
pub type FindWorkflow<'w> = &'w dyn Fn(&Foreign) -> Option<&'w Workflow>;

#[derive(Default)]
pub(crate) struct ValueTypes<'w> {
    /// The structs that are known so far, by their names. A struct in itself is unknown.
    structs: BTreeMap<String, Type>,
    /// Finds other workflows to whose output a type refers.
    find: Option<FindWorkflow<'w>>,
}

impl<'w> ValueTypes<'w> {
    /// Returns the types where other workflows can be found.
    #[cfg(feature = "explain")]
    pub(super) fn finding(find: FindWorkflow<'w>) -> Self {
        Self { structs: BTreeMap::new(), find: Some(find) }
    }

    /// Returns the type of the execution's input.
    pub(crate) fn input(&mut self, analysis: &Analysis<'_>) -> Type {
        self.of(&analysis.types, &analysis.input)
    }

    /// Returns the member of the result of a task whose type is declared, and the type; an empty name for the result.
    pub(crate) fn result<'a>(&mut self, analysis: &Analysis<'a>, info: &StateInfo<'a>) -> Option<(&'static str, Type)> {
        let Head::Task { resource: Some(resource), .. } = &info.state.head else { return None };
        // The result of an Express child is the text of JSON.
        let member = declared_result(resource).filter(|_| !is_express_child(info))?.member;
        let ty = match analysis.task_type(info) {
            Ty::Object(members) if !member.is_empty() => members.get(member)?.clone(),
            whole => whole,
        };
        Some((member, self.of(&analysis.types, &ty)))
    }

    fn of(&mut self, types: &Types<'_>, ty: &Ty) -> Type {
        match ty {
            Ty::Null => Type::NULL,
            Ty::Bool => Type::BOOL,
            Ty::Integer(int) => {
                let (least, greatest) = int.range();
                Type::numbers(least as f64, greatest as f64)
            }
            Ty::Number | Ty::Float(_) => Type::numbers(f64::NEG_INFINITY, f64::INFINITY),
            Ty::Text | Ty::Timestamp | Ty::Arn => Type::TEXT,
            Ty::Array(item) => Type::list(self.of(types, item)),
            Ty::Map(_) => Type::object([]),
            Ty::Object(members) => self.object(types, members.iter().map(|(name, ty)| (&**name, ty))),
            Ty::Struct(name) => {
                if let Some(known) = self.structs.get(name) {
                    return known.clone();
                }
                self.structs.insert(name.clone(), Type::default());
                let fields = types.structs.get(name).into_iter().flat_map(|known| known.fields.values());
                let known = self.object(types, fields.map(|field| (&*field.decl.wire, &field.ty)));
                self.structs.insert(name.clone(), known.clone());
                known
            }
            Ty::Enum(name) => {
                let variants = types.enums.get(name).into_iter().flat_map(|known| &known.variants);
                Type::one_of(variants.map(|variant| &*variant.wire))
            }
            Ty::Foreign(of) if of.part != ForeignPart::Whole => match self.find.and_then(|find| find(of)) {
                Some(other) => {
                    let other = Model::of(other);
                    Self { structs: BTreeMap::new(), find: self.find }.of(&other.types, &part_of(&other, of))
                }
                None => Type::default(),
            },
            // An optional value may be null.
            Ty::Unknown
            | Ty::Error(_)
            | Ty::Option(_)
            | Ty::Nullable(_)
            | Ty::Tuple(_)
            | Ty::Shape(_)
            | Ty::Foreign(_) => Type::default(),
        }
    }

    fn object<'n>(&mut self, types: &Types<'_>, members: impl Iterator<Item = (&'n str, &'n Ty)>) -> Type {
        Type::object(members.map(|(name, ty)| (name, self.of(types, ty), ty.is_option())))
    }
}

/// Returns the value at a path in the input or output of a workflow.
pub(super) fn part_of(model: &Model<'_>, of: &Foreign) -> Ty {
    let mut ty = if of.part == ForeignPart::Input { model.input.clone() } else { model.output.clone() };
    for step in &of.steps {
        ty = match (ty.present(), &step.to) {
            (of @ Ty::Struct(_), ForeignMember::Name(member)) => match model.types.named(of, member) {
                Named::Found(ty) => ty,
                Named::Unknown | Named::None => Ty::Unknown,
            },
            (Ty::Map(value), _) => (**value).clone(),
            (Ty::Array(item), ForeignMember::Index(_) | ForeignMember::Computed) => (**item).clone(),
            _ => Ty::Unknown,
        };
    }
    ty
}
