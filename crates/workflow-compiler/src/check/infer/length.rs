//! The length of a value, which other languages have as a member.

use workflow_asl::document::QueryLanguage;

use crate::check::analysis::Analysis;
use crate::check::types::Ty;
use crate::check::value_site::{ValueField, ValueSite};
use crate::syntax::ast::{Expr, ExprKind, Quotes, Reference, Segment, Text};

/// Members that are the length of a value in other languages.
const LENGTHS: [&str; 5] = ["length", "len", "size", "count", "Length"];

impl<'a> Analysis<'a> {
    /// The length of a value of this type, or how many items it has; `None` where the state's language has no function.
    fn length(&self, place: ValueSite<'_, 'a>, of: &Expr, ty: &Ty) -> Option<Expr> {
        let function = match (place.state.language, ty.present()) {
            (QueryLanguage::Jsonata, ty) if ty.is_text() => "$length",
            (QueryLanguage::Jsonata, _) => "$count",
            (QueryLanguage::JsonPath, ty) if !ty.is_text() && place.position != ValueField::Condition => {
                "States.ArrayLength"
            }
            (QueryLanguage::JsonPath, _) => return None,
        };
        let name = Text { value: function.to_owned(), span: of.span };
        Some(Expr::made(ExprKind::Call { name, arguments: vec![of.clone()] }, of.span))
    }

    /// Returns the last member of a reference that other languages read a length by, and what gives it here.
    pub(super) fn length_as_member<'e>(
        &self,
        place: ValueSite<'_, 'a>,
        reference: &'e Reference,
    ) -> Option<(&'e Text, Expr)> {
        let (Segment::Member { name, quoted: Quotes::None, .. }, rest) = reference.segments.split_last()? else {
            return None;
        };
        if !LENGTHS.contains(&name.value.as_str()) || rest.iter().any(Segment::is_each) {
            return None;
        }
        let of = Reference { segments: rest.to_vec(), ..reference.clone() };
        let of = Expr::made(ExprKind::Reference(of), reference.root_span);
        let ty = self.type_of(place, &of);
        let has_length = ty.present().is_array() || ty.present().is_text();
        Some((name, self.length(place, &of, &ty).filter(|_| has_length)?))
    }
}
