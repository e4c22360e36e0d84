//! Imports what the compiler makes of lists: every native form comes back in the language, without raw text, and compiles
//! to an equal document.

use proc_macro2::{TokenStream, TokenTree};
use workflow_import::{ImportOptions, Imported, import, is_same};

/// The expressions that stay raw text, and why.
const KEPT: [(&str, &str); 8] = [
    ("(input.more ?? input.orders)[*].total", "two lists of different types"),
    ("[3, input.limit][*]", "an array of expressions in one expression, which a value of the language is not"),
    ("[3, input.limit][1]", "the same"),
    ("[input.words, input.words][0][*]", "the same"),
    ("input.at in input.times", "no expression shows that a value is a timestamp"),
    ("input.deep[*]", "`[$x.a]` may also be an array with one value"),
    ("timestamp(\"2025-01-01T01:00:00+01:00\") in [input.at]", "no expression shows that a value is a timestamp"),
    ("input.orders[*].lines[..1][*].sku", "`[]` after a path"),
];

fn compiled(source: &str) -> serde_json::Value {
    let tokens: TokenStream = source.parse().unwrap();
    let mut compilation = workflow_compiler::compile(tokens);
    let errors: Vec<_> =
        compilation.problems.iter().filter(|problem| problem.is_error()).map(|one| one.text()).collect();
    assert_eq!(errors, Vec::<String>::new(), "{source}");
    compilation.workflows.remove(0).definition
}

/// Returns the result of importing what a workflow is compiled to. Compiling it again gives an equal document.
fn imported(workflow: &str) -> Imported {
    let document = compiled(workflow);
    let imported = import(&document, &ImportOptions::new("W")).unwrap_or_else(|error| panic!("{error}: {workflow}"));
    let tokens: TokenStream = imported.source.parse().unwrap();
    let Some(TokenTree::Group(body)) = tokens.into_iter().last() else { panic!("no macro: {}", imported.source) };
    let again = compiled(&body.stream().to_string());
    assert!(is_same(&document, &again), "{workflow}\n{}", imported.source);
    imported
}

/// Returns why parts of an import are raw text.
fn raw(imported: &Imported) -> Vec<String> {
    let raw = imported.kept.iter().filter(|kept| kept.kind.is_raw());
    raw.map(|kept| kept.why.clone().unwrap_or_default()).collect()
}

/// Returns the texts in a Rust file.
fn texts(file: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![file.parse::<TokenStream>().unwrap()];
    while let Some(tokens) = open.pop() {
        for token in tokens {
            match token {
                TokenTree::Group(group) => open.push(group.stream()),
                TokenTree::Literal(literal) => found.extend(text(&literal.to_string())),
                _ => {}
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Returns the text of a literal that is one.
fn text(literal: &str) -> Option<String> {
    let raw = literal.strip_prefix("r\"").and_then(|rest| rest.strip_suffix('"'));
    let hashed = literal.strip_prefix("r#\"").and_then(|rest| rest.strip_suffix("\"#"));
    raw.or(hashed).map(str::to_owned).or_else(|| serde_json::from_str(literal).ok())
}

#[test]
fn list_expressions_come_back() {
    let files = [(super::lists::TYPES, include_str!("lists.rs")), (super::parts::TYPES, include_str!("parts.rs"))];
    let (mut count, mut found) = (0, Vec::new());
    for (types, file) in files {
        for expression in texts(file) {
            let workflow = format!("workflow W {{ {types} pass P {{ v: {expression} }} -> end; }}");
            let Ok(tokens) = workflow.parse() else { continue };
            // Other texts of the tests, and expressions with a mistake.
            if workflow_compiler::compile(tokens).problems.iter().any(|problem| problem.is_error()) {
                continue;
            }
            // What is JSONata in the source stays JSONata.
            if expression.contains("jsonata") {
                continue;
            }
            count += 1;
            if !raw(&imported(&workflow)).is_empty() {
                found.push(expression);
            }
        }
    }
    assert!(count > 100, "{count}");
    assert_eq!(found, KEPT.map(|(expression, _)| expression));
}

/// Workflows with what the lists of a document come from: results of tasks and of other states, items, conditions.
const WORKFLOWS: [&str; 5] = [
    "workflow W {
        input { ids: Vec<String> }
        struct Page { rows: Vec<Row>, more: bool }
        struct Row { id: String, n: i64 }
        task Load = lambda::invoke<Page> { FunctionName: \"load\", Payload: { ids: input.ids } }
            assign { seen: result.Payload.rows[*].id }
            -> Sum;
        pass Sum {
            sum: $sum(Load.Payload.rows[*].n),
            ids: Load.Payload.rows[*].id,
            big: $filter(Load.Payload.rows, |row| row.n > 10),
            seen: $seen,
        } -> Maybe;
        choice Maybe { if Load.Payload.more -> Again; else -> Done; }
        task Again = lambda::invoke { FunctionName: \"again\" } -> Done;
        pass Done { a: Again?.Payload.x ?? 0, m?: Again?.Payload } -> end;
    }",
    "workflow W {
        task Objects = aws_sdk::s3::listObjectsV2 { Bucket: \"b\" }
            output { keys: (result.Contents ?? [])[*].Key?, n: $count(result.Contents ?? []) }
            -> Keys;
        pass Keys { keys: state.keys, more: Objects.Contents ?? [] } -> Many;
        parallel Many { branch { pass One { a: 1 } -> end; } branch { pass Two { a: 2 } -> end; } } -> Both;
        pass Both { a: Many[*].a, b: Many[0].a } -> end;
    }",
    "workflow W {
        input { orders: Vec<Order> }
        struct Order { id: String, open: bool, lines: Vec<Line> }
        struct Line { sku: String, qty: i64 }
        map Lines over input.orders[*].lines[*] { pass Sku { sku: item.sku } -> end; } -> Open;
        map Open over $filter(input.orders, |order| order.open) {
            pass Skus { skus: item.lines[*].sku, all: $sum(item.lines[*].qty) } -> end;
        } -> Orders;
        map Orders over input.orders as order {
            pass First -> Inner;
            map Inner over order.lines { pass Show { id: order.id, sku: item.sku } -> end; } -> end;
        } -> Wide;
        map Wide over input.orders distributed express tolerate percent 10 {
            pass Child { total: $sum(item.lines[*].qty), skus: item.lines[*].sku } -> end;
        } -> Last;
        pass Last { totals: Wide[*].total?, failed: $filter(Wide, |row| is_present(row.Error)) } -> end;
    }",
    "workflow W {
        input { orders: Vec<Order>, kind: String, limit: i64, kinds: Vec<String> }
        struct Order { open: bool, total: i64 }
        choice Some {
            if $count($filter(input.orders, |order| order.open)) > 0 -> Done;
            if $count(input.orders) > 2 && input.kind in input.kinds -> Done;
            if input.limit > 3 -> Done;
            if ($max(input.orders[*].total) ?? 0) > input.limit -> Done;
            else -> Rest;
        }
        wait Rest for 1s -> Done;
        pass Done { range: [0, 5..=input.limit] } -> end;
    }",
    "workflow W {
        params { quick: Arn }
        task Quick = workflow::<Other>.express { StateMachineArn: params.quick, Input: { n: 1 } } -> Next;
        pass Next { m: Quick.Output.m } -> end;
    }",
];

#[test]
fn workflows_with_lists_come_back() {
    for workflow in WORKFLOWS {
        let imported = imported(workflow);
        assert_eq!(raw(&imported), Vec::<String>::new(), "{}", imported.source);
    }
}

/// The examples of the language's description that keep raw text, the number of its parts, and why.
const KEPT_EXAMPLES: [(&str, usize, &str); 1] = [("Sort", 1, "the rows of a file have no type")];

#[test]
fn examples_come_back() {
    let page = include_str!("../../docs/language.md");
    let mut found = Vec::new();
    for example in page.split("```workflow\n").skip(1) {
        let (workflow, _) = example.split_once("```").unwrap();
        // Its states are in a file.
        if workflow.contains("from \"") {
            continue;
        }
        let name = workflow.split("workflow ").nth(1).unwrap().split(' ').next().unwrap();
        let imported = imported(workflow);
        let raw = raw(&imported);
        if !raw.is_empty() {
            found.push((name, raw.len()));
        }
    }
    assert_eq!(found, KEPT_EXAMPLES.map(|(name, count, _)| (name, count)));
}
