//! Renders a plan as JSON, Markdown and text.

use std::fmt::Write;

use serde_json::{Map, Value, json};
use workflow_asl::difference::{FieldDifference, StateDifference};

use crate::{Finding, Plan, Verdict};

impl Finding {
    /// Returns the finding as JSON: `aspect`, `verdict`, `state`, `field`, `reason`, `rule`, `law`, `source`, `page`.
    pub fn to_json(&self) -> Value {
        json!({
            "aspect": self.rule.aspect.name(),
            "verdict": self.rule.verdict.name(),
            "state": self.state,
            "field": self.field,
            "reason": self.reason,
            "rule": self.rule.id,
            "law": self.rule.law.text,
            "source": self.rule.law.source,
            "page": self.rule.page(),
        })
    }
}

impl Plan {
    /// Returns the plan as JSON: `verdict`, `findings`, `states`, `machine`, `permissions`, `cost`.
    pub fn to_json(&self) -> Value {
        let states = self.difference.states.iter().filter(|state| change(state).is_some());
        let grants = |grants: &[workflow_asl::policy::Grant]| grants.iter().map(|grant| grant.to_json()).collect();
        let (added, removed): (Vec<_>, Vec<_>) = (grants(&self.permissions.added), grants(&self.permissions.removed));
        json!({
            "verdict": self.verdict().name(),
            "findings": self.findings.iter().map(Finding::to_json).collect::<Vec<_>>(),
            "states": states.map(state_json).collect::<Vec<_>>(),
            "machine": fields_json(&self.difference.machine),
            "permissions": {"added": added, "removed": removed},
            "cost": {"old": self.cost.old.to_json(), "new": self.cost.new.to_json()},
        })
    }

    /// Returns the plan as Markdown for a pull request.
    pub fn to_markdown(&self) -> String {
        let mut text = format!("**{}** {}\n", mark(self.verdict()), self.summary());
        let told: Vec<_> = self.told().collect();
        if !told.is_empty() {
            text.push_str("\n| verdict | aspect | state | reason |\n| --- | --- | --- | --- |\n");
        }
        for finding in told {
            let state = finding.state.as_deref().map(|state| format!("`{}`", cell(state))).unwrap_or_default();
            let _ = writeln!(
                text,
                "| {} | {} | {state} | {} [AWS]({}) |",
                mark(finding.rule.verdict),
                finding.rule.aspect,
                cell(&finding.reason),
                finding.rule.law.source
            );
        }
        text
    }

    /// Returns the plan as plain text for a terminal, without colours.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for state in &self.difference.states {
            if let Some((sign, what)) = change(state) {
                let _ = writeln!(text, "{sign} {what}");
                for line in state.fields.iter().flat_map(field_texts) {
                    let _ = writeln!(text, "    {line}");
                }
            }
        }
        for line in self.difference.machine.iter().flat_map(field_texts) {
            let _ = writeln!(text, "~ {line}");
        }
        for (sign, grants) in [('+', &self.permissions.added), ('-', &self.permissions.removed)] {
            for grant in grants {
                let _ = writeln!(text, "{sign} {} on {}", grant.action, grant.resource);
            }
        }
        if !text.is_empty() {
            text.push('\n');
        }
        for finding in self.told() {
            let state = finding.state.as_deref().map(|state| format!(" {state}:")).unwrap_or_default();
            let _ = writeln!(text, "{} [{}]{state} {}", finding.rule.verdict, finding.rule.id, finding.reason);
            let _ = writeln!(text, "    AWS: {}", finding.rule.law.text);
            let _ = writeln!(text, "    {}", finding.rule.law.source);
        }
        format!("{}: {}\n{text}", self.verdict(), self.summary())
    }

    /// Returns the findings to show: all that are not compatible, or all if every one is compatible.
    fn told(&self) -> impl Iterator<Item = &Finding> {
        let all = self.verdict() == Verdict::Compatible;
        self.findings.iter().filter(move |finding| all || finding.rule.verdict > Verdict::Compatible)
    }

    /// Returns the numbers of changed states and of findings, in words.
    pub fn summary(&self) -> String {
        if self.is_empty() {
            return "nothing differs".to_owned();
        }
        let count = |verdict| self.findings.iter().filter(|finding| finding.rule.verdict == verdict).count();
        let verdicts = [Verdict::Breaking, Verdict::Careful, Verdict::Compatible];
        let counts = verdicts.map(|verdict| format!("{} {verdict}", count(verdict)));
        let states = match self.difference.changed().len() {
            1 => "1 state differs".to_owned(),
            several => format!("{several} states differ"),
        };
        format!("{states}; findings: {}", counts.join(", "))
    }
}

fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Compatible => "🟢 compatible",
        Verdict::Careful => "🟡 careful",
        Verdict::Breaking => "🔴 breaking",
    }
}

/// Escapes a string for a table cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// Returns a sign and a description of a state's change, or `None` if it did not change.
fn change(state: &StateDifference) -> Option<(char, String)> {
    let name = state.name();
    match state.renamed() {
        _ if state.is_added() => Some(('+', name.to_owned())),
        _ if state.is_removed() => Some(('-', name.to_owned())),
        Some((old, new)) => Some(('~', format!("{old} -> {new}"))),
        None if state.fields.is_empty() => None,
        None => Some(('~', name.to_owned())),
    }
}

fn state_json(state: &StateDifference) -> Value {
    let change = match state.renamed() {
        _ if state.is_added() => "added",
        _ if state.is_removed() => "removed",
        Some(_) => "renamed",
        None => "changed",
    };
    let mut made = Map::new();
    made.insert("change".to_owned(), change.into());
    let name = |place: &Option<workflow_asl::difference::StateLocation>| place.as_ref().map(|place| place.name.clone());
    made.insert("old".to_owned(), name(&state.old).into());
    made.insert("new".to_owned(), name(&state.new).into());
    made.insert("fields".to_owned(), fields_json(&state.fields));
    Value::Object(made)
}

fn fields_json(fields: &[FieldDifference]) -> Value {
    fields.iter().map(|field| json!({"field": field.name, "old": field.old, "new": field.new})).collect()
}

/// Returns a line for each part of a field that differs: a member of objects, or the field.
fn field_texts(field: &FieldDifference) -> Vec<String> {
    let mut lines = Vec::new();
    differing(&field.name, field.old.as_ref(), field.new.as_ref(), &mut lines);
    lines
}

fn differing(name: &str, old: Option<&Value>, new: Option<&Value>, lines: &mut Vec<String>) {
    if let (Some(Value::Object(before)), Some(Value::Object(after))) = (old, new) {
        let added = after.keys().filter(|member| !before.contains_key(*member));
        for member in before.keys().chain(added) {
            let (old, new) = (before.get(member), after.get(member));
            if old != new {
                differing(&format!("{name}.{member}"), old, new, lines);
            }
        }
        return;
    }
    let [old, new] = crate::judge::change_said(old, new);
    lines.push(format!("{name}: {old} -> {new}"));
}
