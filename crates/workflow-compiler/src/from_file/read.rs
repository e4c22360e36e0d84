//! Finds, reads and parses the file of `from`.

use std::path::Path;

use workflow_asl::source::{Format, Source};

use crate::crate_file::bytes;
use crate::problem::{DocumentPlace, Problem};
use crate::syntax::ast::Text;

/// Reads the document.
pub(super) fn read(file: &Text, folder: Option<&Path>) -> Result<Source, Problem> {
    let bytes = bytes(file, folder)?;
    Source::read(&bytes, Format::of_path(Path::new(&file.value))).map_err(|error| {
        let help = error.diagnostic.help().into_iter().collect();
        let message = error.diagnostic.message();
        let place = DocumentPlace {
            file: file.value.clone(),
            line: error.location.line,
            column: error.location.column,
            pointer: error.diagnostic.pointer,
        };
        Problem { help, place: Some(Box::new(place)), ..Problem::new(error.diagnostic.code, file.span, message) }
    })
}
