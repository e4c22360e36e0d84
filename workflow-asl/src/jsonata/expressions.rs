//! The expressions of a definition, each text read once however many rules look at it.

use std::cell::RefCell;
use std::rc::Rc;

use indexmap::IndexMap;

use super::{Ast, Names, parse};
use crate::syntax_error::SyntaxError;

/// An expression with the names it uses, or why it is none.
pub(crate) type Read = Result<(Ast, Names), SyntaxError>;

/// What was read so far, by its text.
#[derive(Debug, Default)]
pub(crate) struct Expressions(RefCell<IndexMap<String, Rc<Read>>>);

impl Expressions {
    /// Reads the text between `{%` and `%}`.
    pub(crate) fn read(&self, text: &str) -> Rc<Read> {
        if let Some(read) = self.0.borrow().get(text) {
            return Rc::clone(read);
        }
        let read = Rc::new(parse(text).map(|ast| {
            let names = ast.names();
            (ast, names)
        }));
        self.0.borrow_mut().insert(text.to_owned(), Rc::clone(&read));
        read
    }
}
