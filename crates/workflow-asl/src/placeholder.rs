//! Placeholders of deployment tools such as `${FunctionArn}`, whose values are unknown.
//!
//! CloudFormation's `DefinitionSubstitutions` and SAM, CDK and Terraform write `${Name}`.

use std::ops::Range;

/// Returns whether the text contains a placeholder, so that its final value is unknown.
///
/// ```
/// assert!(workflow_asl::placeholder::contained("arn:aws:sns:${Region}:1:t"));
/// assert!(!workflow_asl::placeholder::contained("$.price { }"));
/// ```
pub fn contained(text: &str) -> bool {
    // A search for one character is faster where nothing is optimised, as in most macros.
    let Some(end) = text.rfind('}') else { return false };
    text.get(..end).is_some_and(|before| before.split('$').skip(1).any(|rest| rest.starts_with('{')))
}

/// Returns the placeholders of a string with their ranges: `${Name}` with a name of ASCII letters, digits and `_.:-/`.
/// Others, such as `${"a": 1}` in JSONata or `${x(y)}`, are text.
///
/// ```
/// let found: Vec<_> = workflow_asl::placeholder::named("${Table.Arn}/${ x }").collect();
/// assert_eq!(found, [(0..12, "Table.Arn")]);
/// ```
pub fn named(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let start = from + text.get(from..)?.find("${")?;
            from = start + 2;
            let rest = text.get(from..)?;
            let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"_.:-/".contains(c))?;
            let name = rest.get(..length)?;
            if !name.is_empty() && rest.get(length..)?.starts_with('}') {
                from += length + 1;
                return Some((start..from, name));
            }
        }
    })
}

/// The signs around the name of a placeholder in code.
const SIGNS: [(&str, &str); 4] = [("${", "}"), ("#{", "}"), ("{{", "}}"), ("__", "__")];

/// Returns the ranges of the placeholders in an expression, a path or a call: `${Name}`, `#{Name}`, `{{Name}}` and
/// `__Name__`. Except for the last, which may be a name, these are syntax errors in each language.
///
/// ```
/// use workflow_asl::placeholder::in_code;
/// let found: Vec<_> = in_code("${Table.Arn} = {{ x }} or __y__ or {'a': {}}").collect();
/// assert_eq!(found, [0..12, 15..22, 26..31]);
/// ```
pub fn in_code(text: &str) -> impl Iterator<Item = Range<usize>> {
    // Most texts have none of these characters, for which searching is faster.
    let mut from = if text.contains('{') || text.contains('_') { 0 } else { text.len() };
    std::iter::from_fn(move || {
        loop {
            let rest = text.get(from..)?;
            let found = SIGNS.iter().filter_map(|(open, close)| Some((rest.find(open)?, open.len(), *close)));
            let (start, open, close) = found.min_by_key(|(start, ..)| *start)?;
            let start = from + start;
            from = start + open;
            let Some((inner, _)) = text.get(from..)?.split_once(close) else { continue };
            let is_sign = |c: char| c.is_ascii_alphanumeric() || "_.:-/".contains(c);
            if !inner.trim().is_empty() && inner.trim().chars().all(is_sign) {
                from += inner.len() + close.len();
                return Some(start..from);
            }
        }
    })
}

/// Returns code with `operand` in the place of each placeholder, whose length in bytes it is given.
pub(crate) fn replaced_in_code(text: &str, operand: impl Fn(usize) -> String) -> String {
    let mut code = String::with_capacity(text.len());
    let mut from = 0;
    for range in in_code(text) {
        code.push_str(text.get(from..range.start).unwrap_or_default());
        code.push_str(&operand(range.len()));
        from = range.end;
    }
    code.push_str(text.get(from..).unwrap_or_default());
    code
}

/// Returns whether code that does not parse may do so once its placeholders have values.
pub(crate) fn may_complete(text: &str) -> bool {
    contained(text) || in_code(text).next().is_some()
}

/// Returns whether the text is exactly one placeholder.
///
/// ```
/// use workflow_asl::placeholder::is_one;
/// assert!(is_one("${Table.Arn}") && !is_one("${A}-x") && !is_one("${f(x)}"));
/// ```
pub fn is_one(text: &str) -> bool {
    named(text).next().is_some_and(|(range, _)| range.len() == text.len())
}

/// Returns whether the text looks like a less regular placeholder of a person or a tool: `#{x}`, `{{x}}`, `<x>`,
/// `__x__`.
pub fn likely(text: &str) -> bool {
    let between = |open: &str, close: &str| {
        text.split_once(open).is_some_and(|(_, rest)| rest.rfind(close).is_some_and(|at| at > 0))
    };
    // Most texts have none of these characters, for which searching is faster.
    text.contains('{') && (contained(text) || between("#{", "}") || between("{{", "}}"))
        || text.contains('<') && between("<", ">")
        || text.contains('_') && between("__", "__")
}
