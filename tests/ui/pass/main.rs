//! Workflows in every position and form that must compile, without a warning, and run. Each file has a `main` with what it
//! asserts.

pub mod absent;
pub mod anywhere;
pub mod attributes;
pub mod deny_everything;
pub mod from;
pub mod handed_on;
pub mod handler;
pub mod names_inside;
pub mod nested;
pub mod own_types;
pub mod schema;
pub mod without_prelude;

#[test]
fn right_workflows_run() {
    absent::main();
    anywhere::main();
    attributes::main();
    deny_everything::main();
    from::main();
    handed_on::main();
    handler::main();
    names_inside::main();
    nested::main();
    own_types::main();
    schema::main();
    without_prelude::main();
}
