//! Intrinsic functions of any text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use workflow_asl::intrinsic::Intrinsic;

fuzz_target!(|text: &str| {
    if let Ok(intrinsic) = Intrinsic::parse(text) {
        assert_eq!(intrinsic.source(), text);
        let _ = intrinsic.paths();
    }
});
