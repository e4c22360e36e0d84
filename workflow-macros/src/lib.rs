//! The procedural macro behind workflow-runtime's `workflow!`, where its documentation is.

use proc_macro::TokenStream;

/// Expands `workflow!`. The tokens begin with the path of workflow-runtime in brackets.
#[proc_macro]
pub fn expand(tokens: TokenStream) -> TokenStream {
    workflow_compiler::expand(tokens.into(), &position).into()
}

/// Line and column. Where spans have none, as in rust-analyzer, all are at the very start,
/// where no token within a macro call can be.
fn position(span: proc_macro2::Span) -> Option<workflow_compiler::Position> {
    let span = span.unwrap();
    Some((span.line(), span.column())).filter(|position| *position != (1, 1))
}
