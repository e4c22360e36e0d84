//! Parts of a workflow that are marked as wrong, so that nothing follows of them.

use super::analysis::Analysis;
use super::data::{leaves, values};
use crate::syntax::ast::{ExprKind, Target};

/// Returns whether there is such a part. Its mistake must have been reported.
pub(crate) fn has_wrong_part(analysis: &Analysis<'_>) -> bool {
    analysis.workflow.body.broken
        || analysis.all_states().any(|info| {
            let mut wrong = info.state.broken || matches!(info.state.transition, Some(Target::Missing(_)));
            values(analysis, info, &mut |value, _| {
                leaves(value, &mut |leaf| wrong |= matches!(leaf.kind, ExprKind::Invalid));
            });
            wrong
        })
}
