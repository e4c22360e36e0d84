//! Tests commands on a workflow whose fragments are in other files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use workflow_cases::every;

const FRAGMENT: &str = r#"
/// Sends a message.
fragment Notify {
    input { to: String, text: String }
    returns { message: String }
    task Send = sqs::sendMessage { QueueUrl: input.to, MessageBody: input.text } -> Done;
    pass Done { message: Send.MessageId } -> end;
}
"#;

const WORKFLOW: &str = r#"
workflow Order {
    input { customer: String }
    use Notify as Told { to: input.customer, text: "a" } -> Report;
    pass Report = Told.message -> end;
}
"#;

fn folder(name: &str, fragment: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fragments").join(name);
    fs::create_dir_all(&folder).unwrap();
    // Paths are relative to it.
    fs::write(folder.join("Cargo.toml"), "").unwrap();
    fs::write(folder.join("shared.rs"), format!("workflow_runtime::workflow! {{{fragment}}}\n")).unwrap();
    fs::write(folder.join("there.wf"), format!("fragment Notify from \"shared.rs\";\n{WORKFLOW}")).unwrap();
    let calls = format!("workflow! {{ fragment Notify from \"shared.rs\"; {WORKFLOW} }}");
    fs::write(folder.join("there.rs"), calls).unwrap();
    fs::write(folder.join("here.wf"), format!("{fragment}{WORKFLOW}")).unwrap();
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-workflow"));
    command.arg("workflow").args(arguments).current_dir(folder).output().unwrap()
}

#[test]
fn commands_read_the_other_file() {
    let folder = folder("read", FRAGMENT);
    let commands: [&[&str]; 7] = [
        &["validate"],
        &["graph"],
        &["explain"],
        &["explore"],
        &["iam"],
        &["types", "--to", "typescript"],
        &["run", "--result", r#"Told / Send={"MessageId":"m"}"#, "--input", r#"{"customer":"c"}"#],
    ];
    every(commands, |command| {
        let output = |file: &str| {
            let output = run(&folder, &[&command[..1], &[file], &command[1..]].concat());
            assert!(output.status.success(), "{command:?} {file}: {output:?}");
            String::from_utf8(output.stdout).unwrap()
        };
        let here = output("here.wf");
        assert!(!here.is_empty());
        every(["there.wf", "there.rs"], |file| assert_eq!(output(file), here, "{command:?}"));
    });
}

#[test]
fn an_error_names_the_place_in_the_other_file_and_no_fix_changes_a_file() {
    let folder = folder("wrong", &FRAGMENT.replace("MessageBody", "MesageBody"));
    let before = fs::read_to_string(folder.join("there.wf")).unwrap();
    every(["validate", "fix"], |command| {
        let output = run(&folder, &[command, "there.wf"]);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
    });
    assert_eq!(fs::read_to_string(folder.join("there.wf")).unwrap(), before);
    let text = String::from_utf8(run(&folder, &["validate", "there.wf"]).stdout).unwrap();
    assert!(text.contains("has no parameter `MesageBody` (shared.rs:6:56)\n --> there.wf:1:22\n"), "{text}");
}

#[test]
fn a_document_that_cannot_be_read_does_not_end_the_command() {
    let folder = folder("no_document", FRAGMENT);
    fs::write(folder.join("broken.json"), "{").unwrap();
    fs::write(folder.join("typo.wf"), "workflow Order { pass A -> en; }").unwrap();
    let files = [
        ("missing.wf", "workflow O { from \"nope.json\"; }", "WF0117"),
        ("missing.rs", "workflow! { workflow O { from \"nope.json\"; } }", "WF0117"),
        ("broken.wf", "workflow O { from \"broken.json\"; }", "WF0120"),
        ("inside.wf", "workflow O { fragment Notify from \"shared.rs\"; use Notify -> end }", "WF01"),
    ];
    every(files, |(file, text, code)| {
        fs::write(folder.join(file), text).unwrap();
        let output = run(&folder, &["validate", file, "typo.wf", "--param", "bucket=b"]);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let found = String::from_utf8(output.stdout).unwrap();
        assert!(found.contains(&format!("error[{code}")) && found.contains(&format!(" --> {file}:1:")), "{found}");
        assert!(found.contains("--> typo.wf:1:"), "{found}");
        let fixed = run(&folder, &["fix", file]);
        assert_eq!(fixed.status.code(), Some(1), "{fixed:?}");
        let said = String::from_utf8(fixed.stderr).unwrap();
        assert!(said.contains("left") && !said.contains("the definition is not JSON"), "{said}");
    });
}

#[test]
fn a_file_can_import_from_a_file_that_imports_from_it() {
    let folder = folder("each_other", FRAGMENT);
    let own = |import: &str| format!("{FRAGMENT}\nfragment Both from \"both.wf\";\n{import}");
    let uses = "workflow Order { use Both -> Notify; use Notify { to: \"q\", text: \"t\" } -> end; }";
    for file in ["own.wf", "own.rs"] {
        let body = own(uses);
        let text = if file == "own.rs" { format!("mod a {{ workflow! {{ {body} }} }}") } else { body };
        fs::write(folder.join(file), text).unwrap();
        let both = format!(
            "fragment Both {{ use Notify {{ to: \"q\", text: \"t\" }} -> end; }} fragment Notify from \"./{file}\";"
        );
        fs::write(folder.join("both.wf"), both).unwrap();
        let output = run(&folder, &["validate", file]);
        assert!(output.status.success(), "{output:?}");
    }
}
