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

/// Keeps what is meant after both of two transitions.
pub(super) fn join(known: &mut Meant, other: &[Instead]) {
    known.retain_mut(|one| {
        let same = other.iter().find(|two| two.why == one.why);
        if let Some(two) = same {
            one.meant = one.meant.join(&two.meant);
        }
        same.is_some()
    });
}

/// Returns the help for a member that is absent where it is read, and whether it is the member of an item.
pub(super) fn help(meant: &[Instead], name: &str) -> Option<(String, bool)> {
    let one = meant.iter().find(|one| matches!(one.meant.member(name), Found::There(_) | Found::Maybe(_)))?;
    Some(match &one.why {
        Why::Result(state, QueryLanguage::JsonPath) => (
            format!(
                "the result of `{state}` replaced the input: add `ResultPath` to `{state}`, such as `$.result`, to keep it"
            ),
            false,
        ),
        Why::Result(state, QueryLanguage::Jsonata) => {
            let output = "{% $merge([$states.input, {'result': $states.result}]) %}";
            (format!("the result of `{state}` replaced the input: the output `{output}` of `{state}` keeps it"), false)
        }
        Why::Sees(field, what) => (sees_only(field, what), false),
        Why::Item(QueryLanguage::JsonPath) => (format!("of the item: `$$.Map.Item.Value.{name}`"), true),
        Why::Item(QueryLanguage::Jsonata) => (format!("of the item: `$states.context.Map.Item.Value.{name}`"), true),
    })
}
