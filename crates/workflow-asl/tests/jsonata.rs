//! Tests JSONata: expressions that the reference accepts and rejects, AWS's messages, names, and arbitrary strings.

use std::collections::BTreeSet;
use std::path::Path;
use workflow_cases::every;

use serde_json::Value;
use workflow_asl::jsonata::{self, NodeKind};

use crate::texts;

/// Expressions, each behind what jsonata.js 2.0.6 says to it when it parses: a code, or `ok`.
fn answered() -> impl Iterator<Item = (&'static str, &'static str)> {
    include_str!("jsonata_expressions.txt").lines().filter_map(|line| {
        let (answer, text) = line.split_at_checked(6)?;
        Some((answer.trim_end(), text))
    })
}

fn own_list() -> Vec<&'static str> {
    answered().map(|(_, text)| text).collect()
}

/// The expressions in the strings of a JSON text, whatever it is.
fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => found.extend(jsonata::expression(text).map(str::to_owned)),
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(members) => members.values().for_each(|member| collect(member, found)),
        _ => {}
    }
}

fn files(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if let Ok(value) = serde_json::from_str(&std::fs::read_to_string(&path).unwrap_or_default()) {
            collect(&value, found);
        }
    }
}

#[test]
fn takes_and_refuses_what_the_reference_does() {
    let mut wrong = Vec::new();
    for (answer, text) in answered() {
        let ours = match jsonata::parse(text) {
            Ok(_) => "ok",
            Err(error) => error.code.unwrap_or("none"),
        };
        if ours != answer {
            wrong.push(format!("{text:?}: the reference {answer}, we {ours}"));
        }
    }
    assert!(answered().count() >= 250);
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// What people wrote is read: the definitions of the corpus, and those that the service took.
#[test]
fn expressions_in_definitions_are_read() {
    let Some(folder) = workflow_recorded::data("corpus/definitions") else { return };
    let mut found = BTreeSet::new();
    files(&folder, &mut found);
    let refused: Vec<_> = found.iter().filter_map(|text| Some((text, jsonata::parse(text).err()?))).collect();
    println!("{} expressions, {} refused: {refused:#?}", found.len(), refused.len());
    assert!(refused.len() <= found.len() / 20, "{refused:#?}");
}

#[test]
fn errors_have_the_service_s_texts() {
    every(
        [
            ("", 0, "Unexpected end of expression"),
            ("1 +", 3, "Unexpected end of expression"),
            ("a[0,1]", 3, "Expected \"]\", got \",\""),
            ("ü.[1", 5, "Expected \"]\" before end of expression"),
            ("'open", 0, "String literal must be terminated by a matching quote"),
            ("{}}", 2, "Syntax error: \"}\""),
            ("1 + }", 4, "The symbol \"}\" cannot be used as a unary operator"),
            ("$match(a, /b)", 10, "No terminating / in regular expression"),
            ("$match(a, //)", 10, "Empty regular expressions are not allowed"),
            ("a := 1", 0, "The left side of := must be a variable name (start with $)"),
            ("function($a, b){1}", 13, "Parameter 2 of function definition must be a variable name (start with $)"),
            ("a.1", 2, "The literal value 1 cannot be used as a step within a path expression"),
            ("a@b", 2, "The right side of \"@\" must be a variable name (start with $)"),
            ("'a\\x'", 2, "Unsupported escape sequence: \\x"),
            ("1e999", 0, "Number out of range: 1e999"),
            ("!a", 0, "Unknown operator: \"!\""),
            ("% + 1", 0, "The object representing the 'parent' cannot be derived from this expression"),
            ("1 /* x", 2, "Comment has no closing tag"),
        ],
        |(text, offset, message)| {
            let error = jsonata::parse(text).err().unwrap_or_else(|| panic!("{text} is taken"));
            assert_eq!((error.offset, error.message.as_str()), (offset, message), "{text}");
        },
    );
    let help = jsonata::parse("a ?? b").unwrap_err().help.unwrap();
    assert_eq!(help, "the service runs JSONata 2.0, which has no `??`; write `a ? a : b`");
}

#[test]
fn spans_cover_the_words() {
    let text = "$states.input.ünï[0] & 'x'";
    let root = jsonata::parse(text).unwrap().root;
    let NodeKind::Binary("&", left, right) = root.kind else { panic!("{root:?}") };
    assert_eq!((&text[left.span.clone()], &text[right.span.clone()]), ("$states.input.ünï[0]", "'x'"));
    let NodeKind::Path(steps) = left.kind else { panic!("{left:?}") };
    assert_eq!(steps.iter().map(|step| &text[step.span.clone()]).collect::<Vec<_>>(), ["$states", "input", "ünï[0]"]);
}

#[test]
fn names_are_found_with_their_places() {
    let text = "($t := $states.input.x; $f := function($n){ $n > 0 ? $f($n - $step) : $t }; \
                $sum($states.result[$ > price].a) + $f($count($states)) ~> $string)";
    let names = jsonata::parse(text).unwrap().names();
    let shown = |uses: &[jsonata::Use]| {
        uses.iter().map(|used| format!("{}={}", used.name, &text[used.span.clone()])).collect::<Vec<_>>()
    };
    assert_eq!(shown(&names.states), ["input=$states.input", "result=$states.result", "=$states"]);
    assert_eq!(shown(&names.variables), ["step=$step"]);
    assert_eq!(shown(&names.calls), ["sum=$sum", "count=$count", "string=$string"]);
    assert_eq!(names.unsupported, []);
}

#[test]
fn what_refers_to_nothing_is_unsupported() {
    let refused = |text: &str| {
        let ast = jsonata::parse(text).unwrap();
        ast.unsupported().iter().map(|error| format!("{}: {}", error.offset, error.message)).collect::<Vec<_>>()
    };
    let top = |at: usize, name: &str| format!("{at}: Reference to '{name}' at the top level is not supported.");
    assert_eq!(refused("phone"), [top(0, "phone")]);
    assert_eq!(refused("1 + phone[type = 'x'].number"), [top(4, "phone")]);
    assert_eq!(refused("'a'.b"), [top(0, "a")]);
    assert_eq!(refused("$"), [top(0, "$")]);
    assert_eq!(refused("$.a & $count(b)"), [top(0, "$"), top(13, "b")]);
    assert_eq!(refused("$$.a"), ["0: Reference to '$$' is not supported."]);
    // A function's `$` is that of its place; each name is refused once (measured on AWS, 2026-08).
    assert_eq!(refused("$map($states.input.a, function($x){ $ })"), [top(36, "$")]);
    assert_eq!(refused("function($x){ $x.a & b }"), [top(21, "b")]);
    assert_eq!(refused("a + a"), [top(0, "a")]);
    assert_eq!(refused("sum([1])"), [top(0, "sum")]);
    every(
        [
            "$states.input.phone[type = 'x']^(>rank).number",
            "$x.$map(y, function($v){ name & $ })",
            "$x.(a + $)",
            "$x{kind: $sum(price)}",
            "$x ~> |items|{'a': b}|",
            "{'a': 1, $k: 2}",
        ],
        |good| {
            assert_eq!(refused(good), Vec::<String>::new(), "{good}");
        },
    );
}

#[test]
fn any_text_is_read_or_refused() {
    let own = own_list();
    texts::mutated(&own, 60_000, |text| match jsonata::parse(text) {
        Ok(ast) => drop(ast.names()),
        Err(error) => assert!(text.is_char_boundary(error.offset), "{text}: {error}"),
    });
    every(
        [("(", ")"), ("[", "]"), ("{'a':", "}"), ("-", ""), ("$f(", ")"), ("a[", "]"), ("a?", "")],
        |(open, close)| {
            let deep = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
            assert!(jsonata::parse(&deep).is_err(), "{open}");
            let within = format!("{}1{}", open.repeat(75), close.repeat(75));
            assert!(jsonata::parse(&within).is_ok_and(|ast| ast.names() == ast.names()), "{open}");
        },
    );
    every(["a & ", "$x[0] = ", "a.b + "], |link| {
        assert!(jsonata::parse(&format!("{}1", link.repeat(100_000))).is_err());
        assert!(jsonata::parse(&format!("{}1", link.repeat(400))).is_ok());
    });
    assert!(jsonata::parse(&format!("$x{}", ".a".repeat(20_000))).is_ok());
}

/// The service created these machines, so it found nothing to refuse in them.
#[test]
fn nothing_is_unsupported_in_definitions_the_service_took() {
    let Some(folder) = workflow_recorded::data("conformance") else { return };
    texts::definitions(&folder, |file, definition| {
        let mut found = BTreeSet::new();
        collect(definition, &mut found);
        for text in found {
            let ast = jsonata::parse(&text).unwrap_or_else(|error| panic!("{file}: {text}: {error}"));
            assert_eq!(ast.unsupported(), [], "{file}: {text}");
        }
    });
}
