//! Parses uses of fragments, and checks which declarations a fragment may contain.

use proc_macro2::{Delimiter, Ident, TokenTree};
use workflow_asl::{Code, StateKind};

use super::ast::{Comment, DeclarationKind, Expr, ExprKind, Shape, Use, Workflow};
use super::attributes::Attributes;
use super::clause::Clauses;
use super::cursor::Cursor;
use super::keyword::ClauseKind;
use super::parser::Parser;
use super::recover::{clause_starts_here, item_starts_here};
use super::word::Role;
use crate::problem::Problem;

const USED: &str = "for example `use Notify { to: input.email } -> Next;`";

const ONLY_CATCH: &str =
    "its only clause is `catch`; others belong to its states, or to a workflow that a task starts in its place";

impl Parser<'_> {
    /// Parses `Fragment as Name { … } clauses -> Next;`, after `use`. `place` is the number of states before it.
    pub(super) fn fragment_use(
        &mut self,
        comment: Comment,
        keyword: Ident,
        place: usize,
        cursor: &mut Cursor,
    ) -> Option<Use> {
        let what = "the name of a fragment after `use`";
        let Some(fragment) = self.expect_word(cursor, what, USED, Role::FragmentReference) else {
            self.skip_item(cursor);
            return None;
        };
        if cursor.is_punct("::") {
            let help = "Rust's imports are written outside of `workflow!`";
            self.wrong(fragment.span().into(), "`use` runs the states of a fragment", help);
            self.skip_item(cursor);
            return None;
        }
        let (mut written, mut alias, mut computed, mut broken) = (fragment.clone(), None, Vec::new(), false);
        if cursor.peek_ident().is_some_and(|word| *word != "as")
            && cursor.peek_group_at(1, Delimiter::Brace).is_some()
            && !clause_starts_here(cursor)
        {
            self.expected_text(cursor, 0, "`as` before the name of the use", "as");
            written = cursor.eat_ident().unwrap_or(written);
            self.word(&written, Role::UseName);
        }
        while cursor.eat_word("as").is_some() {
            if let Some(name) = self.computed_name(cursor) {
                (alias, computed) = name.split();
            } else if let Some(text) = cursor.eat_text() {
                alias = Some(text);
            } else if let (Some(name), false) = (cursor.peek_ident().cloned(), item_starts_here(cursor)) {
                cursor.next();
                self.word(&name, Role::UseName);
                written = name;
            } else {
                self.expected(cursor, "the name of this use after `as`");
                self.hole(cursor.here_first(), Role::UseName);
                broken = true;
            }
        }
        if let (None, Some(name)) = (&alias, self.implied_name(&written)) {
            (alias, computed) = name.split();
        }
        let name = self.state_name(&written);
        let arguments = self.arguments(cursor, &mut broken);
        let mut clauses = Clauses::default();
        let (transition, tail, closed) = self.state_tail(StateKind::Task, cursor, &mut clauses);
        broken |= clauses.broken;
        clauses.list.retain(|clause| {
            let known = clause.kind == ClauseKind::Catch;
            if !known {
                let message = format!("a `use` has no `{}`", clause.kind.keyword());
                self.report(Problem::new(Code::MisplacedClause, clause.span, message).help(ONLY_CATCH));
            }
            known
        });
        Some(Use {
            comment,
            keyword,
            fragment,
            name: name?,
            alias,
            computed,
            arguments,
            clauses: clauses.list,
            transition,
            tail,
            closed,
            broken: self.proof(broken),
            place,
            written: None,
            in_use: 0,
        })
    }

    /// Parses `{ argument: value }`.
    fn arguments(&mut self, cursor: &mut Cursor, broken: &mut bool) -> Vec<super::ast::Member> {
        let errors = self.errors_so_far();
        let object = self.object_here(cursor);
        if object.is_none() && matches!(cursor.peek(), Some(TokenTree::Group(_))) {
            self.expected_as(cursor, "the arguments of the fragment", USED);
            cursor.next();
        }
        *broken |= self.errors_so_far() > errors;
        match object {
            Some(Expr { kind: ExprKind::Object(members), .. }) => members,
            _ => Vec::new(),
        }
    }

    /// Reports and removes declarations that only a workflow can have.
    pub(super) fn only_of_fragment(&mut self, fragment: &mut Workflow, attributes: &Attributes) {
        for (_, span) in &attributes.others {
            self.needless(*span, "a fragment has no attributes: nothing in Rust is generated for it");
        }
        if let Some(TokenTree::Ident(word)) = fragment.visibility.clone().into_iter().next() {
            self.needless(word.span(), "a fragment has no visibility");
        }
        let mut given = Vec::new();
        fragment.declarations.retain_mut(|declaration| {
            let help = match &declaration.kind {
                DeclarationKind::Input(Shape::Fields(_))
                | DeclarationKind::Output(_)
                | DeclarationKind::Struct(_)
                | DeclarationKind::Enum(_) => return true,
                DeclarationKind::Input(Shape::Type(_)) => "a use gives each value by its name: `input { name: Type }`",
                DeclarationKind::Params(_) => "declare it in `input`; a use gives it: `{ bucket: params.bucket }`",
                DeclarationKind::Retrier { .. } | DeclarationKind::Catcher { .. } | DeclarationKind::Defaults(..) => {
                    "write it on the states of the fragment"
                }
                _ => "declare it in the workflow",
            };
            if let DeclarationKind::Params(fields) = &mut declaration.kind {
                given.append(fields);
            }
            let what = format!("`{}` is not allowed in a fragment", declaration.keyword);
            self.report(Problem::new(Code::UnknownDeclaration, declaration.keyword.span(), what).help(help));
            false
        });
        // The uses give them.
        let input = fragment.declarations.iter_mut().find_map(|declaration| match &mut declaration.kind {
            DeclarationKind::Input(Shape::Fields(fields)) => Some(fields),
            _ => None,
        });
        if let Some(fields) = input {
            fields.extend(given);
        }
    }
}
