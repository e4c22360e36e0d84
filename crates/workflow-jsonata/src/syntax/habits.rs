//! What to write instead of the syntax of JavaScript or Python that JSONata does not have.

/// Words of other languages before which no operand ends, with what JSONata has.
const WORDS: &[(&str, &str)] = &[
    ("const", "JSONata has no `const`: `($x := 1; …)` binds a variable"),
    ("if", "JSONata has no `if`: write `condition ? a : b`"),
    ("let", "JSONata has no `let`: `($x := 1; …)` binds a variable"),
    ("new", "JSONata has no `new`: `$now()` is the time as a string, `$millis()` as a number"),
    ("not", "JSONata has no operator `not`: write `$not(…)`"),
    ("return", "JSONata has no `return`: the last expression of a function is its result"),
    ("typeof", "JSONata has no `typeof`: write `$type(…)`"),
    ("var", "JSONata has no `var`: `($x := 1; …)` binds a variable"),
];

/// Returns what to write, if the text at the place of a syntax error is a habit of another language.
pub(crate) fn meant(text: &str, offset: usize) -> Option<String> {
    let (before, rest) = text.split_at_checked(offset)?;
    let before = before.trim_end();
    let last = before.chars().next_back();
    match rest.chars().next() {
        Some('>') if last == Some('=') => {
            return Some("JSONata has no `=>`: a function is `function($x) { … }`".to_owned());
        }
        Some('.') if rest.starts_with("...") => {
            return Some("JSONata has no `...`: `$merge([$a, {…}])` joins objects, `[$a, $b]` lists".to_owned());
        }
        Some(sign @ ('+' | '-')) if last == Some(sign) && before.len() + sign.len_utf8() > offset => {
            return Some(format!("JSONata has no `{sign}{sign}`: write `{} {sign} 1`", operand(before, sign)));
        }
        Some('=') => {
            if let Some(sign @ ('+' | '-' | '*' | '/' | '&')) = last {
                return Some(format!("JSONata has no `{sign}=`: write `{} {sign} …`", operand(before, sign)));
            }
        }
        _ => {}
    }
    let word = |text: &str| WORDS.iter().find(|(word, _)| ends_in_word(text, word)).map(|(_, help)| (*help).to_owned());
    // The error of `if (a) { b }` is somewhere after it.
    word(before).or_else(|| {
        let has_if = text.match_indices("if").any(|(at, _)| {
            let after = text.get(at + 2..).unwrap_or_default().trim_start();
            after.starts_with('(') && text.get(..at + 2).is_some_and(|before| ends_in_word(before, "if"))
        });
        has_if.then(|| word("if")).flatten()
    })
}

fn ends_in_word(text: &str, word: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || "$_.`'\"".contains(letter);
    text.strip_suffix(word).is_some_and(|rest| !rest.ends_with(is_part))
}

/// Returns the path before a sign at the end.
fn operand(before: &str, sign: char) -> &str {
    let before = before.trim_end_matches(sign).trim_end();
    let start = before.rfind(|letter: char| !(letter.is_alphanumeric() || "$_.".contains(letter)));
    match before.get(start.map_or(0, |at| at + 1)..) {
        Some(name) if name.starts_with('$') => name,
        _ => "$n",
    }
}

#[cfg(test)]
mod tests {
    use crate::parse;

    #[test]
    fn habits_of_other_languages_have_an_equivalent() {
        let help = |text: &str| parse(text).unwrap_err().help.unwrap_or_default();
        for (text, words) in [
            ("$map($xs, $x => $x.id)", "`function($x) { … }`"),
            ("$n++", "write `$n + 1`"),
            ("$a.n += 2", "write `$a.n + …`"),
            ("new Date()", "`$now()`"),
            ("$a and not $b", "`$not(…)`"),
            ("typeof $x = 'number'", "`$type(…)`"),
            ("if ($x > 1) { 'a' } else { 'b' }", "`condition ? a : b`"),
            ("(let x = 1; $x)", "`($x := 1; …)`"),
            ("function($x) { return $x }", "the last expression"),
            ("{...$a, 'b': 1}", "`$merge([$a, {…}])`"),
        ] {
            assert!(help(text).contains(words), "{text}: {}", help(text));
        }
        for text in ["$a ~> ", "$x.gif (", "'if' (", "1 - - ", "$a + + "] {
            assert_eq!(parse(text).err().and_then(|error| error.help), None, "{text}");
        }
    }
}
