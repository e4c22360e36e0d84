//! The types of paths with `[*]` and `[1..3]`, which read each item or some items of a list.

use workflow_asl::Code;
use workflow_asl::result::Presence;

use super::foreign::kinds;
use super::path::Path;
use super::sink::Sink;
use super::types::{Ty, article};
use crate::problem::{Edit, Problem};
use crate::question::QuestionKind;
use crate::syntax::ast::{Segment, TokenSpan};
use crate::syntax::spelling::spelled_segments;

/// The effect of a member that not every item has.
const SHORTER: &str = " in an item, and the list would be shorter";

/// Reports a value after `[*]` that an item may lack; rustc is asked about a part of a user-defined type.
pub(super) fn in_each_item(
    path: &Path<'_>,
    (ty, presence, is_part): (&Ty, Presence, bool),
    span: TokenSpan,
    sink: &mut Sink<'_>,
) {
    let help = || format!("to omit such items, write `{path}?`");
    if presence == Presence::Maybe || ty.may_be_absent() {
        sink.report(|| {
            let message = format!("`{path}` may be absent{SHORTER}");
            let problem = Problem::new(Code::UnguardedOption, span, message);
            problem.help(help()).edit(Edit::after(span, "?"))
        });
    } else if let (Ty::Foreign(of), true) = (ty, is_part) {
        sink.ask(of, span, || QuestionKind::Present { words: path.to_string(), effect: SHORTER, help: vec![help()] });
    }
}

/// Returns the type of a part of a list. Reports a value that is not a list or may be absent.
pub(super) fn slice_of(path: &Path<'_>, (ty, absent): (&Ty, bool), slice: &Segment, sink: &mut Sink<'_>) -> Ty {
    let step = spelled_segments(std::slice::from_ref(slice));
    if let Ty::Foreign(_) = ty.present() {
        sink.hold(ty, slice.span(), kinds::ARRAY, Code::UnknownMember, &format!("`{path}{step}` needs a list"));
        return ty.present().clone();
    }
    let presence = if absent { Presence::Maybe } else { Presence::Always };
    let item = item_of(path, (ty.present(), presence), (slice.span(), &step), sink);
    match ty.present() {
        list @ Ty::Array(_) => list.clone(),
        _ if item.is_error() => item,
        _ => Ty::Array(Box::new(item)),
    }
}

/// Returns the type of a list's items. Reports a value that is not a list or may be absent.
pub(super) fn item_of(
    path: &Path<'_>,
    (ty, presence): (&Ty, Presence),
    (span, step): (TokenSpan, &str),
    sink: &mut Sink<'_>,
) -> Ty {
    let item = match (ty.items(), ty.present()) {
        (Some(item), _) => item,
        (None, open) if open.is_open() => open.clone(),
        (None, other) => {
            return sink.error(|| {
                let message = format!("`{path}` is {}, not a list", article(other));
                let problem = Problem::new(Code::UnknownMember, span, message);
                match other.is_text() && step != "[*]" {
                    true => problem.help(format!("a part of a text is `$substring({path}, from, length)` in JSONata")),
                    false => problem,
                }
            });
        }
    };
    if ty.is_option() || presence == Presence::Maybe {
        sink.report(|| {
            let message = format!("`{path}` may be absent or null");
            let problem = Problem::new(Code::UnguardedOption, span, message);
            problem.help(format!(
                "test it first: `is_present({path})`; or, in JSONata, give a default: `({path} ?? []){step}`"
            ))
        });
    }
    item
}
