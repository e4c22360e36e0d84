//! Tests errors in the file, in the document, and in declarations that conflict with `from`.

use super::{compile_at, folder};

#[track_caller]
fn finds(inside: &str, expected: &[&str]) {
    let (_, problems) = compile_at(&folder(), inside);
    assert_eq!(problems, expected, "{inside}");
}

#[test]
fn files_that_cannot_be_read() {
    finds(
        r#"from "flows/legcy.asl.json";"#,
        &[
            "there is no file `flows/legcy.asl.json` [WF0117]\n\n= help: did you mean `flows/legacy.asl.json`?\n= help: the path is relative to the folder of the crate's `Cargo.toml`",
        ],
    );
    finds(r#"from "flows";"#, &["`flows` is a folder [WF0117]\n\n= help: name one document in it"]);
    finds(
        r#"from "/etc/legacy.asl.json";"#,
        &[
            "the path `/etc/legacy.asl.json` is absolute: other machines do not have this file [WF0117]\n\n= help: write its path relative to the folder of the crate's `Cargo.toml`",
        ],
    );
    finds(
        r#"from "";"#,
        &[
            "the path of `from` is empty [WF0117]\n\n= help: write its path relative to the folder of the crate's `Cargo.toml`",
        ],
    );
    finds(
        r#"from legacy;"#,
        &[
            "expected the path of a file in quotes after `from`, found `legacy` [WF0101]\n\n= help: for example `from \"flows/legacy.asl.json\";`",
        ],
    );
}

#[test]
fn what_is_wrong_in_the_document_has_a_place_in_it() {
    finds(
        r#"from "flows/wrong.asl.json";"#,
        &[
            "unknown state `Shp` [WF0201]\n  --> flows/wrong.asl.json:7:15 (/States/Start/Next)\n\n= help: did you mean `Ship`?",
        ],
    );
    finds(
        r#"from "flows/not_json.asl.json";"#,
        &["the definition is not JSON: expected value [WF0120]\n  --> flows/not_json.asl.json:2:14"],
    );
}

#[test]
fn members_that_the_input_does_not_have() {
    finds(
        r#"input { total: f64, customer: Customer, lines: Vec<Line> }
           struct Customer { #[serde(rename = "Id")] id: i64 }
           struct Line { article: String }
           from "flows/input.asl.json";"#,
        &[
            "the declared input has no field `totl` [WF0401]\n  --> flows/input.asl.json:8:25 (/States/First/Choices/0/Variable)\n\n= help: did you mean `total`?",
            "`Customer` has no field `id` [WF0401]\n  --> flows/input.asl.json:21:44 (/States/Second/Parameters/a.$)\n\n= help: did you mean `Id`?",
            "`Line` has no field `articel` [WF0401]\n  --> flows/input.asl.json:32:63 (/States/Third/Output/b)\n\n= help: did you mean `article`?",
        ],
    );
    // Where nothing is declared nothing is known.
    finds(r#"from "flows/input.asl.json";"#, &[]);
}

#[test]
fn placeholders_that_are_not_declared() {
    finds(
        r#"params { limit: u32, queue_uri: String, greeting: String, batch_size: u8, aws_region: String, topic: Arn }
           from "flows/legacy.asl.json";"#,
        &[
            "the document does not use `queue_uri` [WF0418]\n\n= help: the document would use it as `${queue_uri}`",
            "the document does not use `topic` [WF0418]\n\n= help: the document would use it as `${topic}`",
            "the placeholder `${QueueUrl}` is not a declared param [WF0402]\n  --> flows/legacy.asl.json:17:22 (/States/Ask/Parameters/QueueUrl)\n\n= help: did you mean `queue_uri`? otherwise declare `queue_url: String`",
        ],
    );
}

#[test]
fn what_the_document_says_itself() {
    let (_, problems) = compile_at(
        &folder(),
        r#"//! One.
           query jsonata; timeout 5m; version "1.0"; comment "two"; retry r [States.ALL]; catch c [States.ALL] -> A;
           defaults { timeout 5m } start A; pass A -> B; pass B -> end;
           type standard; struct S { x: i64 }
           from "flows/legacy.asl.json";"#,
    );
    let mut found: Vec<_> = problems.iter().filter_map(|problem| problem.split(" [WF").next()).collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "`catch` conflicts with `from`",
            "`comment` conflicts with `from`",
            "`defaults` conflicts with `from`",
            "`query` conflicts with `from`",
            "`retry` conflicts with `from`",
            "`start` conflicts with `from`",
            "`timeout` conflicts with `from`",
            "`version` conflicts with `from`",
            "the comment `//!` conflicts with `from`",
            "the state `A` conflicts with `from`, and 1 more with it",
        ]
    );
}

#[test]
fn a_file_that_is_not_held_against_the_table() {
    let folder = std::env::temp_dir().join(format!("workflow-unchecked-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let write = |name: &str, operation: &str| {
        let resource = format!("arn:aws:states:::aws-sdk:s3:{operation}");
        let call =
            serde_json::json!({"Type": "Task", "Resource": resource, "Parameters": {"Bucket": "b"}, "End": true});
        let definition = serde_json::json!({"StartAt": "A", "States": {"A": call}});
        std::fs::write(folder.join(name), definition.to_string()).unwrap();
    };
    write("new.json", "imagineObjects");
    write("known.json", "listObjectsV2");
    let problems = |from: &str| compile_at(&folder, from).1;
    assert!(problems("from \"new.json\";")[0].contains("[WF0504]"));
    assert_eq!(problems("from \"new.json\" unchecked;"), [""; 0]);
    assert_eq!(problems("from \"known.json\";"), [""; 0]);
    assert_eq!(problems("from \"known.json\" unchecked;").len(), 1);
    assert!(problems("from \"known.json\" unchecked;")[0].contains("[WF0519]"));
    std::fs::remove_dir_all(&folder).unwrap();
}
