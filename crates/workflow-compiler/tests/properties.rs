//! Tests properties that workflows declare: their expansion, and that the definition does not change.

use proc_macro2::TokenStream;
use workflow_asl::property;
use workflow_compiler::syntax::keyword::SETTINGS;
use workflow_compiler::{Compilation, Surroundings, compile, expand};

const STATES: &str = r#"
    task Reserve = lambda::invoke { FunctionName: "reserve" } -> Each;
    map Each over input.lines { task One as "Book one" = lambda::invoke { FunctionName: "one" } -> end; } -> Ship;
    task Ship as "Ship it" = lambda::invoke { FunctionName: "ship" } catch [States.ALL] -> Failed -> or;
    succeed or;
    fail Failed { error: "NotShipped" }
    input { lines: Vec<Json> }
"#;

fn workflow(properties: &str) -> TokenStream {
    format!("workflow Order {{ {properties} {STATES} }}").parse().unwrap()
}

fn compiled(tokens: TokenStream) -> Compilation {
    let compilation = compile(tokens);
    let problems: Vec<_> = compilation.problems.iter().map(|problem| problem.text()).collect();
    assert!(problems.is_empty(), "{problems:?}");
    compilation
}

fn texts(compilation: &Compilation) -> Vec<&str> {
    compilation.workflows[0].properties.iter().map(|property| property.text.as_str()).collect()
}

#[test]
fn they_have_the_names_of_the_document() {
    let compilation = compiled(workflow(
        r#"
        /// Nothing that is reserved
        /// stays here.
        property after Reserve: Ship or Failed;
        property at most once One;
        property no "Book one" after "Ship it";
        property ends in "or" or Failed;
        property after One failed with States.Timeout: Ship entered until Failed;
        property never both Ship succeeded and Failed entered unless Reserve failed with "My.Error";
        property output has total: "1" or "2" since Ship;
        "#,
    ));
    let written = [
        "after Reserve: \"Ship it\" or Failed",
        "at most once \"Book one\"",
        "no \"Book one\" after \"Ship it\"",
        "ends in \"or\" or Failed",
        "after \"Book one\" failed with States.Timeout: \"Ship it\" until Failed",
        "never both \"Ship it\" and Failed entered unless Reserve failed with My.Error",
        "output has total: 1 or 2 since \"Ship it\"",
    ];
    assert_eq!(texts(&compilation), written);
    let comment = compilation.workflows[0].properties[0].comment.as_deref();
    assert_eq!(comment, Some("Nothing that is reserved\nstays here."));
}

#[test]
fn the_definition_does_not_change() {
    let with = compiled(workflow("property after Reserve: Ship; property Reserve before Ship;"));
    let without = compiled(workflow(""));
    assert_eq!(with.workflows[0].definition.to_string(), without.workflows[0].definition.to_string());
}

#[test]
fn only_a_workflow_that_declares_some_has_more_code() {
    for editor in [false, true] {
        let expanded = |properties: &str| {
            let surroundings = Surroundings { editor, ..Surroundings::default() };
            expand(workflow(properties), surroundings).to_string()
        };
        assert!(!expanded("").contains("PROPERTIES") && !expanded("").contains("# Properties"));
        let with = expanded("/// It is sent.\nproperty after Reserve: Ship;");
        assert!(with.contains(r#"["after Reserve: \"Ship it\""]"#), "{with}");
        assert!(
            with.contains(
                r#"# Properties\n\n Every execution has them:\n\n - `after Reserve: \"Ship it\"`: It is sent.""#
            ),
            "{with}"
        );
    }
}

#[test]
fn editors_know_each_word_of_the_syntax() {
    let (_, known) = SETTINGS.iter().find(|(after, _)| *after == "property").unwrap();
    for word in property::words() {
        assert!(known.iter().any(|keyword| keyword.word == word), "{word}");
    }
}
