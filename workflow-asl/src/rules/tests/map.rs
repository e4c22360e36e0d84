//! Map states.

use super::*;

#[test]
fn maps() {
    let reader = |config: Value| {
        let resource = "arn:aws:states:::s3:getObject";
        distributed(
            json!({"ItemReader": {"Resource": resource, "Parameters": {"Bucket": "b", "Key": "k"}, "ReaderConfig": config}}),
        )
    };
    let at = "/States/S/ItemReader/ReaderConfig";
    let config = |config: Value| {
        let mut definition = map(json!({}));
        definition["States"]["S"]["ItemProcessor"]["ProcessorConfig"] = config;
        definition
    };
    let two = json!({"StartAt": "S", "States": {
        "S": distributed(json!({"Label": "x", "End": false, "Next": "R"}))["States"]["S"],
        "R": {"Type": "Map", "Label": "x", "End": true, "ItemProcessor": {"StartAt": "J", "States": {"J": {"Type": "Succeed"}},
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}}}}});
    let mut two = two;
    two["States"]["S"].as_object_mut().unwrap().shift_remove("End");
    expect(&[
        (config(json!({"Mode": "DISTRIBUTED"})), &[(Code::MissingField, "/States/S/ItemProcessor/ProcessorConfig")]),
        (
            config(json!({"Mode": "INLINE", "ExecutionType": "STANDARD"})),
            &[(Code::UnknownField, "/States/S/ItemProcessor/ProcessorConfig/ExecutionType")],
        ),
        (config(json!({"Mode": "Inline"})), &[(Code::NotAllowedValue, "/States/S/ItemProcessor/ProcessorConfig/Mode")]),
        (map(json!({"MaxConcurrency": -1})), &[(Code::NumberOutOfRange, "/States/S/MaxConcurrency")]),
        (
            distributed(json!({"ToleratedFailurePercentage": 101})),
            &[(Code::NumberOutOfRange, "/States/S/ToleratedFailurePercentage")],
        ),
        (map(json!({"ItemsPath": "$.x[*]"})), &[(Code::BadJsonPath, "/States/S/ItemsPath")]),
        (distributed(json!({"ItemBatcher": {}})), &[(Code::MissingField, "/States/S/ItemBatcher")]),
        (reader(json!({"InputType": "CSV"})), &[(Code::MissingField, at)]),
        (reader(json!({"InputType": "CSV", "CSVHeaderLocation": "GIVEN"})), &[(Code::MissingField, at)]),
        (
            reader(json!({"InputType": "JSON", "CSVHeaderLocation": "FIRST_ROW"})),
            &[(Code::UnknownField, "/States/S/ItemReader/ReaderConfig/CSVHeaderLocation")],
        ),
        (
            distributed(
                json!({"ItemReader": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b"}}}),
            ),
            &[(Code::NotAllowedValue, "/States/S/ItemReader/Resource")],
        ),
        (distributed(json!({"Label": ""})), &[(Code::BadLabel, "/States/S/Label")]),
        (distributed(json!({"Label": "a label"})), &[(Code::BadLabel, "/States/S/Label")]),
        (distributed(json!({"Label": "x".repeat(41)})), &[(Code::BadLabel, "/States/S/Label")]),
        (two, &[(Code::DuplicateLabel, "/States/R/Label")]),
    ]);
}

#[test]
fn fields_that_have_no_effect() {
    let s3 = |action: &str| format!("arn:aws:states:::s3:{action}");
    let reader = |config: Value| json!({"ItemReader": {"Resource": s3("getObject"), "Parameters": {"Bucket": "b", "Key.$": "$.k"}, "ReaderConfig": config}});
    let at = |field: &str| format!("/States/S/ItemReader/ReaderConfig/{field}");
    expect(&[
        (map(reader(json!({"InputType": "JSON"}))), &[(Code::NoEffect, "/States/S/ItemReader")]),
        (map(json!({"ItemBatcher": {"MaxItemsPerBatch": 2}})), &[(Code::NoEffect, "/States/S/ItemBatcher")]),
        (
            map(json!({"ResultWriter": {"WriterConfig": {"Transformation": "NONE", "OutputType": "JSON"}}})),
            &[(Code::NoEffect, "/States/S/ResultWriter")],
        ),
        (map(json!({"Label": "x"})), &[(Code::NoEffect, "/States/S/Label")]),
        (map(json!({"ToleratedFailureCount": 1})), &[(Code::NoEffect, "/States/S/ToleratedFailureCount")]),
        (
            distributed(reader(json!({"InputType": "JSON", "CSVDelimiter": "TAB"}))),
            &[(Code::NoEffect, &at("CSVDelimiter"))],
        ),
        (
            distributed(reader(json!({"InputType": "PARQUET", "ItemsPointer": "/a"}))),
            &[(Code::NoEffect, &at("ItemsPointer"))],
        ),
        (distributed(reader(json!({"InputType": "JSON", "ItemsPointer": "/a"}))), &[]),
        (
            distributed(reader(json!({"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW", "CSVHeaders": ["a"]}))),
            &[(Code::NoEffect, &at("CSVHeaders"))],
        ),
        (
            distributed(reader(
                json!({"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["a"], "CSVDelimiter": "TAB"}),
            )),
            &[],
        ),
        // A mode that is not known yet may be either.
        (
            map(
                json!({"Label": "x", "ItemProcessor": {"ProcessorConfig": {"Mode": "${Mode}"}, "StartAt": "I", "States": {"I": {"Type": "Succeed"}}}}),
            ),
            &[],
        ),
    ]);
}

#[test]
fn what_readers_and_writers_need() {
    let put = "arn:aws:states:::s3:putObject";
    let writer = |writer: Value| distributed(json!({"ResultWriter": writer}));
    let read = |action: &str, request: Value| {
        distributed(json!({"ItemReader": {"Resource": format!("arn:aws:states:::s3:{action}"), "Parameters": request}}))
    };
    let (at, reader) = ("/States/S/ResultWriter", "/States/S/ItemReader/Parameters");
    expect(&[
        (writer(json!({"Resource": put})), &[(Code::MissingField, at)]),
        (writer(json!({"Parameters": {"Bucket": "b"}})), &[(Code::MissingField, at), (Code::MissingField, at)]),
        (writer(json!({"Resource": put, "Parameters": {"Bucket": "b"}})), &[]),
        (
            writer(json!({"WriterConfig": {"OutputType": "JSON"}})),
            &[(Code::MissingField, "/States/S/ResultWriter/WriterConfig")],
        ),
        (read("getObject", json!({"Bucket": "b"})), &[(Code::MissingParameter, reader)]),
        (
            read("getObject", json!({"Bucket": "b", "Key": "k", "Part": 1})),
            &[(Code::DoubtfulParameter, &format!("{reader}/Part"))],
        ),
        (
            writer(json!({"Resource": put, "Parameters": {"Prefix": "p"}})),
            &[(Code::MissingParameter, "/States/S/ResultWriter/Parameters")],
        ),
        (read("listObjectsV2", json!({"Bucket.$": "$.b"})), &[]),
        (
            distributed(json!({"ItemReader": {"Resource": "arn:aws:states:::s3:listObjectsV2"}})),
            &[(Code::MissingField, "/States/S/ItemReader")],
        ),
        (
            distributed(
                json!({"ItemReader": {"Resource": "arn:aws:states:::s3:listObjectsV2", "Parameters": {"Bucket": "b"},
                "ReaderConfig": {"Transformation": "LOAD_AND_FLATTEN"}}}),
            ),
            &[(Code::MissingField, "/States/S/ItemReader/ReaderConfig")],
        ),
    ]);
}
