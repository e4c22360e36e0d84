//! Files of any bytes, as JSON and as YAML: read or refused with a place inside the text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use workflow_asl::document::MachineType;
use workflow_asl::rules;
use workflow_asl::source::{Format, Source};

fuzz_target!(|bytes: &[u8]| {
    for format in [Format::Json, Format::Yaml] {
        match Source::read(bytes, format) {
            Ok(source) => {
                let found = rules::check_definition(source.value(), MachineType::Standard);
                assert_eq!(source.locate(&found).len(), found.len());
            }
            Err(error) => assert!(error.location.line <= bytes.len() + 1),
        }
    }
});
