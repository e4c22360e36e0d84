//! Operators, functions, numbers.

use super::{finds, silent};

#[test]
fn numbers_are_in_range() {
    finds(
        r#"task T = lambda::invoke { FunctionName: "f" } retry [States.ALL] { interval: 999999999s, max_attempts: 1.5, backoff: 0.5, max_delay: 0s, jitter: "half" } -> end;"#,
        &[
            "WF0603 999999999s: `interval` must be between 0 and 99999999 seconds, found 999999999 seconds",
            "WF0603 1.5: `max_attempts` must be a whole number, found 1.5",
            "WF0603 0.5: `backoff` must be at least 1, found 0.5",
            "WF0603 0s: `max_delay` must be between 1 and 31622400 seconds, found 0 seconds",
            r#"WF0126 "half": `jitter` is `none` or `full`"#,
        ],
    );
    silent(
        r#"task T = lambda::invoke { FunctionName: "f" } retry [States.ALL] { interval: 30s, max_attempts: 0, backoff: 1.0, max_delay: 1h, jitter: full } timeout 1s heartbeat 1s -> end;"#,
    );
    finds(
        r#"retry r [States.ALL] { max_attempts: "three" } task T = lambda::invoke { FunctionName: "f" } retry r timeout 0s heartbeat 0s -> end;"#,
        &[
            r#"WF0403 "three": `max_attempts` takes a number"#,
            "WF0603 0s: `timeout` must be between 1 and 99999999 seconds, found 0 seconds",
            "WF0603 0s: `heartbeat` must be between 1 and 99999999 seconds, found 0 seconds",
        ],
    );
    finds(
        r#"task T = lambda::invoke { FunctionName: "f" } retry [States.ALL] { max_attempts: state.n } -> end;"#,
        &["WF0404 state: `state.n` is not there in this field / AWS takes it as it is: write a literal, or `params.…`"],
    );
    finds(
        "timeout 0s; pass A -> end;",
        &["WF0603 0s: `timeout` must be between 1 and 99999999 seconds, found 0 seconds"],
    );
    silent("timeout 7d; pass A -> end;");
    finds("wait A for 5.5 -> end;", &["WF0603 5.5: `for` must be a whole number, found 5.5"]);
    finds(
        "map M over [1] { pass B -> end; } max_concurrency -1 -> end;",
        &["WF0603 -1: `max_concurrency` must be at least 0, found -1"],
    );
    finds(
        "map M over [1] { pass B -> end; } distributed tolerate 120% tolerate count 3 -> end;",
        &["WF0603 120%: `tolerate` must be between 0 and 100, found 120"],
    );
}

#[test]
fn operators_have_operands_of_their_types() {
    finds(
        r#"input { n: i64, s: String } choice C { if input.n == "3" -> A; else -> A; } pass A -> end;"#,
        &[
            r#"WF0403 "3": `input.n` (an integer) cannot be compared with `"3"` (String) / without quotes it is a number: `3`"#,
        ],
    );
    finds(
        r#"input { n: i64, s: String } choice C { if input.s == 3 -> A; if input.s == input.n -> A; if "a" < 3 -> A; else -> A; } pass A -> end;"#,
        &[
            r#"WF0403 3: `input.s` (String) cannot be compared with `3` (an integer) / in quotes it is text: `"3"`"#,
            "WF0403 input.n: `input.s` (String) cannot be compared with `input.n` (an integer)",
            r#"WF0403 3: `"a"` (String) cannot be compared with `3` (an integer)"#,
        ],
    );
    silent(
        r#"input { n: i64, f: f64, s: String, t: Timestamp, x: Json } choice C { if input.n == input.f -> A; if input.s == "3" -> A; if input.t < "2026-01-01T00:00:00Z" -> A; if state.x == 3 -> A; else -> A; } pass A -> end;"#,
    );
    finds(
        "input { n: i64, o: Option<i64> } choice C { if input.n == null -> A; if input.o == null -> A; else -> A; } pass A -> end;",
        &["WF0403 null: `input.n` (an integer) is never `null` / declare it `Option<i64>`, if it may be null"],
    );
    finds(
        "input { s: String, b: bool } pass A { a: input.s * 2, b: -input.s, c: input.s + 1, d: input.b + 1, e: input.b < true } -> end;",
        &[
            "WF0403 input.s: `*` needs numbers, found `String` / make it a number: `$number(input.s)`",
            "WF0403 input.s: `-` needs a number, found `String`",
            "WF0403 +: `+` cannot join `String` and an integer / make the number text: `$string(1)`",
            "WF0403 input.b: `+` adds numbers or joins text, found `bool`",
            "WF0403 input.b: `<` compares numbers and text, found `bool`",
        ],
    );
    silent(
        r#"input { s: String, n: i64 } pass A { a: input.n * 2, b: -input.n, c: input.s + "1", d: input.n % 2 + 1 } -> end;"#,
    );
    finds(
        "query jsonpath; input { s: String, n: i64 } pass A { c: input.s + input.n } -> end;",
        &[
            r#"WF0403 +: `+` cannot join `String` and an integer / fill it in: `States.Format("{}{}", input.s, input.n)`"#,
        ],
    );
    finds(
        "input { s: String, n: i64 } choice C { if input.n -> A; if !input.s -> A; if input.n == 1 && input.s -> A; else -> A; } pass A -> end;",
        &[
            "WF0403 input.n: a condition must be `bool`, found an integer / compare it: `input.n != 0`",
            r#"WF0403 input.s: a condition must be `bool`, found `String` / compare it: `input.s == "…"`"#,
            r#"WF0403 input.s: a condition must be `bool`, found `String` / compare it: `input.s == "…"`"#,
        ],
    );
    finds(
        "input { n: i64, t: Timestamp } wait W1 for input.t -> X; wait X until input.n -> end;",
        &[
            "WF0403 input.t: `for` takes a duration or a whole number of seconds, found `Timestamp` / for a point in time write `until`",
            "WF0403 input.n: `until` takes a timestamp, found an integer / for a number of seconds write `for`",
        ],
    );
    silent("input { n: i64, t: Timestamp } wait W1 for input.n -> X; wait X until input.t -> end;");
    finds(
        "input { n: i64 } map M over input.n { pass X -> end; } -> end; fail F { error: input.n }",
        &[
            "WF0403 input.n: a map goes over an array, found an integer",
            "WF0403 input.n: `error` and `cause` must be text, found an integer",
        ],
    );
}

#[test]
fn optional_values_are_tested_first() {
    finds(
        r#"input { note: Option<String> } choice C { if input.note == "x" -> A; else -> A; } pass A -> end;"#,
        &[
            "WF0406 input.note: `input.note` may be absent: it is `Option<String>` / test it first: `is_present(input.note) && …` / or give a default: `(input.note ?? \"\")`",
        ],
    );
    finds(
        r#"query jsonpath; input { note: Option<String> } choice C { if input.note == "x" -> A; else -> A; } pass A -> end;"#,
        &[
            "WF0406 input.note: `input.note` may be absent: it is `Option<String>` / test it first: `is_present(input.note) && …`",
        ],
    );
    silent(
        r#"input { note: Option<String> } choice C { if is_present(input.note) && input.note == "x" -> A; if !is_present(input.note) || input.note == "y" -> A; else -> A; } pass A -> end;"#,
    );
    silent(
        r#"input { note: Option<String> } choice C { if !is_present(input.note) -> A; if input.note == "x" -> A; else -> B; } pass A -> end; pass B { x: input.note + "!" } -> end;"#,
    );
    finds(
        r#"input { note: Option<String> } choice C { if !is_present(input.note) -> A; else -> B; } pass A -> B; pass B { x: input.note + "!" } -> end;"#,
        &[
            "WF0406 input.note: `input.note` may be absent: it is `Option<String>` / test it first: `is_present(input.note) && …` / or give a default: `(input.note ?? \"\")`",
        ],
    );
    finds(
        r#"input { note: Option<String>, n: Option<i64> } pass A { a: (input.note ?? "none") + "!", b: -input.n, c: if is_present(input.n) { input.n + 1 } else { 0 } } -> end;"#,
        &[
            "WF0406 input.n: `input.n` may be absent: it is `Option<i64>` / test it first: `is_present(input.n) && …` / or give a default: `(input.n ?? 0)`",
        ],
    );
    finds(
        r#"input { order: Option<Order> } struct Order { id: String } choice C { if input.order.id == "x" -> A; if is_present(input.order) && input.order.id == "x" -> A; else -> A; } pass A -> end;"#,
        &[
            "WF0406 input.order.id: `input.order.id` may be absent: it is `Option<String>` / test it first: `is_present(input.order.id) && …` / or give a default: `(input.order.id ?? \"\")`",
        ],
    );
}

#[test]
fn functions_have_their_arguments() {
    finds(
        r#"input { s: String } pass A { a: $nope(1), b: $substring(input.s), c: $sum(input.s), d: $eval("1"), e: is_presnt(input.s) } -> end;"#,
        &[
            "WF0216 $nope: unknown function `$nope` / did you mean `$not`?",
            "WF0409 $substring: `$substring` takes 2 to 3 arguments, not 1",
            "WF0409 input.s: `$sum` takes an array of numbers here, found `String`",
            "WF0216 $eval: unknown function `$eval` / Step Functions leaves `$eval` out of JSONata; `$parse` reads JSON",
            "WF0216 is_presnt: unknown function `is_presnt` / did you mean `is_present`?",
        ],
    );
    silent(
        r#"input { s: String, xs: Vec<i64> } pass A { a: $substring(input.s, 1), b: $sum(input.xs), c: $uuid(), d: $string(1) + "x" } -> end;"#,
    );
    finds(
        r#"pass A { a: States.Format("x{}", 1) } -> end;"#,
        &[
            r#"WF0216 States.Format: `States.Format` is a function of JSONPath; this state's language is JSONata / in JSONata: `"…" + x`"#,
        ],
    );
    finds(
        r#"query jsonpath; pass A { a: $uuid(), b: States.MathAdd(1, "x"), c: States.Fromat("x"), d: States.ArrayLength(state.x, 1) } -> end;"#,
        &[
            "WF0405 $uuid: `$uuid` is a function of JSONata; this state's language is JSONPath / say `query jsonata` on the state",
            r#"WF0409 "x": `States.MathAdd` takes a number here, found `String`"#,
            "WF0216 States.Fromat: unknown function `States.Fromat` / did you mean `States.Format`?",
            "WF0409 States.ArrayLength: `States.ArrayLength` takes 1 argument, not 2",
        ],
    );
    silent(
        r#"query jsonpath; pass A { a: States.UUID(), b: States.MathAdd(1, 2), c: States.Format("x{}", state.y) } -> end;"#,
    );
    finds(
        "query jsonpath; choice C { if NumericEquals(state.a, 3) && StringMatches(state.b) -> A; else -> A; } pass A -> end;",
        &["WF0409 StringMatches: `StringMatches` takes 2 arguments, not 1"],
    );
}
