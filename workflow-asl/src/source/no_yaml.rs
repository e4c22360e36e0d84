//! What stands for YAML in a build without the feature `yaml`: a refusal that says so.

use serde_json::Value;

use super::SourceError;
use super::layout::Layout;
use crate::{Code, Diagnostic, Pointer};

pub(super) fn read(text: &str) -> Result<Value, Box<SourceError>> {
    let problem =
        Diagnostic::new(Code::NotJson, Pointer::root(), "YAML cannot be read here: this build reads JSON alone")
            .with_help("turn on the feature `yaml`, or write the definition in JSON");
    Err(SourceError::at(problem, text, 0, 0))
}

pub(super) fn layout(_: &str) -> Layout {
    Layout::default()
}
