//! Tests the diagram in the documentation of a workflow.

use workflow_compiler::Surroundings;

#[test]
fn the_documentation_shows_the_graph() {
    let tokens = "[::workflow_runtime] pub workflow Greet { pass Hello -> Bye; succeed Bye {} }".parse().unwrap();
    let expansion = workflow_compiler::expand(tokens, Surroundings::default()).to_string();
    let picture = expansion.split("cfg_attr (doc , doc = \"\\n\\n").nth(1).unwrap();
    assert!(picture.starts_with("<img alt=\\\"A state machine with 2 states. It starts at “Hello”."), "{picture}");
    assert!(picture.contains("src=\\\"data:image/svg+xml;base64,"));
}
