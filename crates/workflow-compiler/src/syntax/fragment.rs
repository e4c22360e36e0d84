//! Parses uses of fragments, and checks which declarations a fragment may contain.

use proc_macro2::{Delimiter, Ident, TokenTree};
use workflow_asl::{Code, StateKind};

use super::ast::{Comment, DeclarationKind, Expr, ExprKind, Shape, Use, Workflow};
use super::attributes::Attributes;
use super::clause::Clauses;
use super::cursor::Cursor;
use super::keyword::ClauseKind;
use super::literal::string_value;
use super::parser::Parser;
use super::recover::{clause_starts_here, item_starts_here, skip_item};
use super::word::Role;
use crate::problem::{Edit, Problem};

impl Parser<'_> {
    /// Parses `Fragment as Name { … } clauses -> Next;`, after `use`. `place` is the number of states before it.
    pub(super) fn fragment_use(
        &mut self,
        comment: Comment,
        keyword: Ident,
        place: usize,
        cursor: &mut Cursor,
    ) -> Option<Use> {
        let Some(fragment) = cursor.eat_ident() else {
            let help = "such as `use Notify { to: input.email } -> Next;`";
            self.expected_as(cursor, "the name of a fragment after `use`", help);
            self.hole(cursor.here_first(), Role::FragmentReference);
            skip_item(cursor);
            return None;
        };
        self.word(&fragment, Role::FragmentReference);
        if cursor.is_punct("::") {
            let problem = Problem::new(Code::Syntax, fragment.span(), "`use` runs the states of a fragment");
            self.report(problem.help("Rust's imports are written outside of `workflow!`"));
            skip_item(cursor);
            return None;
        }
        let (mut written, mut alias, mut computed, mut broken) = (fragment.clone(), None, Vec::new(), false);
        if cursor.peek_ident().is_some_and(|word| *word != "as")
            && cursor.peek_group_at(1, Delimiter::Brace).is_some()
            && !clause_starts_here(cursor)
        {
            let problem = self.unexpected(cursor, "`as` before the name of the use");
            self.complain(cursor, problem.help("write `as`").edit(Edit::before(cursor.here(), "as ")));
            written = cursor.eat_ident().unwrap_or(written);
            self.word(&written, Role::UseName);
        }
        while cursor.eat_word("as").is_some() {
            if let Some(name) = self.computed_name(cursor) {
                let (text, rest) = name.split();
                (alias, computed) = (Some(text), rest);
            } else if let Some(text) = cursor.peek_literal_at(0).and_then(string_value) {
                cursor.next();
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
            let (text, rest) = name.split();
            (alias, computed) = (Some(text), rest);
        }
        let name = self.state_name(&written);
        let arguments = self.arguments(cursor, &mut broken);
        let mut clauses = Clauses::default();
        let (transition, tail, closed) = self.state_tail(StateKind::Task, cursor, &mut clauses);
        broken |= clauses.broken;
        clauses.list.retain(|clause| {
            let known = clause.kind == ClauseKind::Catch;
            if !known {
                let word = clause.kind.keyword();
                let problem = Problem::new(Code::MisplacedClause, clause.span, format!("a `use` has no `{word}`"));
                self.report(match clause.kind {
                    ClauseKind::Retry | ClauseKind::Timeout => {
                        let to = if clause.kind == ClauseKind::Retry { "repeat" } else { "limit" };
                        problem.help(format!(
                            "`{word}` belongs to the states of the fragment; to {to} all of it, start a workflow instead"
                        ))
                    }
                    _ => problem.help("its only clause is `catch`; the others belong to the states of the fragment"),
                });
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
        if cursor.peek_group(Delimiter::Parenthesis).is_some() {
            let problem = self.unexpected(cursor, "the arguments of the fragment in braces");
            self.complain(cursor, problem.help("they are given by name: `{ name: value }`"));
            cursor.next();
        }
        let object = self.object_here(cursor);
        *broken |= self.errors_so_far() > errors;
        match object {
            Some(Expr { kind: ExprKind::Object(members), .. }) => members,
            Some(_) => {
                *broken = true;
                Vec::new()
            }
            None => {
                if cursor.peek_group(Delimiter::Brace).is_some() && !clause_starts_here(cursor) {
                    self.expected(cursor, "the arguments of the fragment: `{ name: value }`");
                    cursor.next();
                    *broken = true;
                }
                Vec::new()
            }
        }
    }

    /// Reports and removes declarations that only a workflow can have.
    pub(super) fn only_of_fragment(&mut self, fragment: &mut Workflow, attributes: &Attributes) {
        for (_, span) in &attributes.others {
            let problem = Problem::new(Code::Syntax, *span, "a fragment has no attributes");
            self.report(problem.help("write it on the workflow: nothing in Rust is generated for a fragment"));
        }
        if let Some(TokenTree::Ident(word)) = fragment.visibility.clone().into_iter().next() {
            let problem = Problem::new(Code::Syntax, word.span(), "a fragment has no visibility");
            self.report(
                problem.help("the workflows of the same `workflow!` can use it").edit(Edit::over(word.span(), "")),
            );
        }
        let mut given = Vec::new();
        fragment.declarations.retain(|declaration| {
            let word = declaration.keyword.to_string();
            let help = match &declaration.kind {
                DeclarationKind::Input(Shape::Fields(_))
                | DeclarationKind::Output(_)
                | DeclarationKind::Struct(_)
                | DeclarationKind::Enum(_) => return true,
                DeclarationKind::Input(Shape::Type(_)) => {
                    "name each value: `input { name: Type }`; a use gives them by name".to_owned()
                }
                DeclarationKind::Params(fields) => {
                    given.extend(fields.iter().cloned());
                    "declare it in `input`, and pass it where the fragment is used: `{ bucket: params.bucket }`"
                        .to_owned()
                }
                DeclarationKind::Retrier { .. } | DeclarationKind::Catcher { .. } | DeclarationKind::Defaults(..) => {
                    format!("write the `{word}` on the states of the fragment")
                }
                _ => format!("declare `{word}` in the workflow"),
            };
            let what = match &declaration.kind {
                DeclarationKind::Input(_) => "the input of a fragment has fields".to_owned(),
                _ => format!("`{word}` is not allowed in a fragment"),
            };
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
