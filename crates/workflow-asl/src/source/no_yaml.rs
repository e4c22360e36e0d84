//! Replaces the YAML parser in builds without the feature `yaml`: returns an error that says so.

use super::layout::Layout;
use super::{Read, SourceError};
use crate::{Code, Diagnostic, Pointer};

pub(super) fn read(text: &str) -> Result<Read, Box<SourceError>> {
    let problem =
        Diagnostic::new(Code::NotJson, Pointer::root(), "YAML cannot be read here: this build only reads JSON")
            .with_help("turn on the feature `yaml`, or write the definition in JSON");
    Err(SourceError::at(problem, text, 0, 0))
}

pub(super) fn layout(_: &str) -> Layout {
    Layout::default()
}
