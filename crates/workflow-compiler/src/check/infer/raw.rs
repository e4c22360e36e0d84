//! Infers raw JSONata with a type or with values: `jsonata<T> "$sum(xs.a)" { xs: input.xs }`.

use workflow_asl::Code;
use workflow_asl::document::QueryLanguage;

use crate::check::analysis::Analysis;
use crate::check::declarations;
use crate::check::sink::Sink;
use crate::check::types::{Ty, article};
use crate::check::value_site::ValueSite;
use crate::problem::Problem;
use crate::syntax::ast::{ExprKind, Member, Raw};
use crate::syntax::spelling::is_word;

impl<'a> Analysis<'a> {
    pub(super) fn infer_raw(&self, place: ValueSite<'_, 'a>, raw: &Raw, sink: &mut Sink<'_>) -> Ty {
        let given = raw.variables.iter().map(|member| {
            self.free_name(member, sink);
            let ty = if member.optional {
                self.infer(place.knowing(&place.facts.asking()), &member.value, sink).or_absent()
            } else {
                self.needed(place, &member.value, None, sink);
                self.infer(place, &member.value, sink).assume_present()
            };
            (member.key.value.clone(), ty)
        });
        let given = given.collect();
        let ExprKind::Jsonata(text) = &raw.text.kind else { return Ty::Unknown };
        if place.state.language != QueryLanguage::Jsonata {
            return Ty::Unknown;
        }
        let inferred = self.infer_jsonata(place, (&text.value, text.span), given, sink);
        let Some(written) = &raw.ty else { return inferred };
        declarations::known(self, written, sink);
        let declared = self.types.ty(written);
        // rustc checks that a type of the user's exists.
        sink.hold(&declared, written.span, u8::MAX, Code::UnlikeTypes, "raw JSONata gives any value");
        if !inferred.is_unknown() && !declared.is_unknown() && inferred.clone().join(declared.clone()).is_unknown() {
            return sink.error(|| {
                let message = format!("this JSONata gives {}, not {}", article(&inferred), article(&declared));
                Problem::new(Code::UnlikeTypes, text.span, message)
            });
        }
        declared
    }

    /// Reports a name of a value that has another meaning in JSONata.
    fn free_name(&self, member: &Member, sink: &mut Sink<'_>) {
        let name = &member.key.value;
        let (code, message, help) = if !is_word(name) {
            let message = format!("`{name}` cannot be the name of a variable");
            (Code::BadVariableName, message, "use letters, digits and `_`")
        } else if name == "states" || self.states.contains_key(name) || self.variable_types.contains_key(name) {
            (Code::DuplicateName, format!("`${name}` already has a meaning"), "choose another name")
        } else {
            return;
        };
        sink.push(Problem::new(code, member.key.span, message).help(help));
    }
}
