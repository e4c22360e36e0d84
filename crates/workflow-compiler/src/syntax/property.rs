//! Properties of executions: `property after Reserve: Done or Release;`.

use proc_macro2::TokenTree;
use workflow_asl::Code;
use workflow_asl::property::{self, Token};

use super::ast::{DeclarationKind, Property, Target, plain};
use super::cursor::{Cursor, token_span, token_text};
use super::literal::string_value;
use super::name::rust_name;
use super::parser::Parser;
use super::recover::item_starts_here;
use super::word::Role;
use crate::problem::Problem;

impl Parser<'_> {
    /// Parses a property after its keyword.
    pub(super) fn property(&mut self, cursor: &mut Cursor) -> Option<DeclarationKind> {
        let start = cursor.position();
        while !(cursor.is_end() || cursor.is_punct(";") || item_starts_here(cursor)) {
            cursor.next();
        }
        let trees = cursor.since(start).to_vec();
        let pieces = trees.iter().enumerate().map(|(at, tree)| match tree {
            TokenTree::Ident(word) => (plain(word), Some(Target::State(rust_name(word)))),
            TokenTree::Literal(literal) => match string_value(literal) {
                Some(text) => (text.value.clone(), Some(Target::Text(text))),
                None => (literal.to_string(), None),
            },
            tree => (token_text(tree, trees.get(at + 1)), None),
        });
        let pieces: Vec<_> = pieces.collect();
        let tokens = pieces.iter().map(|(text, target)| match target {
            Some(Target::State(_)) => Token::Word(text),
            Some(_) => Token::Quoted(text),
            None => Token::Sign(text),
        });
        let parsed = property::read(&tokens.collect::<Vec<_>>(), &cursor.found());
        let fault = parsed.fault.as_ref();
        let role = |at| match fault {
            Some(fault) if fault.at == at && (at == 0 || !fault.wants_state) => Role::Setting("property"),
            Some(fault) if fault.at == at => Role::StateReference,
            _ if parsed.states.contains(&at) => Role::StateReference,
            _ => Role::Setting("property"),
        };
        for (at, tree) in trees.iter().enumerate().take(fault.map_or(trees.len(), |fault| fault.at + 1)) {
            if let TokenTree::Ident(word) = tree {
                self.word(word, role(at));
            }
        }
        let Some(fault) = fault else {
            self.semicolon("the property", cursor);
            let states = parsed.states.iter().filter_map(|at| pieces.get(*at)?.1.clone()).collect();
            return Some(DeclarationKind::Property(Property { kind: parsed.kind, states }));
        };
        let span = trees.get(fault.at).map_or_else(|| cursor.here_first().into(), token_span);
        if fault.at == trees.len() {
            self.hole(span.first, role(fault.at));
        }
        let problem = Problem::new(Code::Syntax, span, fault.message.clone());
        self.report(match fault.near {
            Some(near) => problem.did_you_mean(near, near),
            None => problem.help(&fault.help),
        });
        cursor.eat_punct(";");
        None
    }
}
