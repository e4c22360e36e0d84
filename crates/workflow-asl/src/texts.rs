//! The paths, calls and expressions of a definition, each text parsed once however many rules look at it.

use std::cell::RefCell;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::SyntaxError;
use crate::jsonata::{self, Ast, Expressions, Names};
use crate::path::JsonPath;
use crate::template::Computed;

/// The texts of one language that were parsed so far.
#[derive(Clone, Debug)]
pub struct Parsed<T> {
    parse: fn(&str) -> Result<T, SyntaxError>,
    known: RefCell<ParsedTexts<T>>,
}

type ParsedTexts<T> = IndexMap<String, Arc<Result<T, SyntaxError>>>;

/// The texts of a definition.
#[derive(Debug)]
pub(crate) struct Texts<'a> {
    pub(crate) paths: Parsed<JsonPath>,
    pub(crate) computed: Parsed<Computed>,
    pub(crate) expressions: &'a Expressions,
}

impl<'a> Texts<'a> {
    pub(crate) fn of(expressions: &'a Expressions) -> Self {
        Self { paths: Parsed::default(), computed: Parsed::default(), expressions }
    }
}

impl<T> Parsed<T> {
    fn of(parse: fn(&str) -> Result<T, SyntaxError>) -> Self {
        Self { parse, known: RefCell::default() }
    }

    /// Parses a string, or returns why it does not parse.
    pub fn read(&self, text: &str) -> Arc<Result<T, SyntaxError>> {
        if let Some(read) = self.known.borrow().get(text) {
            return Arc::clone(read);
        }
        let read = Arc::new((self.parse)(text));
        self.known.borrow_mut().insert(text.to_owned(), Arc::clone(&read));
        read
    }
}

impl Expressions {
    /// Adds the tree of a text that need not be parsed.
    pub fn add(&self, text: String, ast: Ast) {
        self.known.borrow_mut().entry(text).or_insert_with(|| Arc::new(Ok(with_names(ast))));
    }
}

fn with_names(ast: Ast) -> (Ast, Names) {
    let names = ast.names();
    (ast, names)
}

impl Default for Parsed<JsonPath> {
    fn default() -> Self {
        Self::of(JsonPath::parse)
    }
}

impl Default for Parsed<Computed> {
    fn default() -> Self {
        Self::of(Computed::parse)
    }
}

impl Default for Expressions {
    fn default() -> Self {
        Self::of(|text| jsonata::parse(text).map(with_names))
    }
}
