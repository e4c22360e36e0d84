//! The expressions of a definition, each text read once however many rules look at it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indexmap::IndexMap;

use super::{Ast, Names, parse};
use crate::SyntaxError;

/// An expression with the names it uses, or why it is none.
pub type Read = Result<(Ast, Names), SyntaxError>;

/// What was read so far, by its text.
#[derive(Debug, Default)]
pub struct Expressions(Mutex<IndexMap<String, Arc<Read>>>);

impl Expressions {
    /// Reads the text between `{%` and `%}`.
    pub fn read(&self, text: &str) -> Arc<Read> {
        if let Some(read) = self.known().get(text) {
            return Arc::clone(read);
        }
        let read = Arc::new(parse(text).map(|ast| {
            let names = ast.names();
            (ast, names)
        }));
        self.known().insert(text.to_owned(), Arc::clone(&read));
        read
    }

    fn known(&self) -> MutexGuard<'_, IndexMap<String, Arc<Read>>> {
        // An insertion that panicked has left nothing half done: all that is known still holds.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
