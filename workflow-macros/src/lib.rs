//! The procedural macro behind workflow-runtime's `workflow!`, where its documentation is.

use std::path::Path;

use proc_macro::TokenStream;
use workflow_compiler::Surroundings;

/// Expands `workflow!`. The tokens begin with the path of workflow-runtime in brackets.
#[proc_macro]
pub fn expand(tokens: TokenStream) -> TokenStream {
    // Of the crate that is compiled, not of this one.
    let folder = std::env::var_os("CARGO_MANIFEST_DIR");
    let folder = folder.as_deref().map(Path::new);
    let surroundings = Surroundings { locate: &position, folder, editor: !is_compiler() };
    workflow_compiler::expand(tokens.into(), surroundings).into()
}

/// Whether rustc runs this, or a tool with rustc in it: no editor's server is called so.
fn is_compiler() -> bool {
    let program = std::env::current_exe().unwrap_or_default();
    let name = program.file_stem().and_then(|name| name.to_str());
    matches!(name, Some("rustc" | "rustdoc" | "clippy-driver" | "miri"))
}

/// Expands `#[derive(Schema)]`; its documentation is at the trait.
#[proc_macro_derive(Schema, attributes(serde, schema))]
pub fn schema(tokens: TokenStream) -> TokenStream {
    workflow_compiler::schema::derive(tokens.into()).into()
}

/// Line and column. Where spans have none, as in rust-analyzer, all are at the very start,
/// where no token within a macro call can be.
fn position(span: proc_macro2::Span) -> Option<workflow_compiler::Position> {
    let span = span.unwrap();
    Some((span.line(), span.column())).filter(|position| *position != (1, 1))
}
