//! The limits of the local engine. AWS reads more, but not into the memory of one process.

use workflow_asl::limits::CSV_HEADER_BYTES;

/// The maximum size of one object, decompressed, in bytes.
pub(crate) const OBJECT_BYTES: u64 = 256 * 1024 * 1024;

/// The maximum number of values in all items together: members of rows, items of arrays, and values in them.
pub(super) const VALUES: usize = 5_000_000;

/// The state of reading items for one map.
#[derive(Debug, Default)]
pub(super) struct ReadProgress {
    /// The bucket and key of the current object.
    pub(super) object: String,
    values: usize,
}

impl ReadProgress {
    #[cfg(test)]
    pub(super) fn of_values(object: &str, values: usize) -> Self {
        Self { object: object.to_owned(), values }
    }

    /// Counts values, and checks the limit.
    pub(super) fn count(&mut self, values: usize) -> Result<(), String> {
        self.values = self.values.saturating_add(values);
        match self.values > VALUES {
            true => Err(format!(
                "{}: The items have more than {VALUES} values together, more than the local engine reads.",
                self.object
            )),
            false => Ok(()),
        }
    }

    /// Rejects a header that is too long: Step Functions allows 10 KiB.
    pub(super) fn check_header(&self, names: &[String]) -> Result<(), String> {
        let bytes = names.iter().map(String::len).sum::<usize>() + names.len().saturating_sub(1);
        match bytes > CSV_HEADER_BYTES {
            true => Err(format!(
                "{}: The CSV header has {} columns in {bytes} bytes, and may have {CSV_HEADER_BYTES} bytes.",
                self.object,
                names.len()
            )),
            false => Ok(()),
        }
    }
}
