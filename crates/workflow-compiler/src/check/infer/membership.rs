//! Infers `value in list`: each item is compared with the value as by `==`.

use workflow_asl::Code;

use super::compare::{alike, called};
use crate::check::analysis::Analysis;
use crate::check::foreign::{kinds, kinds_compared_with};
use crate::check::sink::Sink;
use crate::check::types::{Ty, article};
use crate::check::value_site::ValueSite;
use crate::problem::Problem;
use crate::syntax::ast::{Expr, ExprKind};
use crate::syntax::spelling::spelled;

/// JSON values that `in` compares: JSONata compares lists and objects by identity.
const COMPARED: u8 = kinds::NULL | kinds::BOOL | kinds::NUMBER | kinds::TEXT;

impl<'a> Analysis<'a> {
    pub(super) fn infer_membership(
        &self,
        place: ValueSite<'_, 'a>,
        left: &Expr,
        right: &Expr,
        sink: &mut Sink<'_>,
    ) -> Ty {
        let value = self.operand(place, left, sink);
        let list = self.operand(place, right, sink);
        if !sink.listens() {
            return Ty::Bool;
        }
        sink.hold(&value, left.span, COMPARED, Code::UnlikeTypes, "`in` compares text, numbers and `bool`");
        if !is_comparable(&value) {
            sink.push(not_comparable(left, &value));
        } else if let ExprKind::Array(items) = &right.unparen().kind {
            if items.is_empty() {
                let message = "the list is empty, so `in` always returns `false`";
                sink.push(Problem::new(Code::KnownAnswer, right.span, message));
            }
            for item in items {
                let ty = self.type_of(place, item);
                self.compare((&value, left), (&ty, item), sink);
            }
        } else {
            self.is_in((&value, left), (&list, right), sink);
        }
        Ty::Bool
    }

    /// Checks that a value can be an item of a list that is not written out.
    fn is_in(&self, (value, left): (&Ty, &Expr), (list, right): (&Ty, &Expr), sink: &mut Sink<'_>) {
        let item = match list.items() {
            Some(item) => item,
            None if list.is_unknown() => return,
            None => {
                sink.push(not_a_list(right, list));
                return;
            }
        };
        sink.hold(list, right.span, kinds::ARRAY, Code::UnlikeTypes, "`in` needs a list");
        if let (Ty::Foreign(_), Some(kinds)) = (&item, kinds_compared_with(value)) {
            let wanted = format!("an item of `{}` cannot be compared with {}", spelled(right), article(value));
            sink.hold(&item, right.span, kinds, Code::UnlikeTypes, &wanted);
        } else if !is_comparable(&item) {
            sink.push(not_comparable(right, &item));
        } else if item.is_unknown() || value.is_unknown() || alike(value, &item) {
            self.compare((value, left), (&item, right), sink);
        } else {
            let message = format!("{} is never in {}", called(left, value), called(right, list));
            sink.push(Problem::new(Code::UnlikeTypes, right.span, message));
        }
    }
}

/// Returns whether `in` compares values of a type by their contents.
fn is_comparable(ty: &Ty) -> bool {
    ty.is_unknown() || !ty.present().is_array() && !ty.present().is_object()
}

fn not_comparable(operand: &Expr, ty: &Ty) -> Problem {
    let message = format!("`in` compares text, numbers and `bool`, found {}", article(ty));
    let problem = Problem::new(Code::UnlikeTypes, operand.span, message);
    problem.help("compare a member of each item, for example `input.id in orders[*].id`")
}

fn not_a_list(right: &Expr, ty: &Ty) -> Problem {
    let message = format!("`in` needs a list, found {}", article(ty));
    let problem = Problem::new(Code::UnlikeTypes, right.span, message);
    match ty.is_text() {
        true => problem.help(format!("to find text in it: `matches({}, \"*part*\")`", spelled(right))),
        false => problem,
    }
}
