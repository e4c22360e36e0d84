//! The fixes of findings, as edits of a document's text.

use super::Source;
use super::layout::{Below, Layout, Span};
use crate::finding::Fix;
use crate::{Diagnostic, Pointer};

/// An edit of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The offset and length of the replaced text, in bytes of [`Source::text`].
    pub span: (usize, usize),
    /// The new text.
    pub text: String,
}

impl Source {
    /// Returns for each finding the edit that certainly fixes it, if one is known.
    ///
    /// ```
    /// use workflow_asl::document::MachineType;
    /// use workflow_asl::rules::check_definition;
    /// use workflow_asl::source::{Format, Source};
    ///
    /// let text = r#"{"StartAt": "Frist", "States": {"First": {"Type": "Succeed"}}}"#;
    /// let source = Source::read(text.as_bytes(), Format::Json)?;
    /// let found = check_definition(source.value(), MachineType::Standard);
    /// let edit = source.edits(&found).swap_remove(0).unwrap();
    /// assert_eq!((edit.span, edit.text.as_str()), ((12, 7), "\"First\""));
    /// # Ok::<_, Box<workflow_asl::source::SourceError>>(())
    /// ```
    pub fn edits(&self, found: &[Diagnostic]) -> Vec<Option<Edit>> {
        self.made(found, |found| found.code.is_certain() && !found.finding.is_fix_a_guess())
    }

    /// Returns for each finding the edit that fixes it, also one that is not certain: what its help proposes.
    pub fn proposals(&self, found: &[Diagnostic]) -> Vec<Option<Edit>> {
        self.made(found, |_| true)
    }

    fn made(&self, found: &[Diagnostic], is_taken: impl Fn(&Diagnostic) -> bool) -> Vec<Option<Edit>> {
        let fix = |found: &Diagnostic| found.finding.fix().filter(|_| is_taken(found));
        let fixes: Vec<_> = found.iter().map(fix).collect();
        if fixes.iter().all(Option::is_none) || self.embedded.is_some() {
            return vec![None; found.len()];
        }
        let layout = self.layout();
        let edits = found.iter().zip(fixes);
        edits.map(|(found, fix)| edit(&layout, &self.text, &found.pointer, found.range, fix?)).collect()
    }
}

/// Returns the edit, with the new text in the notation of the old one.
pub(super) fn edit(layout: &Layout, text: &str, at: &Pointer, range: Option<(usize, usize)>, fix: Fix) -> Option<Edit> {
    let (key, value) = layout.find(at).ok()?;
    let raw = |span: Span| text.get(span.0..span.0 + span.1);
    let (span, text) = match fix {
        Fix::Key(name) => (key?, as_written(raw(key?)?, &name, true)?),
        Fix::Text(words) => {
            let Below::Text(written) = &value.below else { return None };
            match range {
                Some(range) => {
                    let span = written.part(text, value.span, range);
                    (span, as_written(raw(value.span)?, &words, false)?)
                }
                None => (value.span, as_written(raw(value.span)?, &words, true)?),
            }
        }
        Fix::Value(_) if matches!(value.below, Below::Items(_) | Below::Members(_)) || !is_flow(raw(value.span)?) => {
            return None;
        }
        Fix::Value(new) => (value.span, new.to_string()),
    };
    Some(Edit { span, text })
}

/// Returns whether a scalar is not a YAML block, whose end and indentation would have to change.
fn is_flow(raw: &str) -> bool {
    !raw.is_empty() && !raw.contains('\n')
}

/// Returns the text in the quotes of the replaced text; `whole` includes the quotes.
fn as_written(raw: &str, text: &str, whole: bool) -> Option<String> {
    let plain = |c: char| c.is_alphanumeric() || "_-./:$".contains(c);
    if !is_flow(raw) {
        return None;
    }
    match raw.chars().next()? {
        '"' => {
            let quoted = serde_json::Value::from(text).to_string();
            if whole { Some(quoted) } else { Some(quoted.strip_prefix('"')?.strip_suffix('"')?.to_owned()) }
        }
        '\'' => {
            let inner = text.replace('\'', "''");
            Some(if whole { format!("'{inner}'") } else { inner })
        }
        // Words that YAML may not read as text are put in quotes.
        _ if text.chars().all(plain) && text.starts_with(char::is_alphabetic) && !is_a_word_of_yaml(text) => {
            Some(text.to_owned())
        }
        _ if whole => Some(serde_json::Value::from(text).to_string()),
        _ => None,
    }
}

fn is_a_word_of_yaml(text: &str) -> bool {
    ["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&text.to_ascii_lowercase().as_str())
        || text.ends_with(':')
}
