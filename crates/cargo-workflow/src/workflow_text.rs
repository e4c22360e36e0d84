//! Files with the language and nothing around it: what stands in the braces of a `workflow!`.

use std::path::Path;

/// The words that begin the text in the braces.
const WORDS: [&str; 2] = ["workflow", "fragment"];

/// Returns whether a file is one by its name, or begins with a workflow, a fragment or `workflow!`. No document does.
pub(crate) fn is_one(file: &Path, bytes: &[u8]) -> bool {
    let begins = |text| is_bare(file, text) || first_words(text).is_some_and(|words| words.starts_with("workflow!"));
    is_named(file) || str::from_utf8(bytes).is_ok_and(begins)
}

/// Returns whether a file is one by its name and has no `workflow!`, or begins with a workflow or a fragment.
pub(crate) fn is_bare(file: &Path, text: &str) -> bool {
    begins_bare(text) || is_named(file) && !text.contains("workflow!")
}

fn is_named(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "wf")
}

fn begins_bare(text: &str) -> bool {
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
    use std::path::Path;

    use super::{is_bare, is_one};

    #[test]
    fn a_workflow_begins_with_its_word() {
        for text in [
            "workflow A { }",
            "// why\n/* and */ #[cfg(x)]\n/// what\npub(crate) workflow A {",
            "pub\n  fragment F {",
            "\u{feff}workflow! { }",
            "workflow \"A\" { }",
        ] {
            assert!(is_one(Path::new("-"), text.as_bytes()), "{text}");
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
            assert!(!is_one(Path::new("a.json"), text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn a_file_of_this_name_is_one() {
        let file = Path::new("flows/order.wf");
        for (text, bare) in [("", true), ("wrkflow A { }", true), ("{}", true), ("use x; workflow! { }", false)] {
            assert!(is_one(file, text.as_bytes()), "{text}");
            assert_eq!(is_bare(file, text), bare, "{text}");
        }
    }
}
