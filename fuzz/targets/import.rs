//! Definitions of any JSON, written in the language: what comes out compiles to a definition with the same meaning, and
//! is formatted.

#![no_main]

use std::str::FromStr;

use libfuzzer_sys::fuzz_target;
use proc_macro2::{TokenStream, TokenTree};
use workflow_format::{Style, format_file};
use workflow_import::{ImportOptions, import, is_same};

fuzz_target!(|bytes: &[u8]| {
    // Nothing of the run before is kept, else memory grows without end.
    proc_macro2::extra::invalidate_current_thread_spans();
    let Ok(definition) = serde_json::from_slice::<serde_json::Value>(bytes) else { return };
    let Ok(imported) = import(&definition, &ImportOptions::new("Fuzzed")) else { return };
    let tokens = TokenStream::from_str(&imported.source).expect("an imported workflow is Rust");
    let Some(TokenTree::Group(body)) = tokens.into_iter().last() else { panic!("an imported workflow has braces") };
    let compiled = workflow_compiler::compile(body.stream());
    let made = &compiled.workflows[0].definition;
    assert!(is_same(&definition, made), "{}\n{definition}\n{made}", imported.source);
    assert_eq!(format_file(&imported.source, &Style::default()).expect("it is formatted"), imported.source);
});
