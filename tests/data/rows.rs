//! Tests that the rows of files have the types that readers declare, whether a file has no, one or many rows.

use std::sync::Arc;

use serde_json::{Value, json};
use workflow_import::{ImportOptions, import};
use workflow_local::{Engine, MemoryStore, ObjectStore};

use super::definition;

/// Returns the output of a workflow on these objects of the bucket `b`.
#[track_caller]
fn output(workflow: &str, objects: &[(&str, String)]) -> Value {
    let store = MemoryStore::new();
    for (key, text) in objects {
        store.put("b", key, text.clone().into_bytes()).unwrap();
    }
    let engine = Engine::new(&definition(workflow)).unwrap().object_store(Arc::new(store));
    let execution = engine.run(&json!({})).unwrap();
    execution.assert_succeeded();
    execution.output_as().unwrap()
}

/// Returns the workflow with a map over items, with these clauses and this state.
fn over(types: &str, items: &str, clauses: &str, state: &str) -> String {
    format!("workflow W {{ {types} map Each over {items} distributed {clauses} {{ {state} -> end; }} -> end; }}")
}

/// The numbers of rows that are tested.
const COUNTS: [usize; 3] = [0, 1, 5];

/// Returns a text with a line for each row.
fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(|row| line(row) + "\n").collect()
}

/// Returns the value of each row.
fn each(count: usize, value: impl Fn(usize) -> Value) -> Value {
    (0..count).map(value).collect()
}

#[test]
fn csv() {
    let types = r#"struct Row { id: String, #[serde(rename = "Full Name")] name: String, cents: String, note: Option<String> }"#;
    let state = r#"pass P { id: item.id, name: item.name, cents: $number(item.cents) + 1, note: item.note ?? "none" }"#;
    for count in COUNTS {
        let rows = lines(count, |row| format!("{row},Ada,{row}0"));
        let expected =
            each(count, |row| json!({ "id": row.to_string(), "name": "Ada", "cents": row * 10 + 1, "note": "none" }));
        let reader = r#"s3::csv<Row> { Bucket: "b", Key: "k", headers: first_row }"#;
        let file = [("k", format!("id,Full Name,cents\n{rows}"))];
        assert_eq!(output(&over(types, reader, "", state), &file), expected);
        let reader = r#"s3::csv<Row> { Bucket: "b", Key: "k", headers: ["id", "Full Name", "cents"] }"#;
        assert_eq!(output(&over(types, reader, "", state), &[("k", rows)]), expected);
    }
}

#[test]
fn columns_without_a_type() {
    let reader = r#"s3::csv { Bucket: "b", Key: "k", headers: ["id", "cents"], delimiter: pipe }"#;
    for count in COUNTS {
        let file = [("k", lines(count, |row| format!("{row}|7")))];
        let state = "pass P { id: item.id, cents: $number(item.cents) }";
        let expected = each(count, |row| json!({ "id": row.to_string(), "cents": 7 }));
        assert_eq!(output(&over("", reader, "", state), &file), expected);
    }
}

#[test]
fn batches_are_lists_of_rows() {
    let types = "struct Row { id: String, cents: String }";
    let reader = r#"s3::csv<Row> { Bucket: "b", Key: "k", headers: first_row }"#;
    for count in COUNTS {
        let file = [("k", format!("id,cents\n{}", lines(count, |row| format!("{row},{row}"))))];
        let state = "pass P { ids: state.Items[*].id, sum: $sum($map(state.Items, |row| $number(row.cents))) }";
        let batches: Vec<Vec<usize>> = (0..count).collect::<Vec<_>>().chunks(2).map(<[usize]>::to_vec).collect();
        let batch = |rows: &Vec<usize>| json!({ "ids": rows.iter().map(ToString::to_string).collect::<Vec<_>>(), "sum": rows.iter().sum::<usize>() });
        let expected: Value = batches.iter().map(batch).collect();
        assert_eq!(output(&over(types, reader, "batch 2", state), &file), expected);
        let clauses = r#"item_selector { row: item, index: index }
            batch { MaxItemsPerBatch: 2, BatchInput: { day: "2026-01-01" } }"#;
        let state = "pass P { day: state.BatchInput.day, ids: state.Items[*].row.id, at: state.Items[*].index }";
        let batch = |rows: &Vec<usize>| json!({ "day": "2026-01-01", "ids": rows.iter().map(ToString::to_string).collect::<Vec<_>>(), "at": rows });
        let expected: Value = batches.iter().map(batch).collect();
        assert_eq!(output(&over(types, reader, clauses, state), &file), expected);
    }
}

#[test]
fn json() {
    let types = "struct Order { id: i64, lines: Vec<Line> } struct Line { sku: String }";
    let state = "pass P { next: item.id + 1, skus: item.lines[*].sku }";
    for count in COUNTS {
        let order = |row: usize| json!({ "id": row, "lines": vec![json!({ "sku": "a" }); row] });
        let expected = each(count, |row| json!({ "next": row + 1, "skus": vec!["a"; row] }));
        let of = |reader: &str, text: String| {
            assert_eq!(output(&over(types, reader, "", state), &[("k", text)]), expected, "{reader}");
        };
        of(r#"s3::json<Order> { Bucket: "b", Key: "k" }"#, each(count, order).to_string());
        let inside = json!({ "all": { "orders": each(count, order) } });
        of(r#"s3::json<Order> { Bucket: "b", Key: "k", pointer: "/all/orders" }"#, inside.to_string());
        of(r#"s3::jsonl<Order> { Bucket: "b", Key: "k" }"#, lines(count, |row| order(row).to_string()));
    }
}

#[test]
fn a_folder_of_objects() {
    let types = "struct Row { id: String }";
    for count in COUNTS {
        let objects: Vec<_> = (0..count).map(|at| (format!("in/{at}.csv"), format!("id\n{at}a\n{at}b\n"))).collect();
        let objects: Vec<_> = objects.iter().map(|(key, text)| (key.as_str(), text.clone())).collect();
        let reader = r#"s3::list { Bucket: "b", Prefix: "in/" }"#;
        let state = "pass P { key: item.Key, twice: item.Size * 2 }";
        let expected = each(count, |at| json!({ "key": format!("in/{at}.csv"), "twice": 18 }));
        assert_eq!(output(&over("", reader, "", state), &objects), expected);
        let reader =
            r#"s3::csv<Row> { Bucket: "b", Prefix: "in/", headers: first_row, transformation: load_and_flatten }"#;
        let expected: Vec<_> = (0..count).flat_map(|at| [format!("{at}a"), format!("{at}b")]).collect();
        assert_eq!(output(&over(types, reader, "", "pass P = item.id"), &objects), json!(expected));
    }
}

#[test]
fn results_beside_tolerated_failures() {
    let workflow = r#"workflow W {
        struct Row { id: String, cents: String }
        map Rows over s3::csv<Row> { Bucket: "b", Key: "k", headers: first_row } distributed tolerate percent 100 {
            choice Negative { if item.cents == "-1" -> Broken; else -> Fine; }
            fail Broken { error: "Negative", cause: item.id }
            pass Fine { id: item.id } -> end;
        } -> Read;
        pass Read {
            fine: Rows[*].id?,
            errors: $filter(Rows, |row| is_present(row.Error))[*].Cause?,
            count: $count(Rows),
        } -> end;
    }"#;
    let cases: [(&str, &[&str], &[&str]); 4] =
        [("", &[], &[]), ("a,1\n", &["a"], &[]), ("b,-1\n", &[], &["b"]), ("a,1\nb,-1\nc,3\n", &["a", "c"], &["b"])];
    for (rows, fine, errors) in cases {
        let file = [("k", format!("id,cents\n{rows}"))];
        let count = fine.len() + errors.len();
        assert_eq!(output(workflow, &file), json!({ "fine": fine, "errors": errors, "count": count }), "{rows}");
    }
}

#[test]
fn manifests() {
    let types = "struct Row { id: String, total: String }";
    for count in COUNTS {
        let files: Vec<_> = (0..count).map(|at| (format!("data/{at}.csv"), format!("{at},7\n"))).collect();
        let mut objects: Vec<_> = files.iter().map(|(key, text)| (key.as_str(), text.clone())).collect();
        objects.push(("athena", lines(count, |at| format!("s3://b/data/{at}.csv"))));
        let reader = r#"s3::csv<Row> { Bucket: "b", Key: "athena", manifest: athena_data, headers: ["id", "total"] }"#;
        let state = "pass P { id: item.id, total: $number(item.total) }";
        let expected = each(count, |at| json!({ "id": at.to_string(), "total": 7 }));
        assert_eq!(output(&over(types, reader, "", state), &objects), expected);

        let manifest = json!({
            "destinationBucket": "arn:aws:s3:::b", "fileFormat": "CSV", "fileSchema": "Bucket, Key, Size",
            "files": [{ "key": "inventory.csv" }],
        });
        let objects = [
            ("manifest.json", manifest.to_string()),
            ("inventory.csv", lines(count, |at| format!("\"source\",\"{at}.txt\",\"{at}\""))),
        ];
        let state = "pass P { at: item.Bucket + \"/\" + item.Key, size: $number(item.Size) }";
        let expected = each(count, |at| json!({ "at": format!("source/{at}.txt"), "size": at }));
        for settings in ["", ", manifest: s3_inventory"] {
            let reader = format!(r#"s3::manifest {{ Bucket: "b", Key: "manifest.json"{settings} }}"#);
            assert_eq!(output(&over("", &reader, "", state), &objects), expected);
        }
    }
}

/// Asserts that a reader of a document has this form in the language.
#[track_caller]
fn imports_as(action: &str, config: &Value, read: &str, form: &str) {
    // The members that a JSONPath reads are not checked.
    let is_wrong = ["ids", "ETag"].contains(&read);
    for language in if is_wrong { &["JSONata"][..] } else { &["JSONata", "JSONPath"] } {
        let (request, output) = match *language {
            "JSONata" => ("Arguments", json!({ "Output": { "x": format!("{{% $states.input.{read} %}}") } })),
            _ => ("Parameters", json!({ "Parameters": { "x.$": format!("$.{read}") } })),
        };
        let mut one = json!({ "Type": "Pass", "End": true });
        one.as_object_mut().unwrap().extend(output.as_object().unwrap().clone());
        let document = json!({
            "QueryLanguage": language,
            "StartAt": "Each",
            "States": { "Each": {
                "Type": "Map",
                "ItemReader": {
                    "Resource": format!("arn:aws:states:::s3:{action}"),
                    "ReaderConfig": config,
                    request: { "Bucket": "b", "Key": "k" },
                },
                "ItemProcessor": {
                    "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                    "StartAt": "One",
                    "States": { "One": one },
                },
                "End": true,
            } },
        });
        let source = import(&document, &ImportOptions::new("W")).unwrap().source;
        assert!(source.contains(form), "{config} {source}");
    }
}

#[test]
fn readers_of_documents() {
    let csv = json!({ "InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW" });
    imports_as("getObject", &csv, "id", "over s3::csv {");
    let given = json!({ "InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["id"] });
    imports_as("getObject", &given, "id", "over s3::csv {");
    // A column that does not exist would be an error.
    imports_as("getObject", &given, "ids", "item_reader s3::getObject {");
    imports_as("getObject", &json!({ "InputType": "JSONL" }), "id", "over s3::jsonl {");
    let athena = json!({ "InputType": "PARQUET", "ManifestType": "ATHENA_DATA" });
    imports_as("getObject", &athena, "id", "over s3::parquet {");
    imports_as("getObject", &json!({ "InputType": "MANIFEST" }), "Key", "over s3::manifest {");
    imports_as("getObject", &json!({ "ManifestType": "S3_INVENTORY" }), "Key", "over s3::manifest {");
    let both = json!({ "InputType": "MANIFEST", "ManifestType": "S3_INVENTORY" });
    imports_as("getObject", &both, "Key", "item_reader s3::getObject {");
    imports_as("listObjectsV2", &json!({ "MaxItems": 3 }), "Key", "over s3::list {");
    imports_as("listObjectsV2", &json!({ "MaxItems": 3 }), "ETag", "item_reader s3::listObjectsV2 {");
    let flatten = json!({ "InputType": "JSONL", "Transformation": "LOAD_AND_FLATTEN" });
    imports_as("listObjectsV2", &flatten, "id", "over s3::jsonl {");
    imports_as("listObjectsV2", &json!({ "InputType": "JSONL" }), "id", "item_reader s3::listObjectsV2 {");
}
