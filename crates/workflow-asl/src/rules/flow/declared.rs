//! The types of values that are declared outside of the document.

use std::rc::Rc;

use super::ty::{Existence, Fields, Range, Slot, Ty};
use super::types::Type;

/// Any value.
impl Default for Type {
    fn default() -> Self {
        Self(Ty::Any)
    }
}

impl Type {
    /// `null`
    pub const NULL: Self = Self(Ty::Null);
    /// `true` or `false`
    pub const BOOL: Self = Self(Ty::BOOL);
    /// Any string.
    pub const TEXT: Self = Self(Ty::TEXT);

    /// Returns the type of the numbers from the least to the greatest, both included.
    pub fn numbers(least: f64, greatest: f64) -> Self {
        Self(Ty::Number(Range { low: (least, true), high: (greatest, true) }))
    }

    /// Returns the type of these strings.
    pub fn one_of<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let one = texts.into_iter().map(Ty::text).reduce(|all, text| all.join(&text));
        Self(one.unwrap_or(Ty::TEXT))
    }

    /// Returns the type of lists of these items.
    pub fn list(item: Self) -> Self {
        Self(Ty::list(item.0))
    }

    /// Returns the type of objects with these members and any others. The flag is true for a member that may be absent.
    pub fn object<'n>(members: impl IntoIterator<Item = (&'n str, Self, bool)>) -> Self {
        let mut fields = Fields::open();
        for (name, Self(ty), optional) in members {
            fields.insert(name, Slot { ty, is: if optional { Existence::Maybe } else { Existence::Present } });
        }
        Self(Ty::Object(Rc::new(fields)))
    }

    pub(super) fn is_known(&self) -> bool {
        self.0 != Ty::Any
    }
}
