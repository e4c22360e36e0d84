//! Files with the language and nothing around it: what stands in the braces of a `workflow!`.

/// The words that begin the text in the braces.
const WORDS: [&str; 2] = ["workflow", "fragment"];

/// Returns whether a file begins with a workflow or a fragment, or with `workflow!`. No document does.
pub(crate) fn is_one(bytes: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(bytes) else { return false };
    is_bare(text) || first_words(text).is_some_and(|words| words.starts_with("workflow!"))
}

/// Returns whether a file begins with a workflow or a fragment, and not with `workflow!`.
pub(crate) fn is_bare(text: &str) -> bool {
    let words = first_words(text).unwrap_or_default();
    WORDS.into_iter().filter_map(|word| words.strip_prefix(word)).any(|after| {
        let name = after.trim_start();
        // A name in quotes is a mistake that the compiler reports.
        name.len() < after.len() && name.starts_with(|first: char| first.is_alphabetic() || "_\"".contains(first))
    })
}

/// Returns the text after comments, attributes and visibility.
fn first_words(text: &str) -> Option<&str> {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        let after = if let Some(comment) = rest.strip_prefix("//") {
            comment.split_once('\n').map(|(_, after)| after)
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.split_once("*/").map(|(_, after)| after)
        } else if rest.starts_with("#[") {
            rest.split_once(']').map(|(_, after)| after)
        } else if let Some(after) = rest.strip_prefix("pub") {
            let visible = after.trim_start();
            match visible.strip_prefix('(') {
                Some(inside) => inside.split_once(')').map(|(_, after)| after),
                None => Some(visible).filter(|visible| visible.len() < after.len()),
            }
        } else {
            return Some(rest);
        };
        rest = after?.trim_start();
    }
}

#[cfg(test)]
mod tests {
    use super::is_one;

    #[test]
    fn a_workflow_begins_with_its_word() {
        for text in [
            "workflow A { }",
            "// why\n/* and */ #[cfg(x)]\n/// what\npub(crate) workflow A {",
            "pub\n  fragment F {",
            "\u{feff}workflow! { }",
            "workflow \"A\" { }",
        ] {
            assert!(is_one(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn a_document_does_not() {
        for text in [
            "",
            "{}",
            "workflow: 1",
            "workflows A",
            "pub",
            "public workflow",
            "/* ",
            "# x",
            "#[",
            "workflow ",
            "StartAt: A",
        ] {
            assert!(!is_one(text.as_bytes()), "{text}");
        }
    }
}
