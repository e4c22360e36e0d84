//! The words that messages and helps of several findings share: lists of names, suggestions, and names in the language.

use super::{Fix, NearestName};
use crate::Code::{self, DoubtfulParameter, MaybeUnassigned, UnassignedVariable, WrongParameterType};
use crate::document::QueryLanguage;
use crate::{SyntaxError, placeholder};

/// The vocabulary of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vocabulary {
    /// The fields of the Amazon States Language.
    Asl,
    /// The clauses of `workflow!`.
    Language,
}

pub(super) fn did_you_mean(near: &NearestName) -> Option<String> {
    near.as_ref().map(|near| format!("did you mean `{near}`?"))
}

pub(super) fn text(near: &NearestName) -> Option<Fix> {
    near.clone().map(Fix::Text)
}

/// Returns the text that was meant in place of a wrong part.
pub(super) fn instead(error: &SyntaxError) -> Option<Fix> {
    error.instead.as_ref().map(|instead| Fix::Text(instead.1.clone()))
}

/// Returns an ARN with a name in this case.
pub(super) fn in_its_case(arn: &str, name: &str) -> Option<String> {
    let parts: Vec<_> = arn.split_inclusive([':', '.']).collect();
    let is_it = |part: &&&str| part.trim_end_matches([':', '.']).eq_ignore_ascii_case(name);
    let wrong = parts.iter().rfind(is_it)?;
    let right = format!("{name}{}", wrong.get(name.len()..)?);
    Some(parts.iter().map(|part| if std::ptr::eq(*part, *wrong) { right.as_str() } else { part }).collect())
}

pub(super) fn key(near: &NearestName) -> Option<Fix> {
    near.clone().map(Fix::Key)
}

pub(super) fn small_letter(near: &NearestName) -> Option<String> {
    Some(format!("{} services and operations begin with a lower-case letter", did_you_mean(near)?))
}

pub(super) fn api_meant(near: &NearestName, by_sdk: bool) -> Option<String> {
    match near {
        Some(near) if by_sdk => Some(format!("the SDK integration supports it: `{near}`")),
        near => did_you_mean(near),
    }
}

/// Returns `aws-sdk:s3:getObject` as `aws_sdk::s3::getObject`.
pub fn in_the_language(api: &str) -> String {
    if api.contains(':') { api.replace('-', "_").replace(':', "::") } else { api.to_owned() }
}

/// Returns the word of the language for a field that is a number.
pub(super) fn clause(field: &str) -> String {
    match field {
        "Seconds" => return "for".to_owned(),
        "BackoffRate" => return "backoff".to_owned(),
        "MaxItemsPerBatch" => return "batch".to_owned(),
        // In the braces of `batch`, fields have ASL's names.
        "MaxInputBytesPerBatch" => return field.to_owned(),
        "ToleratedFailurePercentage" | "ToleratedFailureCount" => return "tolerate".to_owned(),
        _ => {}
    }
    let mut word = String::new();
    for c in field.trim_end_matches("Seconds").chars() {
        if c.is_ascii_uppercase() && !word.is_empty() {
            word.push('_');
        }
        word.push(c.to_ascii_lowercase());
    }
    word
}

/// Returns the message about a value that is not of the type of its field.
pub(super) fn wrong_type(expected: &str, is: &str) -> String {
    match (expected, is) {
        ("Integer", "a number") => "expected a whole number, found one with a fraction".to_owned(),
        ("Integer", is) => format!("expected a whole number, found {is}"),
        ("Number", is) => format!("expected a number, found {is}"),
        (expected, is) => format!("expected value of type {expected}, found {is}"),
    }
}

/// Returns the unit of a field that is a number.
pub(super) fn unit(field: &str) -> &'static str {
    if field.ends_with("Seconds") { " seconds" } else { "" }
}

/// Returns how a language asks whether a variable has a value.
pub(super) fn asking(language: QueryLanguage, name: &str) -> String {
    language.pick("`IsPresent`".to_owned(), format!("`$exists(${name})`"))
}

pub(super) fn item_in_text(name: &str) -> Option<String> {
    (name == "item").then(|| "the item of a map is read outside the text, as `item`".to_owned())
}

pub(super) fn unassigned(certain: bool) -> Code {
    if certain { UnassignedVariable } else { MaybeUnassigned }
}

pub(super) fn wrong_parameter(certain: bool) -> Code {
    if certain { WrongParameterType } else { DoubtfulParameter }
}

pub(super) fn them(errors: &[String]) -> &'static str {
    if errors.len() == 1 { "it" } else { "them" }
}

/// Returns names as a message lists them: `` `A`, `B` or `C` ``.
pub(super) fn one_of(names: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    list(names, " or ")
}

/// Returns names as a message lists them: `` `A`, `B` and `C` ``.
pub(super) fn all_of(names: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    list(names, " and ")
}

/// How the first placeholder of a text gets its value.
pub(super) fn filling(text: &str) -> String {
    match placeholder::named(text).next() {
        Some((_, name)) => format!("give it one: `--param {name}=…`"),
        None => "the tool that uses this placeholder must fill it in first".to_owned(),
    }
}

/// What to write for a token that only SDKs fill in.
pub(super) fn filled_by_sdks(member: &str) -> String {
    format!("SDKs fill it in, but AWS may refuse the definition without it: write `{member}`, if the state runs once")
}

/// How a key of JSONPath is written in JSONata.
pub(super) fn of_jsonata(name: &str) -> String {
    format!("write `\"{name}\"`, and the value between `{{%` and `%}}`")
}

pub(super) fn quoted(names: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<String> {
    names.into_iter().map(|name| format!("`{}`", name.as_ref())).collect()
}

fn list(names: impl IntoIterator<Item = impl AsRef<str>>, last: &str) -> String {
    let mut names = quoted(names);
    match names.pop() {
        Some(end) if !names.is_empty() => format!("{}{last}{end}", names.join(", ")),
        end => end.unwrap_or_default(),
    }
}

/// Returns whether a text may be what follows the scheme of a URI, and not a name that a tool replaces.
pub(super) fn can_follow(scheme: &str, text: &str) -> bool {
    let is_http = scheme != "s3://";
    let first = text.split('/').next().unwrap_or_default();
    !first.is_empty() && first.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c) || is_http && c == ':')
}

#[cfg(test)]
mod tests {
    use super::can_follow;

    #[test]
    fn only_the_name_of_a_bucket_follows_the_scheme() {
        assert!(can_follow("s3://", "my-bucket/x") && can_follow("https://", "localhost:8080/x"));
        for text in ["@@bucket@@/x", "my_bucket/x", "bucket:8080/x", "bucket…", "/x"] {
            assert!(!can_follow("s3://", text), "{text}");
        }
    }
}
