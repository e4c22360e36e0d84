//! Names, declared types, handlers, clauses.

use super::{finds, silent};

#[test]
fn names_are_unique() {
    finds(
        "pass A -> B; pass B -> end; parallel P { branch { pass A -> end; } } -> end;",
        &[
            "WF0202 A: two states are called `A` / the other is in the workflow itself; names are unique in the whole workflow: rename one",
        ],
    );
    finds("pass A -> A; pass A -> end;", &["WF0202 A: two states are called `A` / rename one"]);
    finds(
        r#"pass A as "B" -> B; pass B -> end;"#,
        &[r#"WF0203 "B": `B` and `A` are both called "B" in the document / give one of them another name after `as`"#],
    );
    silent(r#"pass A as "x" -> B; pass B as "y" -> end;"#);
    finds(
        r#"name "a b"; pass A -> end;"#,
        &[r#"WF0108 "a b": a state machine's name has no ' ' / letters, digits, `-` and `_` are safe"#],
    );
    silent(r#"name "a-b"; pass A -> end;"#);
    finds(
        "struct Metrics { x: f64 } enum Metrics { A } pass A -> end;",
        &["WF0208 Metrics: the type `Metrics` is declared twice"],
    );
    finds(
        "struct Metrics { x: f64, x: i64 } enum Mode { A, A } pass A -> end;",
        &["WF0208 x: `Metrics` has two fields called `x`", "WF0208 A: `Mode` has two variants called `A`"],
    );
    finds(
        r#"struct Metrics { #[serde(rename = "y")] x: f64, y: i64 } pass A -> end;"#,
        &[r#"WF0208 y: `x` and `y` are both called "y" in JSON / give one another `#[serde(rename = "…")]`"#],
    );
    finds(
        "struct Vec { x: f64 } pass A -> end;",
        &["WF0204 Vec: `Vec` is a type of the language / choose another name"],
    );
    finds(
        "enum WState { A } pass A -> end;",
        &["WF0208 WState: `WState` is the name of the enum of its states / choose another name"],
    );
    silent("struct Metrics { x: f64, y: i64 } enum Mode { A, B } pass A -> end;");
    finds(
        r#"retry r [States.ALL] { max_attempts: 1 } retry r [States.Timeout] { max_attempts: 1 } task T = lambda::invoke { FunctionName: "f" } retry r -> end;"#,
        &["WF0208 r: the retrier `r` is declared twice"],
    );
}

#[test]
fn types_are_known() {
    finds(
        "input { a: Strng } pass A -> end;",
        &[
            "WF0207 Strng: unknown type `Strng` / did you mean `String`? / a type of your own Rust code with this name is `self::Strng`",
        ],
    );
    finds(
        "input { a: Vec<Metric> } struct Metrics { x: f64 } pass A -> end;",
        &[
            "WF0207 Metric: unknown type `Metric` / did you mean `Metrics`? / a type of your own Rust code with this name is `self::Metric`",
        ],
    );
    silent("input { a: MyOwnType, b: Vec<Metrics>, c: crate::Thing } struct Metrics { x: f64 } pass A -> end;");
    finds(
        r#"task T = lambda::invoke<Metric> { FunctionName: "f" } -> end; struct Metrics { x: f64 }"#,
        &[
            "WF0207 Metric: unknown type `Metric` / did you mean `Metrics`? / a type of your own Rust code with this name is `self::Metric`",
        ],
    );
    finds(
        "struct Tree { left: Option<Tree>, x: i64 } pass A -> end;",
        &[
            "WF0217 Option<Tree>: `Tree` contains itself in the field `left` / put it in a `Vec`, or make the field `Json`",
        ],
    );
    finds(
        "struct A1 { b: B1 } struct B1 { a: A1 } pass A -> end;",
        &["WF0217 B1: `A1` contains itself in the field `b` / put it in a `Vec`, or make the field `Json`"],
    );
    silent("struct Tree { children: Vec<Tree> } pass A -> end;");
}

#[test]
fn retriers_and_catchers() {
    finds(
        r#"retry transient [States.ALL] { max_attempts: 2 } task T = lambda::invoke { FunctionName: "f" } retry transeint -> end;"#,
        &["WF0206 transeint: unknown retrier `transeint` / did you mean `transient`?"],
    );
    silent(
        r#"retry transient [States.ALL] { max_attempts: 2 } task T = lambda::invoke { FunctionName: "f" } retry transient -> end;"#,
    );
    finds(
        r#"retry transient [States.ALL] { max_attempts: 2 } task T = lambda::invoke { FunctionName: "f" } catch transient -> end;"#,
        &["WF0206 transient: unknown catcher `transient` / `transient` is a retrier: write `retry transient`"],
    );
    finds(
        r#"task T = lambda::invoke { FunctionName: "f" } catch other -> end;"#,
        &[
            "WF0206 other: unknown catcher `other` / declare it at the top of the workflow: `catch other [States.ALL] => Failed;`",
        ],
    );
    finds(
        r#"defaults { retry nope } task T = lambda::invoke { FunctionName: "f" } -> end;"#,
        &[
            "WF0206 nope: unknown retrier `nope` / declare it at the top of the workflow: `retry nope [States.ALL] { max_attempts: 3 }`",
        ],
    );
    finds(
        r#"catch failed [States.ALL] => Faild; task T = lambda::invoke { FunctionName: "f" } catch failed -> end; fail Failed { error: "x" }"#,
        &["WF0201 Faild: unknown state `Faild` / did you mean `Failed`?"],
    );
    finds(
        r#"catch failed [States.ALL] => Failed; defaults { catch failed } parallel P { branch { task B = lambda::invoke { FunctionName: "f" } -> end; } } catch failed -> end; fail Failed { error: "x" }"#,
        &[
            "WF0205 B: the catcher `failed` leads to `Failed`, which is in the workflow itself; `B` is in branch 1 of `P` / catch here into a state of this scope; `catch none` turns `defaults` off",
        ],
    );
    silent(
        r#"catch failed [States.ALL] => Failed; defaults { catch failed } parallel P { branch { task B = lambda::invoke { FunctionName: "f" } catch none -> end; } } catch failed -> end; fail Failed { error: "x" }"#,
    );
}

#[test]
fn clauses_are_of_the_states_language() {
    finds(
        r#"task T = lambda::invoke { FunctionName: "f" } result_path "$.x" -> end;"#,
        &[
            "WF0106 result_path: `result_path` is a clause of JSONPath; this state's language is JSONata / in JSONata keep values in variables with `assign`, or make the output with `output`",
        ],
    );
    silent(r#"query jsonpath; task T = lambda::invoke { FunctionName: "f" } result_path "$.x" -> end;"#);
    finds(
        r#"query jsonpath; task T = lambda::invoke { FunctionName: "f" } output { a: 1 } -> end;"#,
        &[
            "WF0106 output: `output` is a clause of JSONata; this state's language is JSONPath / in JSONPath a state's output is made by `result_selector`, `result_path` and `output_path`",
        ],
    );
    silent(r#"query jsonpath; task T = lambda::invoke { FunctionName: "f" } query jsonata output { a: 1 } -> end;"#);
    finds(
        r#"task T = lambda::invoke { FunctionName: "f" } catch [States.ALL] => F { result_path "$.e" } -> end; fail F { error: "x" }"#,
        &[
            "WF0106 result_path: `result_path` is a clause of JSONPath; this state's language is JSONata / in JSONata keep values in variables with `assign`, or make the output with `output`",
        ],
    );
    finds(
        "pass A { x: 1 } output { y: 1 } -> end;",
        &["WF0105 output: the output of `A` is given by the body already / leave out one of them"],
    );
    finds(
        r#"task T = lambda::invoke { FunctionName: "f" } arguments { FunctionName: "g" } -> end;"#,
        &["WF0105 arguments: the request of `T` is given by the body already / leave out one of them"],
    );
}
