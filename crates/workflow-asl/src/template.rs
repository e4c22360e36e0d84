//! Payload templates: JSON whose keys that end in `.$` hold a path or an intrinsic function call.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-inputpath-params.html>

use serde_json::Value;

use crate::intrinsic::{self, Intrinsic};
use crate::path::JsonPath;
use crate::texts::Parsed;
use crate::{Code, Diagnostic, Finding, Pointer, SyntaxError, placeholder};

/// The suffix of the key of a computed member.
pub const SUFFIX: &str = ".$";

/// The value of a computed member.
#[derive(Clone, Debug)]
pub enum Computed {
    /// A path into the current value, the context object or a variable, according to its root.
    Path(JsonPath),
    /// A call of an intrinsic function.
    Intrinsic(Intrinsic),
}

impl Computed {
    /// Parses the value of a key that ends in `.$`.
    ///
    /// # Errors
    /// The text is neither a path nor a call of an intrinsic function, or is a malformed one.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        if text.starts_with('$') {
            JsonPath::parse(text).map(Self::Path)
        } else if intrinsic::is_begun(text) {
            Intrinsic::parse(text).map(Self::Intrinsic)
        } else {
            let help = "a path begins with `$`, an intrinsic function with `States.`; for the text itself drop `.$` from the key";
            Err(SyntaxError::new(0, "neither a path nor an intrinsic function").with_help(help))
        }
    }

    /// Returns what is wrong with the arguments of its calls: see [`Intrinsic::misuses`].
    pub fn misuses(&self) -> &[SyntaxError] {
        match self {
            Self::Path(_) => &[],
            Self::Intrinsic(call) => call.misuses(),
        }
    }

    /// Returns every path in it, in the order of the text.
    pub fn paths(&self) -> Vec<&JsonPath> {
        match self {
            Self::Path(path) => vec![path],
            Self::Intrinsic(call) => call.paths(),
        }
    }
}

/// A member of a template whose key ends in `.$`.
#[derive(Clone, Debug)]
pub struct Member<'a> {
    /// The place of the member.
    pub at: Pointer,
    /// Its name in the result of the template, without `.$`.
    pub name: &'a str,
    /// Its value in the template.
    pub value: &'a Value,
    /// Whether the object has another member with that name as it is.
    pub given_twice: bool,
}

/// Visits every computed member of a template, at any depth, in the order of the document.
pub fn walk<'a>(template: &'a Value, at: &Pointer, visit: &mut impl FnMut(Member<'a>)) {
    match template {
        Value::Object(members) => {
            for (key, value) in members {
                let at = at.child(key);
                if let Some(name) = key.strip_suffix(SUFFIX) {
                    visit(Member { at, name, value, given_twice: members.contains_key(name) });
                } else {
                    walk(value, &at, visit);
                }
            }
        }
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate().filter(|(_, item)| item.is_array() || item.is_object()) {
                walk(item, &at.index(i), visit);
            }
        }
        _ => {}
    }
}

/// Reports the problems of a template at `at`.
pub(crate) fn check(texts: &Parsed<Computed>, template: &Value, at: &Pointer, found: &mut Vec<Diagnostic>) {
    walk(template, at, &mut |member| {
        if member.given_twice {
            found.push(Finding::BothGiven { name: member.name.to_owned() }.at(member.at.clone()));
        }
        match member.value {
            Value::String(text) if placeholder::may_complete(text) && !intrinsic::is_begun(text) => {}
            Value::String(text) => match &*texts.read(text) {
                // A placeholder may become a number or any other argument.
                Err(_) if fits_when_filled(text) => {}
                Err(error) => {
                    let code = code_of(text);
                    let mut diagnostic = syntax_error(code, member.at, text, error.clone());
                    if code == Code::BadTemplate {
                        let (name, error) = (member.name.to_owned(), Box::new(error.clone()));
                        diagnostic.finding = Box::new(Finding::NotComputed { name, error });
                    }
                    found.push(diagnostic);
                }
                Ok(computed) if !computed.misuses().is_empty() && fits_when_filled(text) => {}
                Ok(computed) => {
                    check_arguments(computed, text, &member.at, found);
                    if placeholder::contained(text) {
                        return;
                    }
                    computed.paths().into_iter().for_each(|path| check_path(path, &member.at, found));
                    let Computed::Intrinsic(intrinsic) = computed else { return };
                    for (offset, message) in intrinsic.call.failing() {
                        let error = SyntaxError::new(offset, message);
                        let finding = Finding::Malformed { code: Code::FailingCall, error };
                        found.push(finding.at(member.at.clone()).with_range(offset, text.len() - offset));
                    }
                    for (offset, path, in_template) in intrinsic.call.quoted_paths() {
                        let from = text.get(offset..).and_then(|rest| rest.find(&path)).unwrap_or_default() + offset;
                        let length = path.len();
                        let finding = Finding::QuotedPath { text: path, in_template };
                        found.push(finding.at(member.at.clone()).with_range(from, length));
                    }
                }
            },
            _ => found.push(Finding::ComputedNotText { name: member.name.to_owned() }.at(member.at)),
        }
    });
}

/// Returns whether a text with placeholders is right if they are arguments.
fn fits_when_filled(text: &str) -> bool {
    Computed::parse(&placeholder::replaced_in_code(text, |_| "$.x".to_owned()))
        .is_ok_and(|one| one.misuses().is_empty())
}

/// Reports arguments with which a call fails.
pub(crate) fn check_arguments(computed: &Computed, text: &str, at: &Pointer, found: &mut Vec<Diagnostic>) {
    let misuses = computed.misuses().iter();
    found.extend(misuses.map(|error| syntax_error(Code::WrongArgument, at.clone(), text, error.clone())));
}

/// Reports a path that the service refuses whenever it evaluates it.
pub(crate) fn check_path(path: &JsonPath, at: &Pointer, found: &mut Vec<Diagnostic>) {
    let refused = path.refused().map(|(finding, range)| finding.at(at.clone()).with_range(range.start, range.len()));
    found.extend(refused);
}

pub(crate) fn code_of(text: &str) -> Code {
    if text.starts_with('$') {
        Code::BadJsonPath
    } else if intrinsic::is_begun(text) {
        Code::BadIntrinsic
    } else {
        Code::BadTemplate
    }
}

/// Returns the finding for a string at `at` that does not parse; it points at the character that does not fit.
pub(crate) fn syntax_error(code: Code, at: Pointer, text: &str, error: SyntaxError) -> Diagnostic {
    let first = text.get(error.offset..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    let length = error.instead.as_ref().map_or(first, |instead| instead.0);
    let offset = error.offset;
    Finding::Malformed { code, error }.at(at).with_range(offset, length)
}

/// Returns whether a literal text was probably meant to be computed: it is a path or a call.
pub(crate) fn looks_computed(text: &str) -> bool {
    let path = text.starts_with("$.") || text.starts_with("$$.") || text.starts_with("$[");
    (path || intrinsic::is_begun(text) && text.ends_with(')'))
        && Computed::parse(text).is_ok_and(|one| one.misuses().is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn finds_what_is_wrong_at_any_depth() {
        let template = json!({
            "a.$": "$.x", "b": {"c.$": "$$.Execution.Id", "d": [{"e.$": "States.UUID()"}, "$.plain"]},
            "f": 1, "f.$": "$.x", "g.$": 7, "h.$": "text", "i.$": "$.[", "j.$": "States.Nope()", "k.$": "${Path}"});
        let mut found = Vec::new();
        check(&Parsed::default(), &template, &Pointer::root(), &mut found);
        let found: Vec<_> = found.iter().map(|d| (d.code, d.pointer.as_str())).collect();
        assert_eq!(
            found,
            [
                (Code::BadTemplate, "/f.$"),
                (Code::BadTemplate, "/g.$"),
                (Code::BadTemplate, "/h.$"),
                (Code::BadJsonPath, "/i.$"),
                (Code::BadIntrinsic, "/j.$"),
            ]
        );
    }
}
