//! Tests workflows that are very deep, very large, or have unusual names: they must compile or fail with a clear error,
//! in linear time.
//!
//! A time that doubles with each state would exceed the limits of this test.

use std::fmt::Write;
use workflow_cases::every;

use workflow_compiler::{Compilation, compile};

fn compiled(source: &str) -> Compilation {
    let compilation = compile(source.parse().unwrap_or_else(|error| panic!("{error} in {source}")));
    assert!(compilation.bugs.is_empty(), "{:?}", compilation.bugs);
    compilation
}

/// The definition of a workflow that compiles.
fn definition(source: &str) -> serde_json::Value {
    let compilation = compiled(source);
    let problems: Vec<_> = compilation.problems.iter().map(|problem| &problem.message).collect();
    assert_eq!(problems, [""; 0]);
    compilation.workflows[0].definition.clone()
}

#[test]
fn results_that_hold_each_other_twice() {
    let mut source = "workflow W { pass P0 { v: 1 } -> P1;".to_owned();
    for number in 1..60 {
        let before = number - 1;
        write!(source, "pass P{number} {{ a: P{before}, b: P{before} }} -> P{};", number + 1).unwrap();
    }
    definition(&(source + "succeed P60 { a: P59.a.b } }"));
}

#[test]
fn results_that_hold_each_other_twice_or_null() {
    let mut source =
        "workflow W { query jsonata; input { yes: bool } pass A0 { v: 1 } -> B0; pass B0 { v: 1 } -> A1;".to_owned();
    for number in 1..60 {
        every([("A", format!("B{number}")), ("B", format!("A{}", number + 1))], |(tower, next)| {
            let before = format!("if input.yes {{ {tower}{} }} else {{ null }}", number - 1);
            write!(source, "pass {tower}{number} {{ a: {before}, b: {before} }} -> {next};").unwrap();
        });
    }
    definition(&(source + "succeed A60 { either: if input.yes { A59 } else { B59 } } }"));
}

#[test]
fn variables_that_hold_each_other_twice() {
    let mut source = "workflow W { pass P0 assign { v0: 1 } -> P1;".to_owned();
    for number in 1..60 {
        let before = number - 1;
        let value = format!("{{ a: $v{before}, b: $v{before} }}");
        write!(source, "pass P{number} assign {{ v{number}: {value} }} -> P{};", number + 1).unwrap();
    }
    definition(&(source + "succeed P60 { a: $v59.a.b } }"));
}

#[test]
fn results_that_lie_deeper_and_deeper() {
    let mut source = "workflow W { pass P0 { v: 1 } -> P1;".to_owned();
    for number in 1..1_000 {
        write!(source, "pass P{number} {{ a: P{} }} -> P{};", number - 1, number + 1).unwrap();
    }
    definition(&(source + "succeed P1000 { a: P999.a.a.a } }"));
}

#[test]
fn structs_that_hold_each_other_twice() {
    let mut source = "workflow W {".to_owned();
    for number in 0..60 {
        every(["A", "B"], |tower| {
            let above = format!("{tower}{}", number + 1);
            write!(source, "struct {tower}{number} {{ x: {above}, y: {above} }}").unwrap();
        });
    }
    source += "struct A60 { z: String } struct B60 { z: String } input { a: A0 } returns { b: B0 }
        pass P { b: input.a } -> Q; succeed Q { b: P.b } }";
    definition(&source);
}

#[test]
fn ten_thousand_references() {
    let members: String =
        (0..10_000).map(|number| format!("k{number}: A.Payload.m{}.n{number},", number % 50)).collect();
    let source = format!(
        "workflow W {{ task A = lambda::invoke<Json> {{ FunctionName: \"f\" }} -> B; pass B {{ {members} }} -> end; }}"
    );
    let definition = definition(&source);
    let kept = definition["States"]["A"]["Assign"]["A"].as_str().unwrap();
    assert_eq!(kept.matches("$states.result.Payload.m").count(), 10_000);
}

/// Words of JSONata, of ASL and of both languages' functions.
const WORDS: [&str; 33] = [
    "and",
    "or",
    "r#in",
    "function",
    "states",
    "sum",
    "string",
    "now",
    "exists",
    "lookup",
    "map",
    "filter",
    "parallel",
    "task",
    "Next",
    "Default",
    "r#type",
    "r#struct",
    "uuid",
    "eval",
    "parse",
    "range",
    "partition",
    "hash",
    "random",
    "r#fn",
    "i",
    "v",
    "r#if",
    "undefined",
    "Infinity",
    "NaN",
    "clone",
];

#[test]
fn states_with_the_names_of_words() {
    every(["jsonata", "jsonpath"], |query| {
        let mut source = format!("workflow W {{ query {query};");
        for (number, word) in WORDS.iter().enumerate() {
            let next = WORDS.get(number + 1).unwrap_or(&"Last");
            write!(source, "task {word} = lambda::invoke {{ FunctionName: \"f\" }} -> {next};").unwrap();
        }
        let read: String =
            WORDS.iter().enumerate().map(|(number, word)| format!("k{number}: {word}.Payload.x,")).collect();
        let definition = definition(&format!("{source} pass Last {{ {read} }} -> end; }}"));
        // Each keeps its result in a variable that hides no function.
        for (state, hidden) in [("sum", "sum"), ("eval", "eval"), ("states", "states"), ("uuid", "uuid")] {
            let assign = definition["States"][state]["Assign"].as_object().unwrap();
            assert!(!assign.contains_key(hidden) && !assign.contains_key(&format!("{hidden}.$")), "{assign:?}");
        }
    });
}

#[test]
fn fields_with_the_names_of_words() {
    let fields: String = WORDS.iter().map(|word| format!("{word}: String,")).collect();
    let read: String = WORDS.iter().map(|word| format!("{word}: input.{word},")).collect();
    let again: String = WORDS.iter().enumerate().map(|(n, word)| format!("k{n}: A.{word} + \"x\",")).collect();
    definition(&format!("workflow W {{ input {{ {fields} }} pass A {{ {read} }} -> B; succeed B {{ {again} }} }}"));
}

#[test]
fn types_that_hold_themselves() {
    let problems = |source: &str| -> Vec<String> {
        compiled(source).problems.iter().map(|problem| format!("{}: {}", problem.code, problem.message)).collect()
    };
    let found = problems(
        "workflow W { struct A { a: A } struct B { c: C } struct C { b: Option<B> } input { a: A, b: B }
            succeed S { a?: input.b.c.b?.c.b, d: input.a.a.a } }",
    );
    assert_eq!(found, ["WF0217: `A` contains itself in the field `a`", "WF0217: `B` contains itself in the field `c`"]);
    definition(
        "workflow W { struct D { d: Vec<D>, m: Map<D> } input { d: D } returns { d: D }
            succeed S { d: input.d.d[0].d[0].m.x } }",
    );
}

#[test]
fn a_type_called_as_one_that_comes_out_is_declared_once() {
    every(
        [
            ("Input", "struct", "input { a: i64 }"),
            ("Output", "struct", "returns { a: i64 }"),
            ("Params", "struct", "params { a: i64 }"),
            ("State", "struct", "input { a: i64 }"),
            ("", "struct", "input { a: i64 }"),
        ],
        |(suffix, declared, rest)| {
            let source =
                format!("[::w] workflow X {{ {declared} X{suffix} {{ a: i64 }} {rest} pass P {{ a: 1 }} -> end; }}");
            let surroundings = workflow_compiler::Surroundings { editor: false, ..Default::default() };
            let text = workflow_compiler::expand(source.parse().unwrap(), surroundings).to_string();
            let times = |words: &str| text.matches(&format!("{words} X{suffix} ")).count();
            let declared = times("struct") + times("enum") + text.matches(&format!("struct X{suffix};")).count();
            assert_eq!(declared, 1, "X{suffix} in {text}");
        },
    );
}

#[test]
fn thousands_of_mistakes_take_no_longer_than_one() {
    let mut source = String::from("workflow W { input { b: bool } choice C { if input.b -> N0; else -> P0; }");
    write!(source, "pass N0 {{ x: 1 }} -> P0;").unwrap();
    for state in 0..2_000 {
        write!(source, "pass P{state} {{ a: N0.x, b: N0.x, c: N0.x, d: N0.x, e: N0.x }} -> P{};", state + 1).unwrap();
    }
    let compilation = compiled(&(source + "pass P2000 -> end; }"));
    let mut problems = compilation.problems.iter();
    assert!(problems.next().is_some_and(|first| first.help.concat().contains("C -> P0")));
    assert_eq!(problems.count(), 9_999);
}

#[test]
fn long_paths_and_deep_scopes_are_followed() {
    const TASK: &str = r#"= lambda::invoke { FunctionName: "f" }"#;
    let path = ".a".repeat(5_000);
    definition(&format!("workflow W {{ task T {TASK} -> B; pass B {{ x: T.Payload{path} }} -> end; }}"));
    let mut source = format!("workflow W {{ task T {TASK} -> P0;");
    for depth in 0..25 {
        write!(source, "parallel P{depth} {{ branch {{ ").unwrap();
    }
    source.push_str("pass Inner { x: T.Payload } -> end;");
    definition(&(source + &"} } -> end;".repeat(25) + "}"));
}

/// The innermost value, and what is around it again and again; what doubles with each would not end.
const NESTED: [(&str, &str); 36] = [
    ("input.b", "(% || input.b)"),
    ("input.b", "(input.b || %)"),
    ("input.a", "(% || \"x\")"),
    ("input.b", "(input.b && %)"),
    ("input.c", "(% && input.c)"),
    ("input.b", "(% == input.b)"),
    ("input.o", "(% == null)"),
    ("input.o", "(null != %)"),
    ("input.n", "(% < 1)"),
    ("input.a", "(% ?? input.a)"),
    ("input.a", "(input.a ?? %)"),
    ("input.o", "((% ?? 1) + 1)"),
    ("input.b", "if % { input.b } else { false }"),
    ("input.b", "if input.b { % } else { false }"),
    ("input.b", "if input.b { true } else { % }"),
    ("input.a", "((if % || input.b { input.a } else { null }) || \"x\")"),
    ("input.a", "(if % == null { input.a } else { null })"),
    ("input.n", "$string(%)"),
    ("input.n", "is_present(%)"),
    ("input.b", "any(%, input.b)"),
    ("input.b", "!(%)"),
    ("input.n", "-(%)"),
    ("input.n", "(% * 2)"),
    ("input.a", "{ a?: % }"),
    ("input.n", "[%]"),
    ("0", "input.xs[%]"),
    ("input.xs", "($append(%, [1]))[0]"),
    ("input.a", "(%).len()"),
    ("input.a", "input.a.unwrap_or(%)"),
    ("input.a", "(%).unwrap()"),
    ("input.a", "(%).contains(\"x\")"),
    ("input.xs", "(%).map(1)"),
    ("input.xs", "(%)[0..2]"),
    ("input.n", "max(%, 1)"),
    ("input.n", "(% ** 2)"),
    ("input.n", "format!(\"{}\", %)"),
];

#[test]
fn values_that_nest_deeply_are_inferred_once() {
    every(["jsonata", "jsonpath"], |language| {
        every(NESTED, |(innermost, around)| {
            let value = (0..30).fold(innermost.to_owned(), |inner, _| around.replace('%', &inner));
            compiled(&format!(
                "workflow W {{
                    query {language};
                    input {{ a: Option<String>, b: bool, c: Option<bool>, n: i64, o: Option<i64>, xs: Vec<i64> }}
                    pass A {{ v: {value} }} -> B;
                    choice B {{ if {value} -> C; else -> C; }}
                    succeed C {{ v: A.v, w: {value} }}
                }}"
            ));
        });
    });
}

#[test]
fn a_function_with_a_name_without_letters() {
    assert!(compiled("fn _ { pass A -> end; }").problems.iter().next().is_some());
}
