//! States: keyword, name, head by kind, clauses, transition.

use proc_macro2::{Delimiter, Ident, TokenTree};
use workflow_asl::{Code, StateKind};

use super::ast::{
    Comment, ComputedName, Expr, ExprKind, Head, Resource, State, Target, Text, TokenSpan, WaitHead, plain,
};
use super::clause::{ClauseOwner, Clauses};
use super::cursor::{Cursor, attributes_length};
use super::keyword::{ClauseKind, FAIL_FIELDS, RESERVED, STATES, state_keyword};
use super::object::Braces;
use super::other_language::{Form, Place, form};
use super::parser::Parser;
use super::recover::{
    braces_of_values, clause_starts_here, is_declaration, item_starts, item_starts_here, no_braces, skip_in_state,
    skip_to_end,
};
use super::reference::root;
use super::word::Role;
use crate::problem::{Edit, Problem};

const NAME: &str = "the word has a meaning in values and transitions; use `as` for any name in the document";

const TASK: &str = "for example `task Convert = lambda::invoke { FunctionName: \"f\" } -> Next;`";

const TIME: &str = "`for` and a duration, or `until` and a timestamp";

impl Parser<'_> {
    /// Parses a state after its keyword.
    pub(super) fn state(
        &mut self,
        comment: Comment,
        kind: StateKind,
        keyword: Ident,
        cursor: &mut Cursor,
    ) -> Option<State> {
        let named = cursor.peek_ident().filter(|word| !begins_head(word, cursor)).cloned();
        let Some(written) = named else {
            let help = "the name is a word; after it, `as \"…\"` is the name in the document";
            self.expected_as(cursor, &format!("a name after `{keyword}`"), help);
            self.hole(cursor.here_first(), Role::StateName { sign: None, repeated: false });
            self.skip_item(cursor);
            return None;
        };
        cursor.next();
        let sign = match cursor.peek() {
            Some(TokenTree::Punct(sign)) => Some(sign.span()),
            Some(TokenTree::Group(group)) => Some(group.span_open()),
            _ => None,
        };
        let repeated = self.parameters.iter().any(|parameter| parameter.of_repetition);
        self.word(&written, Role::StateName { sign, repeated });
        let name = self.state_name(&written);
        let called = kind == StateKind::Task && cursor.peek_group_at(1, Delimiter::Brace).is_none();
        if !called {
            self.stray_sign(&[":"], cursor);
        }
        let (outer, errors) = (self.parameters.len(), self.errors_so_far());
        let mut clauses = Clauses::default();
        let (alias, computed) = self.alias(&written, cursor, &mut clauses);
        let mut repeats = Vec::new();
        let (head, complete) = match kind {
            StateKind::Task => self.task(&written, cursor),
            StateKind::Pass => {
                let (value, complete) = self.output_head(cursor);
                (Head::Pass { value }, complete)
            }
            StateKind::Succeed => {
                let (value, complete) = self.output_head(cursor);
                (Head::Succeed { value }, complete)
            }
            StateKind::Wait => self.wait(cursor),
            StateKind::Choice => self.choice(cursor, &mut repeats),
            StateKind::Parallel => self.parallel(cursor, &mut repeats),
            StateKind::Map => self.map(written.span().into(), cursor, &mut clauses),
            StateKind::Fail => self.fail(cursor),
        };
        clauses.broken |= !complete;
        let (transition, tail, closed) = self.state_tail(kind, cursor, &mut clauses);
        self.end_items(outer, !clauses.broken && self.errors_so_far() == errors);
        Some(State {
            comment,
            keyword,
            kind,
            name: name?,
            alias,
            computed,
            head,
            repeats,
            clauses: clauses.list,
            transition,
            tail,
            closed,
            broken: self.proof(clauses.broken),
            in_use: 0,
            written: None,
        })
    }

    pub(super) fn state_name(&mut self, written: &Ident) -> Option<Ident> {
        let text = plain(written);
        if RESERVED.contains(&text.as_str()) {
            let problem = Problem::new(Code::ReservedName, written.span(), format!("a state cannot be named `{text}`"));
            self.report(problem.help(NAME));
        }
        self.checked_name(written, "state")
    }

    /// `as "any state name"`, and the rest of the name if it contains the item of a repetition.
    fn alias(&mut self, name: &Ident, cursor: &mut Cursor, clauses: &mut Clauses) -> (Option<Text>, Vec<Expr>) {
        let named = cursor.eat_word("as").is_some();
        let computed = if named { self.computed_name(cursor) } else { self.implied_name(name) };
        match computed.map(ComputedName::split) {
            Some(name) => name,
            None if named => (self.written_alias(cursor, clauses), Vec::new()),
            None => (None, Vec::new()),
        }
    }

    fn written_alias(&mut self, cursor: &mut Cursor, clauses: &mut Clauses) -> Option<Text> {
        let text = cursor.eat_text();
        if text.is_none() {
            self.expected(cursor, "the name in the document, as text, after `as`");
            clauses.broken = true;
            if !clause_starts_here(cursor) && !item_starts_here(cursor) {
                cursor.eat_ident();
            }
        }
        text
    }

    /// `= resource { body }`
    fn task(&mut self, name: &Ident, cursor: &mut Cursor) -> (Head, bool) {
        if !self.task_sign(name, cursor) {
            skip_in_state(cursor, |_| true);
            let body = self.object_here(cursor);
            return (Head::Task { resource: None, body }, false);
        }
        let errors = self.errors_so_far();
        let resource = self.resource(cursor);
        let mut complete = resource.is_some();
        if !complete {
            skip_in_state(cursor, |_| true);
        }
        if cursor.peek_group(Delimiter::Parenthesis).is_some() {
            if self.errors_so_far() == errors {
                let help = "for example `lambda::invoke { FunctionName: \"f\" }`";
                self.expected_as(cursor, "the request in braces", help);
            }
            cursor.next();
            complete = false;
        }
        if let Some(Resource::Service { path, .. }) = &resource {
            self.request = Some((path.clone(), Vec::new()));
        }
        let body = self.object_here(cursor);
        self.request = None;
        (Head::Task { resource, body }, complete)
    }

    /// Parses the `=` before a task's resource. Returns whether a resource follows.
    fn task_sign(&mut self, name: &Ident, cursor: &mut Cursor) -> bool {
        if cursor.is_sign("=") {
            return cursor.eat_punct("=").is_some();
        }
        let what = format!("`=` and the resource of `{name}`");
        let sign = [":=", ":", "->"].into_iter().find(|sign| cursor.is_sign(sign)).map_or(0, str::len);
        let called = cursor.is_punct_at(sign + 1, "::") || cursor.is_sign(":");
        match called {
            true => self.expected_text(cursor, sign, &what, "="),
            false => self.expected_as(cursor, &what, TASK),
        };
        called
    }

    /// Parses `{ body }` or `= value`: the output of a pass or succeed.
    fn output_head(&mut self, cursor: &mut Cursor) -> (Option<Expr>, bool) {
        if let Some(object) = self.object_here(cursor) {
            return (Some(object), true);
        }
        let is_value = match cursor.peek() {
            Some(TokenTree::Literal(_)) => true,
            Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Bracket,
            Some(TokenTree::Ident(word)) => root(&plain(word)).is_some() && cursor.is_punct_at(1, "."),
            _ => false,
        };
        match cursor.is_sign("=") {
            true if cursor.peek_group_at(1, Delimiter::Brace).is_some() => self.stray_sign(&["="], cursor),
            true => cursor.advance(1),
            false if is_value => _ = self.expected_text(cursor, 0, "`=` before an output that is no object", "="),
            false => return (None, true),
        }
        let value = self.expr(cursor);
        let complete = !matches!(value.kind, ExprKind::Invalid(_));
        (Some(value), complete)
    }

    /// `for duration` or `until timestamp`
    fn wait(&mut self, cursor: &mut Cursor) -> (Head, bool) {
        if let Some(word) = cursor.eat_word("for") {
            self.word(&word, Role::Setting("wait"));
            self.stray_sign(&[":"], cursor);
            return (Head::Wait(Some(WaitHead::For(self.duration_expr(cursor)))), true);
        }
        if let Some(word) = cursor.eat_word("until") {
            self.word(&word, Role::Setting("wait"));
            if cursor.is_number() {
                let help = "a time is text: `until \"2030-01-01T00:00:00Z\"`; a number of seconds follows `for`";
                self.expected_as(cursor, "a timestamp", help);
                skip_in_state(cursor, no_braces);
                return (Head::Wait(None), false);
            }
            return (Head::Wait(Some(WaitHead::Until(self.expr(cursor)))), true);
        }
        match cursor.is_number() {
            true => self.expected_text(cursor, 0, TIME, "for"),
            false => self.expected_as(cursor, TIME, "for example `wait Cool for 30s -> Next;`"),
        };
        self.hole(cursor.here_first(), Role::Setting("wait"));
        if !clause_starts_here(cursor) {
            skip_in_state(cursor, no_braces);
        }
        (Head::Wait(None), false)
    }

    /// `{ error: …, cause: … }`
    fn fail(&mut self, cursor: &mut Cursor) -> (Head, bool) {
        let (mut error, mut cause) = (None, None);
        if let Some(opened) = braces_of_values(cursor) {
            cursor.next();
            for member in self.members(opened, Braces::Fail) {
                let field = if member.key.value == "error" { &mut error } else { &mut cause };
                *field = Some(member.value);
            }
            return (Head::Fail { error, cause }, true);
        }
        let ends = cursor.is_end() || cursor.is_any(&[";", "#", "->"]);
        let is_field = |word: &Ident| FAIL_FIELDS.iter().any(|field| *word == field.word);
        if !ends && cursor.peek_ident().is_none_or(is_field) {
            let help = "for example `fail Refused { error: \"Refused\", cause: \"no stock\" }`";
            self.expected_as(cursor, "`{ error: …, cause: … }`", help);
            skip_to_end(cursor);
            return (Head::Fail { error, cause }, false);
        }
        (Head::Fail { error, cause }, true)
    }

    /// Clauses, the transition, `;`.
    pub(super) fn state_tail(
        &mut self,
        kind: StateKind,
        cursor: &mut Cursor,
        clauses: &mut Clauses,
    ) -> (Option<Target>, TokenSpan, bool) {
        let mut transition = None;
        let mut first = true;
        let mut ended_by_comma = false;
        let mut tail = None;
        loop {
            if transition.is_none() && goes_on_after_semicolon(kind, cursor) {
                self.needless(cursor.here(), "the `;` ends a state after its transition");
                cursor.next();
                continue;
            }
            let nothing = cursor.peek_at(attributes_length(cursor, 0)).is_none();
            if nothing || cursor.is_punct(";") || item_starts_here(cursor) {
                break;
            }
            let is_arrow = cursor.is_punct("->") || cursor.is_punct("=>");
            if is_arrow || goes_on(kind) && arrow_word(cursor) > 0 {
                self.hole(cursor.here_first(), Role::Clause(kind));
                tail.get_or_insert_with(|| cursor.before());
                let arrow = cursor.here();
                let target = self.arrow("a state", cursor);
                clauses.broken |= matches!(target, Target::Missing(..));
                self.transition(kind, arrow, target, (&mut transition, clauses.broken));
                // In JSON, other signs and another order follow.
                clauses.broken |= transition.is_none() || !is_arrow;
                first = false;
                continue;
            }
            if first && cursor.ends_in_braces() && self.next_is_item(cursor) {
                break;
            }
            if let Some(comma) = cursor.eat_punct(",") {
                ended_by_comma = cursor.is_end() || item_starts_here(cursor);
                // The first one is the mistake; as in JSON, it may follow another one.
                match std::mem::replace(&mut clauses.broken, true) {
                    true => {}
                    false if ended_by_comma => _ = self.rewrite(comma, "a state ends with `;`, not with `,`", ";"),
                    false if transition.is_some() => {
                        self.wrong(comma, "a state has one transition", "a `parallel` runs several branches");
                        skip_in_state(cursor, no_braces);
                    }
                    false => _ = self.needless(comma, "clauses are not separated by `,`"),
                }
                if ended_by_comma {
                    break;
                }
                continue;
            }
            first = false;
            let start = cursor.position();
            let clause = cursor.peek_ident().cloned();
            self.clause_here(ClauseOwner::State(kind), cursor, clauses);
            if let (Some(clause), Some(_), false) = (clause, &transition, clauses.broken)
                && ClauseKind::from_keyword(&clause.to_string()).is_some()
            {
                let message = format!("found clause `{clause}` after `->`");
                self.wrong(clause.span().into(), message, "clauses must come before the transition");
            }
            if cursor.position() == start {
                cursor.next();
            }
        }
        if transition.is_none() {
            self.hole(cursor.here_first(), Role::Clause(kind));
        }
        let complete = ended_by_comma || first && cursor.ends_in_braces();
        let end = cursor.peek_at(attributes_length(cursor, 0)).is_none();
        let last = cursor.before();
        let closed = cursor.eat_punct(";").is_some();
        // Where a transition is missing, that is the mistake.
        let ends = transition.is_some() || !goes_on(kind);
        if !closed && !end && !complete && ends && !clauses.broken {
            let found = cursor.found();
            let problem = Problem::new(Code::Syntax, cursor.here_first(), format!("expected `;` before {found}"));
            self.complain(cursor, problem.edit(Edit::after(last, ";")));
        }
        (transition, tail.unwrap_or(last), closed)
    }

    fn transition(
        &mut self,
        kind: StateKind,
        arrow: TokenSpan,
        target: Target,
        (transition, is_broken): (&mut Option<Target>, bool),
    ) {
        let message = match kind {
            StateKind::Choice => "the transitions of a `choice` are in its arms, such as `else -> State;`",
            StateKind::Succeed => "a `succeed` ends the workflow or branch, and has no transition",
            StateKind::Fail => "a `fail` ends the workflow, and has no transition",
            _ if transition.is_some() => "a state has one transition",
            _ => return *transition = Some(target),
        };
        // Otherwise it belongs to what was reported.
        if !is_broken {
            self.error(Code::MisplacedClause, arrow.to(target.span()), message);
        }
    }

    /// Returns whether an unknown word after a complete state is a misspelt beginning of the next.
    fn next_is_item(&self, cursor: &Cursor) -> bool {
        let Some(word) = cursor.peek_ident().map(Ident::to_string) else { return false };
        ClauseKind::from_keyword(&word).is_none()
            && cursor.peek_ident_at(1).is_some()
            && workflow_asl::nearest::nearest(&word, STATES.iter().map(|(kind, _)| state_keyword(*kind))).is_some()
    }
}

/// Returns the letters and digits of a text; each word begins with an upper-case letter.
pub(crate) fn in_camel_case(text: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
    };
    text.split(|letter: char| !letter.is_ascii_alphanumeric()).map(word).collect()
}

/// Returns whether a state of this kind has a transition.
fn goes_on(kind: StateKind) -> bool {
    !matches!(kind, StateKind::Choice | StateKind::Succeed | StateKind::Fail)
}

/// Returns whether a `;` is next that a transition or a clause of the same state follows: no declaration begins so.
fn goes_on_after_semicolon(kind: StateKind, cursor: &Cursor) -> bool {
    let is_clause = |word: &Ident| {
        let word = word.to_string();
        ClauseKind::from_keyword(&word).is_some_and(|clause| ClauseOwner::State(kind).allows(clause))
            && (!is_declaration(&word) || cursor.peek_group_at(2, Delimiter::Bracket).is_some())
    };
    cursor.is_punct(";")
        && (goes_on(kind) && cursor.is_punct_at(1, "->")
            || cursor.peek_ident_at(1).is_some_and(is_clause) && !item_starts(cursor, 1))
}

/// Returns whether the word after a state's keyword begins what follows the name, which is missing.
fn begins_head(word: &Ident, cursor: &Cursor) -> bool {
    let word = plain(word);
    let is_head = ["over", "for", "until", "match"].contains(&word.as_str()) && !cursor.is_word_at(1, &word);
    is_head && !cursor.is_punct_at(1, ";") && !cursor.is_punct_at(1, "->")
        || root(&word).is_some() && cursor.is_punct_at(1, ".")
}

/// Returns the number of tokens of another word for `->` with the sign after it, if a state follows; 0 for none.
pub(super) fn arrow_word(cursor: &Cursor) -> usize {
    let length = 1 + usize::from(cursor.is_punct_at(1, ":") || cursor.is_punct_at(1, "="));
    let named = cursor.peek_ident_at(length).is_some() && !item_starts(cursor, length);
    let follows = named || cursor.peek_literal_at(length).is_some();
    let is_arrow = |word: &Ident| form(Place::Clause, &word.to_string()) == Some(Form::Words("->"));
    if follows && cursor.peek_ident().is_some_and(is_arrow) { length } else { 0 }
}
