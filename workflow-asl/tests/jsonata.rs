//! JSONata: taken and refused as jsonata-core does, the service's texts, the names, and any text at all.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use workflow_asl::jsonata::{self, NodeKind};

mod texts;

/// What jsonata-core takes and we refuse, and why: the reference is jsonata.js 2.0.
const DIFFERENT: &[(&str, &str)] = &[
    ("a ?: b", "came with JSONata 2.1; the service runs 2.0"),
    ("a ?? b", "came with JSONata 2.1; the service runs 2.0"),
    ("1..3", "the reference has ranges in arrays only"),
    ("a..b", "the reference has ranges in arrays only"),
    ("a[1..2]", "the reference has ranges in arrays only; `a[[1..2]]` is taken"),
    ("a := 1", "S0212 of the reference when it parses, of jsonata-core when it runs"),
    ("1 := 2", "S0212 of the reference when it parses, of jsonata-core when it runs"),
    ("/ab/g", "the reference has the flags i and m"),
    ("//", "S0301 of the reference"),
    ("(/ab/)", "the reference reads a slash after a bracket as a division"),
    ("[/ab/]", "the reference reads a slash after a bracket as a division"),
];

fn reference_takes(text: &str) -> bool {
    jsonata_core::parser::parse(text).is_ok()
}

fn own_list() -> Vec<&'static str> {
    include_str!("jsonata_expressions.txt").lines().collect()
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
fn takes_and_refuses_what_jsonata_core_does() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let mut found = BTreeSet::new();
    files(&shared.join("conformance"), &mut found);
    files(&shared.join("corpus/definitions"), &mut found);
    assert!(found.len() > 250 || !shared.exists(), "{}", found.len());
    let own = own_list();
    assert!(own.len() >= 250, "{}", own.len());
    let mut wrong = Vec::new();
    for text in own.iter().copied().chain(found.iter().map(String::as_str)) {
        if DIFFERENT.iter().any(|(different, _)| *different == text) {
            continue;
        }
        let ours = jsonata::parse(text);
        // The reference does not end a pattern inside brackets; jsonata-core does.
        if text == "/a[/]b/" {
            assert!(ours.is_ok());
            continue;
        }
        if ours.is_ok() != reference_takes(text) {
            wrong.push(format!("{text:?}: we {ours:?}"));
        }
    }
    println!("{} expressions of our own and {} found", own.len(), found.len());
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    for (text, why) in DIFFERENT {
        assert!(jsonata::parse(text).is_err() && reference_takes(text), "{text}: {why}");
    }
}

#[test]
fn errors_have_the_service_s_texts() {
    for (text, offset, message) in [
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
    ] {
        let error = jsonata::parse(text).err().unwrap_or_else(|| panic!("{text} is taken"));
        assert_eq!((error.offset, error.message.as_str()), (offset, message), "{text}");
    }
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
    assert_eq!(refused("$eval('1')"), ["0: Function '$eval' is not supported."]);
    assert_eq!(refused("sum([1])"), [top(0, "sum")]);
    for good in [
        "$states.input.phone[type = 'x']^(>rank).number",
        "$map($x, function($v){ name & $ })",
        "$x.(a + $)",
        "$x{kind: $sum(price)}",
        "$x ~> |items|{'a': b}|",
        "{'a': 1, $k: 2}",
    ] {
        assert_eq!(refused(good), Vec::<String>::new(), "{good}");
    }
}

#[test]
fn any_text_is_read_or_refused() {
    let own = own_list();
    texts::mutated(&own, 60_000, |text| match jsonata::parse(text) {
        Ok(ast) => drop(ast.names()),
        Err(error) => assert!(text.is_char_boundary(error.offset), "{text}: {error}"),
    });
    for (open, close) in [("(", ")"), ("[", "]"), ("{'a':", "}"), ("-", ""), ("$f(", ")"), ("a[", "]"), ("a?", "")] {
        let deep = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
        assert!(jsonata::parse(&deep).is_err(), "{open}");
        let within = format!("{}1{}", open.repeat(75), close.repeat(75));
        assert!(jsonata::parse(&within).is_ok_and(|ast| ast.names() == ast.names()), "{open}");
    }
    for link in ["a & ", "$x[0] = ", "a.b + "] {
        assert!(jsonata::parse(&format!("{}1", link.repeat(100_000))).is_err());
        assert!(jsonata::parse(&format!("{}1", link.repeat(400))).is_ok());
    }
    assert!(jsonata::parse(&format!("$x{}", ".a".repeat(20_000))).is_ok());
}

/// The service created these machines, so it found nothing to refuse in them.
#[test]
fn nothing_is_unsupported_in_definitions_the_service_took() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/conformance");
    texts::definitions(&folder, |file, definition| {
        let mut found = BTreeSet::new();
        collect(definition, &mut found);
        for text in found {
            let ast = jsonata::parse(&text).unwrap_or_else(|error| panic!("{file}: {text}: {error}"));
            assert_eq!(ast.unsupported(), [], "{file}: {text}");
        }
    });
}
