//! Files with the language and nothing around it: what stands in the braces of a `workflow!`.

/// The words that begin what is in the braces.
const WORDS: [&str; 2] = ["workflow", "fragment"];

/// Returns whether a file begins with a workflow or a fragment, or with `workflow!`. No document does.
pub(crate) fn is_one(bytes: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(bytes) else { return false };
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
            break;
        };
        let Some(after) = after else { return false };
        rest = after.trim_start();
    }
    let word = WORDS.into_iter().find_map(|word| rest.strip_prefix(word).map(|after| (word, after)));
    word.is_some_and(|(word, after)| {
        let name = after.trim_start();
        let named = name.len() < after.len() && name.starts_with(|first: char| first.is_alphabetic() || first == '_');
        named || word == "workflow" && after.starts_with('!')
    })
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
