//! Translates expressions written with the operators of other languages.

/// Signs of other languages, longer ones first, with JSONata's.
const SIGNS: [(&str, &str); 7] =
    [("===", "="), ("!==", "!="), ("==", "="), ("&&", "and"), ("||", "or"), ("<>", "!="), ("?.", ".")];

/// Returns the expression with JSONata's operators, or `None` if it has no foreign operators or is still invalid.
pub fn translate_foreign_operators(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut changed = false;
    while let Some(letter) = rest.chars().next() {
        if let '"' | '\'' | '`' = letter {
            let end = end_of_quoted(rest, letter);
            out.push_str(rest.get(..end)?);
            rest = rest.get(end..)?;
        } else if let Some((sign, meant)) = SIGNS.iter().find(|(sign, _)| rest.starts_with(sign)) {
            changed = true;
            let word = meant.starts_with(|letter: char| letter.is_ascii_alphabetic());
            if word && !out.ends_with(' ') {
                out.push(' ');
            }
            out.push_str(meant);
            rest = rest.get(sign.len()..)?;
            if word && !rest.starts_with(' ') {
                out.push(' ');
            }
        } else if letter == '!' && !rest.starts_with("!=") {
            let operand = rest.get(1..)?;
            let end = end_of_operand(operand)?;
            let inner = operand.get(..end)?;
            let bare = inner.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(inner);
            out.push_str(&format!("$not({bare})"));
            rest = operand.get(end..)?;
            changed = true;
        } else {
            out.push(letter);
            rest = rest.get(letter.len_utf8()..)?;
        }
    }
    (changed && super::parser::parse(&out).is_ok()).then_some(out)
}

/// Returns the end of a quoted text that begins here.
fn end_of_quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            letter if letter == quote => return at + letter.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

/// Returns the end of a variable with its members and calls, or of parentheses.
fn end_of_operand(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices() {
        match letter {
            '(' | '[' => depth += 1,
            ')' | ']' if depth == 0 => return (at > 0).then_some(at),
            ')' | ']' => depth -= 1,
            _ if depth > 0 => {}
            letter if letter.is_alphanumeric() || "$_.".contains(letter) => {}
            _ => return (at > 0).then_some(at),
        }
    }
    (depth == 0 && !text.is_empty()).then_some(text.len())
}

#[cfg(test)]
mod tests {
    use super::translate_foreign_operators;

    #[test]
    fn operators_of_other_languages_are_jsonatas() {
        let is = |text: &str| translate_foreign_operators(text).unwrap_or_default();
        assert_eq!(is("$a == 1 && $b.c !== 'x == y'"), "$a = 1 and $b.c != 'x == y'");
        assert_eq!(is("$a||$b"), "$a or $b");
        assert_eq!(is("!$a.b and !(1 = 2)"), "$not($a.b) and $not(1 = 2)");
        assert_eq!(translate_foreign_operators("$a = 1"), None, "nothing is to be changed");
        assert_eq!(translate_foreign_operators("$a == "), None, "it is still not an expression");
    }
}
