//! Tests `fragment Name from "file";`: the document is the same as with the fragment in the `workflow!`, and errors
//! name the place in the file.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use workflow_cases::every;
use workflow_compiler::problem::Problem;
use workflow_compiler::{Compilation, Position, Surroundings, compile_in};

/// Creates a folder with files.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("imported").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    for (file, text) in files {
        fs::write(folder.join(file), text).unwrap();
    }
    folder
}

fn position(span: Span) -> Option<Position> {
    Some((span.start().line, span.start().column))
}

/// As in rustc: all words of other files have the position of the macro's call, which may be in another file.
fn position_in_rustc(span: Span, body: &str) -> Option<Position> {
    let is_own = body.get(span.byte_range()) == span.source_text().as_deref();
    position(span).map(|place| if is_own { place } else { (254, 28) })
}

fn compiled(folder: &Path, body: &str) -> Compilation {
    let surroundings = Surroundings { locate: &position, folder: Some(folder), ..Surroundings::default() };
    let compilation = compile_in(body.parse().unwrap(), surroundings);
    assert!(compilation.bugs.is_empty(), "{:?}", compilation.bugs);
    compilation
}

/// The problems, each with the word that it is at.
fn problems(compilation: &Compilation, body: &str) -> Vec<String> {
    let shown = |problem: &Problem| {
        let word = body.get(problem.span.first.byte_range()).unwrap_or("a word of another file");
        format!("{word}: {}", problem.text())
    };
    compilation.problems.iter().map(shown).collect()
}

#[track_caller]
fn finds(files: &[(&str, &str)], body: &str, expected: &[&str]) {
    let name = std::thread::current().name().unwrap_or_default().replace("::", "_");
    let folder = folder(&name, files);
    assert_eq!(problems(&compiled(&folder, body), body), expected, "{body}");
}

const NOTIFY: &str = r#"
// The parts that all workflows share.
mod parts {
    workflow_runtime::workflow! {
        fragment Log {
            input { text: String }
            task Write = sqs::sendMessage { QueueUrl: "https://sqs.eu-west-1.amazonaws.com/1/log", MessageBody: input.text } -> end;
        }

        /// Sends a message.
        fragment Notify {
            input { to: String, text: String }
            returns { message: String }
            struct Sent { id: String }

            task Send = lambda::invoke<Sent> { FunctionName: "send", Payload: { to: input.to } } -> Log;
            use Log { text: input.text } -> Done;
            pass Done { message: Send.Payload.id } -> end;
        }

        workflow Other { pass A -> end; }
    }
}
"#;

#[test]
fn a_fragment_brings_its_types_and_the_fragments_that_it_uses() {
    let body = r#"
        fragment Notify from "parts.rs";
        workflow Order {
            input { customer: String }
            use Notify as Told { to: input.customer, text: "a" } -> Report;
            use Notify as Again { to: Told.message, text: "b" } -> Report;
            pass Report = Told.message -> end;
        }
    "#;
    let body = body.replacen("-> Report", "-> Again", 1);
    let folder = folder("brings", &[("parts.rs", NOTIFY)]);
    let compilation = compiled(&folder, &body);
    assert_eq!(problems(&compilation, &body), [""; 0]);
    let names: Vec<_> =
        compilation.workflows[0].source.body.all_states().iter().map(|state| state.asl_name()).collect();
    let of_use = |name: &str| ["Send", "Log / Write", "Done"].map(|state| format!("{name} / {state}"));
    assert_eq!(names, [&of_use("Told")[..], &of_use("Again"), &["Report".to_owned()]].concat());
}

#[test]
fn cargo_is_told_of_the_files() {
    let files = [
        ("a.wf", "fragment Notify from \"b.wf\";"),
        ("b.wf", "fragment Notify { input { to: String } pass Done = input.to -> end; }"),
    ];
    let folder = folder("told", &files);
    let body = r#"[::workflow_runtime] fragment Notify from "a.wf"; workflow A { use Notify { to: "x" } -> end; }"#;
    let tokens = |editor, folder| {
        let surroundings = Surroundings { folder: Some(folder), editor, ..Surroundings::default() };
        workflow_compiler::expand(body.parse().unwrap(), surroundings).to_string()
    };
    every([false, true], |editor| {
        let tokens = tokens(editor, &folder);
        assert!(!tokens.contains("compile_error"), "{tokens}");
        for file in ["a.wf", "b.wf"] {
            let include = format!(
                "include_bytes ! (:: core :: concat ! (:: core :: env ! (\"CARGO_MANIFEST_DIR\") , \"/{file}\"))"
            );
            assert!(tokens.contains(&include), "{tokens}");
        }
        // Editors find the import.
        assert_eq!(tokens.contains("pub struct Notify"), editor, "{tokens}");
    });
    assert!(!tokens(false, &folder.join("none")).contains("include_bytes"));
}

/// Tokens with the top-level fragments of a body, and the body that imports them.
fn moved(body: TokenStream, file: &str) -> (TokenStream, TokenStream, usize) {
    let tokens: Vec<TokenTree> = body.into_iter().collect();
    let (mut fragments, mut rest, mut start, mut count) = (Vec::new(), Vec::new(), 0, 0);
    for (at, token) in tokens.iter().enumerate() {
        let ends = matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
        if !ends {
            continue;
        }
        let item = &tokens[start..=at];
        start = at + 1;
        let word = item.iter().position(|token| matches!(token, TokenTree::Ident(word) if word == "fragment"));
        match word.map(|word| &item[word + 1]) {
            Some(name) => {
                count += 1;
                fragments.extend(item.iter().cloned());
                rest.extend(format!("fragment {name} from {file:?};").parse::<TokenStream>().unwrap());
            }
            None => rest.extend(item.iter().cloned()),
        }
    }
    (fragments.into_iter().collect(), rest.into_iter().collect(), count)
}

/// The bodies with fragments of the documentation, the examples and the tests.
fn bodies() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let read = |file: &str| fs::read_to_string(root.join(file)).unwrap();
    let mut bodies = Vec::new();
    for file in ["docs/language.md", "docs/testing.md", "docs/errors.md"] {
        bodies
            .extend(read(file).split("```workflow\n").skip(1).map(|text| text.split("```").next().unwrap().to_owned()));
    }
    for file in
        ["examples/tests/cookbook/model_pipelines.rs", "tests/fragments/mod.rs", "tests/fragments/repetition.rs"]
    {
        let mut open = vec![read(file).parse::<TokenStream>().unwrap().into_iter().peekable()];
        while let Some(here) = open.last_mut() {
            match here.next() {
                None => drop(open.pop()),
                Some(TokenTree::Ident(word)) if word == "workflow" => {
                    here.next();
                    if let Some(TokenTree::Group(group)) = here.next() {
                        bodies.push(group.stream().to_string());
                    }
                }
                Some(TokenTree::Group(group)) => open.push(group.stream().into_iter().peekable()),
                Some(_) => {}
            }
        }
    }
    for topic in fs::read_dir(root.join("crates/workflow-compiler/tests/diagnostics/cases")).unwrap() {
        let cases = fs::read_dir(topic.unwrap().path()).unwrap();
        bodies.extend(cases.map(|file| fs::read_to_string(file.unwrap().path()).unwrap()));
    }
    bodies.retain(|body| body.contains("fragment ") && body.contains("workflow "));
    bodies
}

/// The problems with their help but no places, sorted. An input that a fragment does not read is reported only where it is
/// declared.
fn messages(compilation: &Compilation) -> Vec<String> {
    let each = compilation.problems.iter().filter(|problem| !problem.message.starts_with("the input `"));
    let is_place = |help: &&String| help.starts_with("this is at ") || help.starts_with("at ");
    let each = each.map(|problem| {
        let help: Vec<_> = problem.help.iter().filter(|help| !is_place(help)).collect();
        format!("{} {help:?}", problem.message)
    });
    let mut messages: Vec<_> = each.collect();
    messages.sort();
    messages
}

#[test]
fn the_document_is_the_same_as_with_the_fragment_beside_the_workflow() {
    let (mut all, mut documents, mut wrong) = (0, 0, 0);
    every(bodies().into_iter().enumerate(), |(number, body)| {
        let Ok(tokens) = body.parse::<TokenStream>() else { return };
        let (fragments, rest, count) = moved(tokens, "shared.wf");
        if count == 0 {
            return;
        }
        let folder = folder(&format!("same{number}"), &[("shared.wf", &fragments.to_string())]);
        let here = compiled(&folder, &body);
        let has_errors = here.problems.has_errors();
        let rest = rest.to_string();
        let there = compiled(&folder, &rest);
        assert_eq!(messages(&there), messages(&here), "{body}");
        let locate = |span| position_in_rustc(span, &rest);
        let surroundings = Surroundings { locate: &locate, folder: Some(&folder), ..Surroundings::default() };
        let in_rustc = compile_in(rest.parse().unwrap(), surroundings);
        assert_eq!(in_rustc.problems.has_errors(), has_errors, "{:?}\n{body}", in_rustc.problems);
        if has_errors {
            wrong += 1;
            return;
        }
        let texts = |compilation: &Compilation| -> Vec<String> {
            let each = compilation.workflows.iter();
            each.map(|one| format!("{} {:?} {:?}", one.definition, one.fragments, one.handled_tasks.len())).collect()
        };
        every([&there, &in_rustc], |there| assert_eq!(texts(there), texts(&here), "{body}"));
        all += count;
        documents += here.workflows.len();
    });
    assert!(all >= 15 && documents >= 10 && wrong >= 15, "{all} fragments, {documents} documents, {wrong} with errors");
}

#[test]
fn what_cannot_be_found() {
    let parts = ("parts.rs", NOTIFY);
    finds(
        &[parts],
        r#"fragment Notify from "part.rs"; workflow A { use Notify { to: "a", text: "b" } -> end; }"#,
        &[
            "\"part.rs\": there is no file `part.rs` [WF0117]\n\n= help: did you mean `parts.rs`?\n= help: the path is relative to the folder of the crate's `Cargo.toml`",
        ],
    );
    finds(
        &[parts],
        r#"fragment Notfy from "parts.rs"; workflow A { use Notfy { to: "a", text: "b" } -> end; }"#,
        &["Notfy: `parts.rs` has no fragment `Notfy` [WF0221]\n\n= help: did you mean `Notify`?"],
    );
    finds(
        &[("parts.rs", "fn main() {}")],
        r#"fragment Notify from "parts.rs"; workflow A { use Notify -> end; }"#,
        &[
            "Notify: `parts.rs` has no fragment `Notify` [WF0221]\n\n= help: declare it there: `workflow! { fragment Notify { … } }`",
        ],
    );
    finds(
        &[parts],
        "fragment Notify from parts; workflow A { pass A -> end; }",
        &[
            "parts: expected the path of a file in quotes after `from`, found `parts` [WF0101]\n\n= help: for example `from \"flows/legacy.asl.json\";`",
        ],
    );
    finds(
        &[parts],
        r#"pub fragment Notify from "parts.rs" unchecked; workflow A { use Notify { to: "a", text: "b" } -> end; }"#,
        &[
            "unchecked: an imported fragment is always checked [WF0101]\n\n= help: remove it",
            "pub: a fragment has no visibility [WF0101]\n\n= help: remove it",
        ],
    );
}

#[test]
fn what_is_wrong_in_the_file_has_its_place() {
    let body = r#"fragment Notify from "parts.rs"; workflow A { use Notify { to: "a", text: "b" } -> end; }"#;
    let finds = |from: &str, to: &str, expected: &[&str]| {
        finds(&[("parts.rs", &NOTIFY.replacen(from, to, 1))], body, expected);
    };
    finds(
        "returns {",
        "returns { {",
        &[
            "\"parts.rs\": `parts.rs` is not Rust [WF0101]\n  --> parts.rs:3:11\n\n= help: a bracket, a quote or a comment has no end there",
        ],
    );
    finds(
        "pass Done {",
        "pas Done {",
        &[
            "\"parts.rs\": `pas` does not begin a state or a declaration [WF0102]\n  --> parts.rs:18:13\n\n= help: did you mean `pass`?",
        ],
    );
    finds(
        "Payload: { to: input.to }",
        "Payload: { to: input.two }",
        &[
            "\"parts.rs\": the input of the fragment `Notify` has no field `two` [WF0401]\n  --> parts.rs:16:91\n\n= help: did you mean `to`?",
        ],
    );
    finds(
        "MessageBody",
        "MesageBody",
        &[
            "\"parts.rs\": `sqs:sendMessage` has no parameter `MesageBody` [WF0509]\n  --> parts.rs:7:100\n\n= help: did you mean `MessageBody`?",
        ],
    );
}

#[test]
fn what_is_wrong_at_the_use_is_reported_there() {
    let body = r#"fragment Notify from "parts.rs"; workflow A { use Notify { to: "a", text: "b" } -> end; }"#;
    let finds = |body: String, expected: &[&str]| finds(&[("parts.rs", NOTIFY)], &body, expected);
    finds(
        body.replace("to: \"a\"", "to: 1"),
        &[
            "1: `to` of `Notify` is an integer, but is declared `String` [WF0222]\n\n= help: the fragment `Notify` declares `to: String`",
        ],
    );
    finds(
        format!("{body} fragment Log {{ input {{ text: String }} pass A = input.text -> end; }}"),
        &[
            "\"parts.rs\": two fragments are named `Log` [WF0208]\n  --> parts.rs:5:18\n\n= help: rename one\n= help: the other one is at line 1, column 100",
        ],
    );
    finds(
        body.replace("use Notify { to: \"a\", text: \"b\" }", "pass A"),
        &[
            "Notify: the fragment `Notify` is not used [WF0219]\n\n= help: write `use Notify -> Next;` in a workflow, or remove it",
        ],
    );
}

#[test]
fn without_positions_the_place_is_the_fragment() {
    let body = r#"fragment Notify from "parts.rs"; workflow A { use Notify { to: "a", text: "b" } -> end; }"#;
    let folder = folder("without_positions", &[("parts.rs", &NOTIFY.replacen("FunctionName", "FunctionNam", 1))]);
    let locate = |span| position_in_rustc(span, body);
    let surroundings = Surroundings { locate: &locate, folder: Some(&folder), ..Surroundings::default() };
    let compilation = compile_in(body.parse().unwrap(), surroundings);
    assert_eq!(
        problems(&compilation, body),
        [
            "\"parts.rs\": `lambda:invoke` has no parameter `FunctionNam` [WF0509]\n  --> parts.rs:11:9\n\n= help: did you mean `FunctionName`?\n= help: this is the place of the fragment: `cargo workflow validate` names the word"
        ]
    );
}

#[test]
fn circles() {
    let body = r#"fragment Notify from "a.wf"; workflow A { use Notify -> end; }"#;
    finds(
        &[("a.wf", r#"fragment Notify from "b.wf";"#), ("b.wf", r#"fragment Notify from "a.wf";"#)],
        body,
        &[
            "Notify: the import of the fragment `Notify` leads back: a.wf -> b.wf -> a.wf [WF0224]\n\n= help: declare it in one of these files: `fragment … { … }`",
        ],
    );
    let uses = "fragment Notify { use Other -> end; } fragment Other from \"b.wf\";";
    let back = "fragment Other { use Notify -> end; } fragment Notify from \"a.wf\";";
    finds(
        &[("a.wf", uses), ("b.wf", back)],
        body,
        &[
            "\"a.wf\": the fragment `Notify` uses itself: Notify -> Other -> Notify [WF0224]\n  --> b.wf:1:22\n\n= help: repeat states with a transition back to them, or a `map`",
        ],
    );
}

#[test]
fn two_fragments_do_not_share_a_type_that_they_declare_differently() {
    let a = "fragment A { returns { n: i64 } struct Row { a: i64 } task Q = lambda::invoke<Row> { FunctionName: \"f\" } -> D; pass D { n: Q.Payload.a } -> end; }";
    let b = a.replace("fragment A", "fragment B").replace("{ a: i64 }", "{ b: i64 }").replace("Payload.a", "Payload.b");
    let uses = "workflow W { use A -> B; use B -> R; pass R = [A.n, B.n] -> end; }";
    finds(
        &[],
        &format!("{a}\n{b}\n{uses}"),
        &[
            "Row: the fragments `A` and `B` declare different types `Row` [WF0208]\n\n= help: rename one\n= help: the other one is at line 1, column 40",
        ],
    );
    let imports = "fragment A from \"a.wf\"; fragment B from \"b.wf\";";
    let files = [("a.wf", a), ("b.wf", &b)];
    finds(
        &files,
        &format!("{imports}{uses}"),
        &[
            "\"b.wf\": the fragments `A` and `B` declare different types `Row` [WF0208]\n  --> b.wf:1:40\n\n= help: rename one\n= help: the other one is at a.wf:1:40",
        ],
    );
    // The same declaration twice, and fragments that are not used, are no conflict.
    let equal = a.replace("fragment A", "fragment B").replace("Row { a", "Row { /** The number. */ a");
    finds(&[], &format!("{a}\n{equal}\n{uses}"), &[]);
    finds(
        &files,
        &format!("{imports}workflow W {{ use A -> end; }}"),
        &["B: the fragment `B` is not used [WF0219]\n\n= help: write `use B -> Next;` in a workflow, or remove it"],
    );
    let enums = |variants: &str| {
        let declared = format!("enum Row {{ {variants} }} struct Of {{ row: Row }}");
        let changed = |text: &str| text.replace("struct Row { a: i64 }", &declared).replace("<Row>", "<Of>");
        let second = changed(&a.replace("fragment A", "fragment B"));
        let first = changed(a).replace(variants, "X, Y");
        let body = format!("{first}{second}workflow W {{ use A -> B; use B -> end; }}");
        let found = problems(&compiled(&folder("enums", &[]), &body), &body);
        found.iter().any(|problem| problem.contains("different types `Row`"))
    };
    assert!(enums("X, Z") && !enums("X, Y"));
}

#[test]
fn the_message_about_fragments_of_one_name_names_both_files() {
    let file =
        |name: &str| format!("fragment {name} {{ use H -> end; }}\nfragment H {{ pass Done = {name:?} -> end; }}");
    let body = "fragment A from \"a.wf\"; fragment B from \"b.wf\"; workflow W { use A -> B; use B -> end; }";
    finds(
        &[("a.wf", &file("A")), ("b.wf", &file("B"))],
        body,
        &[
            "\"a.wf\": two fragments are named `H` [WF0208]\n  --> a.wf:2:10\n\n= help: rename one\n= help: the other one is at b.wf:2:10",
        ],
    );
}

#[test]
fn a_fragment_is_itself_however_it_is_imported() {
    let files = [
        ("a.wf", "fragment A { use H -> end; } fragment H { pass Done -> end; }"),
        ("b.wf", "fragment B { use H -> end; } fragment H from \"./a.wf\";"),
    ];
    finds(
        &files,
        "fragment A from \"a.wf\"; fragment B from \"./b.wf\"; workflow W { use A -> B; use B -> end; }",
        &[],
    );
    // Two files import of each other.
    let body = r#"fragment N { pass Done = "ä" -> end; } fragment K from "b.wf";
        workflow W { use K -> N; use N -> end; }"#;
    let files = [("m.wf", body), ("b.wf", "fragment K { use N -> end; } fragment N from \"m.wf\";")];
    finds(&files, body, &[]);
    let folder = folder("each_other_in_rustc", &files);
    let locate = |span| position_in_rustc(span, body);
    let surroundings = Surroundings { locate: &locate, folder: Some(&folder), ..Surroundings::default() };
    let compilation = compile_in(body.parse().unwrap(), surroundings);
    assert_eq!(problems(&compilation, body), [""; 0]);
    // Another file with a fragment of this name at this position.
    let other = r#"fragment N { pass Other = "ä" -> end; }"#;
    finds(
        &[("m.wf", other), files[1]],
        body,
        &[
            "\"b.wf\": two fragments are named `N` [WF0208]\n  --> m.wf:1:10\n\n= help: rename one\n= help: the other one is at line 1, column 10",
        ],
    );
}

#[test]
fn a_path_can_lead_out_of_the_folder() {
    let inner = folder("out", &[("a.wf", "fragment A { pass Done -> end; }")]).join("inner");
    fs::create_dir_all(&inner).unwrap();
    let body = "fragment A from \"../a.wf\"; workflow W { use A -> end; }";
    assert_eq!(problems(&compiled(&inner, body), body), [""; 0]);
}

#[test]
fn a_fragment_is_checked_where_no_workflow_uses_it() {
    let body =
        "fragment A { input { to: String } task S = sqs::sendMessage { QueeUrl: input.too } -> T; use B as T -> end; }";
    let expected = [
        "too: the input of the fragment `A` has no field `too` [WF0401]\n\n= help: did you mean `to`?",
        "QueeUrl: `sqs:sendMessage` has no parameter `QueeUrl` [WF0509]\n\n= help: did you mean `QueueUrl`?",
    ];
    finds(&[], body, &expected);
    let types = "fragment A { input { n: i64 } returns { n: String } pass P { n: \"a\" + input.n } -> end; }";
    let expected =
        "+: `+` cannot join `String` and an integer [WF0403]\n\n= help: convert the number to text: `$string(input.n)`";
    finds(&[], types, &[expected]);
    // The language and the types of the workflows that import it are not known.
    let jsonpath = r#"fragment A { input { x: Order } task S = lambda::invoke { FunctionName: "f", Payload: input.x.id }
        result_selector { y: result.Payload } -> end; }"#;
    finds(&[], jsonpath, &[]);
}

#[test]
fn an_import_without_from_is_one_error() {
    every(["fragment N \"a.wf\";", "fragment N = \"a.wf\";", "fragment N from a.wf;", "fragment N from;"], |import| {
        let compiled = workflow_compiler::compile(format!("{import} workflow W {{ use N -> end; }}").parse().unwrap());
        let texts: Vec<_> = compiled.problems.iter().map(|problem| problem.text()).collect();
        assert_eq!(texts.len(), 1, "{texts:?}");
        assert!(texts[0].contains("from \""), "{texts:?}");
    });
}
