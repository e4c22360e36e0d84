//! Emits Rust tokens for compiled workflows: first the mirror for editors, then the types, then the problems.
//!
//! The order matters. An editor expands the macro twice, the second time with a marker at the cursor, and uses the
//! marker's offset in the first expansion. So the mirror comes first, whether the input is valid or not.

mod data;
mod handled_tasks;
pub mod ide;
mod json_schema;
mod known_words;
mod mirror;
mod module;
mod name;
mod object_keys;
mod questions;
mod report;
mod shape;
mod style;
mod value_type;
mod variants;
mod workflow;

use proc_macro2::TokenStream;
use quote::quote;

use crate::compilation::{Compilation, Surroundings};

pub(crate) use questions::spanned;

/// Returns the Rust code for a compilation. `krate` is the caller's path of workflow-runtime.
pub(crate) fn emit(krate: &TokenStream, compilation: &Compilation, surroundings: Surroundings<'_>) -> TokenStream {
    let editor = surroundings.editor;
    let mirror = editor.then(|| mirror::mirror(krate, compilation));
    let items = compilation.workflows.iter().map(|workflow| workflow::items(krate, workflow, editor));
    let reports = report::reports(compilation, surroundings);
    // Their calls have the user's words, which an editor would show with a wrong meaning.
    let asked = compilation.workflows.iter().filter(|_| !editor);
    let questions = asked.map(|workflow| questions::questions(krate, workflow));
    let files = compilation.imported.paths().map(|path| workflow::tracked(&TokenStream::new(), path));
    quote! { #mirror #(#items)* #(#files)* #reports #(#questions)* }
}
