//! What is wrong with the file, with what stands beside `from`, and in the document.

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
            "there is no file `flows/legcy.asl.json` [WF0117]\n\n= help: did you mean `flows/legacy.asl.json`?\n= help: its path counts from the folder of the crate's `Cargo.toml`",
        ],
    );
    finds(r#"from "flows";"#, &["`flows` is a folder [WF0117]\n\n= help: name one document in it"]);
    finds(
        r#"from "/etc/legacy.asl.json";"#,
        &[
            "the path `/etc/legacy.asl.json` is absolute: other machines have no such file [WF0117]\n\n= help: write its path from the folder of the crate's `Cargo.toml`",
        ],
    );
    finds(
        r#"from "";"#,
        &["`from` names no file [WF0117]\n\n= help: write its path from the folder of the crate's `Cargo.toml`"],
    );
    finds(
        r#"from legacy;"#,
        &[
            "expected the path of a file in quotes after `from`, found `legacy` [WF0101]\n\n= help: such as `from \"flows/legacy.asl.json\";`",
        ],
    );
}

#[test]
fn what_the_document_says_itself() {
    let (_, problems) = compile_at(
        &folder(),
        r#"//! One.
           query jsonata; timeout 5m; version "1.0"; comment "two"; retry r [States.ALL]; catch c [States.ALL] => A;
           defaults { timeout 5m } start A; pass A -> B; pass B -> end;
           name "legacy"; type standard; struct S { x: i64 }
           from "flows/legacy.asl.json";"#,
    );
    let mut found: Vec<_> = problems.iter().filter_map(|problem| problem.split(" [WF").next()).collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "`catch` stands beside `from`",
            "`comment` stands beside `from`",
            "`defaults` stands beside `from`",
            "`query` stands beside `from`",
            "`retry` stands beside `from`",
            "`start` stands beside `from`",
            "`timeout` stands beside `from`",
            "`version` stands beside `from`",
            "the comment `//!` stands beside `from`",
            "the state `A` stands beside `from`, and 1 more with it",
        ]
    );
}
