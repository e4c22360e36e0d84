//! Choices: rules as conditions, or as the arms of a match.

use serde_json::{Map, Value};
use workflow_asl::Pointer;
use workflow_asl::document::{Operand, Operator};

use super::handler::commented;
use super::printer::{Fields, Printer, Spelling, ValuePosition};
use super::state::Scope;
use super::text::{braces, quoted};
use super::{KeptKind, jsonata, path};
use workflow_compiler::state_ident::snake;

/// The fields of a rule that do not belong to its condition.
const NO_TEST: [&str; 4] = ["Next", "Comment", "Assign", "Output"];

/// The style in which a condition is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    /// A condition with operators, functions and references.
    Natural,
    /// A condition with ASL's operators by name, and references.
    Named,
    /// A condition with ASL's operators by name, and paths as text.
    Plain,
}

impl Printer<'_> {
    /// Writes a choice after its name; `None` if the language cannot express it.
    pub(super) fn choice(
        &mut self,
        fields: &mut Fields<'_>,
        at: &Pointer,
        here: ValuePosition,
        scope: &Scope<'_>,
    ) -> Option<String> {
        let rules = fields.get("Choices")?.as_array()?;
        let rules = rules.iter().map(Value::as_object).collect::<Option<Vec<_>>>()?;
        if rules.iter().any(|rule| !rule.get("Next").is_some_and(Value::is_string)) {
            return None;
        }
        let rules_at = at.child("Choices");
        let subject = if here.jsonata { None } else { match_subject(&rules) };
        let subject = subject.and_then(|subject| path::reference(subject, here));
        let spellings = if subject.is_some() { 3 } else { 2 };
        if self.level(&rules_at, spellings) + 1 == spellings {
            // The rules remain a field of the document.
            return Some(self.point(&rules_at, spellings, |_, _| " nonexhaustive {}".to_owned()));
        }
        fields.take("Choices");
        let default = fields.take_text("Default");
        let marker = if default.is_none() { " nonexhaustive" } else { "" };
        let otherwise = default.map(|target| {
            let target = self.target(target, &at.child("Default"), scope);
            (target, self.block(fields, at, here, false))
        });
        let at = rules_at;
        let body = self.point(&at, spellings, |printer, level| {
            let subject = subject.filter(|_| level == 0);
            let mut lines = String::new();
            for (index, rule) in rules.iter().enumerate() {
                let at = at.index(index);
                let mut fields = Fields::new(rule);
                lines.push_str(&commented(fields.take_text("Comment")));
                let next = fields.take_text("Next").unwrap_or_default();
                let target = printer.target(next, &at.child("Next"), scope);
                let block = printer.block(&mut fields, &at, here, false);
                let when = if subject.is_some() {
                    let patterns = patterns(rule).unwrap_or_default();
                    let patterns: Vec<_> = patterns.iter().map(|(_, value)| literal(value)).collect();
                    patterns.join(" | ")
                } else {
                    format!("if {}", printer.rule(rule, &at, here))
                };
                let end = if block.is_empty() { ";" } else { "" };
                lines.push_str(&format!("{when} -> {target}{block}{end}\n"));
            }
            if let Some((target, block)) = otherwise {
                let when = if subject.is_some() { "_" } else { "else" };
                let end = if block.is_empty() { ";" } else { "" };
                lines.push_str(&format!("{when} -> {target}{block}{end}\n"));
            }
            match subject {
                Some(subject) => format!(" match {subject} {}", braces(&lines)),
                None => format!(" {}", braces(&lines)),
            }
        });
        Some(format!("{marker}{body}"))
    }

    /// Writes the condition of a rule.
    fn rule(&mut self, rule: &Map<String, Value>, at: &Pointer, here: ValuePosition) -> String {
        if here.jsonata {
            return match rule.get("Condition") {
                Some(Value::String(text)) => {
                    let spellings = jsonata::spellings(text, &at.child("Condition"), here, self.known)
                        .unwrap_or_else(|| vec![Spelling::in_language(quoted(text))]);
                    let spellings = spellings.into_iter().map(|one| one.map(in_head)).collect();
                    self.spell(&at.child("Condition"), spellings)
                }
                Some(value) => value.to_string(),
                // The rules report it.
                None => String::new(),
            };
        }
        let styles = [Style::Natural, Style::Named, Style::Plain];
        let spellings: Vec<_> = styles.into_iter().filter_map(|style| self.condition(rule, here, style)).collect();
        if spellings.is_empty() {
            self.refuse(at, "the language cannot express the rule's condition");
        }
        self.spell(at, spellings)
    }

    /// Writes a condition of a JSONPath state.
    fn condition(&self, rule: &Map<String, Value>, here: ValuePosition, style: Style) -> Option<Spelling> {
        let mut tests = rule.iter().filter(|(name, _)| !NO_TEST.contains(&name.as_str()) && *name != "Variable");
        let (name, operand) = tests.next()?;
        if tests.next().is_some() {
            return None;
        }
        match name.as_str() {
            "And" | "Or" => return self.junction(name == "And", operand, here, style),
            "Not" => {
                let inner = self.condition(operand.as_object()?, here, style)?;
                return Some(match inner.text.split_once(" == ") {
                    // The language writes the negation of a single equality as `!=`.
                    Some((left, right))
                        if style == Style::Natural
                            && is_one_comparison(operand)
                            && !inner.text.contains(" == false") =>
                    {
                        let text = format!("{left} != {right}");
                        Spelling { text, ..inner }
                    }
                    _ => inner.map(|text| {
                        let one = is_call(&text) || is_reference(&text);
                        if one { format!("!{text}") } else { format!("!({text})") }
                    }),
                });
            }
            _ => {}
        }
        let operator = Operator::from_name(name)?;
        let mut out = Spelling::default();
        let variable = rule.get("Variable")?.as_str()?;
        let side = |path: &str| match style {
            Style::Plain => Spelling::kept(format!("path {}", quoted(path)), KeptKind::Path),
            _ => path::value(path, here),
        };
        let variable = out.take(side(variable));
        out.text = match operand {
            Value::String(text) if operator.name().ends_with("Path") => {
                let other = out.take(side(text));
                format!("{name}({variable}, {other})")
            }
            Value::String(_) | Value::Bool(_) | Value::Number(_) | Value::Null => {
                let param = match operand {
                    Value::String(text) if style != Style::Plain => self.params.whole(text),
                    _ => None,
                };
                let value = match param {
                    Some(param) => out.take(param),
                    None => literal(operand),
                };
                let natural = if style == Style::Natural { natural(name, &variable, operand, &value) } else { None };
                natural.unwrap_or_else(|| format!("{name}({variable}, {value})"))
            }
            Value::Array(_) | Value::Object(_) => return None,
        };
        Some(out)
    }

    fn junction(&self, and: bool, parts: &Value, here: ValuePosition, style: Style) -> Option<Spelling> {
        let parts = parts.as_array()?;
        let mut out = Spelling::default();
        let mut texts = Vec::new();
        for part in parts {
            let part = part.as_object()?;
            let nested = part.contains_key("And") || part.contains_key("Or");
            let text = self.condition(part, here, style)?;
            let text = out.take(text);
            texts.push(if nested && parts.len() > 1 && !is_call(&text) { format!("({text})") } else { text });
        }
        let (sign, function) = if and { (" && ", "all") } else { (" || ", "any") };
        out.text = if texts.len() > 1 { texts.join(sign) } else { format!("{function}({})", texts.join(", ")) };
        if super::text::width(&out.text) > 90 && texts.len() > 1 {
            out.text = texts.join(&format!("\n    {}", sign.trim_start()));
        }
        Some(out)
    }
}

/// Writes a comparison with an operator or a function of the language.
fn natural(name: &str, variable: &str, operand: &Value, value: &str) -> Option<String> {
    // A type test.
    if name.starts_with("Is") {
        let function = snake(name, "");
        return match operand {
            Value::Bool(true) => Some(format!("{function}({variable})")),
            Value::Bool(false) => Some(format!("{function}({variable}) == false")),
            _ => None,
        };
    }
    match (name, operand) {
        ("StringMatches", Value::String(_)) => return Some(format!("matches({variable}, {value})")),
        ("BooleanEquals", Value::Bool(true)) => return Some(variable.to_owned()),
        _ => {}
    }
    let (compared, relation) =
        Operator::from_name(name).filter(|operator| operator.operand() != Operand::Path)?.order()?;
    let sign = relation.sign();
    match (compared, operand) {
        (Operand::Text, Value::String(_)) | (Operand::Flag, Value::Bool(_)) | (Operand::Number, Value::Number(_)) => {
            Some(format!("{variable} {sign} {value}"))
        }
        // The type of a parameter says that it is a number.
        (Operand::Number, Value::String(_)) if value.starts_with("params.") => {
            Some(format!("{variable} {sign} {value}"))
        }
        (Operand::Timestamp, Value::String(_)) => Some(format!("{variable} {sign} timestamp({value})")),
        _ => None,
    }
}

fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        other => other.to_string(),
    }
}

/// Returns whether a rule is a single comparison of two values.
fn is_one_comparison(rule: &Value) -> bool {
    rule.as_object().is_some_and(|rule| rule.contains_key("Variable"))
}

/// Returns whether a condition is a single value: `state.a.b`, `$ready`.
fn is_reference(text: &str) -> bool {
    text.chars().all(|ch| ch.is_ascii_alphanumeric() || matches!(ch, '_' | '.' | '$'))
}

/// Returns whether a condition is a single function call.
fn is_call(text: &str) -> bool {
    let mut depth = 0_usize;
    let Some(open) = text.find('(') else { return false };
    if !text.chars().take(open).all(|ch| ch.is_ascii_alphanumeric() || ch == '_') || open == 0 {
        return false;
    }
    let (mut quoted, mut escaped) = (false, false);
    for (at, ch) in text.char_indices() {
        match ch {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1 == text.len();
                }
            }
            _ => {}
        }
    }
    false
}

/// Returns the variable and the literals of a rule that only tests for equality.
fn patterns(rule: &Map<String, Value>) -> Option<Vec<(&str, &Value)>> {
    if let Some(Value::Array(parts)) = rule.get("Or") {
        if parts.len() < 2 || rule.contains_key("Variable") {
            return None;
        }
        return parts.iter().map(|part| part.as_object().and_then(pattern)).collect();
    }
    Some(vec![pattern(rule)?])
}

fn pattern(rule: &Map<String, Value>) -> Option<(&str, &Value)> {
    let variable = rule.get("Variable")?.as_str()?;
    let mut tests = rule.iter().filter(|(name, _)| !NO_TEST.contains(&name.as_str()) && *name != "Variable");
    let (name, value) = tests.next()?;
    let fits = match (name.as_str(), value) {
        ("StringEquals", Value::String(text)) => !text.contains("${"),
        ("NumericEquals", Value::Number(_)) => true,
        _ => false,
    };
    (fits && tests.next().is_none()).then_some((variable, value))
}

/// Returns the common variable of at least two rules that only test for equality.
fn match_subject<'r>(rules: &[&'r Map<String, Value>]) -> Option<&'r str> {
    let mut subject = None;
    let mut seen = Vec::new();
    for rule in rules {
        for (variable, value) in patterns(rule)? {
            if subject.is_some_and(|subject| subject != variable) || seen.contains(&value) {
                return None;
            }
            subject = Some(variable);
            seen.push(value);
        }
    }
    if rules.len() >= 2 { subject } else { None }
}

/// Returns an expression before braces, where its own braces require parentheses.
pub(super) fn in_head(text: String) -> String {
    let literal = text.starts_with(['"', '(']) || text.starts_with("r\"") || text.starts_with("r#");
    if text.contains('{') && !literal { format!("({text})") } else { text }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{ImportOptions, import};

    #[test]
    fn only_what_needs_them_has_parentheses_after_not() {
        let not = |rule| {
            let document = json!({"StartAt": "C", "States": {
                "C": {"Type": "Choice", "Choices": [{"Not": rule, "Next": "Z"}], "Default": "Z"},
                "Z": {"Type": "Succeed"}}});
            let text = import(&document, &ImportOptions::new("W")).unwrap().source;
            text.lines().find_map(|line| line.trim().strip_prefix("if ").map(str::to_owned)).unwrap()
        };
        assert_eq!(not(json!({"Variable": "$.a.b", "BooleanEquals": true})), "!state.a.b -> Z;");
        assert_eq!(not(json!({"Variable": "$.a", "IsPresent": true})), "!is_present(state.a) -> Z;");
        assert_eq!(not(json!({"Variable": "$.a", "NumericLessThan": 1})), "!(state.a < 1) -> Z;");
    }
}
