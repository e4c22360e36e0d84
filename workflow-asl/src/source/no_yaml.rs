//! What stands for YAML in a build without the feature `yaml`: a refusal that says so.

use super::layout::Layout;
use super::{Read, SourceError};
use crate::{Code, Diagnostic, Pointer};

pub(super) fn read(text: &str) -> Result<Read, Box<SourceError>> {
    let problem =
        Diagnostic::new(Code::NotJson, Pointer::root(), "YAML cannot be read here: this build reads JSON alone")
            .with_help("turn on the feature `yaml`, or write the definition in JSON");
    Err(SourceError::at(problem, text, 0, 0))
}

pub(super) fn layout(_: &str) -> Layout {
    Layout::default()
}
