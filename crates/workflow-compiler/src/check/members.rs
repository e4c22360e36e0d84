//! The members of values, by their names in JSON, and the types of AWS's results.

use std::borrow::Cow;

use workflow_asl::result::{Member, Presence, ResultPart};
use workflow_services::Shape;

use super::types::{Field, Ty, Types};

/// Lists of lists deeper than this are not followed: AWS has none.
const LISTS: usize = 4;

/// The member of a type with a name, which is its name in JSON.
pub(super) enum Named {
    Found(Ty),
    Unknown,
    /// It has no such member.
    None,
}

/// A member that a value has.
pub(super) struct KnownMember<'t> {
    /// The name that references read it by.
    pub(super) name: &'t str,
    /// Its name in JSON.
    pub(super) wire: &'t str,
    pub(super) ty: Cow<'t, Ty>,
}

impl Types<'_> {
    /// Returns the members of a struct, an object or a part of AWS's results; none for any other value.
    pub(super) fn members<'t>(&'t self, ty: &'t Ty) -> Vec<KnownMember<'t>> {
        let same = |name, ty| KnownMember { name, wire: name, ty };
        match ty.present() {
            Ty::Object(members) => members.iter().map(|(name, ty)| same(name.as_str(), Cow::Borrowed(ty))).collect(),
            Ty::Struct(of) => {
                let fields = self.structs.get(of).into_iter().flat_map(|known| &known.fields);
                let member = |(name, field): (&'t String, &'t Field<'_>)| KnownMember {
                    name,
                    wire: &field.decl.wire,
                    ty: Cow::Borrowed(&field.ty),
                };
                fields.map(member).collect()
            }
            Ty::Shape(part) => members_of(*part).map(|(name, ty)| same(name, Cow::Owned(ty))).collect(),
            _ => Vec::new(),
        }
    }

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

/// Returns the known members of an object of AWS's, with their types.
pub(crate) fn members_of(part: ResultPart) -> impl Iterator<Item = (&'static str, Ty)> + Clone {
    let members = part.shape().structure().into_iter().flat_map(|structure| structure.members());
    members.filter_map(move |member| match part.member(member.name) {
        Member::Found(part, presence) => Some((member.name, member_type(part, presence))),
        Member::Unknown | Member::None => None,
    })
}

/// Returns the type of a member that is there as certainly as `presence` says.
pub(super) fn member_type(part: ResultPart, presence: Presence) -> Ty {
    match presence {
        Presence::Maybe => Ty::Option(Box::new(aws(part))),
        Presence::Always | Presence::Unsaid => aws(part),
    }
}
