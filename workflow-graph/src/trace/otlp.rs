//! A trace as OTLP in JSON (<https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding>).

use serde_json::{Value, json};

use super::{Trace, hash};

/// `SPAN_KIND_INTERNAL` and `SPAN_KIND_CLIENT`.
const INTERNAL: u8 = 1;
const CLIENT: u8 = 3;

/// `STATUS_CODE_OK` and `STATUS_CODE_ERROR`.
const OK: u8 = 1;
const ERROR: u8 = 2;

impl Trace {
    /// The body of a request to `/v1/traces` of a collector.
    pub fn to_otlp_json(&self) -> Value {
        let text = |name: &str, value: &str| json!({"key": name, "value": {"stringValue": value}});
        let id = |number: usize| format!("{:016x}", hash(&self.id, number as u64 + 1));
        let nanoseconds = |time: i64| i128::from(time).max(0).saturating_mul(1_000_000).to_string();
        let spans = self.spans.iter().enumerate().map(|(number, span)| {
            let mut attributes: Vec<_> = span.attributes.iter().map(|(name, value)| text(name, value)).collect();
            attributes.push(text("workflow.span", span.kind));
            if let Some(error) = &span.error {
                attributes.push(text("error.type", error));
            }
            let status = match &span.error {
                Some(error) => json!({"code": ERROR, "message": error}),
                None => json!({"code": OK}),
            };
            let parent = match span.parent {
                Some(parent) => id(parent),
                None => self.continues.clone().unwrap_or_default(),
            };
            json!({
                "traceId": self.id,
                "spanId": id(number),
                "parentSpanId": parent,
                "name": span.name,
                "kind": if span.kind == "attempt" { CLIENT } else { INTERNAL },
                "startTimeUnixNano": nanoseconds(span.time.0),
                "endTimeUnixNano": nanoseconds(span.time.1),
                "attributes": attributes,
                "status": status,
            })
        });
        let name = self.spans.first().map_or("", |span| span.name.as_str());
        json!({"resourceSpans": [{
            "resource": {"attributes": [text("service.name", "stepfunctions"), text("aws.stepfunctions.execution", name)]},
            "scopeSpans": [{"scope": {"name": "workflow", "version": env!("CARGO_PKG_VERSION")}, "spans": spans.collect::<Vec<_>>()}],
        }]})
    }
}
