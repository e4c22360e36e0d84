//! Properties of executions: `property after Reserve: Done or Release;`.

use proc_macro2::{Ident, TokenTree};
use workflow_asl::Code;
use workflow_asl::property::{self, Token};

use super::ast::{DeclarationKind, Property, Target, Text, TokenSpan, plain};
use super::cursor::{Cursor, string_value, token_span, token_text};
use super::name::rust_name;
use super::parser::Parser;
use super::recover::skip_to_end;
use super::word::Role;
use crate::problem::Problem;

/// A name or sign of a property.
struct Piece<'t> {
    text: String,
    name: Option<Target>,
    span: TokenSpan,
    /// The word, if it is one.
    word: Option<&'t Ident>,
}

/// Returns the names and signs of a property. `States.Timeout` is one name.
fn pieces(trees: &[TokenTree]) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(tree) = trees.get(at) {
        let (text, name, word) = match tree {
            TokenTree::Ident(word) => (plain(word), Some(Target::State(rust_name(word))), Some(word)),
            TokenTree::Literal(literal) => match string_value(literal) {
                Some(text) => (text.value.clone(), Some(Target::Text(text)), None),
                None => (literal.to_string(), None, None),
            },
            tree => (token_text(tree, trees.get(at + 1)), None, None),
        };
        let mut piece = Piece { text, name, span: token_span(tree), word };
        while let (TokenTree::Ident(_), Some(TokenTree::Punct(dot)), Some(TokenTree::Ident(next))) =
            (tree, trees.get(at + 1), trees.get(at + 2))
            && dot.as_char() == '.'
        {
            piece.text.push_str(&format!(".{}", plain(next)));
            piece.span = piece.span.to(next.span().into());
            piece.name = Some(Target::Text(Text { value: piece.text.clone(), span: piece.span }));
            piece.word = None;
            at += 2;
        }
        pieces.push(piece);
        at += 1;
    }
    pieces
}

impl Parser<'_> {
    /// Parses a property after its keyword.
    pub(super) fn property(&mut self, cursor: &mut Cursor) -> Option<DeclarationKind> {
        let start = cursor.position();
        skip_to_end(cursor);
        let trees = cursor.since(start).to_vec();
        let pieces = pieces(&trees);
        let tokens = pieces.iter().map(|piece| match &piece.name {
            Some(Target::State(_)) => Token::Word(&piece.text),
            Some(_) => Token::Quoted(&piece.text),
            None => Token::Sign(&piece.text),
        });
        let parsed = property::read(&tokens.collect::<Vec<_>>(), &cursor.found());
        let fault = parsed.fault.as_ref();
        let role = |at| match fault {
            Some(fault) if fault.at == at && (at == 0 || !fault.wants_state) => Role::Setting("property"),
            Some(fault) if fault.at == at => Role::StateReference,
            _ if parsed.property.all_events().any(|event| event.state == at) => Role::StateReference,
            _ => Role::Setting("property"),
        };
        let property = &parsed.property;
        let errors = property.all_events().filter_map(|event| event.error);
        let others: Vec<_> = errors.chain(property.member).chain(property.values.iter().copied()).collect();
        for (at, piece) in pieces.iter().enumerate().take(fault.map_or(pieces.len(), |fault| fault.at + 1)) {
            if let Some(word) = piece.word.filter(|_| !others.contains(&at)) {
                self.word(word, role(at));
            }
        }
        let Some(fault) = fault else {
            self.semicolon("the property", cursor);
            let names = pieces
                .into_iter()
                .map(|piece| piece.name.unwrap_or(Target::Text(Text { value: piece.text, span: piece.span })));
            return Some(DeclarationKind::Property(Property { of: parsed.property, names: names.collect() }));
        };
        let span = pieces.get(fault.at).map_or_else(|| cursor.here_first().into(), |piece| piece.span);
        if fault.at == pieces.len() {
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
