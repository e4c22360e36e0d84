//! Every row of the table of JSONata's functions is known here, by its name and its signature alone.

use workflow_asl::jsonata::{FUNCTIONS, Function, Origin};

use proc_macro2::TokenStream;

use super::function::{self, Argument};
use crate::problem::Problems;

fn rows() -> impl Iterator<Item = &'static Function> {
    FUNCTIONS.iter().filter(|row| row.origin != Origin::Removed)
}

/// Returns the messages about a workflow of this body.
fn problems(inside: &str) -> Vec<String> {
    let tokens: TokenStream = format!("workflow W {{ {inside} }}").parse().expect("the test's tokens");
    let mut problems = Problems::default();
    for workflow in &crate::syntax::parse(tokens, &mut problems).workflows {
        super::check(workflow, &mut problems);
    }
    problems.iter().map(|problem| format!("{} / {}", problem.message, problem.help.join(" / "))).collect()
}

/// Returns what is found in a call of these arguments.
fn call(name: &str, arguments: &[&str]) -> Vec<String> {
    problems(&format!("query jsonata; pass A {{ v: ${name}({}) }} -> end;", arguments.join(", ")))
}

/// Returns a value that the checks take for an argument.
fn fitting(argument: Argument) -> &'static str {
    match argument {
        Argument::Any => "1",
        Argument::Text => "\"MD5\"",
        Argument::Texts => "[\"a\"]",
        Argument::Number => "1",
        Argument::Numbers => "[1]",
        Argument::Bool => "true",
        Argument::Object => "{ a: 1 }",
        Argument::Objects => "[{ a: 1 }]",
    }
}

fn arguments(row: &Function, count: usize) -> Vec<&'static str> {
    let function = function::Function::from_name(&format!("${}", row.name)).unwrap();
    (0..count).map(|index| fitting(function.argument(index))).collect()
}

#[test]
fn a_row_is_enough_to_call_the_function() {
    for row in rows() {
        let (least, most) = row.arguments();
        for count in least..=most.unwrap_or(least + 2) {
            assert_eq!(call(row.name, &arguments(row, count)), [""; 0], "{} of {count}", row.name);
        }
    }
}

#[test]
fn a_row_says_how_many_arguments_there_are() {
    for row in rows() {
        let (least, most) = row.arguments();
        let wrong = [least.checked_sub(1), most.map(|most| most + 1)].into_iter().flatten();
        for count in wrong {
            let found = call(row.name, &arguments(row, count)).join("\n");
            assert!(
                found.contains(&format!("`${}` takes ", row.name)) && found.contains(&format!(", not {count}")),
                "{found}"
            );
        }
    }
}

#[test]
fn a_row_says_what_the_arguments_are() {
    for row in rows() {
        for (index, parameter) in row.parameters().enumerate() {
            let wrong = match (parameter.kinds, parameter.items) {
                ("s" | "b" | "o", _) => "1",
                ("n", _) | ("a", Some("n" | "o")) => "\"MD5\"",
                ("a", Some("s")) => "[1]",
                _ => continue,
            };
            let mut given = arguments(row, row.parameters().count());
            given[index] = wrong;
            let found = call(row.name, &given).join("\n");
            assert!(found.contains(&format!("`${}` takes ", row.name)), "{} {given:?}: {found}", row.name);
        }
    }
}

#[test]
fn a_row_says_what_the_function_gives() {
    for row in rows().filter(|row| matches!(row.result(), Some(("s", None)))) {
        let call = format!("${}({})", row.name, arguments(row, row.arguments().0).join(", "));
        let number = problems(&format!("query jsonata; pass A {{ v: $abs({call}) }} -> end;"));
        assert!(number.join("\n").contains("`$abs` takes a number here"), "{call}: {number:?}");
    }
}

#[test]
fn a_row_is_offered_for_a_name_like_it() {
    for row in rows().filter(|row| row.name.len() > 3) {
        let misspelt = format!("{}x", row.name);
        if rows().any(|row| row.name == misspelt) {
            continue;
        }
        let found = call(&misspelt, &arguments(row, row.arguments().0)).join("\n");
        assert!(found.contains(&format!("`${}`", row.name)), "{found}");
    }
}
