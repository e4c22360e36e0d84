//! Tests that a printed tree is the one that its text parses to, spans included.

use serde_json::Value;
use workflow_cases::every;
use workflow_jsonata::ast::SortTerm;
use workflow_jsonata::{Ast, Node, NodeKind, Printed, parse, print};

use crate::differential::generator::{Chance, Generator};

/// Returns the expressions of every recorded case that parse, and as many generated ones.
fn expressions() -> Vec<String> {
    let cases: Value = serde_json::from_str(include_str!("cases.json")).unwrap();
    let corners: Value = serde_json::from_str(include_str!("corners.json")).unwrap();
    let suite = cases.as_array().unwrap().iter().filter_map(|case| case["expr"].as_str());
    let corners = corners["cases"].as_array().unwrap().iter().filter_map(|case| case[1].as_str());
    let mut texts: Vec<String> = suite.chain(corners).map(str::to_owned).collect();
    for file in workflow_recorded::data("jsonata").into_iter().flat_map(|folder| folder.read_dir().unwrap()) {
        // Some files have halves of characters, which are not read; the suite reads them.
        let Ok(cases) = serde_json::from_slice::<Value>(&std::fs::read(file.unwrap().path()).unwrap()) else {
            continue;
        };
        let cases = cases.as_array().map_or(std::slice::from_ref(&cases), Vec::as_slice).iter();
        texts.extend(cases.filter_map(|case| case["expr"].as_str()).map(str::to_owned));
    }
    let mut chance = Chance(7);
    texts.extend((0..4000).map(|at| Generator::new(&mut chance, at % 7).expression()));
    texts.retain(|text| parse(text).is_ok());
    assert!(texts.len() > 4000);
    texts
}

/// Prints a tree, and checks that the text parses to the tree that was printed, if it parses at all.
fn printed(tree: Node) -> Printed {
    let printed = print(tree, " ");
    assert_eq!(printed.ast, parse(&printed.text).ok(), "{}", printed.text);
    printed
}

/// Returns a tree without spans.
fn shape(ast: &Ast) -> String {
    let shown = format!("{:?}", ast.root);
    let mut parts = shown.split("span: ");
    let first = parts.next().unwrap_or_default().to_owned();
    first + &parts.map(|part| part.split_once(',').map_or(part, |(_, rest)| rest)).collect::<String>()
}

#[test]
fn a_parsed_tree_is_printed_as_it_is() {
    every(expressions(), |text| {
        let ast = parse(&text).unwrap();
        let printed = printed(ast.root.clone());
        let again = printed.ast.unwrap_or_else(|| panic!("{} does not parse", printed.text));
        assert_eq!(shape(&again), shape(&ast), "{}", printed.text);
    });
}

/// Joins trees at random, without any parentheses of their own.
fn joined(chance: &mut Chance, leaves: &[Node], depth: usize) -> Node {
    if depth == 0 || chance.percent(10) {
        return leaves[chance.below(leaves.len())].clone();
    }
    let part = |chance: &mut Chance| Box::new(joined(chance, leaves, depth - 1));
    let pairs = |chance: &mut Chance| vec![(*part(chance), *part(chance)), (*part(chance), *part(chance))];
    const SIGNS: [&str; 15] = ["+", "-", "*", "/", "%", "&", "=", "!=", "<", "<=", ">", ">=", "in", "and", "or"];
    let kind = match chance.below(24) {
        0..6 => NodeKind::Binary(SIGNS[chance.below(SIGNS.len())], part(chance), part(chance)),
        6 => NodeKind::Apply(part(chance), part(chance)),
        7 => NodeKind::Bind("b".to_owned(), part(chance)),
        8 => NodeKind::Negate(part(chance)),
        9 | 10 => NodeKind::Condition(part(chance), part(chance), Some(part(chance))),
        11 => NodeKind::Condition(part(chance), part(chance), None),
        12 => NodeKind::Path(vec![*part(chance), *part(chance), *part(chance)]),
        13 => NodeKind::Predicate(part(chance), part(chance)),
        14 => NodeKind::KeepArray(part(chance)),
        15 => NodeKind::Group(part(chance), pairs(chance)),
        16 => NodeKind::Sort(part(chance), vec![SortTerm { descending: chance.percent(50), key: *part(chance) }]),
        17 => NodeKind::Focus(part(chance), "f".to_owned()),
        18 => NodeKind::Index(part(chance), "i".to_owned()),
        19 => NodeKind::Array(vec![*part(chance), NodeKind::Range(part(chance), part(chance)).into()]),
        20 => NodeKind::Object(pairs(chance)),
        21 => NodeKind::Call(part(chance), vec![*part(chance), *part(chance)]),
        22 => NodeKind::Lambda { params: vec!["p".to_owned()], signature: None, body: part(chance) },
        _ => NodeKind::Partial(part(chance), vec![None, Some(*part(chance))]),
    };
    kind.into()
}

#[test]
fn a_made_tree_gets_the_parentheses_that_it_needs() {
    let texts =
        ["a", "`a b`", "$x", "$", "1.5", "-2", "'it''s'", "\"it's\"", "true", "null", "/a[/]b/i", "*", "**", "a.b"];
    let texts =
        texts.iter().chain(&["$f(a)", "a[0]", "|a|{'b': c}|", "|a|{}, 'b'|", "(a; $b := 1; $b)", "$[]", "`and`"]);
    let leaves: Vec<Node> = texts.filter_map(|text| parse(text).ok()).map(|ast| ast.root).collect();
    let mut chance = Chance(3);
    let mut parsed = 0;
    for _ in 0..20_000 {
        let depth = 1 + chance.below(4);
        let tree = joined(&mut chance, &leaves, depth);
        parsed += usize::from(printed(tree).ast.is_some());
    }
    assert!(parsed > 7_000, "{parsed}");
}

#[test]
fn what_nests_too_deep_has_no_tree() {
    for depth in [70, 80, 249, 250, 251, 260] {
        let nested = (0..depth).fold(Node::null(), |inner, _| Node::array([inner]));
        assert_eq!(printed(nested).ast.is_some(), depth < 250, "{depth}");
        let paths = (0..depth).fold(Node::null(), |inner, _| NodeKind::Focus(Box::new(inner), "v".to_owned()).into());
        printed(paths);
    }
    for length in [490, 499, 500, 510] {
        let sum = (0..length).fold(Node::number(1.0), |sum, _| sum.binary("+", Node::number(1.0)));
        assert_eq!(printed(sum).ast.is_some(), length < 500, "{length}");
    }
}

#[test]
fn literals_and_names_are_printed_in_one_way() {
    let text = |tree: Node| printed(tree).text.trim().to_owned();
    assert_eq!(text(Node::number(-2.0)), "-2");
    assert_eq!(text(Node::number(1e21)), "1e21");
    assert_eq!(text(Node::number(0.1)), "0.1");
    assert_eq!(text(Node::string("a\n\u{7}\\")), r"'a\n\u0007\\'");
    assert_eq!(text(Node::string("it's \"so\"")), r#""it's \"so\"""#);
    assert_eq!(text(Node::variable("x").member("in").member("a b").item(Node::number(0.0))), "$x.`in`.`a b`[0]");
    assert_eq!(text(Node::variable("x").member("a`b").member("c")), "$lookup($x, 'a`b').c");
    assert_eq!(text(Node::number(1.0).binary("+", Node::number(2.0)).within("+")), "1 + 2");
    assert_eq!(text(Node::number(1.0).binary("+", Node::number(2.0)).within("*")), "(1 + 2)");
    let raw = print(Node::verbatim("$a ? 1").binary("+", Node::verbatim("b")), "");
    assert_eq!((raw.text.as_str(), raw.ast), ("($a ? 1) + (b)", None));
}
