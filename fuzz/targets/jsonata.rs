//! JSONata of any text.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(ast) = workflow_asl::jsonata::parse(text) {
        let _ = (ast.names(), ast.unsupported());
    }
});
