//! The workflows of one Rust file: which of them a path names, and which of them a workflow starts.

use std::collections::BTreeMap;

use proc_macro2::{TokenStream, TokenTree};
use workflow_compiler::CompiledWorkflow;
use workflow_compiler::check::{DeclaredResult, ForeignPart, ResultType, declared_result};
use workflow_compiler::syntax::ast::{Head, Resource, Type, TypeKind, Workflow, plain};
use workflow_schema::{self as schema, Shape, Types};

use crate::shapes::{Shapes, kept_text};
use crate::source::MacroCall;

/// The workflows of a file, by their modules and names; `None` if a workflow did not parse or its name is not unique.
pub(crate) struct Siblings<'c>(BTreeMap<Vec<String>, Option<&'c CompiledWorkflow>>);

impl<'c> Siblings<'c> {
    pub(crate) fn of(calls: &'c [MacroCall]) -> Self {
        let mut siblings = BTreeMap::new();
        for MacroCall { modules, compilation } in calls {
            for workflow in &compilation.workflows {
                let understood = workflow.source.reported.is_none();
                let path: Vec<_> = modules.iter().cloned().chain([plain(&workflow.source.name)]).collect();
                let known = if siblings.contains_key(&path) { None } else { Some(workflow) };
                siblings.insert(path, known.filter(|_| understood));
            }
        }
        Self(siblings)
    }

    /// Returns the workflow with this path, if it was understood and is the only one.
    pub(crate) fn get(&self, path: &[String]) -> Option<&'c CompiledWorkflow> {
        self.0.get(path).copied().flatten()
    }

    /// The workflows that one in these modules asks about, by the paths that it names them by.
    pub(crate) fn started(&self, workflow: &CompiledWorkflow, modules: &[String]) -> BTreeMap<String, Workflow> {
        let asked = workflow.questions.iter().map(|question| &question.subject);
        let found = asked.filter(|of| of.part != ForeignPart::Whole).filter_map(|of| {
            let (_, other) = self.find(&of.tokens, modules)?;
            Some((of.tokens.to_string(), other.source.clone()))
        });
        found.collect()
    }

    /// Returns the states of a workflow in these modules that start another of the file, with its path.
    pub(crate) fn starting(&self, workflow: &CompiledWorkflow, modules: &[String]) -> Vec<(String, Vec<String>)> {
        let starting = workflow.source.body.all_states().into_iter().filter_map(|state| {
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
            if let (Some(other), Some((_, modules))) = (self.get(&path), path.split_last())
                && !family.contains_key(&path)
            {
                open.extend(self.starting(other, modules));
                family.insert(path, other);
            }
        }
        family
    }

    /// Returns the types in the file that a workflow in these modules declares.
    pub(crate) fn types(&self, workflow: &CompiledWorkflow, modules: &[String]) -> &'static Types {
        let mut shapes = Shapes::of_workflow(workflow);
        let results = workflow.source.body.all_states().into_iter().filter_map(|state| {
            let Head::Task { resource: Some(resource), .. } = &state.head else { return None };
            let DeclaredResult { member, ty } = declared_result(resource)?;
            let shape = match ty {
                ResultType::Written(ty) => shapes.shape_of(ty),
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
    pub(crate) fn find(&self, of: &TokenStream, modules: &[String]) -> Option<(&[String], &'c CompiledWorkflow)> {
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

/// The path of a type.
fn tokens(ty: &Type) -> Option<TokenStream> {
    match &ty.kind {
        TypeKind::Named(name) => Some(TokenTree::Ident(name.clone()).into()),
        TypeKind::Path(path) => Some(path.clone()),
        _ => None,
    }
}
