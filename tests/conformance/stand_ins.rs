//! The recorder's stand-ins for names: `<ArnPart_0idx>` in place of the real string.
//!
//! A case has stand-ins in some parts of its expected result and the real string elsewhere. The string for each
//! stand-in is found by comparing a recorded request with the actual request.

use serde_json::Value;

/// Stand-ins and what they stand for.
pub(crate) struct StandIns {
    known: Vec<(String, String)>,
    /// Recorded before executions could be redriven: its context object has no `RedriveCount`.
    before_redrive: bool,
}

/// The day on which AWS launched redrive.
const REDRIVE: &str = "2023-11-15";

impl StandIns {
    pub(crate) fn of(case: &Value) -> Self {
        let before_redrive = case["validatedOnAws"].as_str().is_some_and(|date| date < REDRIVE);
        Self { known: Vec::new(), before_redrive }
    }

    /// Learns from a recorded request and the real one.
    pub(crate) fn learn(&mut self, recorded: &Value, real: &Value) {
        match (recorded, real) {
            (Value::String(recorded), Value::String(real)) => {
                for (stand_in, text) in captured(recorded, real).unwrap_or_default() {
                    if !text.is_empty() && !self.known.iter().any(|(known, _)| *known == stand_in) {
                        self.known.push((stand_in, text));
                    }
                }
            }
            (Value::Array(recorded), Value::Array(real)) => {
                recorded.iter().zip(real).for_each(|(recorded, real)| self.learn(recorded, real));
            }
            (Value::Object(recorded), Value::Object(real)) => {
                for (name, recorded) in recorded {
                    if let Some(real) = real.get(name) {
                        self.learn(recorded, real);
                    }
                }
            }
            _ => {}
        }
    }

    /// Returns the value with the stand-ins replaced.
    pub(crate) fn resolve(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => {
                let mut text = without_pattern(text);
                for (stand_in, real) in &self.known {
                    text = text.replace(stand_in, real);
                }
                Value::String(text)
            }
            Value::Array(items) => items.iter().map(|item| self.resolve(item)).collect(),
            Value::Object(members) => {
                let kept = members.iter().filter(|(name, _)| !(self.before_redrive && *name == "RedriveCount"));
                Value::Object(kept.map(|(name, value)| (name.clone(), self.resolve(value))).collect())
            }
            plain => plain.clone(),
        }
    }
}

/// The recorder's invented names (`activity-uid000001`) are followed by `.pattern` in some places.
fn without_pattern(text: &str) -> String {
    let mut pieces = text.split(".pattern");
    let mut kept = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let invented = kept.len() >= 9 && kept.get(kept.len() - 9..).is_some_and(|end| end.starts_with("uid"));
        kept.push_str(if invented { "" } else { ".pattern" });
        kept.push_str(piece);
    }
    kept
}

/// Returns what the stand-ins of a recorded text stand for in the real one, or `None` if it is another text.
fn captured(recorded: &str, real: &str) -> Option<Vec<(String, String)>> {
    let mut captured = Vec::new();
    let (mut recorded, mut real) = (recorded, real);
    while let Some(at) = recorded.find('<') {
        let length = recorded[at..].find('>')? + 1;
        real = real.strip_prefix(&recorded[..at])?;
        let stand_in = &recorded[at..at + length];
        recorded = &recorded[at + length..];
        let next = &recorded[..recorded.find('<').unwrap_or(recorded.len())];
        let end = if next.is_empty() { real.len() } else { real.find(next)? };
        captured.push((stand_in.to_owned(), real[..end].to_owned()));
        real = &real[end..];
    }
    (recorded == real).then_some(captured)
}
