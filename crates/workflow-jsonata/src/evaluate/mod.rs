//! Compiles and evaluates expressions.

mod call;
mod compile;
mod error;
mod fold;
mod frame;
mod functions;
mod group;
mod held;
mod machine;
mod members;
mod operators;
mod path;
mod program;
mod result;
mod signature;
mod sort;
mod transform;
mod tuple;
mod value;
mod write;

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;

pub use error::Error;
pub use result::{Outcome, Output};

use crate::{Ast, Limits, SyntaxError};
use machine::Machine;

/// A compiled expression. You can evaluate it any number of times, from any number of threads.
///
/// ```
/// use serde_json::json;
/// use workflow_jsonata::Expression;
///
/// let expression = Expression::parse("$sum(items.(price * quantity))").unwrap();
/// let order = json!({ "items": [{ "price": 2.5, "quantity": 4 }, { "price": 1, "quantity": 3 }] });
/// assert_eq!(expression.evaluate(&order).unwrap(), Some(json!(13)));
/// // An expression without a result returns no value.
/// assert_eq!(Expression::parse("items.weight").unwrap().evaluate(&order).unwrap(), None);
/// ```
pub struct Expression {
    program: program::Program,
}

impl Expression {
    /// Parses and compiles an expression.
    ///
    /// # Errors
    /// Fails if the text is not an expression of JSONata 2.0; see [`parse`](crate::parse).
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        Self::compile(&crate::parse(text)?)
    }

    /// Compiles a parsed expression.
    ///
    /// # Errors
    /// Fails if the program of a regular expression in it is longer than 100,000 instructions, or if the tree was not
    /// parsed and a regular expression in it is invalid.
    pub fn compile(ast: &Ast) -> Result<Self, SyntaxError> {
        let height = ast.root.height;
        // Targets without threads have no other stack.
        if height <= LOW || cfg!(target_family = "wasm") {
            return Ok(Self { program: compile::compile(&ast.root)? });
        }
        let program = std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(BYTES_OF_NODE * height + (1 << 20));
            let deep = thread.spawn_scoped(scope, || compile::compile(&ast.root)).ok()?;
            deep.join().ok()
        });
        let message = || format!("the expression nests {height} parts, and the stack cannot grow");
        Ok(Self { program: program.unwrap_or_else(|| Err(SyntaxError::new(0, message())))? })
    }

    /// Evaluates the expression for an input, with the limits of [`Limits::default`]. Returns `None` if the result is
    /// `undefined` or a function.
    ///
    /// # Errors
    /// Fails if the evaluation fails or exceeds a limit.
    pub fn evaluate(&self, input: &Value) -> Result<Option<Value>, Error> {
        let setting = Setting { input: Some(input), ..Setting::default() };
        Ok(match self.evaluate_in(&setting)?.output {
            Output::Value(value) => Some(value.into_owned()),
            _ => None,
        })
    }

    /// Evaluates the expression with a setting.
    ///
    /// ```
    /// use serde_json::json;
    /// use workflow_jsonata::{Expression, Output, Setting};
    ///
    /// let expression = Expression::parse("$greeting & ', ' & name & '!'").unwrap();
    /// let (input, greeting) = (json!({ "name": "Ada" }), json!("Hello"));
    /// let variables = [("greeting", &greeting)];
    /// let setting = Setting { input: Some(&input), variables: &variables.as_slice(), ..Setting::default() };
    /// let outcome = expression.evaluate_in(&setting).unwrap();
    /// assert!(matches!(outcome.output, Output::Value(value) if *value == "Hello, Ada!"));
    /// ```
    ///
    /// # Errors
    /// Fails if the evaluation fails or exceeds a limit.
    pub fn evaluate_in<'a>(&'a self, setting: &'a Setting<'a>) -> Result<Outcome<'a>, Error> {
        match self.attempt(setting, SHALLOW_LEVELS) {
            Err(error) if error.code == SHALLOW => self.attempt_deep(setting),
            done => done.map_err(|error| *error),
        }
    }

    /// Evaluates on the current stack.
    fn attempt<'a>(&'a self, setting: &'a Setting<'a>, levels: u32) -> Result<Outcome<'a>, Box<Error>> {
        let mut machine = Machine::new(&self.program, setting, levels);
        let result = machine.run().and_then(|value| machine.output(value));
        machine.close();
        Ok(Outcome { output: result?, draws: machine.draws })
    }

    /// Evaluates again on a stack for the deepest calls. This is safe because an evaluation has no effect but its
    /// result.
    fn attempt_deep<'a>(&'a self, setting: &'a Setting<'a>) -> Result<Outcome<'a>, Error> {
        // Each level calls at most one built-in function.
        let levels = setting.limits.depth.saturating_mul(2).min(MOST_LEVELS);
        let stack = BYTES_OF_LEVEL * levels as usize + (1 << 20);
        // The caller's variables belong to this thread, so their values are read here.
        let given = ReadVariables(
            self.program
                .names
                .iter()
                .filter_map(|name| Some((name.as_str(), setting.variables.variable(name)?)))
                .collect(),
        );
        let (input, limits, now, random) = (setting.input, setting.limits, setting.now, setting.random);
        let done = std::thread::scope(|scope| {
            let deep = std::thread::Builder::new().stack_size(stack).spawn_scoped(scope, || {
                let setting = Setting { input, variables: &given, limits, now, random };
                let outcome = self.attempt(&setting, levels).map_err(|error| *error)?;
                // The output may borrow from the setting.
                Ok(Outcome { output: outcome.output.into_owned(), draws: outcome.draws })
            });
            match deep {
                Ok(thread) => thread.join().ok(),
                Err(_) => None,
            }
        });
        done.unwrap_or_else(|| {
            Err(*Error::limit(format!("The expression nests more than {levels} deep, and the stack cannot grow")))
        })
    }

    /// Returns the names of the caller's variables and of functions that it may read, without `$`; `$` stands for `$$`.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.program.names.iter().map(String::as_str)
    }
}

/// The height of a tree that can be compiled on any stack.
const LOW: usize = 24;

/// The most stack that compiling a node takes.
const BYTES_OF_NODE: usize = 32 << 10;

/// The levels that fit on any stack.
const SHALLOW_LEVELS: u32 = 100;

/// The most levels of the stack, whatever the limit of depth is.
const MOST_LEVELS: u32 = 20_000;

/// The internal code of an evaluation that needs a larger stack.
const SHALLOW: &str = "shallow";

/// The most stack that a level takes.
const BYTES_OF_LEVEL: usize = if cfg!(debug_assertions) { 12 << 10 } else { 4 << 10 };

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Expression").field(&self.program).finish()
    }
}

/// The inputs of an evaluation.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// The input: `$`, `$$`, and the root of names.
    pub input: Option<&'a Value>,
    /// The variables.
    pub variables: &'a dyn Variables<'a>,
    /// The resources that it may use.
    pub limits: Limits,
    /// The time for `$now` and `$millis`, in milliseconds since 1970.
    pub now: i64,
    /// The random numbers of the evaluation by index from 0, each of 64 bits: for `$random`, `$uuid` and `$shuffle`.
    /// The same numbers give the same result.
    pub random: &'a (dyn Fn(u64) -> u64 + Sync),
}

impl fmt::Debug for Setting<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut setting = f.debug_struct("Setting");
        setting
            .field("input", &self.input)
            .field("limits", &self.limits)
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

impl Default for Setting<'_> {
    /// No input, no variables, the default limits, the time 0, and a fixed sequence of random numbers.
    fn default() -> Self {
        Self { input: None, variables: &NoVariables, limits: Limits::default(), now: 0, random: &always }
    }
}

fn always(place: u64) -> u64 {
    // Multiples of the golden ratio are evenly distributed.
    place.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// Provides the values of variables that an expression does not bind itself.
pub trait Variables<'a> {
    /// Returns the value of a variable. The name has no `$`. Variables take precedence over built-in functions.
    fn variable(&self, name: &str) -> Option<Binding<'a>>;

    /// Returns the value of a path from a variable, and the number of members consumed, so that the rest of the
    /// variable need not be built. Returns `None` if only [`variable`](Self::variable) can provide it.
    fn path(&self, _name: &str, _members: &[String]) -> Option<(Option<Binding<'a>>, usize)> {
        None
    }
}

/// A value of the caller, read in place.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Binding<'a> {
    /// A value.
    Value(&'a Value),
    /// An object whose members are stored in different places.
    Object(Vec<(Cow<'a, str>, Binding<'a>)>),
}

struct NoVariables;

impl<'a> Variables<'a> for NoVariables {
    fn variable(&self, _: &str) -> Option<Binding<'a>> {
        None
    }
}

/// Variables that were already read.
struct ReadVariables<'a>(Vec<(&'a str, Binding<'a>)>);

impl<'a> Variables<'a> for ReadVariables<'a> {
    fn variable(&self, name: &str) -> Option<Binding<'a>> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, binding)| binding.clone())
    }
}

impl<'a, N: AsRef<str>> Variables<'a> for &[(N, &'a Value)] {
    fn variable(&self, name: &str) -> Option<Binding<'a>> {
        self.iter().find(|(known, _)| known.as_ref() == name).map(|(_, value)| Binding::Value(value))
    }
}
