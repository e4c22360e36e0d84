//! Transitions and their targets.

use super::{finds, silent};

#[test]
fn transitions_lead_to_states_of_the_same_scope() {
    finds(
        r#"pass A -> Faield; fail Failed { error: "x" }"#,
        &["WF0201 Faield: unknown state `Faield` / did you mean `Failed`?"],
    );
    silent(r#"pass A -> Failed; fail Failed { error: "x" }"#);
    finds(
        r#"pass A -> "No such"; pass B as "Not such" -> end;"#,
        &[r#"WF0201 "No such": unknown state "No such" / did you mean `Not such`?"#],
    );
    silent(r#"pass A -> "Not such"; pass B as "Not such" -> end;"#);
    finds(
        r#"pass A -> "B"; pass B as "Other" -> end;"#,
        &[r#"WF0201 "B": unknown state "B" / it is `B` here and "Other" in the document"#],
    );
    finds("pass A -> Ende;", &["WF0201 Ende: unknown state `Ende` / did you mean `end`?"]);
    finds(
        "pass A -> Elsewhere;",
        &["WF0201 Elsewhere: unknown state `Elsewhere` / declare it, such as `pass Elsewhere -> end;`"],
    );
    finds("start Go; pass Goo -> end;", &["WF0201 Go: unknown state `Go` / did you mean `Goo`?"]);
    silent("start Goo; pass Goo -> end;");
    finds(
        "parallel P { branch { pass A -> C; } branch { pass C -> end; } } -> D; succeed D;",
        &[
            "WF0205 C: `C` is in branch 2 of `P`, this is in branch 1 of `P`: no transition leads from one to the other / end here with `-> end`, and let `P` go on from there",
        ],
    );
    finds(
        "pass X -> A; parallel P { branch { pass A -> end; } } -> end;",
        &["WF0205 A: `A` is in branch 1 of `P`: no transition leads into it / go to `P`, which runs it"],
    );
    finds(
        "map M over [1] { pass A -> D; } -> D; succeed D;",
        &[
            "WF0205 D: `D` is in the workflow itself, this is in the map `M`: no transition leads from one to the other / end here with `-> end`, and let `M` go on from there",
        ],
    );
    finds(
        r#"task T = lambda::invoke { FunctionName: "f" } catch [States.ALL] => Nowhere -> end;"#,
        &["WF0201 Nowhere: unknown state `Nowhere` / declare it, such as `pass Nowhere -> end;`"],
    );
    finds(
        "choice C { if state.x == 1 -> Nowhere; else -> D; } succeed D;",
        &["WF0201 Nowhere: unknown state `Nowhere` / declare it, such as `pass Nowhere -> end;`"],
    );
}

#[test]
fn states_say_where_to_go() {
    finds("pass A; pass B -> end;", &["WF0303 A: `A` has no transition / add `-> B`, or `-> end`"]);
    silent("pass A -> B; pass B -> end;");
    finds("wait W1 for 5s;", &["WF0303 W1: `W1` has no transition / add `-> end`, or `-> State`"]);
    finds(
        "parallel P { branch { pass A; } } -> end;",
        &["WF0303 A: `A` has no transition / add `-> end`, or `-> State`"],
    );
    finds("", &["WF0304 workflow W: the workflow `W` has no states / declare one, such as `pass Hello -> end;`"]);
    finds(
        "parallel P { branch { } } -> end;",
        &["WF0304 branch: this branch has no states / declare one, such as `pass Hello -> end;`"],
    );
}
