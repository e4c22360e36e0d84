//! The compiler behind `workflow!`: syntax, checks, lowering to Amazon States Language, Rust code.
//!
//! An ordinary library on `proc-macro2`, so that tests and tools can call it outside rustc.

pub mod check;
pub mod emit;
mod finding;
#[cfg(feature = "format")]
pub mod format;
#[cfg(feature = "import")]
pub mod import;
pub mod lower;
pub mod piece;
pub mod problem;
pub mod state_ident;
pub mod syntax;

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use serde_json::Value;
use workflow_asl::document::MachineType;

use lower::Lowered;
use piece::Piece;
use problem::Problems;
use syntax::ast::Workflow;
use syntax::word::Word;

/// A place in the source: line and column. It orders problems, and tells whether two are about the same words.
pub type Position = (usize, usize);

/// Tells where a span is; `None` where nobody knows. Spans outside of rustc know it only with proc-macro2's
/// `span-locations`, spans inside of it only through `proc_macro`, so whoever has the tokens passes it in.
pub type Locate<'a> = &'a dyn Fn(Span) -> Option<Position>;

/// What the tokens of one `workflow!` mean.
#[derive(Debug, Default)]
pub struct Compilation {
    /// The workflows, as far as they were understood.
    pub workflows: Vec<CompiledWorkflow>,
    /// Every word, for editors.
    pub words: Vec<Word>,
    /// What is wrong.
    pub problems: Problems,
    /// Panics of the compiler: bugs in it, as messages for the user.
    pub bugs: Vec<String>,
}

/// One workflow, compiled.
#[derive(Debug)]
pub struct CompiledWorkflow {
    /// The syntax tree.
    pub source: Workflow,
    /// The state machine's name.
    pub machine_name: String,
    /// The state machine's type.
    pub machine_type: MachineType,
    /// The definition in Amazon States Language, with placeholders such as `${bucket}` for parameters and constants.
    /// As far as it was understood where there are problems.
    pub definition: Value,
    /// The definition's text, cut where parameters and constants stand; empty when there are errors.
    pub pieces: Vec<Piece>,
    /// Which of the [`Compilation`]'s problems are this workflow's, by number; those of its syntax are nobody's.
    pub problems: Range<usize>,
}

/// Compiles the tokens of a `workflow!`.
pub fn compile(tokens: TokenStream) -> Compilation {
    compile_located(tokens, &|_| None)
}

/// Compiles the tokens of a `workflow!` whose spans can be located.
pub fn compile_located(tokens: TokenStream, locate: Locate<'_>) -> Compilation {
    let mut out = Compilation::default();
    let Compilation { workflows, words, problems, bugs } = &mut out;
    let Some(parsed) = guard(bugs, "reading it", || syntax::parse(tokens, problems)) else { return out };
    *words = parsed.words;
    for source in parsed.workflows {
        let doing = format!("compiling `{}`", source.name);
        let first = problems.iter().len();
        let compiled = guard(bugs, &doing, || compile_workflow(&source, problems, locate));
        let (machine_name, machine_type, definition, pieces) =
            compiled.unwrap_or_else(|| (source.name.to_string(), MachineType::default(), Value::Null, Vec::new()));
        let problems = first..problems.iter().len();
        workflows.push(CompiledWorkflow { source, machine_name, machine_type, definition, pieces, problems });
    }
    out
}

/// Name, type, definition and its text.
type Parts = (String, MachineType, Value, Vec<Piece>);

/// The way of one workflow: tree, model, document, rules.
fn compile_workflow(source: &Workflow, problems: &mut Problems, locate: Locate<'_>) -> Parts {
    let model = check::check(source, problems);
    let Lowered { definition, machine, found, spots, pieces } = lower::lower(&model, problems);
    let found = found.into_iter().chain(workflow_asl::rules::check(&machine, model.machine_type));
    finding::report(found, &model, &spots, problems, locate);
    (model.machine_name.clone(), model.machine_type, definition, pieces)
}

/// Expands `workflow!`: the tokens begin with the path of workflow-runtime in brackets, which `macro_rules!` put there.
pub fn expand(tokens: TokenStream, locate: Locate<'_>) -> TokenStream {
    let mut tokens = tokens.into_iter().peekable();
    let krate = match tokens.peek() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket => group.stream(),
        _ => TokenStream::new(),
    };
    if !krate.is_empty() {
        tokens.next();
    }
    let mut compilation = compile_located(tokens.collect(), locate);
    let mut bugs = Vec::new();
    match guard(&mut bugs, "writing Rust code for it", || emit::emit(&krate, &compilation, locate)) {
        Some(tokens) => tokens,
        None => {
            compilation.workflows.clear();
            compilation.words.clear();
            compilation.bugs.extend(bugs);
            emit::emit(&krate, &compilation, locate)
        }
    }
}

/// Runs a phase; its panic becomes a message.
fn guard<T>(bugs: &mut Vec<String>, doing: &str, phase: impl FnOnce() -> T) -> Option<T> {
    match catch_unwind(AssertUnwindSafe(phase)) {
        Ok(value) => Some(value),
        Err(panic) => {
            let text = panic.downcast_ref::<&str>().copied();
            let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message");
            bugs.push(format!(
                "`workflow!` has a bug: it panicked while {doing}: {text}\n\n\
                 = help: this is no mistake of yours; report it together with the workflow\n\
                 = help: taking back the last change of the workflow gets around it"
            ));
            None
        }
    }
}
