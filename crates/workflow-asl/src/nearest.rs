//! Finds the known name most similar to an unknown one, for `did you mean`.

use std::cell::Cell;

/// The minimum similarity (Damerau-Levenshtein, 0 to 1) of a suggestion.
const THRESHOLD: f64 = 0.6;

/// Returns the known name most similar to `name`, if one is similar enough. Case has little weight.
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

/// Limits the number of look-ups among many names, because each compares all of them.
#[derive(Debug, Default)]
pub(crate) struct Lookups(Cell<usize>);

impl Lookups {
    const MAX: usize = 20;

    /// Like [`nearest`], but returns `None` after too many look-ups.
    pub(crate) fn nearest<'a>(&self, name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
        self.0.set(self.0.get() + 1);
        if self.0.get() > Self::MAX { None } else { nearest(name, known) }
    }
}

/// Returns whether the lengths allow enough similarity: each additional letter is an edit. This is cheaper than
/// counting edits.
fn may_be_near(name: &str, candidate: &str) -> bool {
    let (a, b) = (name.chars().count(), candidate.chars().count());
    let (shorter, longer) = (a.min(b), a.max(b));
    shorter as f64 >= THRESHOLD * longer as f64
}
