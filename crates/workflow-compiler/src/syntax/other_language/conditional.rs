//! Choices in the syntax of other languages: `if` with states in its braces, `match` and `switch` without a name.

use proc_macro2::{Delimiter, Group, Ident};
use workflow_asl::{Code, StateKind};

use super::statement::{Fix, UnnamedState, state, with_value};
use crate::problem::{Edit, Problem};
use crate::syntax::ast::{Arm, Body, Choice, Head, State, Target, TokenSpan, When, plain};
use crate::syntax::body::Level;
use crate::syntax::choice::spelled_arm;
use crate::syntax::cursor::Cursor;
use crate::syntax::name::rust_name;
use crate::syntax::parser::Parser;
use crate::syntax::recover::{attributes_length, holds_states, skip_item, state_kind};
use crate::syntax::spelling::spelled;

impl Parser<'_> {
    /// `match x { … }`
    pub(in crate::syntax) fn unnamed_match(
        &mut self,
        keyword: &Ident,
        cursor: &mut Cursor,
        body: &mut Body,
        unnamed: &mut Vec<UnnamedState>,
    ) {
        cursor.next();
        if let Some(name) = cursor.peek_ident().filter(|_| cursor.peek_group_at(1, Delimiter::Brace).is_some()).cloned()
            && plain(&name).starts_with(char::is_uppercase)
        {
            return self.choice_by_another_word(keyword, name, cursor, body);
        }
        let first = TokenSpan::from(keyword.span());
        let subject = self.head_expr(cursor);
        let before = format!("choice {{}} match {} ", spelled(&subject));
        let words = first.to(subject.span);
        let (head, complete, slip) = self.choice_of(
            Choice { subject: Some(subject), nonexhaustive: None, arms: Vec::new() },
            cursor,
            &mut Vec::new(),
        );
        // Problems in it are fixed with it.
        let edits = match slip {
            Some(problem) if problem.fix.is_empty() => {
                self.report(problem);
                Vec::new()
            }
            Some(problem) => problem.fix,
            None => Vec::new(),
        };
        let message = format!("`{keyword}` does not begin a state: a choice has a name");
        let text = before.trim_end().to_owned();
        let fix = Fix::Anew { text, goes_on: false, edits };
        unnamed.push(UnnamedState::new(body.states.len(), message, words, "Choose", fix));
        body.states.push(state(keyword, StateKind::Choice, head, Vec::new(), !complete));
    }

    /// `switch Name { case x -> A; }`: a choice with conditions.
    pub(in crate::syntax) fn choice_by_another_word(
        &mut self,
        keyword: &Ident,
        name: Ident,
        cursor: &mut Cursor,
        body: &mut Body,
    ) {
        cursor.next();
        let choice = Choice { subject: None, nonexhaustive: None, arms: Vec::new() };
        let (head, complete, slip) = self.choice_of(choice, cursor, &mut Vec::new());
        let edits = slip.map(|problem| problem.fix).unwrap_or_default();
        let message = format!("unknown state kind `{keyword}`: use a `choice` to select one of several states");
        let problem = Problem::new(Code::UnknownDeclaration, keyword.span(), message);
        let problem = problem.help(format!("write `choice {name} {{ if … -> State; else -> State; }}`"));
        self.report(edits.into_iter().fold(problem.edit(Edit::over(keyword.span(), "choice")), Problem::edit));
        cursor.eat_punct(";");
        body.states.push(State { name, ..state(keyword, StateKind::Choice, head, Vec::new(), !complete) });
    }

    /// `if x -> A; else -> B;`, `if x { pass A … } else { pass B … }`
    pub(in crate::syntax) fn unnamed_if(
        &mut self,
        keyword: &Ident,
        cursor: &mut Cursor,
        body: &mut Body,
        unnamed: &mut Vec<UnnamedState>,
    ) {
        let message = "`if` does not begin a state: a choice has a name, and its arms are in braces".to_owned();
        if let Some((name, arms)) = cursor.peek_ident_at(1).zip(cursor.peek_group_at(2, Delimiter::Brace))
            && (Cursor::inside(arms).is_word("if") || Cursor::inside(arms).is_word("else"))
        {
            let problem = Problem::new(Code::UnknownDeclaration, keyword.span(), message);
            let problem = problem.help(format!("write `choice {name} {{ … }}`"));
            self.report(problem.edit(Edit::over(keyword.span(), "choice")));
            cursor.next();
            body.states.extend(self.state(None, StateKind::Choice, keyword.clone(), false, cursor));
            return;
        }
        let (at, otherwise) = (body.states.len(), "Choose");
        if arms_with_states(cursor) {
            let first = cursor.here();
            body.states.push(state(
                keyword,
                StateKind::Choice,
                Head::Fail { error: None, cause: None },
                Vec::new(),
                false,
            ));
            let (arms, words, edits) = self.arms_with_states(cursor, body, unnamed);
            if let Some(choice) = body.states.get_mut(at) {
                choice.head = Head::Choice(Choice { subject: None, nonexhaustive: None, arms });
            }
            let message = "`if` does not begin a state: a choice has a name, and its states are next to it".to_owned();
            let fix = Fix::Before { words, edits };
            let mut choice = UnnamedState::new(at, message, first.to(words), otherwise, fix);
            choice.after = body.states.len();
            unnamed.push(choice);
            return;
        }
        let from = cursor.position();
        let first = TokenSpan::from(keyword.span());
        let (arms, complete, slip) = self.bare_arms(cursor);
        if cursor.position() == from {
            cursor.next();
            skip_item(cursor);
        }
        // Problems in it are fixed with it.
        let edits = match slip {
            Some(problem) if problem.fix.is_empty() => return self.report(problem),
            Some(problem) => problem.fix,
            None => Vec::new(),
        };
        if !complete {
            // What is in its braces was reported.
            body.broken = true;
            return;
        }
        let span = first.to(cursor.before());
        unnamed.push(UnnamedState::new(at, message, span, otherwise, Fix::Around(edits)));
        let choice = Choice { subject: None, nonexhaustive: None, arms };
        body.states.push(state(keyword, StateKind::Choice, Head::Choice(choice), Vec::new(), false));
    }

    /// Parses arms that contain states, which are added to the body. Returns the arms, the head of the first one, and
    /// the text to remove.
    fn arms_with_states(
        &mut self,
        cursor: &mut Cursor,
        body: &mut Body,
        unnamed: &mut Vec<UnnamedState>,
    ) -> (Vec<Arm>, TokenSpan, Vec<Edit>) {
        let (mut arms, mut edits, mut head) = (Vec::new(), Vec::new(), None);
        let mut closed: Option<TokenSpan> = None;
        while cursor.is_word("if") || cursor.is_word("else") {
            let first = cursor.here();
            let otherwise = cursor.eat_word("else").is_some();
            let conditional = cursor.eat_word("if").is_some();
            let pattern = if conditional { self.let_pattern(cursor) } else { None };
            let (when, named) = match pattern {
                Some(pattern) => (When::If(pattern.condition), pattern.named),
                None if conditional || !otherwise => (When::If(self.head_expr(cursor)), None),
                None => (When::Else(first), None),
            };
            let Some(group) = cursor.eat_group(Delimiter::Brace) else { break };
            let Some(name) = first_state(&group) else { break };
            let words = first.to(TokenSpan::from(group.span_open()));
            match closed.replace(group.span_close().into()) {
                // Everything between two arms is removed.
                Some(close) => edits.push(Edit::over(close.to(words), "")),
                None => head = Some(words),
            }
            arms.push(Arm { comment: None, when, target: Target::State(name), clauses: Vec::new(), span: first });
            let group = match named {
                Some((name, value)) => with_value(&group, &name, &spelled(&value), &mut edits),
                None => group,
            };
            self.within(&group, |parser, cursor| {
                while !cursor.is_end() {
                    if cursor.eat_punct(";").is_none() {
                        parser.item(cursor, Level::Inner, &mut Vec::new(), body, unnamed);
                    }
                }
            });
        }
        edits.extend(closed.map(|close| Edit::over(close, "")));
        (arms, head.unwrap_or_else(|| cursor.here()), edits)
    }
}

/// Returns whether `if`s and `else`s with states in all of their braces are next.
fn arms_with_states(cursor: &Cursor) -> bool {
    let mut at = 0;
    loop {
        let group = (at + 1..cursor.remaining()).find_map(|at| Some((at, cursor.peek_group_at(at, Delimiter::Brace)?)));
        let Some((brace, group)) = group else { return false };
        let ends = (at..brace).any(|at| cursor.is_punct_at(at, ";") || cursor.is_punct_at(at, "->"));
        if ends || !holds_states(group) || first_state(group).is_none() {
            return false;
        }
        at = brace + 1;
        if !cursor.is_word_at(at, "else") {
            return true;
        }
    }
}

/// Returns the name of the first state in braces.
fn first_state(group: &Group) -> Option<Ident> {
    let inside = Cursor::inside(group);
    let attributes = attributes_length(&inside, 0);
    state_kind(&inside, attributes)?;
    inside.peek_ident_at(attributes + 1).map(rust_name)
}

/// Adds to a choice without `else` an arm that continues at the next state, as in other languages, or `nonexhaustive`
/// if its arms lead there too. Returns the word or the arm as text.
pub(in crate::syntax) fn with_last_arm(state: &mut State, next: Option<&str>) -> (&'static str, String) {
    let Head::Choice(choice) = &mut state.head else { return ("", String::new()) };
    if choice.arms.iter().any(|arm| matches!(arm.when, When::Else(_))) {
        return ("", String::new());
    }
    let span = state.keyword.span();
    let leads =
        |next: &str| choice.arms.iter().any(|arm| matches!(&arm.target, Target::State(name) if plain(name) == next));
    match next.filter(|next| !leads(next)) {
        Some(next) => {
            let target = Target::State(Ident::new(next, span));
            let arm =
                Arm { comment: None, when: When::Else(span.into()), target, clauses: Vec::new(), span: span.into() };
            let written = spelled_arm(&arm, choice.subject.is_some());
            choice.arms.push(arm);
            ("", written)
        }
        None => {
            choice.nonexhaustive = Some(Ident::new("nonexhaustive", span));
            ("nonexhaustive ", String::new())
        }
    }
}
