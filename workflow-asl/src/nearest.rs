//! The nearest of the known names to one that is unknown, for `did you mean`.

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
        .filter(|candidate| *candidate != name)
        .map(|candidate| (strsim::normalized_damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(score, _)| *score >= THRESHOLD)
        // The first of equals wins, so that the answer does not depend on later names.
        .fold(None, |best: Option<(f64, &str)>, next| match best {
            Some(best) if best.0 >= next.0 => Some(best),
            _ => Some(next),
        })
        .map(|(_, candidate)| candidate)
}
