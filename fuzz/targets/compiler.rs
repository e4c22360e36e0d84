//! Tokens of any text in `workflow!`: compiled or refused, the formatter included.

#![no_main]

use std::str::FromStr;

use libfuzzer_sys::fuzz_target;
use proc_macro2::TokenStream;
use workflow_format::{Style, format_body};

fuzz_target!(|text: &str| {
    // Nothing of the run before is kept, else memory grows without end.
    proc_macro2::extra::invalidate_current_thread_spans();
    let Ok(tokens) = TokenStream::from_str(text) else { return };
    // The compiler turns its panics into messages.
    let compiled = workflow_compiler::compile(tokens);
    assert_eq!(compiled.bugs, [""; 0]);
    if let Ok(formatted) = format_body(text, &Style::default()) {
        assert_eq!(format_body(&formatted, &Style::default()).expect("what was formatted is a body"), formatted);
    }
});
