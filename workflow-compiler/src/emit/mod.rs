//! Compiled workflows to Rust tokens: for editors first, then the types, then what is wrong.
//!
//! The order matters. An editor expands the macro twice, the second time with a marker where the
//! cursor is, and takes the marker's offset for an offset into the first expansion. So what it looks
//! at comes first, and nothing that depends on whether the input is right stands before it.

mod data;
mod handled_tasks;
pub mod ide;
mod mirror;
mod module;
mod name;
mod object_keys;
mod questions;
mod report;
mod shape;
mod style;
mod value_type;
mod workflow;

use proc_macro2::TokenStream;
use quote::quote;

use crate::{Compilation, Surroundings};

pub(crate) use questions::spanned;

/// Returns the Rust code for what was compiled. `krate` is the path of workflow-runtime as the caller knows it.
pub(crate) fn emit(krate: &TokenStream, compilation: &Compilation, surroundings: Surroundings<'_>) -> TokenStream {
    let editor = surroundings.editor;
    let mirror = editor.then(|| mirror::mirror(krate, compilation));
    let items = compilation.workflows.iter().map(|workflow| workflow::items(krate, workflow, editor));
    let reports = report::reports(compilation, surroundings);
    // Their calls have the user's words, which an editor would show as what those mean.
    let asked = compilation.workflows.iter().filter(|_| !editor);
    let questions = asked.map(|workflow| questions::questions(krate, workflow));
    quote! { #mirror #(#items)* #reports #(#questions)* }
}
