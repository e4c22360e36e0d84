//! The nearest of the known names to one that is unknown, for `did you mean`.

use std::cell::Cell;

/// The least likeness (Damerau-Levenshtein, 0 to 1) that is still worth proposing.
const THRESHOLD: f64 = 0.6;

/// The known name most like `name`, where one is like enough; letters' case counts little.
///
/// ```
/// let near = workflow_asl::nearest::nearest("Faield", ["Done", "Failed"]);
/// assert_eq!(near, Some("Failed"));
/// ```
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    known
        .into_iter()
        .filter(|candidate| *candidate != name && may_be_near(&lower, candidate))
        .map(|candidate| (strsim::normalized_damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(score, _)| *score >= THRESHOLD)
        // The first of equals wins, so that the answer does not depend on later names.
        .fold(None, |best: Option<(f64, &str)>, next| match best {
            Some(best) if best.0 >= next.0 => Some(best),
            _ => Some(next),
        })
        .map(|(_, candidate)| candidate)
}

/// Looks up names among many others, but only the first few: each look goes over all of them.
#[derive(Debug, Default)]
pub(crate) struct Lookups(Cell<usize>);

impl Lookups {
    const MAX: usize = 20;

    /// As [`nearest`], `None` when too many names were looked up before.
    pub(crate) fn nearest<'a>(&self, name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
        self.0.set(self.0.get() + 1);
        if self.0.get() > Self::MAX { None } else { nearest(name, known) }
    }
}

/// Whether the lengths alone leave enough likeness: each letter too many is an edit. Cheaper than counting edits.
fn may_be_near(name: &str, candidate: &str) -> bool {
    let (a, b) = (name.chars().count(), candidate.chars().count());
    let (shorter, longer) = (a.min(b), a.max(b));
    shorter as f64 >= THRESHOLD * longer as f64
}
