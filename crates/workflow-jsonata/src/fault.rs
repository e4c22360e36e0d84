//! Failures of an evaluation, and the meter that counts its work.

/// A failure of an expression: JSONata's code and the texts that its message needs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fault {
    /// JSONata's code, such as `D3030`.
    pub code: &'static str,
    /// The operator, function or character that the message names.
    pub token: Option<String>,
    /// The value that the message quotes.
    pub value: Option<String>,
    /// The number of the argument that is wrong, from 1.
    pub index: Option<usize>,
}

impl Fault {
    /// Creates a failure with only a code.
    pub(crate) fn new(code: &'static str) -> Self {
        Self { code, token: None, value: None, index: None }
    }

    /// Creates the failure of an evaluation that needs too much memory, in the service's words.
    pub(crate) fn memory() -> Self {
        let message = "Expression evaluation memory limit exceeded: Check for excessive memory usage";
        Self::new("U1001").token(message)
    }

    /// Sets the name that the message contains.
    pub(crate) fn token(self, token: impl Into<String>) -> Self {
        Self { token: Some(token.into()), ..self }
    }

    /// Sets the value that the message quotes.
    pub(crate) fn value(self, value: impl Into<String>) -> Self {
        Self { value: Some(value.into()), ..self }
    }
}

/// Counts the resources of an evaluation. Fails if a limit is exceeded.
pub(crate) trait Meter {
    /// Counts steps of work.
    fn steps(&mut self, count: u64) -> Result<(), Fault>;

    /// Counts bytes that are about to be produced.
    fn bytes(&mut self, count: u64) -> Result<(), Fault>;
}

/// A meter for tests: it fails with `steps` or `bytes` as its code.
#[cfg(test)]
#[derive(Debug)]
pub(crate) struct Allowance {
    /// Steps that are left.
    pub steps: u64,
    /// Bytes that are left.
    pub bytes: u64,
}

#[cfg(test)]
impl Allowance {
    pub(crate) fn new() -> Self {
        Self { steps: 1_000_000, bytes: 1_000_000 }
    }
}

#[cfg(test)]
impl Meter for Allowance {
    fn steps(&mut self, count: u64) -> Result<(), Fault> {
        self.steps = self.steps.checked_sub(count).ok_or_else(|| Fault::new("steps"))?;
        Ok(())
    }

    fn bytes(&mut self, count: u64) -> Result<(), Fault> {
        self.bytes = self.bytes.checked_sub(count).ok_or_else(|| Fault::new("bytes"))?;
        Ok(())
    }
}
