//! The compiler behind `workflow!`: syntax, checks, lowering to Amazon States Language, Rust code.
//!
//! It is an ordinary library based on `proc-macro2`, so that tests and tools can call it outside of rustc.
//!
//! This crate is internal: it follows no semantic versioning, and any release may change its API.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod caption;
pub mod check;
pub mod contract;
pub mod emit;
mod finding;
pub mod fragment;
pub mod from_file;
pub mod handler;
mod inline;
pub mod literal_range;
pub mod lower;
#[cfg(feature = "iam")]
pub mod policy;
pub mod problem;
pub mod question;
pub mod reader;
pub mod schema;
pub mod state_ident;
pub mod syntax;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use serde_json::Value;
use workflow_asl::Code;
use workflow_asl::document::MachineType;
use workflow_asl::rules::{self, Annotations};

use check::{DeclaredProperty, HandledTask, Question, Ty};
use fragment::Fragment;
use from_file::Document;
pub use inline::Imported;
use lower::{Lowered, LoweredUse, SourceMap};
use problem::{Problem, Problems};
use syntax::ast::{Clause, Declaration, Head, Resource, Workflow};
use syntax::word::EditorWord;

/// A position in the source: line and column. It orders problems, and identifies problems at the same words.
pub type Position = (usize, usize);

/// Returns the position of a span, or `None` if unknown. Outside of rustc, spans have positions only with proc-macro2's
/// `span-locations`; inside of it, only through `proc_macro`. So the caller passes this function.
pub type Locate<'a> = &'a dyn Fn(Span) -> Option<Position>;

/// The context of the tokens.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// Returns the position of a span.
    pub locate: Locate<'a>,
    /// The folder that the paths of `from` are relative to: the folder of the crate's `Cargo.toml`. `None` without a
    /// crate, and so without files.
    pub folder: Option<&'a Path>,
    /// Whether an editor may read the expansion. Then it contains code that only editors use.
    pub editor: bool,
    /// Unmatched brackets, which the tokens do not contain: an editor expands macros with such brackets.
    pub unmatched: &'a [(char, Span)],
}

impl fmt::Debug for Surroundings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Surroundings")
            .field("folder", &self.folder)
            .field("editor", &self.editor)
            .finish_non_exhaustive()
    }
}

/// Without positions and files; for an editor.
impl Default for Surroundings<'_> {
    fn default() -> Self {
        Self { locate: &|_| None, folder: None, editor: true, unmatched: &[] }
    }
}

/// The result of compiling the tokens of one `workflow!`.
#[derive(Debug, Default)]
pub struct Compilation {
    /// The parsed workflows. Parts with errors may be missing.
    pub workflows: Vec<CompiledWorkflow>,
    /// Every word, for editors.
    pub words: Vec<EditorWord>,
    /// The types of the roots of references, by the indices of their words; only for editors.
    pub roots: BTreeMap<usize, Ty>,
    /// The problems.
    pub problems: Problems,
    /// The files of imported fragments.
    pub imported: Imported,
    /// Bugs of the compiler, such as panics, as messages for the user.
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
    /// The definition in Amazon States Language, with placeholders such as `${bucket}` for parameters and constants. If
    /// there are problems, it may be incomplete.
    pub definition: Value,
    /// The definition's text, split at parameters and constants; empty if there are errors.
    pub fragments: Vec<Fragment>,
    /// The permissions that its role needs.
    #[cfg(feature = "iam")]
    pub policy: policy::PolicyTemplate,
    /// The document that contains its states, if it has one that could be read.
    pub document: Option<Document>,
    /// The range of this workflow's problems in the [`Compilation`], except syntax errors ([`Workflow::problems`]).
    pub problems: Range<usize>,
    /// The questions to rustc about the user's own types.
    pub questions: Vec<Question>,
    /// The tasks that the user's functions and workers handle.
    pub handled_tasks: Vec<HandledTask>,
    /// The properties that each of its executions must have.
    pub properties: Vec<DeclaredProperty>,
    /// Information on states that is not in the definition.
    pub annotations: Annotations,
    /// The uses of fragments in the definition.
    pub uses: Vec<LoweredUse>,
    /// The origins of the parts of the definition; empty for a document.
    pub source_map: SourceMap,
    /// The names of its Rust items that an earlier workflow in the same `workflow!` uses.
    taken: BTreeSet<String>,
}

impl CompiledWorkflow {
    /// Returns whether the [`Compilation`]'s problem with this index belongs to this workflow.
    pub fn has_problem(&self, number: usize) -> bool {
        self.problems.contains(&number) || self.source.problems.contains(&number)
    }

    /// Returns whether an earlier workflow has its name, so that it has no Rust item.
    fn is_taken(&self) -> bool {
        self.taken.contains(&syntax::ast::plain(&self.source.name))
    }

    /// Returns the names of the workflows that it starts by type (`workflow::<Other>`), without their paths.
    pub fn starts(&self) -> Vec<String> {
        let started = self.source.body.all_states().into_iter().filter_map(|state| match &state.head {
            Head::Task { resource: Some(Resource::Service { workflow: Some(other), .. }), .. } => other.last_word(),
            _ => None,
        });
        started.collect()
    }
}

/// Compiles the tokens of a `workflow!`.
pub fn compile(tokens: TokenStream) -> Compilation {
    compile_located(tokens, &|_| None)
}

/// Compiles the tokens of a `workflow!` whose spans have positions.
pub fn compile_located(tokens: TokenStream, locate: Locate<'_>) -> Compilation {
    compile_in(tokens, Surroundings { locate, ..Surroundings::default() })
}

/// Compiles the tokens of a `workflow!` in a crate, whose files `from` reads.
pub fn compile_in(tokens: TokenStream, surroundings: Surroundings<'_>) -> Compilation {
    let mut out = Compilation::default();
    let Compilation { workflows, words, problems, bugs, imported, .. } = &mut out;
    for (sign, span) in surroundings.unmatched {
        problems.push(Problem::new(Code::Syntax, *span, format!("unmatched `{sign}`")));
    }
    let Some(mut parsed) = guard(bugs, "reading it", || syntax::parse(tokens, problems)) else { return out };
    let read = guard(bugs, "reading fragments of other files", || inline::import(&mut parsed, surroundings, problems));
    *imported = read.unwrap_or_default();
    let everywhere = surroundings.locate;
    let locate = |span| imported.locate(span, everywhere);
    let surroundings = Surroundings { locate: &locate, ..surroundings };
    let inlined = guard(bugs, "inlining its fragments", || inline::inline(&mut parsed, problems));
    let inline::Found { of_workflows, mut unused } = inlined.unwrap_or_default();
    unused.retain(|problem| !imported.contains(problem.span.first, everywhere));
    let mut of_workflows = of_workflows.into_iter();
    let of_resources =
        guard(bugs, "finding its resources", || parsed.workflows.iter_mut().map(inline::resources).collect::<Vec<_>>());
    let mut of_resources = of_resources.unwrap_or_default().into_iter();
    share_types(&mut parsed.workflows);
    *words = parsed.words;
    let mut items = check::RustItems::default();
    let compiled: Vec<_> = parsed
        .workflows
        .iter()
        .enumerate()
        .map(|(number, source)| {
            let doing = format!("compiling `{}`", source.name);
            let first = problems.iter().len();
            let found = of_workflows.next().into_iter().chain(of_resources.next()).flatten();
            problems.extend(found);
            let is_wrong = problems.iter().skip(first).any(Problem::is_error);
            let taken = items.check(source, problems);
            let compiled = guard(bugs, &doing, || {
                compile_workflow((source, is_wrong), (number, &parsed.workflows), problems, surroundings)
            });
            inline::explain(source, first, problems, surroundings.locate);
            let mut parts =
                compiled.unwrap_or_else(|| Parts { machine_name: source.name.to_string(), ..Parts::default() });
            parts.source_map.replace(|span| imported.span(span, everywhere));
            (Parts { taken, ..parts }, first..problems.iter().len(), problems.take_questions())
        })
        .collect();
    if !problems.has_errors() {
        problems.extend(unused);
    }
    problems.replace_all(|problem| imported.moved(problem, everywhere));
    for (mut source, (parts, problems, questions)) in parsed.workflows.into_iter().zip(compiled) {
        source.declarations.extend(parts.params);
        workflows.push(CompiledWorkflow {
            source,
            machine_name: parts.machine_name,
            machine_type: parts.machine_type,
            definition: parts.definition,
            fragments: parts.fragments,
            #[cfg(feature = "iam")]
            policy: parts.policy,
            document: parts.document,
            problems,
            questions,
            handled_tasks: parts.handled_tasks,
            properties: parts.properties,
            annotations: parts.annotations,
            uses: parts.uses,
            source_map: parts.source_map,
            taken: parts.taken,
        });
    }
    out
}

/// Lets each workflow use the structs and enums of the others.
fn share_types(workflows: &mut [Workflow]) {
    if workflows.len() < 2 {
        return;
    }
    let all: Vec<(usize, Declaration)> = workflows
        .iter()
        .enumerate()
        .flat_map(|(number, workflow)| workflow.declarations.iter().map(move |declaration| (number, declaration)))
        .filter(|(_, declaration)| declaration.kind.type_name().is_some())
        .map(|(number, declaration)| (number, declaration.clone()))
        .collect();
    for (number, workflow) in workflows.iter_mut().enumerate() {
        let own: BTreeSet<_> =
            workflow.declarations.iter().filter_map(|own| own.kind.type_name()).map(syntax::ast::plain).collect();
        let others = all.iter().filter(|(of, declaration)| {
            *of != number && declaration.kind.type_name().is_some_and(|name| !own.contains(&syntax::ast::plain(name)))
        });
        workflow.neighbours = others.map(|(_, declaration)| declaration.clone()).collect();
    }
}

/// The parts of a compiled workflow.
#[derive(Default)]
struct Parts {
    machine_name: String,
    machine_type: MachineType,
    definition: Value,
    fragments: Vec<Fragment>,
    document: Option<Document>,
    /// The params derived from the document's placeholders, if none are declared.
    params: Option<Declaration>,
    handled_tasks: Vec<HandledTask>,
    properties: Vec<DeclaredProperty>,
    annotations: Annotations,
    uses: Vec<LoweredUse>,
    source_map: SourceMap,
    taken: BTreeSet<String>,
    #[cfg(feature = "iam")]
    policy: policy::PolicyTemplate,
}

/// Compiles one workflow: tree, model, document, rules. It may be wrong already.
fn compile_workflow(
    (source, wrong): (&Workflow, bool),
    all: (usize, &[Workflow]),
    problems: &mut Problems,
    surroundings: Surroundings<'_>,
) -> Parts {
    let before = problems.iter().len();
    // The missing use may be in a part that did not parse or is invalid.
    let is_wrong = |problems: &Problems| {
        let mut found =
            problems.iter().enumerate().filter(|(number, _)| *number >= before || source.problems.contains(number));
        wrong
            || source.body.is_broken() && (!source.inlined.is_empty() || !source.copies.is_empty())
            || found.any(|(_, problem)| problem.is_error() || problem.code == Code::ReferenceAsText)
    };
    let analysis = check::check(source, problems);
    check::children(&analysis, all.1, problems);
    let (machine_name, machine_type) = (analysis.machine_name.clone(), analysis.machine_type);
    if let Some(file) = source.from() {
        let read = from_file::compile(&analysis, file, surroundings.folder, problems).unwrap_or_default();
        let properties = match &read.document {
            Some(document) => {
                check::properties(&analysis, Some(document), (&read.machine, &Annotations::default()), problems)
            }
            None => Vec::new(),
        };
        if !is_wrong(problems) {
            check::unused(&analysis, all, None, problems);
        }
        return Parts {
            machine_name,
            machine_type,
            definition: read.definition,
            fragments: read.fragments,
            document: read.document,
            params: read.params,
            handled_tasks: Vec::new(),
            properties,
            annotations: Annotations { input: check::ValueTypes::default().input(&analysis), ..Annotations::default() },
            uses: Vec::new(),
            source_map: SourceMap::default(),
            taken: BTreeSet::new(),
            #[cfg(feature = "iam")]
            policy: read.policy,
        };
    }
    // Earlier ones belong to other workflows and to the syntax.
    let checked = problems.iter().len() - before;
    let (lowered, idle) = lower_and_check(&analysis, is_wrong, problems, surroundings.locate);
    if !idle.is_empty() {
        // Such a clause also leaves the type of its state's result open, which shows where that is read.
        let mut without = Problems::default();
        check::check_without(source, idle.iter().map(|clause| clause.id).collect(), &mut without);
        if without.iter().len() <= checked {
            problems.extend(idle.iter().map(|clause| finding::needless_word(&clause.keyword)));
        }
    }
    let properties = check::properties(&analysis, None, (&lowered.machine, &lowered.annotations), problems);
    if !is_wrong(problems) {
        check::unused(&analysis, all, Some(&lowered.fragments), problems);
    }
    Parts {
        machine_name,
        machine_type,
        #[cfg(feature = "iam")]
        policy: policy::PolicyTemplate::of(
            (&lowered.machine, &lowered.annotations.expressions),
            &analysis.param_names(),
            &lowered.fragments,
        ),
        definition: lowered.definition,
        fragments: lowered.fragments,
        document: None,
        params: None,
        handled_tasks: check::handled_tasks(&analysis),
        properties,
        annotations: lowered.annotations,
        uses: lowered.uses,
        source_map: lowered.source_map,
        taken: BTreeSet::new(),
    }
}

/// Returns the document of a model, and the clauses `unchecked` that silence nothing in their states.
fn lower_and_check<'a>(
    analysis: &check::Analysis<'a>,
    is_wrong: impl Fn(&Problems) -> bool,
    problems: &mut Problems,
    locate: Locate<'_>,
) -> (Lowered, Vec<&'a Clause>) {
    let mut lowered = lower::lower(analysis, problems);
    let mut checked =
        rules::check_read(&lowered.machine, lowered.characters, analysis.machine_type, &lowered.annotations);
    checked.found.splice(..0, std::mem::take(&mut lowered.found));
    let idle = finding::report(checked, is_wrong, analysis, &lowered, problems, locate);
    (lowered, idle)
}

/// Expands `workflow!`. The tokens begin with the path of workflow-runtime in brackets, which `macro_rules!` adds.
pub fn expand(tokens: TokenStream, surroundings: Surroundings<'_>) -> TokenStream {
    let mut tokens = tokens.into_iter().peekable();
    let krate = match tokens.peek() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket => group.stream(),
        _ => TokenStream::new(),
    };
    if !krate.is_empty() {
        tokens.next();
    }
    let mut compilation = compile_in(tokens.collect(), surroundings);
    let mut bugs = Vec::new();
    if surroundings.editor {
        let roots = guard(&mut bugs, "finding types for editors", || {
            compilation.workflows.iter().flat_map(|workflow| check::roots(&workflow.source)).collect()
        });
        compilation.roots = roots.unwrap_or_default();
    }
    match guard(&mut bugs, "writing Rust code for it", || emit::emit(&krate, &compilation, surroundings)) {
        Some(tokens) => tokens,
        None => {
            compilation.workflows.clear();
            compilation.words.clear();
            compilation.bugs.extend(bugs);
            emit::emit(&krate, &compilation, surroundings)
        }
    }
}

/// Runs a phase, and converts its panic to a message.
fn guard<T>(bugs: &mut Vec<String>, doing: &str, phase: impl FnOnce() -> T) -> Option<T> {
    match catch_unwind(AssertUnwindSafe(phase)) {
        Ok(value) => Some(value),
        Err(panic) => {
            let text = panic.downcast_ref::<&str>().copied();
            let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message");
            bugs.push(bug(&format!("it panicked while {doing}: {text}")));
            None
        }
    }
}

/// Returns the message for a bug of the compiler.
fn bug(what: &str) -> String {
    format!(
        "`workflow!` has a bug: {what}\n\n\
         = help: this is a bug in the compiler; please report it together with the workflow\n\
         = help: undoing the last change of the workflow may avoid it"
    )
}
