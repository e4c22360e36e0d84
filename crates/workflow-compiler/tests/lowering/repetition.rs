//! Repetitions: the document is that of the workflow without them, with what is repeated written out.

use serde_json::{Value, json};

use super::{document, lowered};

/// Compares the document of a workflow with that of a workflow whose repetitions are written out.
fn same(repeated: &str, written: &str) {
    let (repeated, written) = (document(repeated), document(written));
    assert_eq!(serde_json::to_string_pretty(&repeated).unwrap(), serde_json::to_string_pretty(&written).unwrap());
}

#[test]
fn branches() {
    let repeated = r#"
        params { bucket: String }
        parallel Copy {
            branch { pass Before -> end; }
            for region in ["eu-west-1", "us-east-1"] {
                /// Copies.
                branch {
                    task CopyTo as "Copy to " + region = lambda::invoke {
                        FunctionName: "copy-to-" + region + ":live",
                        Payload: { bucket: params.bucket, region: region, message: "to " + region },
                    } -> Check;
                    choice Check {
                        if CopyTo.Payload == region -> Done;
                        else -> CopyTo;
                    }
                    pass Done { text: CopyTo.Payload } -> end;
                }
            }
            branch { pass After -> end; }
        } -> end;"#;
    let branch = |region: &str, id: &str| {
        format!(
            r#"/// Copies.
            branch {{
                task CopyTo{id} as "Copy to {region}" = lambda::invoke {{
                    FunctionName: "copy-to-{region}:live",
                    Payload: {{ bucket: params.bucket, region: "{region}", message: "to {region}" }},
                }} -> Check{id};
                choice Check{id} as "Check {region}" {{
                    if CopyTo{id}.Payload == "{region}" -> Done{id};
                    else -> CopyTo{id};
                }}
                pass Done{id} as "Done {region}" {{ text: CopyTo{id}.Payload }} -> end;
            }}"#
        )
    };
    let written = format!(
        "params {{ bucket: String }} parallel Copy {{ branch {{ pass Before -> end; }} {} {} branch {{ pass After -> end; }} }} -> end;",
        branch("eu-west-1", "EuWest1"),
        branch("us-east-1", "UsEast1")
    );
    same(repeated, &written);
}

#[test]
fn states_of_a_chain() {
    let repeated = r#"
        input { day: String }
        pass Begin -> Run;
        /// Runs a step.
        for step in [{ name: "extract", function: "f", seconds: 5 }, { name: "load", function: "g", seconds: 7 }] {
            task Run as "Run " + step.name = lambda::invoke { FunctionName: step.function, Payload: { day: input.day, step: step } }
                catch [States.ALL] -> Failed
                -> Rest;
            wait Rest for step.seconds -> end;
        } -> Report;
        pass Report { first: Run[0].Payload, last: Run[1].Payload } -> end;
        fail Failed { error: "Failed" }"#;
    let written = r#"
        input { day: String }
        pass Begin -> RunExtract;
        /// Runs a step.
        task RunExtract as "Run extract" = lambda::invoke { FunctionName: "f", Payload: { day: input.day, step: { name: "extract", function: "f", seconds: 5 } } }
            catch [States.ALL] -> Failed
            -> Rest0;
        wait Rest0 as "Rest 0" for 5 -> RunLoad;
        task RunLoad as "Run load" = lambda::invoke { FunctionName: "g", Payload: { day: input.day, step: { name: "load", function: "g", seconds: 7 } } }
            catch [States.ALL] -> Failed
            -> Rest1;
        wait Rest1 as "Rest 1" for 7 -> Report;
        pass Report { first: RunExtract.Payload, last: RunLoad.Payload } -> end;
        fail Failed { error: "Failed" }"#;
    same(repeated, written);
}

#[test]
fn arms_of_a_choice() {
    let repeated = r#"
        input { total: f64, country: String }
        choice Size {
            for rule in [{ above: 1000, next: "Review" }, { above: 100, next: "Check" }] {
                if input.total > rule.above -> rule.next { assign { limit: rule.above } }
            }
            else -> Where;
        }
        pass Review -> Where;
        pass Check -> Where;
        choice Where match input.country {
            "IT" -> Elsewhere;
            for country in ["ES", "FR"] { country -> "Ship to " + country; }
            _ -> Elsewhere;
        }
        for country in ["ES", "FR"] {
            pass Ship as "Ship to " + country { country: country } -> Done;
        }
        pass Elsewhere -> Done;
        succeed Done;"#;
    let written = r#"
        input { total: f64, country: String }
        choice Size {
            if input.total > 1000 -> Review { assign { limit: 1000 } }
            if input.total > 100 -> Check { assign { limit: 100 } }
            else -> Where;
        }
        pass Review -> Where;
        pass Check -> Where;
        choice Where match input.country {
            "IT" -> Elsewhere;
            "ES" -> ShipES;
            "FR" -> ShipFR;
            _ -> Elsewhere;
        }
        pass ShipES as "Ship to ES" { country: "ES" } -> Done;
        pass ShipFR as "Ship to FR" { country: "FR" } -> Done;
        pass Elsewhere -> Done;
        succeed Done;"#;
    same(repeated, written);
}

#[test]
fn repetitions_in_repetitions() {
    let repeated = r#"
        parallel All {
            for region in [{ id: "eu", zones: ["a", "b"] }, { id: "us", zones: ["c"] }] {
                for zone in region.zones {
                    branch {
                        pass Ask { region: region.id, first: region.zones[0] } -> Try;
                        for attempt in [1, 2] {
                            pass Try as zone + " try " + attempt + " in " + region.id { n: attempt } -> end;
                        } -> end;
                    }
                }
            }
        } -> end;"#;
    let branch = |region: &str, zone: &str, first: &str, names: &str| {
        format!(
            r#"branch {{
                pass Ask{names} as "Ask {region} {zone}" {{ region: "{region}", first: "{first}" }} -> A{names};
                pass A{names} as "{zone} try 1 in {region}" {{ n: 1 }} -> B{names};
                pass B{names} as "{zone} try 2 in {region}" {{ n: 2 }} -> end;
            }}"#
        )
    };
    let branches = [branch("eu", "a", "a", "EuA"), branch("eu", "b", "a", "EuB"), branch("us", "c", "c", "UsC")];
    let written = format!("parallel All {{ {} }} -> end;", branches.join(" "));
    let (repeated, written) = (document(repeated), document(&written));
    let states = |document: &Value| document["States"]["All"]["Branches"].clone();
    // An object has no text, so its index is in the name.
    let text = states(&written).to_string().replace("Ask eu", "Ask 0").replace("Ask us", "Ask 1");
    assert_eq!(states(&repeated), serde_json::from_str::<Value>(&text).unwrap());
}

#[test]
fn nothing_of_a_repetition_is_left_in_the_document() {
    let body = r#"for n in [1, 2] { wait Rest for 5s -> end; } -> end;"#;
    let expected = json!({
        "QueryLanguage": "JSONata",
        "StartAt": "Rest 1",
        "States": {
            "Rest 1": { "Type": "Wait", "Seconds": 5, "Next": "Rest 2" },
            "Rest 2": { "Type": "Wait", "Seconds": 5, "End": true }
        }
    });
    assert_eq!(document(body), expected);
}

#[test]
fn the_last_of_several_states_in_jsonpath() {
    let body = r#"query jsonpath;
        for step in ["a", "b"] {
            task Run = lambda::invoke { FunctionName: "run-" + step } result_path "$.x" -> end;
        } -> Last;
        pass Last { x: Run[1].Payload } -> end;"#;
    let (lowered, problems) = lowered(body);
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(lowered.definition["States"]["Run b"]["Parameters"], json!({ "FunctionName": "run-b" }));
}
