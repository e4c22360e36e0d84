//! Choices: exhaustive or not, arms that are never taken.

use super::{finds, silent};

#[test]
fn choices_are_exhaustive_or_say_that_they_are_not() {
    finds(
        "enum Mode { Fast, Full } input { mode: Mode } choice C match input.mode { Mode::Fast => A } pass A -> end;",
        &[
            "WF0305 C: `C` matches nothing where `input.mode` is `Mode::Full` / add an arm for all other cases: `_ => A` / or say that the execution fails then: `choice C nonexhaustive match …`",
        ],
    );
    silent(
        r#"enum Mode { Fast, Full } input { mode: Mode } choice C match input.mode { Mode::Fast => A, "Full" => A } pass A -> end;"#,
    );
    silent(
        "enum Mode { Fast, Full } input { mode: Mode } choice C { if input.mode == Mode::Fast -> A; if input.mode != Mode::Fast -> A; } pass A -> end;",
    );
    finds(
        "input { b: bool } choice C { if input.b -> A; } pass A -> end;",
        &[
            "WF0305 C: `C` matches nothing where `input.b` is `false` / add an arm for all other cases: `else -> A` / or say that the execution fails then: `choice C nonexhaustive { … }`",
        ],
    );
    silent("input { b: bool } choice C { if input.b -> A; if !input.b -> A; } pass A -> end;");
    finds(
        "input { b: Option<bool> } choice C match input.b { true => A, false => A } pass A -> end;",
        &[
            "WF0305 C: `C` matches nothing where `input.b` is absent / add an arm for all other cases: `_ => A` / or say that the execution fails then: `choice C nonexhaustive match …`",
        ],
    );
    finds(
        "input { n: i64 } choice C { if input.n > 3 -> A; } choice D match input.n { 1 => A, 2 => A } pass A -> end;",
        &[
            "WF0305 C: `C` may match nothing: it has no `else` / add an arm for all other cases: `else -> D` / or say that the execution fails then: `choice C nonexhaustive { … }`",
            "WF0305 D: `D` may match nothing: it has no `_` / add an arm for all other cases: `_ => A` / or say that the execution fails then: `choice D nonexhaustive match …`",
        ],
    );
    silent(
        "input { n: i64 } choice C nonexhaustive { if input.n > 3 -> A; } choice D match input.n { 1 => A, _ => A } pass A -> end;",
    );
    finds(
        "input { n: i64 } choice C nonexhaustive { if input.n > 3 -> A; else -> A; } pass A -> end;",
        &[
            "WF0106 nonexhaustive: `nonexhaustive` says that no arm may match, but `else` always does / leave out `nonexhaustive`, or the arm `else`",
        ],
    );
    finds(
        "input { n: i64 } choice C { else -> A; if input.n > 3 -> A; else -> A; } pass A -> end;",
        &[
            "WF0306 if input.n > 3 -> A: this arm is never taken: `else` stands before it / move `else` to the end",
            "WF0306 else: `else` is given twice",
        ],
    );
    finds(
        "input { n: i64 } choice C { if input.n > 3 -> A; if (input.n > 3) -> A; else -> A; } choice D match input.n { 1 => A, 2 | 1 => A, _ => A } pass A -> end;",
        &[
            "WF0306 (input.n > 3): this arm is never taken: one before it takes the same / leave it out, or correct its condition",
            "WF0306 1: this pattern is never reached: one before it takes the same",
        ],
    );
    silent("choice C match state.x { true => A, false => A } pass A -> end;");
    finds(
        "choice C match state.x { true => A } pass A -> end;",
        &[
            "WF0305 C: `C` matches nothing where `state.x` is `false` / add an arm for all other cases: `_ => A` / or say that the execution fails then: `choice C nonexhaustive match …`",
        ],
    );
}
