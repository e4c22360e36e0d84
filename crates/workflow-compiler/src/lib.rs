//! The compiler behind `workflow!`: syntax, checks, lowering to Amazon States Language, Rust code.
//!
//! It is an ordinary library based on `proc-macro2`, so that tests and tools can call it outside of rustc.
//!
//! This crate is internal: it follows no semantic versioning, and any release may change its API.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod caption;
pub mod check;
mod compilation;
pub mod contract;
mod crate_file;
pub mod document;
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
pub mod schema;
mod span;
pub mod state_ident;
pub mod syntax;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use serde_json::Value;
use workflow_asl::Code;
use workflow_asl::document::MachineType;
use workflow_asl::rules::{self, Annotations};

use check::{DeclaredProperty, HandledTask, Ty};
pub use compilation::{Compilation, CompiledWorkflow, Surroundings};
use document::Document;
use fragment::Fragment;
pub use inline::Imported;
use lower::{Lowered, LoweredUse, SourceMap};
use problem::{Problem, Problems};
pub use span::{Locate, Position};
use syntax::ast::{Clause, Declaration, Workflow};

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
    let Compilation { workflows, fragments: names, words, roots, problems, bugs, imported } = &mut out;
    for (sign, span) in surroundings.unmatched {
        problems.push(Problem::new(Code::Syntax, *span, format!("unmatched `{sign}`")));
    }
    let Some(mut parsed) = guard(bugs, "reading it", || syntax::parse(tokens, problems)) else { return out };
    let read = guard(bugs, "reading fragments of other files", || {
        inline::import(&mut parsed, (surroundings.folder, surroundings.locate), problems)
    });
    *imported = read.unwrap_or_default();
    names.extend(parsed.fragments.iter().map(|fragment| (fragment.number, syntax::ast::plain(&fragment.name))));
    let everywhere = surroundings.locate;
    let locate = |span| imported.locate(span, everywhere);
    let surroundings = Surroundings { locate: &locate, ..surroundings };
    let place = |span| imported.written_place(span, everywhere);
    let alone = guard(bugs, "checking its fragments", || {
        let (mut fragments, order) = inline::Fragments::of(&parsed, problems);
        for name in order {
            let (first, errors) = (problems.iter().len(), problems.errors());
            let alone = fragments.alone(&name, &parsed, problems);
            if let Some(alone) = &alone {
                roots.extend(check_fragment(alone, first, &parsed.workflows, problems, surroundings));
                fragments.explain(alone, first, problems, surroundings.locate, place);
            }
            let reported = problems.reported().filter(|_| problems.errors() > errors);
            let found = problems.iter().skip(first);
            let broken = alone.and_then(|alone| alone.body.broken);
            fragments.is_checked(name, found, surroundings.locate, broken.or(reported));
        }
        fragments
    });
    let mut fragments = alone.unwrap_or_default();
    let inlined = guard(bugs, "inlining its fragments", || {
        let each = parsed.workflows.iter_mut().map(|workflow| {
            let first = problems.iter().len();
            fragments.inline(workflow, None, problems);
            problems.split_off(first)
        });
        each.collect::<Vec<_>>()
    });
    let mut unused = fragments.unused(&parsed.workflows);
    unused.retain(|problem| !imported.contains(problem.span.first, everywhere));
    let mut of_workflows = inlined.unwrap_or_default().into_iter();
    let of_resources =
        guard(bugs, "finding its resources", || parsed.workflows.iter_mut().map(inline::resources).collect::<Vec<_>>());
    let mut of_resources = of_resources.unwrap_or_default().into_iter();
    share_types(&mut parsed.workflows);
    *words = parsed.words;
    let mut items = check::RustItems::default();
    let compiled: Vec<_> = parsed
        .workflows
        .iter()
        .map(|source| {
            let doing = format!("compiling `{}`", source.name);
            let first = problems.iter().len();
            problems.go_on(source.number);
            problems.extend(of_workflows.next().into_iter().chain(of_resources.next()).flatten());
            let taken = items.check(source, problems);
            let compiled = guard(bugs, &doing, || compile_workflow(source, &parsed.workflows, problems, surroundings));
            fragments.explain(source, first, problems, surroundings.locate, place);
            let mut parts =
                compiled.unwrap_or_else(|| Parts { machine_name: source.name.to_string(), ..Parts::default() });
            parts.source_map.replace(|span| imported.span(span, everywhere));
            (Parts { taken, ..parts }, problems.take_questions())
        })
        .collect();
    problems.go_on(0);
    if !problems.has_errors() {
        problems.extend(unused);
    }
    problems.replace_all(|problem| imported.moved(problem, everywhere));
    for (mut source, (parts, questions)) in parsed.workflows.into_iter().zip(compiled) {
        source.declarations.extend(parts.params);
        roots.extend(parts.roots);
        workflows.push(CompiledWorkflow {
            source,
            machine_name: parts.machine_name,
            machine_type: parts.machine_type,
            definition: parts.definition,
            fragments: parts.fragments,
            #[cfg(feature = "iam")]
            policy: parts.policy,
            document: parts.document,
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
    let all = workflows.iter().flat_map(Workflow::types);
    let all: Vec<_> = all.map(|(name, declaration)| (name, declaration.clone())).collect();
    for workflow in workflows {
        let own: BTreeSet<_> = workflow.types().map(|(name, _)| name).collect();
        let others = all.iter().filter(|(name, _)| !own.contains(name));
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
    /// The types of the roots of references, for an editor.
    roots: BTreeMap<usize, Ty>,
    annotations: Annotations,
    uses: Vec<LoweredUse>,
    source_map: SourceMap,
    taken: BTreeSet<String>,
    #[cfg(feature = "iam")]
    policy: policy::PolicyTemplate,
}

/// Checks a fragment by itself. Returns the types of the roots of references, for an editor.
fn check_fragment(
    fragment: &Workflow,
    first: usize,
    workflows: &[Workflow],
    problems: &mut Problems,
    surroundings: Surroundings<'_>,
) -> BTreeMap<usize, Ty> {
    let analysis = check::check(fragment, surroundings.editor, problems);
    check::children(&analysis, workflows, problems);
    let is_wrong =
        |problems: &Problems| fragment.body.is_broken() || problems.of(fragment.number).any(Problem::is_error);
    lower_and_check(&analysis, is_wrong, problems, surroundings.locate);
    // These depend on the place of a use, on its handlers and on the defaults around it.
    const OF_USES: [Code; 6] = [
        Code::UnknownContext,
        Code::UncaughtHandler,
        Code::UncaughtError,
        Code::NoWayToEnd,
        Code::EndlessLoop,
        Code::EndlessWait,
    ];
    let found = problems.split_off(first).into_iter();
    problems.extend(found.filter(|problem| !OF_USES.contains(&problem.code)));
    // The uses ask rustc.
    problems.take_questions();
    check::roots(&analysis)
}

/// Compiles one workflow: tree, model, document, rules. It may be wrong already.
fn compile_workflow(
    source: &Workflow,
    all: &[Workflow],
    problems: &mut Problems,
    surroundings: Surroundings<'_>,
) -> Parts {
    let before = problems.iter().len();
    // The missing use may be in a part that did not parse or is invalid.
    let is_wrong = |problems: &Problems| {
        source.body.is_broken() && (!source.inlined.is_empty() || !source.copies.is_empty())
            || problems.of(source.number).any(|problem| problem.is_error() || problem.code == Code::ReferenceAsText)
    };
    let analysis = check::check(source, surroundings.editor, problems);
    check::children(&analysis, all, problems);
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
            properties,
            annotations: Annotations { input: check::ValueTypes::default().input(&analysis), ..Annotations::default() },
            #[cfg(feature = "iam")]
            policy: read.policy,
            ..Parts::default()
        };
    }
    // Earlier ones belong to other workflows and to the syntax.
    let checked = problems.iter().len() - before;
    let (lowered, idle) = lower_and_check(&analysis, is_wrong, problems, surroundings.locate);
    // A clause of a fragment may silence something in another use.
    let idle: Vec<_> = idle.into_iter().filter(|clause| source.use_around(clause.span.in_use).is_none()).collect();
    if !idle.is_empty() {
        // Such a clause also leaves the type of its state's result open, which shows where that is read.
        if check::count_without(source, idle.iter().map(|clause| clause.id).collect()) <= checked {
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
        handled_tasks: check::handled_tasks(&analysis),
        properties,
        roots: check::roots(&analysis),
        annotations: lowered.annotations,
        uses: lowered.uses,
        source_map: lowered.source_map,
        ..Parts::default()
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
            bugs.push(format!(
                "`workflow!` has a bug: it panicked while {doing}: {text}\n\n\
                 = help: this is a bug in the compiler; please report it together with the workflow\n\
                 = help: undoing the last change of the workflow may avoid it"
            ));
            None
        }
    }
}
