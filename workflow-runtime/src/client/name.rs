//! Generated names of executions.

use std::sync::Arc;

use uuid::Uuid;

/// Generates a new name for each execution.
#[derive(Clone)]
pub(super) struct Names(Arc<dyn Fn() -> String + Send + Sync>);

impl Names {
    pub(super) fn new(name: impl Fn() -> String + Send + Sync + 'static) -> Self {
        Self(Arc::new(name))
    }

    pub(super) fn next(&self) -> String {
        (self.0)()
    }
}

/// Random UUIDs, as AWS generates them.
impl Default for Names {
    fn default() -> Self {
        Self::new(|| Uuid::new_v4().to_string())
    }
}
