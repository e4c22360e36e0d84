//! The members of values, by their names in JSON, and the types of AWS's results.

use workflow_asl::result::{Member, Presence, ResultPart};
use workflow_services::Shape;

use super::types::{Ty, Types};

/// Lists of lists deeper than this are not followed: AWS has none.
const LISTS: usize = 4;

/// The member of a type with a name, which is its name in JSON.
pub(super) enum Named {
    Found(Ty),
    Unknown,
    /// It has no such member.
    None,
}

impl Types<'_> {
    /// Returns the member of a value by its name in JSON.
    pub(super) fn named(&self, ty: &Ty, name: &str) -> Named {
        let found = |ty: Option<Ty>| ty.map_or(Named::None, Named::Found);
        match ty.present() {
            Ty::Object(members) => found(members.get(name).cloned()),
            Ty::Struct(of) => {
                let Some(known) = self.structs.get(of) else { return Named::Unknown };
                found(known.fields.values().find(|field| field.decl.wire == name).map(|field| field.ty.clone()))
            }
            Ty::Shape(part) => match part.member(name) {
                Member::Found(part, presence) => Named::Found(member_type(part, presence)),
                Member::Unknown => Named::Unknown,
                Member::None => Named::None,
            },
            Ty::Map(value) => Named::Found((**value).clone()),
            _ => Named::Unknown,
        }
    }
}

/// Returns the type of a part of a result.
pub(super) fn aws(part: ResultPart) -> Ty {
    of_shape(part, LISTS)
}

fn of_shape(part: ResultPart, lists: usize) -> Ty {
    match part.shape() {
        Shape::Structure(_) | Shape::Union(_) => Ty::Shape(part),
        // If the documentation does not specify the result, only the names of its members are useful.
        _ if !part.is_certain() => Ty::Unknown,
        Shape::List(_) | Shape::Map(_) if lists == 0 => Ty::Unknown,
        shape @ (Shape::List(_) | Shape::Map(_)) => {
            let item = Box::new(part.item().map_or(Ty::Unknown, |item| of_shape(item, lists - 1)));
            if matches!(shape, Shape::List(_)) { Ty::Array(item) } else { Ty::Map(item) }
        }
        Shape::Enum(_) | Shape::String => Ty::Text,
        Shape::Integer | Shape::Long => Ty::INTEGER,
        Shape::Float | Shape::Double => Ty::FLOAT,
        Shape::Boolean => Ty::Bool,
        // The integrations of Step Functions' own write some as numbers.
        Shape::Timestamp if part.is_of_sdk() => Ty::Timestamp,
        _ => Ty::Unknown,
    }
}

/// Returns the type of a member that is there as certainly as `presence` says.
pub(crate) fn member_type(part: ResultPart, presence: Presence) -> Ty {
    match presence {
        Presence::Maybe => Ty::Option(Box::new(aws(part))),
        Presence::Always | Presence::Unsaid => aws(part),
    }
}
