//! The declared types of a workflow's values, for the rules of its document.

use std::collections::BTreeMap;

use workflow_asl::rules::ValueType;

use super::analysis::Analysis;
use super::api::{declared_result, is_express_child};
use super::model::StateInfo;
use super::types::{Ty, Types};
use crate::syntax::ast::Head;

/// The structs that are known so far, by their names. A struct in itself is unknown.
#[derive(Debug, Default)]
pub(crate) struct ValueTypes(BTreeMap<String, ValueType>);

impl ValueTypes {
    /// Returns the type of the execution's input.
    pub(crate) fn input(&mut self, analysis: &Analysis<'_>) -> ValueType {
        self.of(&analysis.types, &analysis.input)
    }

    /// Returns the type of the result of a task that declares it.
    pub(crate) fn result<'a>(&mut self, analysis: &Analysis<'a>, info: &StateInfo<'a>) -> Option<ValueType> {
        let Head::Task { resource: Some(resource), .. } = &info.state.head else { return None };
        // The result of an Express child is the text of JSON.
        declared_result(resource).filter(|_| !is_express_child(info))?;
        Some(self.of(&analysis.types, &analysis.task_type(info)))
    }

    fn of(&mut self, types: &Types<'_>, ty: &Ty) -> ValueType {
        match ty {
            Ty::Null => ValueType::NULL,
            Ty::Bool => ValueType::BOOL,
            Ty::Integer(int) => {
                let (least, greatest) = int.range();
                ValueType::numbers(least as f64, greatest as f64)
            }
            Ty::Number | Ty::Float(_) => ValueType::numbers(f64::NEG_INFINITY, f64::INFINITY),
            Ty::Text | Ty::Timestamp | Ty::Arn => ValueType::TEXT,
            Ty::Array(item) => ValueType::list(self.of(types, item)),
            Ty::Map(_) => ValueType::object([]),
            Ty::Object(members) => self.object(types, members.iter().map(|(name, ty)| (&**name, ty))),
            Ty::Struct(name) => {
                if let Some(known) = self.0.get(name) {
                    return known.clone();
                }
                self.0.insert(name.clone(), ValueType::default());
                let fields = types.structs.get(name).into_iter().flat_map(|known| known.fields.values());
                let known = self.object(types, fields.map(|field| (&*field.decl.wire, &field.ty)));
                self.0.insert(name.clone(), known.clone());
                known
            }
            Ty::Enum(name) => {
                let variants = types.enums.get(name).into_iter().flat_map(|known| &known.variants);
                ValueType::one_of(variants.map(|variant| &*variant.wire))
            }
            // An optional value may be null.
            Ty::Unknown | Ty::Option(_) | Ty::Nullable(_) | Ty::Tuple(_) | Ty::Shape(_) | Ty::Foreign(_) => {
                ValueType::default()
            }
        }
    }

    fn object<'n>(&mut self, types: &Types<'_>, members: impl Iterator<Item = (&'n str, &'n Ty)>) -> ValueType {
        ValueType::object(members.map(|(name, ty)| (name, self.of(types, ty), ty.is_option())))
    }
}
