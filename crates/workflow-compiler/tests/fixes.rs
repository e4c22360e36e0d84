//! Applies every fix that a problem suggests to the source, and compiles it. The problem must be gone, no error may be
//! new, and the help must show the inserted text.

use std::fs;
use std::ops::Range;
use std::path::Path;

use proc_macro2::{Span, TokenStream};
use workflow_asl::Code;
use workflow_compiler::problem::{Edit, EditPlace, Problem};
use workflow_compiler::{Position, compile_located};

fn locate(span: Span) -> Option<Position> {
    Some((span.start().line, span.start().column))
}

fn problems(source: &str) -> Vec<Problem> {
    let tokens: TokenStream = source.parse().unwrap_or_else(|error| panic!("{error} in\n{source}"));
    let compilation = compile_located(tokens, &locate);
    assert!(compilation.bugs.is_empty(), "{:?}", compilation.bugs);
    compilation.problems.iter().cloned().collect()
}

/// The bytes that a change replaces.
fn range(edit: &Edit) -> Range<usize> {
    match edit.place {
        EditPlace::Over(span) => span.first.byte_range().start..span.last.byte_range().end,
        EditPlace::Before(word) => word.byte_range().start..word.byte_range().start,
        EditPlace::After(word) => word.byte_range().end..word.byte_range().end,
    }
}

/// The source with the changes of these problems, but for those of a problem that overlap others.
fn changed<'p>(source: &str, problems: impl Iterator<Item = &'p Problem>) -> String {
    let mut made: Vec<(Range<usize>, &str)> = Vec::new();
    for problem in problems {
        let edits: Vec<_> = problem.fix.iter().map(|edit| (range(edit), edit.text.as_str())).collect();
        let overlaps = |a: &Range<usize>, b: &Range<usize>| a.start < b.end && b.start < a.end;
        if !edits.iter().any(|(new, _)| made.iter().any(|(old, _)| overlaps(new, old))) {
            made.extend(edits);
        }
    }
    made.sort_by_key(|(range, _)| (range.start, range.end));
    let mut out = source.to_owned();
    for (range, text) in made.into_iter().rev() {
        out.replace_range(range, text);
    }
    out
}

/// The workflows of a case, each alone.
fn workflows(folder: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics/cases").join(folder);
    let mut files: Vec<_> = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut found = Vec::new();
    for path in files.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "wf")) {
        let text = fs::read_to_string(&path).unwrap();
        let lines = text.lines().filter(|line| !line.starts_with("//") || line.starts_with("///"));
        let mut source = String::new();
        for line in lines {
            source.push_str(line);
            source.push('\n');
            if line == "}" {
                let name =
                    source.lines().find_map(|line| line.split_once("workflow ")).unwrap_or_default().1.to_owned();
                found.push((format!("{}: {name}", path.display()), std::mem::take(&mut source)));
            }
        }
    }
    found
}

/// What a problem says, without where.
fn said(problem: &Problem) -> (Code, String) {
    (problem.code, problem.message.clone())
}

#[test]
fn the_help_shows_what_the_fix_of_a_habit_inserts() {
    let (mut count, mut wrong) = (0, Vec::new());
    for (name, source) in workflows("habits") {
        for problem in problems(&source).iter().filter(|problem| !problem.fix.is_empty()) {
            count += 1;
            let words = |text: &str| {
                let text = text.trim().trim_end_matches([';', ',']);
                // Of JSONata the help shows the expression.
                let inner = text.strip_prefix("\"{%").and_then(|text| text.strip_suffix("%}\""));
                let quoted = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
                inner.or(quoted).unwrap_or(text).trim().to_owned()
            };
            let shows = |help: &String| problem.fix.iter().any(|edit| help.contains(&words(&edit.text)));
            if !problem.help.iter().any(shows) {
                wrong.push(format!("{name}: the help of {:?} does not show {:?}", said(problem), problem.fix));
            }
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n\n"));
    assert!(count > 80, "{count} fixes");
}

/// Problems and the errors that they hide, which a fix makes visible.
const REVEALED: &[(Code, Code)] = &[
    // A type, a name or a member was unknown, so its uses were not checked.
    (Code::ReferenceNotHere, Code::UnknownMember),
    (Code::UnknownMember, Code::UnguardedOption),
    (Code::UnknownParam, Code::WrongArgument),
    (Code::UnknownType, Code::UnlikeTypes),
    (Code::WrongArgument, Code::UnlikeTypes),
    // The copies of a repetition have different types.
    (Code::UnlikeTypes, Code::UnlikeTypes),
    // The name was corrected to one that the file has already.
    (Code::BadProperty, Code::RepeatedClause),
    // What did not parse has no type, and a clause by another word is not checked.
    (Code::Syntax, Code::UnknownMember),
    (Code::UnknownClause, Code::MisplacedClause),
    (Code::UnknownClause, Code::UnknownResultMember),
    // What a choice without `else` leads to is not known.
    (Code::NotExhaustive, Code::UnreachableState),
];

#[test]
fn a_fix_removes_its_own_problem_and_breaks_nothing() {
    let (mut count, mut wrong) = (0, Vec::new());
    for folder in ["apis", "data", "graph", "names", "recovery", "syntax", "habits"] {
        for (name, source) in workflows(folder) {
            let Ok(_) = source.parse::<TokenStream>() else { continue };
            let found = problems(&source);
            let times = |problems: &[Problem], problem: &Problem| {
                problems.iter().filter(|other| said(other) == said(problem)).count()
            };
            for problem in found.iter().filter(|problem| !problem.fix.is_empty()) {
                count += 1;
                let fixed = changed(&source, std::iter::once(problem));
                let Ok(_) = fixed.parse::<TokenStream>() else {
                    wrong.push(format!("{name}: {:?} is fixed by no tokens\n{fixed}", said(problem)));
                    continue;
                };
                let left = problems(&fixed);
                if times(&left, problem) >= times(&found, problem) {
                    wrong.push(format!("{name}: {:?} is left in\n{fixed}", said(problem)));
                }
                let new = left.iter().find(|other| {
                    other.is_error()
                        && !found.iter().any(|before| said(before) == said(other))
                        && !REVEALED.contains(&(problem.code, other.code))
                });
                if let Some(new) = new {
                    wrong.push(format!("{name}: {:?} is caused by fixing {:?} in\n{fixed}", said(new), said(problem)));
                }
            }
        }
    }
    println!("{count} changes");
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n\n"));
    assert!(count > 250, "{count} changes");
}

/// Helps that name code without a change of the source, by their codes, with why: all others that begin with `write` or ask
/// `did you mean` are changes, which the tests above make.
const EXPLAINS: &[(Code, &str)] = &[
    (Code::BadIntrinsic, "the name is inside a string"),
    (Code::BadResource, "the word is inside an ARN"),
    (Code::MaybeUnassigned, "the name is inside an expression"),
    (Code::NeverMatches, "the name is raised by another task"),
    (Code::ReferenceNotHere, "the variable may be assigned elsewhere"),
    (Code::UnknownInputField, "the name is inside a string"),
    (Code::UnknownMember, "the name is inside an expression"),
    (Code::UnknownResultMember, "the name is inside an expression"),
    (Code::UnlistedValue, "AWS may have newer values"),
];

/// Of the language's words, which have codes of many kinds: helps with a choice in them.
const CHOICES: [&str; 5] = ["…", "<T>", " or ", "declare", "for a comment"];

#[test]
fn a_help_that_proposes_code_is_a_change() {
    let (mut count, mut wrong, mut explained) = (0, Vec::new(), std::collections::BTreeSet::new());
    for folder in ["apis", "data", "graph", "names", "recovery", "syntax", "habits"] {
        for (name, source) in workflows(folder) {
            let Ok(_) = source.parse::<TokenStream>() else { continue };
            for problem in problems(&source) {
                let proposes = |help: &String| {
                    (help.starts_with("write `") || help.starts_with("did you mean `"))
                        && !CHOICES.iter().any(|choice| help.contains(choice))
                };
                if !problem.help.iter().any(proposes) {
                    continue;
                }
                count += 1;
                if !problem.fix.is_empty() {
                    continue;
                }
                if EXPLAINS.iter().any(|(code, _)| *code == problem.code) {
                    explained.insert(problem.code.id());
                } else {
                    wrong.push(format!("{name}: {:?} has no change for {:?}", said(&problem), problem.help));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 250, "{count} helps");
    let needless: Vec<_> = EXPLAINS.iter().filter(|(code, _)| !explained.contains(code.id())).collect();
    assert!(needless.is_empty(), "no help of these is without a change: {needless:?}");
}

/// Beginnings of helps that propose an expression in place of what is underlined, and are not changes: which of them is
/// right is the user's choice.
const IN_PLACE: &[&str] = &[
    "give a default: `",
    "or give a default: `",
    "convert the number to text: `",
    "convert it to text: `",
    "compare it: `",
    "round it: `",
    "make it a number: `",
    "without quotes it is a number: `",
    "in quotes it is text: `",
    "write it in quotes: `",
    "write the items: `",
    "in JSONata `",
];

#[test]
fn an_expression_that_a_help_proposes_compiles_in_its_place() {
    let (mut count, mut wrong) = (0, Vec::new());
    for folder in ["apis", "data", "graph", "names", "recovery", "syntax", "habits"] {
        for (name, source) in workflows(folder) {
            let Ok(_) = source.parse::<TokenStream>() else { continue };
            let found = problems(&source);
            let times =
                |problems: &[Problem], one: &Problem| problems.iter().filter(|it| said(it) == said(one)).count();
            for problem in found.iter().filter(|problem| problem.fix.is_empty()) {
                let code = |help: &String| {
                    let rest = IN_PLACE.iter().find_map(|start| help.strip_prefix(start))?;
                    let (code, _) = rest.split_once('`')?;
                    // Elsewhere than in a text, the user must fill it in.
                    (!code.replace("\"…\"", "").contains('…')).then(|| code.to_owned())
                };
                for code in problem.help.iter().filter_map(code) {
                    count += 1;
                    let compiles = |code: &str| {
                        let edited = problem.clone().edit(Edit::over(problem.span, code));
                        let fixed = changed(&source, std::iter::once(&edited));
                        let left = problems(&fixed);
                        let new = |other: &Problem| other.is_error() && times(&found, other) == 0;
                        times(&left, problem) < times(&found, problem) && !left.iter().any(new)
                    };
                    // A comparison after `!` needs parentheses.
                    if !compiles(&code) && !compiles(&format!("({code})")) {
                        wrong.push(format!("{name}: {code:?} does not mend {:?}", said(problem)));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 15, "{count} helps");
}

/// Forms that were renamed: what was written, and what `cargo workflow fix` writes in its place.
const RENAMED: &[(&str, &str)] = &[
    (
        "workflow W { output { n: i64 } pass A { n: 1 } -> end; }",
        "workflow W { returns { n: i64 } pass A { n: 1 } -> end; }",
    ),
    ("workflow W { output crate::Order; pass A -> end; }", "workflow W { returns crate::Order; pass A -> end; }"),
    (r#"workflow W { name "w-2"; pass A -> end; }"#, r#"workflow W as "w-2" {  pass A -> end; }"#),
    (
        r#"workflow W { task A = sns::publish { Message: "m", TopicArn: "t" } catch [States.ALL] => F -> end; fail F; }"#,
        r#"workflow W { task A = sns::publish { Message: "m", TopicArn: "t" } catch [States.ALL] -> F -> end; fail F; }"#,
    ),
    (
        r#"workflow W { choice C match state.k { "a" => A, "b" | 3 => B { assign { n: 1 } }, _ => A } pass A -> B; pass B -> end; }"#,
        r#"workflow W { choice C match state.k { "a" -> A; "b" | 3 -> B { assign { n: 1 } }; _ -> A } pass A -> B; pass B -> end; }"#,
    ),
    (
        r#"workflow W { choice C match state.k { for x in ["a"] { x => "On " + x, } _ => A, } for x in ["a"] { pass S as "On " + x -> A; } pass A -> end; }"#,
        r#"workflow W { choice C match state.k { for x in ["a"] { x -> "On " + x; } _ -> A; } for x in ["a"] { pass S as "On " + x -> A; } pass A -> end; }"#,
    ),
    (
        "workflow W { choice C { if any(all(state.a == 1, state.b == 2), state.c == 3) -> A; else -> A; } pass A -> end; }",
        "workflow W { choice C { if ((state.a == 1 && state.b == 2) || state.c == 3) -> A; else -> A; } pass A -> end; }",
    ),
    ("workflow W { pass A = { n: 1 } -> end; }", "workflow W { pass A  { n: 1 } -> end; }"),
    (
        "workflow W { map M items [1, 2] distributed tolerate 5% { pass A -> end; } -> end; }",
        "workflow W { map M over [1, 2] distributed tolerate percent 5 { pass A -> end; } -> end; }",
    ),
    (
        r#"workflow W { query jsonpath; map M items_path "$.xs" { pass A -> end; } -> end; }"#,
        r#"workflow W { query jsonpath; map M over path "$.xs" { pass A -> end; } -> end; }"#,
    ),
    (
        r#"workflow W { map M over [1] distributed item_batcher { MaxItemsPerBatch: 2 } result_writer s3::putObject { Bucket: "b" } config { Transformation: "NONE", OutputType: "JSONL" } { pass A -> end; } -> end; }"#,
        r#"workflow W { map M over [1] distributed batch { MaxItemsPerBatch: 2 } write_to s3::putObject { Bucket: "b" } config { Transformation: "NONE", OutputType: "JSONL" } { pass A -> end; } -> end; }"#,
    ),
];

#[test]
fn a_renamed_form_is_an_error_and_is_rewritten() {
    for (old, new) in RENAMED {
        let found = problems(old);
        assert!(found.iter().any(Problem::is_error), "{old}");
        let mut fixed = changed(old, found.iter().filter(|problem| problem.is_error()));
        fixed = changed(&fixed, problems(&fixed).iter().filter(|problem| problem.is_error()));
        assert_eq!(&fixed, new);
        let left: Vec<_> = problems(&fixed).iter().filter(|problem| problem.is_error()).map(Problem::text).collect();
        assert_eq!(left, Vec::<String>::new(), "{fixed}");
    }
}
