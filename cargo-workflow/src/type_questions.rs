//! Checks workflows of one Rust file that start each other, and values of declared enums with data, as rustc would check
//! their types. The compiler always asks the same questions; rustc answers them by the Rust types, and here the
//! declarations in the file do, by the same functions. A workflow that is not in the file, or of whose name there are
//! two, is unknown, and so are types of Rust code.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use workflow_asl::Code;
use workflow_compiler::CompiledWorkflow;
use workflow_compiler::check::{
    DeclaredResult, ForeignMember, ForeignPart, Question, QuestionKind, ResultType, declared_result,
};
use workflow_compiler::problem::Problem;
use workflow_compiler::syntax::ast::{Body, Head, Resource, State, Type, TypeKind, Workflow, plain};
use workflow_runtime::__private::schema::{self, PathStep, Shape, Types, answer};
use workflow_runtime::MachineType;

use crate::shapes::{Shapes, kept_text};
use crate::source::MacroCall;

/// The workflows of a file, by their modules and names; `None` if a workflow did not parse or its name is not unique.
pub(crate) struct Siblings<'c>(BTreeMap<Vec<String>, Option<&'c CompiledWorkflow>>);

impl<'c> Siblings<'c> {
    pub(crate) fn of(calls: &'c [MacroCall]) -> Self {
        let mut siblings = BTreeMap::new();
        for MacroCall { modules, compilation } in calls {
            let problems: Vec<_> = compilation.problems.iter().collect();
            for workflow in &compilation.workflows {
                let of_syntax = problems.get(workflow.source.problems.clone()).unwrap_or_default();
                let understood = !of_syntax.iter().any(|problem| problem.is_error());
                let path: Vec<_> = modules.iter().cloned().chain([plain(&workflow.source.name)]).collect();
                let known = if siblings.contains_key(&path) { None } else { Some(workflow) };
                siblings.insert(path, known.filter(|_| understood));
            }
        }
        Self(siblings)
    }

    /// Returns the problems of the inputs that a workflow in these modules passes to others of the file, of the outputs
    /// that it reads, and of values of the enums with data that it declares.
    pub(crate) fn problems(&self, workflow: &CompiledWorkflow, modules: &[String]) -> Vec<Problem> {
        let mut asked = BTreeSet::new();
        let mut found = Vec::new();
        let own: Vec<_> = modules.iter().cloned().chain([plain(&workflow.source.name)]).collect();
        // What did not parse may be the test of a tag.
        let understood = self.0.get(&own).is_some_and(Option::is_some);
        let mut enums = BTreeMap::new();
        for question in &workflow.questions {
            let of = &question.of;
            let (shape, machine_type) = if of.part == ForeignPart::Whole {
                if !understood {
                    continue;
                }
                let shape = enums.entry(&of.name);
                let Some(shape) = *shape.or_insert_with(|| Shapes::of_workflow(workflow).enum_with_data(&of.name))
                else {
                    continue;
                };
                (shape, machine_type(workflow))
            } else {
                let Some((_, other)) = self.find(&of.tokens, modules) else { continue };
                (Shapes::of_workflow(other).part(of.part), machine_type(other))
            };
            let on_the_way = matches!(question.asks, QuestionKind::Member { last: false, .. });
            if on_the_way && !asked.insert(format!("{} {:?}", question.of.name, question.of.steps)) {
                continue;
            }
            found.extend(answer(question, shape, machine_type));
        }
        found
    }

    /// The workflows that one in these modules asks about, by the paths that it names them by.
    pub(crate) fn started(&self, workflow: &CompiledWorkflow, modules: &[String]) -> BTreeMap<String, Workflow> {
        let asked = workflow.questions.iter().map(|question| &question.of);
        let found = asked.filter(|of| of.part != ForeignPart::Whole).filter_map(|of| {
            let (_, other) = self.find(&of.tokens, modules)?;
            Some((of.tokens.to_string(), other.source.clone()))
        });
        found.collect()
    }

    /// Returns the states of a workflow in these modules that start another of the file, with its path.
    pub(crate) fn starting(&self, workflow: &CompiledWorkflow, modules: &[String]) -> Vec<(String, Vec<String>)> {
        let mut states = Vec::new();
        collect(&workflow.source.body, &mut states);
        let starting = states.into_iter().filter_map(|state| {
            let Head::Task { resource: Some(Resource::Service { workflow: Some(other), .. }), .. } = &state.head else {
                return None;
            };
            let (path, _) = self.find(&tokens(other)?, modules)?;
            Some((state.asl_name(), path.to_vec()))
        });
        starting.collect()
    }

    /// Returns the workflows that one in these modules starts, directly or indirectly, with their paths.
    pub(crate) fn family(
        &self,
        workflow: &CompiledWorkflow,
        modules: &[String],
    ) -> BTreeMap<Vec<String>, &'c CompiledWorkflow> {
        let mut family = BTreeMap::new();
        let mut open = self.starting(workflow, modules);
        while let Some((_, path)) = open.pop() {
            if let (Some(Some(other)), Some((_, modules))) = (self.0.get(&path), path.split_last())
                && !family.contains_key(&path)
            {
                open.extend(self.starting(other, modules));
                family.insert(path, *other);
            }
        }
        family
    }

    /// Returns the types that a workflow in these modules declares, as far as the file contains them.
    pub(crate) fn types(&self, workflow: &CompiledWorkflow, modules: &[String]) -> &'static Types {
        let mut shapes = Shapes::of_workflow(workflow);
        let mut states = Vec::new();
        collect(&workflow.source.body, &mut states);
        let results = states.into_iter().filter_map(|state| {
            let Head::Task { resource: Some(resource), .. } = &state.head else { return None };
            let DeclaredResult { member, ty } = declared_result(resource)?;
            let shape = match ty {
                ResultType::Written(ty) => shapes.of(ty),
                ResultType::OutputOf(other) => match self.find(&tokens(other)?, modules) {
                    Some((_, other)) => Shapes::of_workflow(other).part(ForeignPart::Output),
                    // Only that it is JSON text is known of the output of an Express execution.
                    None if resource.express_child().is_some() => &Shape::Any,
                    None => return None,
                },
            };
            Some(schema::ResultType { state: kept_text(&state.asl_name()), member, shape })
        });
        let results: &'static [schema::ResultType] = Vec::leak(results.collect());
        let (input, output) = (shapes.part(ForeignPart::Input), shapes.part(ForeignPart::Output));
        Box::leak(Box::new(Types { input, output, results, handled: &[] }))
    }

    /// The workflow that a path names in these modules: in them, or in those around, whose names they may have imported.
    fn find(&self, of: &TokenStream, modules: &[String]) -> Option<(&[String], &'c CompiledWorkflow)> {
        let mut path = Vec::new();
        for token in of.clone() {
            match token {
                TokenTree::Ident(word) => path.push(plain(&word)),
                TokenTree::Punct(colon) if colon.as_char() == ':' && !path.is_empty() => {}
                // From the root of a crate, or with arguments.
                _ => return None,
            }
        }
        let (mut around, mut exact) = (modules, false);
        while let Some(first) = path.first() {
            match first.as_str() {
                "self" => {}
                "super" => around = around.split_last()?.1,
                "crate" => return None,
                _ => break,
            }
            exact = true;
            path.remove(0);
        }
        loop {
            let full: Vec<_> = around.iter().chain(&path).cloned().collect();
            match (self.0.get_key_value(&full), around.split_last()) {
                (Some((path, found)), _) => return Some((path, (*found)?)),
                (None, Some((_, outer))) if !exact => around = outer,
                _ => return None,
            }
        }
    }
}

/// Returns the problem, by the shape of the type in question.
fn answer(question: &Question, shape: &'static Shape, machine_type: MachineType) -> Option<Problem> {
    let texts = question.of.steps.iter().map(|step| {
        let texts = step.tag.iter().flat_map(|(_, texts)| texts);
        texts.map(String::as_str).collect::<Vec<_>>()
    });
    let texts: Vec<_> = texts.collect();
    let path = question.of.steps.iter().zip(&texts).map(|(step, texts)| match &step.to {
        ForeignMember::Name(name) => match &step.tag {
            Some((tag, _)) => PathStep::Tagged(name, step.certain, tag, texts),
            None => PathStep::Member(name, step.certain),
        },
        ForeignMember::Index(index) => PathStep::Index(*index, step.certain),
        ForeignMember::Computed => PathStep::Computed(step.certain),
    });
    let path = path.collect::<Vec<_>>();
    let (code, message, help): (Code, _, &[String]) = match &question.asks {
        QuestionKind::Member { words, code, .. } => (*code, answer::is_member(shape, &path, words, code.id()), &[]),
        QuestionKind::Read { words, code, .. } => (*code, answer::is_read(shape, &path, words, code.id(), ""), &[]),
        QuestionKind::Kind { kinds, wanted, code, help } => {
            (*code, answer::kind(shape, &path, *kinds, wanted, code.id(), ""), help)
        }
        QuestionKind::Needed { words, not_null, help } => {
            let code = Code::UnguardedOption;
            let message = answer::needed(shape, &path, *not_null, words, code.id(), "");
            // A value that may be null has its own help.
            let absent = message.as_ref().is_some_and(|message| message.helps().next().is_none());
            (code, message, if absent { help } else { &[] })
        }
        QuestionKind::There { words, effect, help } => {
            let code = Code::UnguardedOption;
            (code, answer::there(shape, &path, words, effect, code.id(), ""), help)
        }
        QuestionKind::Text { text, words } => {
            let code = Code::UnknownVariant;
            (code, answer::text(shape, &path, text, words, code.id()), &[])
        }
        QuestionKind::Members { given, what, code } => {
            let given: Vec<_> = given.iter().map(String::as_str).collect();
            (*code, answer::members(shape, &path, &given, what, code.id()), &[])
        }
        QuestionKind::NoSlip { what } => {
            let code = Code::UnknownMember;
            (code, answer::no_slip(shape, &path, what, code.id()), &[])
        }
        QuestionKind::Takes { kinds, absent, what, given, code } => {
            (*code, answer::takes(shape, &path, *kinds, *absent, what, given, code.id()), &[])
        }
        QuestionKind::InRange { number, what, given, code } => {
            (*code, answer::in_range(shape, &path, *number, what, given, code.id()), &[])
        }
        QuestionKind::Awaited | QuestionKind::Express => {
            let code = Code::UnknownApi;
            let name = question.of.name.strip_suffix("::Input").unwrap_or(&question.of.name);
            let awaited = matches!(question.asks, QuestionKind::Awaited);
            let answer = if awaited { answer::awaited } else { answer::express };
            (code, answer(machine_type, name, code.id()), &[])
        }
        // Types of the user's own on both sides: rustc has them.
        _ => return None,
    };
    let message = message?;
    let mut problem = Problem::new(code, question.span, message.sentence()).of_language();
    problem.help = help.iter().cloned().chain(message.helps().map(str::to_owned)).collect();
    Some(problem)
}

fn machine_type(workflow: &CompiledWorkflow) -> MachineType {
    match workflow.machine_type {
        workflow_asl::document::MachineType::Standard => MachineType::Standard,
        workflow_asl::document::MachineType::Express => MachineType::Express,
    }
}

/// The states of a workflow, those of branches and maps too.
fn collect<'s>(body: &'s Body, states: &mut Vec<&'s State>) {
    for state in &body.states {
        states.push(state);
        match &state.head {
            Head::Parallel(branches) => branches.iter().for_each(|branch| collect(&branch.body, states)),
            Head::Map { body, .. } => collect(body, states),
            _ => {}
        }
    }
}

/// The path of a type.
fn tokens(ty: &Type) -> Option<TokenStream> {
    match &ty.kind {
        TypeKind::Named(name) => Some(TokenTree::Ident(name.clone()).into()),
        TypeKind::Path(path) => Some(path.clone()),
        _ => None,
    }
}
