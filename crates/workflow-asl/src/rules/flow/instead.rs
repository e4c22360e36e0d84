//! What is read in place of a state's input: the result that replaced it, or the result, error or item that a field sees.

use std::rc::Rc;

use super::ty::{Found, Ty};
use crate::document::QueryLanguage;
use crate::result::sees_only;

/// The maximum number of replaced inputs that are known.
const REPLACED: usize = 4;

/// A value that the author may have meant to read.
#[derive(Clone)]
pub(super) struct Instead {
    /// That value.
    meant: Ty,
    why: Why,
}

#[derive(Clone, PartialEq)]
pub(super) enum Why {
    /// The result of this state replaced the input.
    Result(Rc<str>, QueryLanguage),
    /// The field sees the result or the error output.
    Sees(&'static str, &'static str),
    /// The item of a map is elsewhere.
    Item(QueryLanguage),
}

/// The values that may be meant, the most probable first.
pub(super) type Meant = Vec<Instead>;

impl Instead {
    pub(super) fn new(meant: Ty, why: Why) -> Self {
        Self { meant, why }
    }

    /// Returns the replaced inputs after a state whose result replaces its own.
    pub(super) fn replaced(self, before: &[Self]) -> Meant {
        let earlier = before.iter().filter(|one| matches!(one.why, Why::Result(..)));
        std::iter::once(self).chain(earlier.cloned()).take(REPLACED).collect()
    }
}

/// Keeps the suggestions that apply after both of two transitions.
pub(super) fn join(known: &mut Meant, other: &[Instead]) {
    known.retain_mut(|one| {
        let same = other.iter().find(|two| two.why == one.why);
        if let Some(two) = same {
            one.meant = one.meant.join(&two.meant);
        }
        same.is_some()
    });
}

/// What is known about a member that is absent where it is read.
pub(super) struct Elsewhere {
    pub(super) help: String,
    /// Whether the value that may be meant is known to have the member.
    pub(super) is_known: bool,
    pub(super) is_of_item: bool,
}

/// Returns the help for a member that is absent where it is read.
pub(super) fn elsewhere(meant: &[Instead], name: &str) -> Option<Elsewhere> {
    let (one, is_known) = meant.iter().find_map(|one| match one.meant.member(name) {
        Found::Present(_) => Some((one, true)),
        Found::Maybe(ty) => Some((one, ty != Ty::Any)),
        _ => None,
    })?;
    let help = match &one.why {
        Why::Result(state, QueryLanguage::JsonPath) => {
            let add = format!("add `ResultPath` to `{state}`, such as `$.result`, to keep it");
            format!("the result of `{state}` replaced the input: {add}")
        }
        Why::Result(state, QueryLanguage::Jsonata) => {
            let output = "{% $merge([$states.input, {'result': $states.result}]) %}";
            format!("the result of `{state}` replaced the input: the output `{output}` of `{state}` keeps it")
        }
        Why::Sees(field, what) => sees_only(field, what),
        Why::Item(QueryLanguage::JsonPath) => format!("of the item: `$$.Map.Item.Value.{name}`"),
        Why::Item(QueryLanguage::Jsonata) => format!("of the item: `$states.context.Map.Item.Value.{name}`"),
    };
    Some(Elsewhere { help, is_known, is_of_item: matches!(one.why, Why::Item(_)) })
}
