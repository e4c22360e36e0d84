//! Judges fields with a number: raised, lowered, or computed.

use serde_json::Value;
use workflow_asl::document::State;
use workflow_asl::resource::{Pattern, Resource};
use workflow_asl::{StateKind, jsonata, limits};

use super::{Judge, Subject};
use crate::rule::{self, Rule};

/// A number of a definition.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Number {
    Written(f64),
    /// A path, an expression or a placeholder.
    Computed(String),
}

impl Number {
    /// Returns the number of a field or of its `Path` variant. `absent` applies if both are missing.
    pub(super) fn of(state: &State, field: &str, absent: f64) -> Self {
        let value = state.field_value(field);
        let constant = value.as_ref().and_then(Value::as_str).and_then(jsonata::expression).and_then(|code| {
            let ast = jsonata::parse(code).ok()?;
            jsonata::constant(&ast.root)
        });
        match (constant.or(value), state.field_value(&format!("{field}Path"))) {
            (Some(Value::Number(number)), _) => Self::Written(number.as_f64().unwrap_or(absent)),
            (Some(other), _) | (None, Some(other)) => Self::Computed(other.to_string()),
            (None, None) => Self::Written(absent),
        }
    }
}

/// The rules for a number that is lowered, raised, or computed differently.
pub(super) struct NumberRules {
    pub(super) less: &'static Rule,
    pub(super) more: &'static Rule,
    pub(super) computed: &'static Rule,
}

impl Judge<'_> {
    /// Judges the fields with numbers of both states.
    pub(super) fn numbers(&mut self, name: &str, old: &State, new: &State) {
        if new.kind == StateKind::Task {
            let resource = |state: &State| state.resource.clone().unwrap_or_default();
            let (before, after) = (resource(old), resource(new));
            let is_activity = matches!(Resource::parse(&after), Some(Resource::Activity { .. }));
            let is_token = matches!(Resource::parse(&after), Some(Resource::Integration(call)) if call.pattern == Pattern::WaitForTaskToken);
            let computed = &rule::TIMEOUT_COMPUTED;
            let (less, beat_less, beat_more) = match (is_activity, is_token) {
                (true, _) => (
                    &rule::ACTIVITY_TIMEOUT_LOWERED,
                    &rule::ACTIVITY_HEARTBEAT_LOWERED,
                    &rule::ACTIVITY_HEARTBEAT_RAISED,
                ),
                (_, true) => {
                    (&rule::TOKEN_TIMEOUT_LOWERED, &rule::TOKEN_HEARTBEAT_LOWERED, &rule::TOKEN_HEARTBEAT_RAISED)
                }
                _ => (&rule::TIMEOUT_LOWERED, &rule::TIMEOUT_LOWERED, &rule::TIMEOUT_RAISED),
            };
            let longest = limits::MAX_SECONDS as f64;
            let timeouts = NumberRules { less, more: &rule::TIMEOUT_RAISED, computed };
            let beats = NumberRules { less: beat_less, more: beat_more, computed };
            let of = |field| (Number::of(old, field, longest), Number::of(new, field, longest));
            self.compare(name, "TimeoutSeconds", &of("TimeoutSeconds"), &timeouts);
            // A limit for another resource cannot be compared.
            if before == after || is_activity || is_token {
                self.compare(name, "HeartbeatSeconds", &of("HeartbeatSeconds"), &beats);
            }
        }
        if new.kind == StateKind::Map {
            let load = NumberRules {
                less: &rule::CONCURRENCY_LOWERED,
                more: &rule::CONCURRENCY_RAISED,
                computed: &rule::CONCURRENCY_COMPUTED,
            };
            // 0 means no limit.
            let limited = |state: &State| match Number::of(state, "MaxConcurrency", 0.0) {
                Number::Written(0.0) => Number::Written(f64::INFINITY),
                number => number,
            };
            self.compare(name, "MaxConcurrency", &(limited(old), limited(new)), &load);
            let tolerance = NumberRules {
                less: &rule::TOLERANCE_LOWERED,
                more: &rule::TOLERANCE_RAISED,
                computed: &rule::TOLERANCE_LOWERED,
            };
            // An absent threshold sets no limit, unless both are absent.
            let written = |state: &State, field: &str| {
                state.field_value(field).is_some() || state.field_value(&format!("{field}Path")).is_some()
            };
            for (field, other) in [
                ("ToleratedFailureCount", "ToleratedFailurePercentage"),
                ("ToleratedFailurePercentage", "ToleratedFailureCount"),
            ] {
                let number = |state: &State| {
                    let absent = if written(state, other) { f64::INFINITY } else { 0.0 };
                    Number::of(state, field, absent)
                };
                if written(old, field) || written(new, field) {
                    self.compare(name, field, &(number(old), number(new)), &tolerance);
                }
            }
        }
    }

    pub(super) fn compare(&mut self, name: &str, field: &str, numbers: &(Number, Number), meaning: &NumberRules) {
        if numbers.0 == numbers.1 {
            return;
        }
        let rule = match numbers {
            (Number::Written(old), Number::Written(new)) if new < old => meaning.less,
            (Number::Written(_), Number::Written(_)) => meaning.more,
            _ => meaning.computed,
        };
        let said = |number: &Number| match number {
            Number::Written(number) if number.is_infinite() || *number == limits::MAX_SECONDS as f64 => {
                "no limit".to_owned()
            }
            Number::Written(number) => number.to_string(),
            Number::Computed(text) => text.clone(),
        };
        let at = Subject { state: Some(name).filter(|name| !name.is_empty()), field };
        self.find(rule, &at, format!("`{field}` was {} and is {}", said(&numbers.0), said(&numbers.1)));
    }
}
