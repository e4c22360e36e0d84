//! Where something is in a file, as compilers print it.

use std::fmt;
use std::path::Path;

/// A file, a line and a column, both counted from 1.
pub(crate) struct Place<'a> {
    pub(crate) file: &'a Path,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  --> {}:{}:{}", self.file.display(), self.line, self.column)
    }
}
