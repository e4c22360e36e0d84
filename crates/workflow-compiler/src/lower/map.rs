//! Lowers parallel and map states, which contain states.

use serde_json::Value;
use workflow_asl::document::MachineType;
use workflow_asl::document::{Branch as AslBranch, ItemProcessor, QueryLanguage};

use super::object::Fields;
use super::state::belongs;
use super::template::Template;
use super::{Lowering, ValueField};
use crate::check::StateInfo;
use crate::syntax::ast::{Body, Branch, Clause, ClauseValue, Comment, Expr, MapItems};
use crate::syntax::keyword::ClauseKind;

impl<'a> Lowering<'_, 'a> {
    pub(super) fn parallel(&mut self, info: &StateInfo<'a>, branches: &[Branch], fields: &mut Fields) {
        let at = fields.pointer.child("Branches");
        let branches = branches.iter().enumerate().map(|(index, branch)| {
            let mut fields = Fields::new(at.index(index));
            self.source_map.put(fields.pointer.clone(), branch.body.span);
            self.put_body((info, Some(index)), branch.comment.as_ref().or(branch.body.comment.as_ref()), &mut fields);
            fields.ordered(AslBranch::FIELDS)
        });
        let branches = Value::Array(branches.collect());
        self.put(fields, "Branches", branches, info.state.span());
    }

    /// Lowers the body of a map, or the branch of a parallel with this number.
    fn put_body(
        &mut self,
        (owner, branch): (&StateInfo<'a>, Option<usize>),
        comment: Option<&crate::syntax::ast::Text>,
        fields: &mut Fields,
    ) {
        if let Some(comment) = comment {
            self.put(fields, "Comment", comment.value.clone().into(), comment.span);
        }
        if let Some(scope) = self.analysis.scope_in(owner, branch) {
            self.scope(scope, fields);
        }
    }

    pub(super) fn map(
        &mut self,
        info: &StateInfo<'a>,
        over: Option<&MapItems>,
        body: &Body,
        iterator: bool,
        fields: &mut Fields,
    ) {
        match over {
            Some(MapItems::Items(items)) => self.put_items(info, items, fields),
            Some(MapItems::Reader { path, body, .. }) => self.reader(info, path, body, fields),
            None => {}
        }
        let name = if iterator { "Iterator" } else { "ItemProcessor" };
        let mut processor = Fields::new(fields.pointer.child(name));
        for clause in info.state.clauses.iter().filter(|clause| belongs(clause, info)) {
            self.map_clause(info, clause, fields, &mut processor);
        }
        let comment: &Comment = &body.comment;
        self.put_body((info, None), comment.as_ref(), &mut processor);
        self.source_map.put(processor.pointer.clone(), body.span);
        fields.insert(name, processor.ordered(ItemProcessor::FIELDS));
    }

    fn put_items(&mut self, info: &StateInfo<'a>, items: &Expr, fields: &mut Fields) {
        let place = info.site(ValueField::Items);
        if info.language == QueryLanguage::Jsonata {
            self.put_value(fields, "Items", place, items);
            return;
        }
        match self.template(place, items, &fields.pointer.child("ItemsPath")) {
            Template::Computed(path) if path.starts_with('$') => self.put(fields, "ItemsPath", path.into(), items.span),
            _ => {
                let help = "create them in a `pass` before the map, or use `query jsonata`";
                self.report_unsayable(items.span, "a map over items that are not data of the execution", help);
            }
        }
    }

    fn map_clause(&mut self, info: &StateInfo<'a>, clause: &Clause, fields: &mut Fields, processor: &mut Fields) {
        let place = |position| info.site(position);
        match (clause.kind, &clause.value) {
            (ClauseKind::Tolerate, ClauseValue::ToleratePercent(share)) => {
                self.put_scalar(fields, "ToleratedFailurePercentage", place(ValueField::Share), share);
            }
            (ClauseKind::Tolerate, ClauseValue::TolerateCount(count)) => {
                self.put_scalar(fields, "ToleratedFailureCount", place(ValueField::Limit), count);
            }
            (ClauseKind::Inline | ClauseKind::Distributed, value) => {
                let mut config = Fields::new(processor.pointer.child("ProcessorConfig"));
                let span = clause.keyword.span();
                let mode = if clause.kind == ClauseKind::Inline { "INLINE" } else { "DISTRIBUTED" };
                self.put(&mut config, "Mode", mode.into(), span.into());
                if let ClauseValue::Distributed { execution_type } = value {
                    let express = execution_type.as_ref().is_some_and(|word| word == "express");
                    let span = execution_type.as_ref().map_or(span, proc_macro2::Ident::span);
                    let execution_type = if express { MachineType::Express } else { MachineType::Standard }.as_str();
                    self.put(&mut config, "ExecutionType", execution_type.into(), span.into());
                }
                self.put(processor, "ProcessorConfig", config.map.into(), clause.span);
            }
            (ClauseKind::ItemReader | ClauseKind::Batch | ClauseKind::WriteTo, _) => {
                self.transfer_clause(info, clause, fields);
            }
            _ => {}
        }
    }
}
