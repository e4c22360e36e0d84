//! Tests tags of state machines and activities.

use serde_json::{Value, json};

use super::{Api, pass, text};

#[tokio::test]
async fn state_machines_and_activities_have_tags() {
    let api = Api::new().await;
    let machine = api.machine("M", &pass()).await;
    let body = json!({"name": "A", "tags": [{"key": "a", "value": "0"}]});
    let activity = text(&api.ok("CreateActivity", body).await["activityArn"]);
    for arn in [&machine, &activity] {
        let tags = json!([{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]);
        api.ok("TagResource", json!({"resourceArn": arn, "tags": tags})).await;
        api.ok("TagResource", json!({"resourceArn": arn, "tags": [{"key": "b", "value": "3"}]})).await;
        let list = async || api.ok("ListTagsForResource", json!({"resourceArn": arn})).await["tags"].clone();
        assert_eq!(list().await, json!([{"key": "a", "value": "1"}, {"key": "b", "value": "3"}]));
        api.ok("UntagResource", json!({"resourceArn": arn, "tagKeys": ["a", "absent"]})).await;
        assert_eq!(list().await, json!([{"key": "b", "value": "3"}]));
    }
}

#[tokio::test]
async fn what_cannot_be_a_tag_is_refused() {
    let api = Api::new().await;
    let arn = api.machine("M", &pass()).await;
    let many: Vec<Value> = (0..51).map(|n| json!({"key": n.to_string(), "value": ""})).collect();
    for (tags, code) in [
        (json!([{"key": "aws:x", "value": ""}]), "ValidationException"),
        (json!([{"key": "", "value": ""}]), "ValidationException"),
        (json!([{"key": "x".repeat(129), "value": ""}]), "ValidationException"),
        (json!([{"key": "x", "value": "x".repeat(257)}]), "ValidationException"),
        (json!(many), "TooManyTags"),
        (Value::Null, "ValidationException"),
    ] {
        assert_eq!(api.refused("TagResource", json!({"resourceArn": arn, "tags": tags})).await.1, code, "{tags}");
    }
    assert_eq!(api.ok("ListTagsForResource", json!({"resourceArn": arn})).await, json!({"tags": []}));
    let absent = format!("{arn}Absent");
    let refused = api.refused("ListTagsForResource", json!({"resourceArn": absent})).await;
    assert_eq!((&*refused.1, &*refused.2), ("ResourceNotFound", &*format!("Resource not found: '{absent}'")));
    assert_eq!(api.refused("TagResource", json!({"resourceArn": "x", "tags": []})).await.1, "InvalidArn");
}
