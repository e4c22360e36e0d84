//! Tests the rules on map states.

use super::*;
use workflow_cases::every;

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
fn a_path_field_takes_its_kind_of_path() {
    let batcher = |path: &str, text: &str| distributed(json!({"ItemBatcher": {path: text, "MaxItemsPerBatch": 1}}));
    let only = |path: &str, text: &str| distributed(json!({"ItemBatcher": {path: text}}));
    let reader = |text: &str| {
        let config = json!({"InputType": "JSON", "MaxItemsPath": text});
        let request = json!({"Bucket": "b", "Key": "k"});
        let resource = "arn:aws:states:::s3:getObject";
        distributed(json!({"ItemReader": {"Resource": resource, "Parameters": request, "ReaderConfig": config}}))
    };
    let wait = |field: &str, path: &str| one(json!({"Type": "Wait", field: path, "End": true}));
    let clocked = |field: &str, path: &str| {
        let mut definition = task(json!({}));
        definition["States"]["S"][field] = json!(path);
        definition
    };
    let bytes = "MaxInputBytesPerBatchPath";
    every(["$.x", "$['x'][0]", "$", "$number", "$number.x"], |path| {
        for definition in [
            map(json!({"MaxConcurrencyPath": path})),
            distributed(json!({"ToleratedFailureCountPath": path})),
            distributed(json!({"ToleratedFailurePercentagePath": path})),
            only("MaxItemsPerBatchPath", path),
            batcher(bytes, path),
            reader(path),
            wait("SecondsPath", path),
            wait("TimestampPath", path),
            clocked("TimeoutSecondsPath", path),
            clocked("HeartbeatSecondsPath", path),
            map(json!({"ItemsPath": path})),
        ] {
            let found: Vec<_> = found(&definition, MachineType::Standard);
            assert!(found.iter().all(|(code, _)| *code == Code::UnassignedVariable), "{definition}: {found:?}");
        }
    });
    // What more than one place is, or is not written with names and indices alone, is no reference path; and of the
    // context object not every field may read.
    every([("$$.Execution.Input.n", true), ("$.x[-1]", false), ("$.x.length()", false)], |(path, of_context)| {
        for (definition, at) in [
            (map(json!({"MaxConcurrencyPath": path})), "/States/S/MaxConcurrencyPath"),
            (distributed(json!({"ToleratedFailureCountPath": path})), "/States/S/ToleratedFailureCountPath"),
            (distributed(json!({"ToleratedFailurePercentagePath": path})), "/States/S/ToleratedFailurePercentagePath"),
            (only("MaxItemsPerBatchPath", path), "/States/S/ItemBatcher/MaxItemsPerBatchPath"),
            (batcher(bytes, path), "/States/S/ItemBatcher/MaxInputBytesPerBatchPath"),
            (reader(path), "/States/S/ItemReader/ReaderConfig/MaxItemsPath"),
        ] {
            expect(&[(definition, &[(Code::BadJsonPath, at)])]);
        }
        let refused = |at| if of_context { None } else { Some((Code::BadJsonPath, at)) };
        for (definition, at) in [
            (wait("SecondsPath", path), "/States/S/SecondsPath"),
            (wait("TimestampPath", path), "/States/S/TimestampPath"),
            (clocked("TimeoutSecondsPath", path), "/States/S/TimeoutSecondsPath"),
            (clocked("HeartbeatSecondsPath", path), "/States/S/HeartbeatSecondsPath"),
            (map(json!({"ItemsPath": path})), "/States/S/ItemsPath"),
        ] {
            expect(&[(definition, refused(at).as_slice())]);
        }
        expect(&[(pass(json!({"ResultPath": path})), &[(Code::BadJsonPath, "/States/S/ResultPath")])]);
    });
}

#[test]
fn items_beside_a_reader_have_no_effect() {
    let reader = json!({"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b", "Key": "k"},
        "ReaderConfig": {"InputType": "JSON"}});
    let arguments = json!({"Resource": "arn:aws:states:::s3:getObject", "Arguments": {"Bucket": "b", "Key": "k"},
        "ReaderConfig": {"InputType": "JSON"}});
    expect(&[
        (distributed(json!({"ItemReader": reader, "ItemsPath": "$.x"})), &[(Code::NoEffect, "/States/S/ItemsPath")]),
        (jsonata(distributed(json!({"ItemReader": arguments, "Items": [1]}))), &[(Code::NoEffect, "/States/S/Items")]),
        (distributed(json!({"ItemsPath": "$.x"})), &[]),
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
        // Refused by AWS, as measured in 2026.
        (
            distributed(reader(json!({"InputType": "JSONL", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["a"]}))),
            &[(Code::UnknownField, &at("CSVHeaderLocation")), (Code::UnknownField, &at("CSVHeaders"))],
        ),
        (
            distributed(reader(
                json!({"InputType": "PARQUET", "ManifestType": "S3_INVENTORY", "CSVHeaderLocation": "FIRST_ROW"}),
            )),
            &[(Code::UnknownField, &at("CSVHeaderLocation"))],
        ),
        (
            distributed(reader(json!({"InputType": "CSV", "ManifestType": "S3_INVENTORY"}))),
            &[(Code::MissingField, "/States/S/ItemReader/ReaderConfig")],
        ),
        (distributed(reader(json!({"InputType": "CSV", "ManifestType": "ATHENA_DATA"}))), &[]),
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
fn pointers_into_what_a_reader_reads() {
    let pointer = |pointer: &str| {
        let config = json!({"InputType": "JSON", "ItemsPointer": pointer});
        let request = json!({"Bucket": "b", "Key": "k"});
        let reader =
            json!({"Resource": "arn:aws:states:::s3:getObject", "Parameters": request, "ReaderConfig": config});
        distributed(json!({"ItemReader": reader}))
    };
    let wrong: &[_] = &[(Code::NotAllowedValue, "/States/S/ItemReader/ReaderConfig/ItemsPointer")];
    expect(&[
        (pointer("orders"), wrong),
        (pointer("$.orders"), wrong),
        (pointer("/orders"), &[]),
        (pointer(""), &[]),
        (pointer("${Pointer}"), &[]),
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
