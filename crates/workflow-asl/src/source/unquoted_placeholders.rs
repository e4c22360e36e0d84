//! JSON with unquoted placeholders, `"Seconds": ${Delay}`, for Terraform's `templatefile` and CloudFormation's
//! substitutions. It becomes valid JSON only after substitution.

use super::layout::Span;

/// A string with its bare placeholders in quotes.
#[derive(Clone, Debug)]
pub(super) struct Quoted {
    whole: String,
    /// The offsets of inserted bytes in `whole`.
    added: Vec<usize>,
    /// The inserted bytes before placeholders.
    begins: Vec<usize>,
}

impl Quoted {
    /// Quotes the bare placeholders of a string; `None` if it has none.
    pub(super) fn of(text: &str) -> Option<Self> {
        if !text.contains("${") {
            return None;
        }
        let mut quoted = Self { whole: String::with_capacity(text.len() + 16), added: Vec::new(), begins: Vec::new() };
        let (mut in_string, mut escaped) = (false, false);
        let mut from = 0;
        while let Some(c) = text.get(from..).and_then(|rest| rest.chars().next()) {
            if !in_string
                && c == '$'
                && let Some(length) = text.get(from..).and_then(placeholder)
            {
                quoted.quote(text.get(from..from + length).unwrap_or_default());
                from += length;
                continue;
            }
            if c == '"' && !escaped {
                in_string = !in_string;
            }
            escaped = in_string && c == '\\' && !escaped;
            quoted.whole.push(c);
            from += c.len_utf8();
        }
        (!quoted.begins.is_empty()).then_some(quoted)
    }

    fn quote(&mut self, placeholder: &str) {
        self.begins.push(self.whole.len());
        self.add('"');
        for c in placeholder.chars() {
            if matches!(c, '"' | '\\') {
                self.add('\\');
            }
            self.whole.push(if c.is_ascii_control() { ' ' } else { c });
        }
        self.add('"');
    }

    fn add(&mut self, c: char) {
        self.added.push(self.whole.len());
        self.whole.push(c);
    }

    pub(super) fn as_str(&self) -> &str {
        &self.whole
    }

    /// Returns whether the quotes of a string at this offset of the quoted text were inserted.
    pub(super) fn begins_at(&self, offset: usize) -> bool {
        self.begins.binary_search(&offset).is_ok()
    }

    /// Converts a span of the quoted text to one of the original text.
    pub(super) fn original(&self, (offset, length): Span) -> Span {
        let before = |offset: usize| offset - self.added.partition_point(|&at| at < offset).min(offset);
        let (start, end) = (before(offset), before(offset.saturating_add(length)));
        (start, end.saturating_sub(start))
    }
}

/// Returns the length of the placeholder at the start of a string, including braces and texts of an expression in it.
fn placeholder(text: &str) -> Option<usize> {
    let inside = text.strip_prefix("${")?;
    let (mut depth, mut in_string, mut escaped) = (1_usize, false, false);
    for (at, c) in inside.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            '{' if !in_string => depth += 1,
            '}' if !in_string => depth -= 1,
            '\n' => return None,
            _ => {}
        }
        if depth == 0 {
            return Some(at + 3);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::Quoted;

    #[test]
    fn what_stands_outside_of_strings_is_quoted_and_found_again() {
        let text = r#"{"a": ${A}, "b": "${B}\"", "c": [${f("x", {y = 1})}], "d": "${", "e": ${open"#;
        let quoted = Quoted::of(text).unwrap();
        let expected = r#"{"a": "${A}", "b": "${B}\"", "c": ["${f(\"x\", {y = 1})}"], "d": "${", "e": ${open"#;
        assert_eq!(quoted.as_str(), expected);
        let place = |part: &str, of: &str| (of.find(part).unwrap(), part.len());
        for part in ["${A}", "${B}", "y = 1", "\"d\""] {
            assert_eq!(quoted.original(place(part, expected)), place(part, text), "{part}");
        }
        assert!(quoted.begins_at(6) && !quoted.begins_at(7));
        assert!(Quoted::of(r#"{"a": "${A}"}"#).is_none());
    }
}
