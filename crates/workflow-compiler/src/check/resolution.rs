//! The target of a reference: its root, its steps and its type.

use workflow_asl::result::Presence;

use super::capture::DEPTH;
use super::types::Ty;
use crate::syntax::ast::Quotes;

/// The root of a resolved reference.
#[derive(Clone, Debug, PartialEq)]
pub enum Base {
    /// The state's own input: `$states.input`, `$`.
    StateInput,
    /// The raw result: `$states.result`, `$` where that is it.
    Result,
    /// The error that a catcher caught: `$states.errorOutput`, `$` in its `assign`.
    ErrorOutput,
    /// The context object: `$states.context`, `$$`.
    Context,
    /// A variable.
    Variable(String),
    /// A parameter of a closure.
    Parameter(String),
    /// A deploy-time parameter, by its Rust name.
    Param(String),
    /// The name is unknown here, which the checks report.
    Nothing,
}

/// A step from the base to the data.
#[derive(Clone, Debug)]
pub enum AccessStep {
    /// A member, by its name in JSON.
    Member {
        /// Its name.
        name: String,
        /// The quotes that it is written in.
        quoted: Quotes,
    },
    /// An index, from the end where it is negative.
    Index(i64),
    /// An index that is computed, by its number among the segments of the reference.
    Computed(usize),
    /// The items between two indices, by its number among the segments of the reference.
    Slice(usize),
    /// Each item.
    Each,
}

/// The target of a reference, or of the steps after a value that is none: `(a ?? []).b`, which have no base.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The root.
    pub base: Base,
    /// The steps from there, wire names.
    pub steps: Vec<AccessStep>,
    /// The known type.
    pub ty: Ty,
    /// Whether it is present. The value of a declared `Option` counts as present, because it may be `null`.
    pub presence: Presence,
}

impl Resolved {
    /// Returns the members that are read first, up to a depth that is captured: a list is kept whole.
    pub(super) fn into_members(self) -> impl Iterator<Item = String> {
        let members = self.steps.into_iter().map_while(|step| match step {
            AccessStep::Member { name, .. } => Some(name),
            AccessStep::Index(_) | AccessStep::Computed(_) | AccessStep::Slice(_) | AccessStep::Each => None,
        });
        members.take(DEPTH)
    }

    /// Returns whether it may be absent.
    pub(super) fn is_left_out(&self) -> bool {
        self.presence == Presence::Maybe || self.ty.may_be_absent()
    }
}
