//! The input of a macro: workflows with their attributes and visibility.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use workflow_asl::Code;

use super::ast::{Body, Declaration, DeclarationKind, TokenSpan, Workflow};
use super::body::Level;
use super::cursor::{Cursor, attributes_length};
use super::parser::Parser;
use super::word::Role;

const TOP: &str = "a workflow is written `workflow Name { … }`";

impl Parser<'_> {
    /// All workflows up to the end, and all fragments.
    pub(super) fn workflows(&mut self, cursor: &mut Cursor) -> (Vec<Workflow>, Vec<Workflow>) {
        let (mut workflows, mut fragments) = (Vec::new(), Vec::new());
        if cursor.is_end() {
            self.error(Code::Syntax, cursor.here(), "expected `workflow Name { … }`, found nothing");
        }
        self.fragments = declared_fragments(cursor);
        while !cursor.is_end() {
            let start = cursor.position();
            match self.workflow(cursor) {
                Some((workflow, false)) => workflows.push(workflow),
                Some((fragment, true)) => fragments.push(fragment),
                None => {}
            }
            self.problems.go_on(0);
            cursor.eat_punct(";");
            if cursor.position() == start {
                cursor.next();
                skip_to_workflow(cursor);
            }
        }
        (workflows, fragments)
    }

    /// Parses a workflow or fragment, and returns whether it is a fragment.
    fn workflow(&mut self, cursor: &mut Cursor) -> Option<(Workflow, bool)> {
        let (number, errors) = (self.problems.begin(), self.errors_so_far());
        self.nodes = 0;
        self.skipped.clear();
        self.nameless_field = None;
        let attributes = self.attributes_before(cursor)?;
        if let Some((_, span)) = &attributes.rename_all {
            self.error(Code::Syntax, *span, "a workflow has no fields to rename");
        }
        let visibility = self.visibility(cursor);
        let keyword = cursor.peek_ident().cloned();
        if let Some(word) = &keyword {
            self.word(word, Role::Top);
        }
        let text = keyword.as_ref().map(ToString::to_string).unwrap_or_default();
        if text != "workflow" && text != "fragment" {
            let problem = self.unexpected(cursor, "`workflow`").suggest(&text, ["workflow"]);
            let is_slip = !problem.fix.is_empty()
                && cursor.peek_ident_at(1).is_some()
                && cursor.peek_group_at(2, Delimiter::Brace).is_some();
            self.complain(cursor, problem.help(TOP));
            if !is_slip {
                skip_to_workflow(cursor);
                return None;
            }
        }
        cursor.next();
        let is_fragment = keyword.as_ref().is_some_and(|word| word == "fragment");
        self.in_fragment = is_fragment;
        let what = if is_fragment { "fragment" } else { "workflow" };
        let Some(written) = cursor.eat_ident() else {
            self.expected(cursor, &format!("a name after `{what}`"));
            skip_to_workflow(cursor);
            return None;
        };
        let brace = cursor.peek_group(Delimiter::Brace).map(Group::span_open);
        self.word(&written, if is_fragment { Role::Fragment { brace } } else { Role::Workflow { brace } });
        let name = self.checked_name(&written, what);
        if is_fragment && cursor.eat_group(Delimiter::Parenthesis).is_some() {
            let help = "declare them in `input`; a use passes them by name";
            self.wrong(cursor.before(), "a fragment declares its values in its braces", help);
        }
        self.head = written.span().into();
        let first = keyword.map_or(written.span(), |word| word.span());
        let span = TokenSpan::new(first, written.span());
        let file = cursor.eat_word("from").filter(|_| is_fragment);
        let mut last = if file.is_none() { self.name_in_document(is_fragment, cursor) } else { None };
        let group = if file.is_none() { cursor.eat_group(Delimiter::Brace) } else { None };
        let (mut body, mut declarations) = (Body::new(span), Vec::new());
        let mut braces = (file.as_ref().map_or(span.first, Ident::span), cursor.here().last);
        if let Some(keyword) = file {
            // Without a path, the uses of the fragment are right.
            let errors = self.errors_so_far();
            let kind = self.document(cursor);
            if kind.is_none() {
                self.skip_item(cursor);
            }
            if let Some(DeclarationKind::From(_, Some(word))) = &kind {
                self.needless(word.span(), "an imported fragment is always checked");
            }
            body.broken = self.reported_since(errors).filter(|_| kind.is_none());
            last = kind.map(|kind| Declaration { comment: None, derives: Vec::new(), keyword, kind });
        } else if let Some(group) = group {
            braces = (group.span_open(), group.span_close());
            let read = |parser: &mut Self, cursor: &mut Cursor| {
                parser.declared = declared_types(cursor);
                let body = parser.body(cursor, Level::Workflow, span);
                parser.hole(group.span_close(), Role::Item);
                body
            };
            (declarations, body) = self.within(&group, read).ok()?;
        } else {
            let help = format!("a fragment of another file is `fragment {written} from \"src/shared.rs\";`");
            let missing = format!("the body of `{written}` in braces");
            body.broken = Some(self.expected_as(cursor, &missing, if is_fragment { help } else { TOP.to_owned() }));
            skip_to_workflow(cursor);
        }
        let mut workflow = Workflow {
            comment: attributes.comment.clone(),
            attributes: attributes.others.iter().map(|(tokens, _)| tokens.clone()).collect(),
            visibility,
            name: name?,
            brace: braces.0,
            close: braces.1,
            declarations,
            body,
            inlined: Vec::new(),
            copies: Vec::new(),
            items: Vec::new(),
            is_fragment,
            of_fragments: BTreeSet::new(),
            neighbours: Vec::new(),
            skipped: std::mem::take(&mut self.skipped),
            nameless_field: self.nameless_field.take(),
            nodes: self.nodes,
            number,
            reported: None,
        };
        if is_fragment {
            self.only_of_fragment(&mut workflow, &attributes);
        }
        workflow.reported = self.reported_since(errors);
        workflow.declarations.extend(last);
        Some((workflow, is_fragment))
    }
}

/// Returns the names after `fragment`.
fn declared_fragments(cursor: &Cursor) -> Vec<String> {
    let names = (0..cursor.remaining()).filter(|at| cursor.is_word_at(*at, "fragment"));
    names.filter_map(|at| cursor.peek_ident_at(at + 1)).map(Ident::to_string).collect()
}

/// Returns the names after `struct` and `enum` in a workflow's braces.
fn declared_types(body: &Cursor) -> Vec<String> {
    // The name and the braces follow it: rustc is asked for the text of few words.
    let declares = |at: &usize| {
        body.peek_group_at(at + 2, Delimiter::Brace).is_some()
            && body.peek_ident_at(*at).is_some_and(|word| word == "struct" || word == "enum")
    };
    let names = (0..body.remaining()).filter(declares).filter_map(|at| body.peek_ident_at(at + 1));
    names.map(Ident::to_string).collect()
}

impl Parser<'_> {
    /// `as "name in the document"`
    fn name_in_document(&mut self, is_fragment: bool, cursor: &mut Cursor) -> Option<Declaration> {
        let keyword = cursor.eat_word("as")?;
        let help = "for example `workflow Order as \"order-v2\" { … }`";
        let text = self.expect_text(cursor, "the name in the document, as text, after `as`", help)?;
        if is_fragment {
            self.error(Code::Syntax, text.span, "a fragment has no name in the document: its uses have");
            return None;
        }
        Some(Declaration { comment: None, derives: Vec::new(), keyword, kind: DeclarationKind::Name(text) })
    }

    /// `pub`, `pub(crate)`, `pub(in path)` or nothing.
    fn visibility(&mut self, cursor: &mut Cursor) -> TokenStream {
        let Some(word) = cursor.eat_word("pub") else { return TokenStream::new() };
        let word = TokenTree::from(word);
        let Some(group) = cursor.eat_group(Delimiter::Parenthesis) else { return word.into() };
        let span = cursor.before();
        let whole: TokenStream = [word.clone(), group.into()].into_iter().collect();
        if syn::parse2::<syn::Visibility>(whole.clone()).is_err() {
            let help = "write `pub`, `pub(crate)`, `pub(super)` or `pub(in path)`";
            self.wrong(span, "this is not a visibility", help);
            return word.into();
        }
        whole
    }
}

/// Skips to the next `workflow Name` or `workflow { … }`, including what precedes it.
fn skip_to_workflow(cursor: &mut Cursor) {
    cursor.skip_until(|cursor| {
        let attributes = attributes_length(cursor, 0);
        let workflow = attributes + usize::from(cursor.is_word_at(attributes, "pub"));
        let named = cursor.peek_ident_at(workflow + 1).is_some();
        let body = cursor.peek_group_at(workflow + 1, Delimiter::Brace).is_some();
        (named || body) && cursor.is_word_at(workflow, "workflow") || named && cursor.is_word_at(workflow, "fragment")
    });
}
