//! Readers and the rows that they give.

use serde_json::{Value, json};

use super::document;

/// Returns the reader of a map over these items.
fn reader(over: &str) -> Value {
    let body =
        format!("struct Row {{ id: String }} map M over {over} distributed {{ pass P {{ x: item }} -> end; }} -> end;");
    let used = if over.contains("Row") { body } else { body.replace("struct Row { id: String }", "") };
    document(&used)["States"]["M"]["ItemReader"].clone()
}

#[test]
fn a_type_leaves_no_trace_in_the_document() {
    let body = |row: &str| {
        format!(
            r#"map Rows over s3::csv{row} {{ Bucket: "b", Key: "rows.csv", headers: ["Order ID", "total"], max_items: 3 }}
                distributed express
                max_concurrency 5
                batch 2
            {{
                pass Batch {{ ids: $map(state.Items, |row| row["Order ID"]) }} -> end;
            }} -> Each;
            map Each over s3::csv{row} {{ Bucket: "b", Key: "rows.csv", headers: ["Order ID", "total"] }} distributed {{
                pass Row {{ total: $number(item.total) }} -> end;
            }} -> end;"#
        )
    };
    let row = r#"struct Row { #[serde(rename = "Order ID")] id: String, total: String }"#;
    let typed = document(&format!("{row} {}", body("<Row>").replace(r#"["Order ID"])"#, ".id)")));
    assert_eq!(typed, document(&body("")));
    assert_eq!(
        typed["States"]["Rows"],
        json!({
            "Type": "Map",
            "ItemReader": {
                "Resource": "arn:aws:states:::s3:getObject",
                "ReaderConfig": {
                    "InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["Order ID", "total"], "MaxItems": 3
                },
                "Arguments": { "Bucket": "b", "Key": "rows.csv" },
            },
            "ItemBatcher": { "MaxItemsPerBatch": 2 },
            "MaxConcurrency": 5,
            "ItemProcessor": {
                "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS" },
                "StartAt": "Batch",
                "States": {
                    "Batch": {
                        "Type": "Pass",
                        "Output": { "ids": "{% [$map($states.input.Items, function($row) { $row.`Order ID` })] %}" },
                        "End": true,
                    }
                },
            },
            "Next": "Each",
        })
    );
}

#[test]
fn a_manifest_of_an_inventory_has_no_input_type() {
    let manifest = |config: Value| {
        json!({
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": config,
            "Arguments": { "Bucket": "b", "Key": "k" },
        })
    };
    assert_eq!(
        reader(r#"s3::manifest { Bucket: "b", Key: "k", manifest: s3_inventory }"#),
        manifest(json!({ "ManifestType": "S3_INVENTORY" }))
    );
    assert_eq!(reader(r#"s3::manifest { Bucket: "b", Key: "k" }"#), manifest(json!({ "InputType": "MANIFEST" })));
    assert_eq!(
        reader(r#"s3::csv<Row> { Bucket: "b", Key: "k", manifest: athena_data, headers: ["id"] }"#),
        manifest(json!({
            "InputType": "CSV", "ManifestType": "ATHENA_DATA", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["id"]
        }))
    );
}

#[test]
fn the_objects_of_a_listing_are_read_in_their_format() {
    assert_eq!(
        reader(r#"s3::jsonl<Row> { Bucket: "b", Prefix: "in/", transformation: load_and_flatten }"#),
        json!({
            "Resource": "arn:aws:states:::s3:listObjectsV2",
            "ReaderConfig": { "InputType": "JSONL", "Transformation": "LOAD_AND_FLATTEN" },
            "Arguments": { "Bucket": "b", "Prefix": "in/" },
        })
    );
    assert_eq!(
        reader(r#"s3::list { Bucket: "b", Prefix: "in/" }"#),
        json!({ "Resource": "arn:aws:states:::s3:listObjectsV2", "Arguments": { "Bucket": "b", "Prefix": "in/" } })
    );
}
