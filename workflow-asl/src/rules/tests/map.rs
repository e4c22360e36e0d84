//! Map states.

use super::*;

#[test]
fn maps() {
    let reader = |config: Value| {
        let resource = "arn:aws:states:::s3:getObject";
        distributed(
            json!({"ItemReader": {"Resource": resource, "Parameters": {"Bucket": "b"}, "ReaderConfig": config}}),
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
        "R": {"Type": "Map", "Label": "x", "ItemProcessor": {"StartAt": "J", "States": {"J": {"Type": "Succeed"}}}, "End": true}}});
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
            map(json!({"ToleratedFailurePercentage": 101})),
            &[(Code::NumberOutOfRange, "/States/S/ToleratedFailurePercentage")],
        ),
        (map(json!({"ItemsPath": "$.x[*]"})), &[(Code::BadJsonPath, "/States/S/ItemsPath")]),
        (map(json!({"ItemBatcher": {}})), &[(Code::MissingField, "/States/S/ItemBatcher")]),
        (reader(json!({"InputType": "CSV"})), &[(Code::MissingField, at)]),
        (reader(json!({"InputType": "CSV", "CSVHeaderLocation": "GIVEN"})), &[(Code::MissingField, at)]),
        (
            reader(json!({"InputType": "JSON", "CSVHeaderLocation": "FIRST_ROW"})),
            &[(Code::UnknownField, "/States/S/ItemReader/ReaderConfig/CSVHeaderLocation")],
        ),
        (
            distributed(json!({"ItemReader": {"Resource": "arn:aws:states:::s3:putObject"}})),
            &[(Code::NotAllowedValue, "/States/S/ItemReader/Resource")],
        ),
        (distributed(json!({"Label": ""})), &[(Code::BadLabel, "/States/S/Label")]),
        (distributed(json!({"Label": "a label"})), &[(Code::BadLabel, "/States/S/Label")]),
        (distributed(json!({"Label": "x".repeat(41)})), &[(Code::BadLabel, "/States/S/Label")]),
        (two, &[(Code::DuplicateLabel, "/States/R/Label")]),
    ]);
}
