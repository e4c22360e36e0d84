//! Tests that the module of words in workflow-runtime agrees with the tables of the language.

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../workflow-runtime/src/private/ide.rs");

#[test]
fn the_module_of_words_is_up_to_date() {
    let wanted = workflow_compiler::emit::ide::module();
    if std::env::var_os("WORKFLOW_BLESS").is_some() {
        std::fs::write(PATH, &wanted).unwrap();
    }
    let found = std::fs::read_to_string(PATH).unwrap();
    assert!(found == wanted, "run `WORKFLOW_BLESS=1 cargo test -p workflow-compiler --test it ide_module`");
}
