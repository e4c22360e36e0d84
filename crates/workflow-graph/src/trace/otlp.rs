//! A trace as OTLP in JSON (<https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding>).

use serde_json::{Value, json};

use super::{Span, Trace, hash};

/// `SPAN_KIND_INTERNAL` and `SPAN_KIND_CLIENT`.
const INTERNAL: u8 = 1;
const CLIENT: u8 = 3;

/// `STATUS_CODE_OK` and `STATUS_CODE_ERROR`.
const OK: u8 = 1;
const ERROR: u8 = 2;

impl Trace {
    /// Returns the body of a request to `/v1/traces` of a collector.
    pub fn to_otlp_json(&self) -> Value {
        let all: Vec<_> = (0..self.spans.len()).collect();
        json!({"resourceSpans": [self.resource_spans(&all)]})
    }

    /// Returns the spans with these indices, as an element of `resourceSpans`.
    pub(super) fn resource_spans(&self, numbers: &[usize]) -> Value {
        let text = |name: &str, value: &str| json!({"key": name, "value": {"stringValue": value}});
        let id = |span: &Span| format!("{:016x}", hash(&self.id, span.key.0.wrapping_mul(8) + u64::from(span.key.1)));
        let nanoseconds = |time: i64| i128::from(time).max(0).saturating_mul(1_000_000).to_string();
        let spans = numbers.iter().filter_map(|number| self.spans.get(*number)).map(|span| {
            let mut attributes: Vec<_> = span.attributes.iter().map(|(name, value)| text(name, value)).collect();
            attributes.push(text("workflow.span", span.kind));
            if let Some(error) = &span.error {
                attributes.push(text("error.type", error));
            }
            let status = match &span.error {
                Some(error) => json!({"code": ERROR, "message": error}),
                None => json!({"code": OK}),
            };
            let parent = match span.parent.and_then(|parent| self.spans.get(parent)) {
                Some(parent) => id(parent),
                None => self.continues.clone().unwrap_or_default(),
            };
            json!({
                "traceId": self.id,
                "spanId": id(span),
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
        json!({
            "resource": {"attributes": [text("service.name", "stepfunctions"), text("aws.stepfunctions.execution", name)]},
            "scopeSpans": [{"scope": {"name": "workflow", "version": env!("CARGO_PKG_VERSION")}, "spans": spans.collect::<Vec<_>>()}],
        })
    }
}
