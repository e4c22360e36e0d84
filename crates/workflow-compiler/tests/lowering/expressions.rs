//! Tests that expressions are lowered to trees, which the rules receive. Only raw text is parsed.

use std::fmt::Write;

use serde_json::Value;
use workflow_asl::jsonata::{Expressions, expression, parse};
use workflow_compiler::{Surroundings, expand};
use workflow_jsonata::parsed_texts;

/// Returns how many texts of JSONata the expansion of a valid workflow parses.
fn parsed(body: &str) -> usize {
    super::document(body);
    let tokens = format!("[::workflow_runtime] workflow W {{ {body} }}").parse().unwrap();
    let before = parsed_texts();
    let _ = expand(tokens, Surroundings { editor: false, ..Surroundings::default() });
    parsed_texts() - before
}

/// Checks that the known tree of each expression in a document is the one that its text parses to.
pub(crate) fn compare(value: &Value, known: &Expressions) {
    match value {
        Value::String(text) => {
            let Some(text) = expression(text) else { return };
            let known = known.read(text);
            assert_eq!(known.as_ref().as_ref().map(|(ast, _)| ast), parse(text).as_ref(), "{text}");
        }
        Value::Array(items) => items.iter().for_each(|item| compare(item, known)),
        Value::Object(members) => members.values().for_each(|value| compare(value, known)),
        _ => {}
    }
}

/// Every form of expression, with params and constants, captures, a loop, and requests that the policy reads.
const FORMS: &str = r#"
    input { n: i64, name: String, at: Timestamp, more: Option<String>, xs: Vec<i64>, ys: Vec<Y>, flags: Json }
    struct Y { a: i64, b: Vec<i64> }
    params { table: String, limit: i64 }
    start A;
    pass A { s: "Dr. " + input.name, t: -input.n + 2 * (input.n - 1) / 3 % 4, u: if input.n > 1 { "a" } else { "b" },
        v: input.more ?? "none", w: input.xs[0], x: $count(input.xs), y?: input.more, z: [input.xs, [1], input.flags], z2: [0, 1..=$count(input.xs) - 1, (if input.n > 1 { 2 } else { 3 })..=9],
        b: input.n == 1 && !(input.n == 2) || input.n != params.limit, k: const crate::KEY, e: { d: "it's" + params.table } }
        -> C;
    choice C {
        if (matches(input.name, "a*") && is_string(input.flags) && is_timestamp(input.flags)) && input.n < 3 -> Get;
        if input.name in ["a", input.name + "b"] && !(1 in input.xs) -> W;
        if is_null(input.flags) || input.at > timestamp("2025-01-01T00:00:00Z") -> Look;
        else -> W;
    }
    wait W for input.n -> Get;
    task Get = dynamodb::getItem { TableName: params.table, Key: { id: { S: input.name + "x" } } }
        catch [States.ALL] -> F -> M;
    map M over input.xs { task I = lambda::invoke { FunctionName: "f-" + params.table, Payload: { x: item } } -> end; }
        catch [States.ALL] -> F -> Loop;
    choice Loop { if (Get.Item.a.S ?? "") == "x" -> W; else -> D; }
    task Look = dynamodb::getItem { TableName: params.table, Key: { id: { S: state.k } } } catch [States.ALL] -> F -> D;
    pass D { q: input.ys[*].a, r: $filter(input.ys, |y| y.a > 1 && y.b[0] == params.limit), t: $map(input.ys, |y| y.b[*]),
        a: input, n: -(-1) - (2 - 3.50), g: $match(input.name, regex "(?i)[/a]")[0].match + $replace(input.name, regex "b", |f| f.match), h: $keys(input.flags),
        m: (input.more ?? params.table) ?? "", o: !(input.n < 1), p: "\u{7}${x}" } -> end;
    fail F { error: "F", cause: caught.Cause }
"#;

#[test]
fn an_expansion_without_raw_text_parses_no_expression() {
    let mut readers = String::from(
        r#"input { n: i64 } task T0 = lambda::invoke { FunctionName: "f" } catch [States.ALL] -> F -> T1;"#,
    );
    for i in 1..100 {
        let (near, next) = (i - 1, i + 1);
        write!(
            readers,
            r#"task T{i} = lambda::invoke {{ FunctionName: "f", Payload: {{ a: T{near}.Payload.a, b: T0.Payload.b{i} }} }}
            catch [States.ALL] -> F -> T{next};"#
        )
        .unwrap();
    }
    readers.push_str("succeed T100; fail F { error: \"F\", cause: caught.Cause }");
    assert_eq!((parsed(&readers), parsed(FORMS)), (0, 0));
}

#[test]
fn raw_text_is_parsed_for_the_checks_and_for_the_rules() {
    assert_eq!(parsed(r#"pass A { a: jsonata "$uuid()" } -> end;"#), 2);
    assert_eq!(parsed(r#"pass A { a: "{% $uuid() %}", b: "{% $uuid() %}" } -> end;"#), 2);
}
