//! Filters of a JSONPath as closures: `[?(@.price > 10)]` is `|item| item.price > 10`.

use super::text::{is_name, quoted, step};
use workflow_compiler::state_ident::snake;
use workflow_compiler::syntax::{is_rust_keyword, root};

/// The name of an item that has no better one.
const ITEM: &str = "one";

/// The signs of a filter that the language has too, the longer ones first.
const SIGNS: [&str; 14] = ["&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", "[", "]", ","];

/// Returns the text of a condition up to the `)]` that ends it, and the text after that.
pub(super) fn condition(text: &str) -> Option<(&str, &str)> {
    let (mut depth, mut quote, mut escaped) = (0_usize, None, false);
    for (at, ch) in text.char_indices() {
        match (quote, ch) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), ch) if ch == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(ch),
            (None, '(' | '[') => depth += 1,
            (None, ')') if depth == 0 => return Some((text.get(..at)?, text.get(at..)?.strip_prefix(")]")?)),
            (None, ')' | ']') => depth = depth.checked_sub(1)?,
            (None, _) => {}
        }
    }
    None
}

/// Returns a condition as a closure; `None` if the language cannot express it. `list` is the name of the list.
pub(super) fn closure(condition: &str, list: Option<&str>) -> Option<String> {
    let item = item_name(list).unwrap_or_else(|| ITEM.to_owned());
    let mut out = format!("|{item}|");
    let mut write = |word: &str| {
        if !matches!(word, ")" | "]" | ",") && !out.ends_with(['(', '!', '[']) {
            out.push(' ');
        }
        out.push_str(word);
    };
    let mut rest = condition.trim_start();
    // What is alone between `&&`, `||` and parentheses is a test whether it is present.
    let mut compared = false;
    while !rest.is_empty() {
        if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            rest = rest.get(sign.len()..)?;
            compared = matches!(*sign, "==" | "!=" | "<=" | ">=" | "<" | ">");
            write(sign);
        } else if let Some(after) = rest.strip_prefix(['@', '$']) {
            let (path, after) = path(after)?;
            let value = format!("{}{path}", if rest.starts_with('@') { &item } else { "state" });
            let next = after.trim_start();
            let alone = !compared && (next.is_empty() || ["&&", "||", ")"].iter().any(|sign| next.starts_with(sign)));
            write(&if alone { format!("is_present({value})") } else { value });
            rest = after;
        } else if let Some(quote) = rest.chars().next().filter(|ch| matches!(ch, '\'' | '"')) {
            let (text, after) = rest.get(1..)?.split_once(quote)?;
            if text.contains('\\') {
                return None;
            }
            write(&quoted(text));
            rest = after;
        } else {
            let end =
                rest.find(|ch: char| !ch.is_ascii_alphanumeric() && !matches!(ch, '.' | '-')).unwrap_or(rest.len());
            let (word, after) = rest.split_at_checked(end)?;
            if !matches!(word, "true" | "false" | "null" | "in") && word.parse::<f64>().is_err() {
                return None;
            }
            write(word);
            rest = after;
        }
        rest = rest.trim_start();
    }
    Some(out)
}

/// Returns the steps of a path in a filter, and the text after it.
fn path(mut rest: &str) -> Option<(String, &str)> {
    let mut out = String::new();
    loop {
        if let Some(after) = rest.strip_prefix('.') {
            let end = after.find(|ch: char| !ch.is_ascii_alphanumeric() && ch != '_').unwrap_or(after.len());
            let (name, after) = after.split_at_checked(end)?;
            if !is_name(name) {
                return None;
            }
            out.push_str(&step(name));
            rest = after;
        } else if let Some(after) = rest.strip_prefix("['") {
            let (name, after) = after.split_once("']")?;
            out.push_str(&format!("[{}]", quoted(name)));
            rest = after;
        } else if let Some(after) = rest.strip_prefix('[') {
            let (index, after) = after.split_once(']')?;
            index.parse::<i64>().ok()?;
            out.push_str(&format!("[{index}]"));
            rest = after;
        } else {
            return Some((out, rest));
        }
    }
}

/// Returns the singular of a name in the plural; `None` for others, such as `status`, `analysis` and `address`.
pub(super) fn singular(name: &str) -> Option<&str> {
    name.strip_suffix('s').filter(|one| !one.ends_with(['u', 'i', 's']))
}

/// Returns the name of an item: `pet` of `pets`.
pub(super) fn item_name(list: Option<&str>) -> Option<String> {
    let singular = list.and_then(singular).map(|list| snake(list, ITEM));
    let fits = |name: &String| root(name).is_none() && !is_rust_keyword(name);
    singular.filter(fits)
}
