//! APIs with form requests and XML answers. <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html>

use serde_json::{Value, json};
use workflow_local::TaskError;

use super::codec::text;
use super::sign::Unsigned;
use super::xml::Element;
use super::{AwsCall, AwsEndpoint, AwsError, with_metadata};
use crate::executions::outside::client::{HttpClient, escaped};

impl AwsEndpoint {
    /// Calls an API with a form request.
    pub(super) async fn query(
        &self,
        client: &HttpClient,
        call: &AwsCall<'_>,
        input: &Value,
        region: &str,
        version: &str,
    ) -> Result<Value, TaskError> {
        let mut form = vec![format!("Action={}", call.name()), format!("Version={version}")];
        let encoded = call.codec().encoded(input, call.operation.input());
        for (name, value) in encoded.as_object().into_iter().flatten() {
            flatten(name, value, &mut form);
        }
        let body = form.join("&");
        let headers = vec![("content-type".to_owned(), "application/x-www-form-urlencoded; charset=utf-8".to_owned())];
        let unsigned = Unsigned { method: "POST", path: "/", query: Vec::new(), headers, body: body.as_bytes() };
        let answered = self.send(client, call, region, unsigned).await?;
        let root = Element::read(&answered.body);
        if !answered.status.is_success() {
            let (code, message) = root.and_then(|root| root.error()).unwrap_or_default();
            return Err(call.failed(&AwsError { code, message }, &answered));
        }
        let result = root.as_ref().and_then(|root| root.find(&format!("{}Result", call.name())));
        let answer = result.map_or_else(|| json!({}), |result| result.members(call.operation.output()));
        Ok(with_metadata(call, answer, &answered))
    }
}

/// Appends a member as pairs of a form.
fn flatten(name: &str, value: &Value, form: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            // Maps in SNS's API have names and values; other objects are structures.
            let is_map = name.ends_with("Attributes");
            for (at, (member, value)) in members.iter().enumerate() {
                if is_map {
                    let entry = format!("{name}.entry.{}", at + 1);
                    let (key, of) = if value.is_object() { ("Name", "Value") } else { ("key", "value") };
                    form.push(format!("{entry}.{key}={}", escaped(member)));
                    flatten(&format!("{entry}.{of}"), value, form);
                } else {
                    flatten(&format!("{name}.{member}"), value, form);
                }
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                flatten(&format!("{name}.member.{}", at + 1), item, form);
            }
        }
        Value::Null => {}
        value => form.push(format!("{name}={}", escaped(&text(value)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_forms() {
        let mut form = Vec::new();
        let attributes = json!({"a": {"DataType": "String", "StringValue": "x y"}});
        flatten("MessageAttributes", &attributes, &mut form);
        flatten("Tags", &json!([{"Key": "k", "Value": 1}]), &mut form);
        flatten("Attributes", &json!({"FifoTopic": "true"}), &mut form);
        assert_eq!(
            form.join("&"),
            "MessageAttributes.entry.1.Name=a&MessageAttributes.entry.1.Value.DataType=String\
             &MessageAttributes.entry.1.Value.StringValue=x%20y&Tags.member.1.Key=k&Tags.member.1.Value=1\
             &Attributes.entry.1.key=FifoTopic&Attributes.entry.1.value=true"
        );
    }
}
