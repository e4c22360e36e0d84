//! Statements of other languages in place of states, which are skipped and reported with what a workflow has instead.

use proc_macro2::{Delimiter, Ident, TokenTree};
use workflow_asl::{Code, StateKind};

use crate::problem::{Edit, Problem};
use crate::syntax::ast::{Body, Choice, Head, State, Target, plain};
use crate::syntax::cursor::Cursor;
use crate::syntax::parser::Parser;
use crate::syntax::spelling::spelled_tokens;
use crate::syntax::state::name_of;

/// The first words of statements, why they begin no state, and what is written instead.
const STATEMENTS: &[(&[&str], &str, &str)] = &[
    (
        &["if", "match", "switch"],
        "a `choice` with a name leads to other states",
        "`choice Which { if … -> First; else -> Second; }`",
    ),
    (
        &["for", "foreach"],
        "it repeats states for a list that is written here, and a `map` runs them for each item of a value",
        "`map Each over … { … } -> end;`",
    ),
    (&["let", "var", "set", "const"], "states set variables", "`assign { name: … }` on a state before"),
    (
        &["while", "loop", "until"],
        "a loop is a choice with a transition to an earlier state",
        "`choice Again { if … -> First; else -> Next; }`",
    ),
    (&["try"], "the task that may fail has a catcher", "`catch [States.ALL] -> Failed` on the task"),
    (&["return"], "a workflow ends with `succeed`", "`succeed Done { … }`"),
    (&["throw", "raise", "panic", "error"], "a `fail` ends a workflow with an error", "`fail Failed { error: … }`"),
];

impl Parser<'_> {
    /// Gives a map without a name (`map input.xs { … }`, `map over input.xs { … }`) a name, which is reported.
    pub(in crate::syntax) fn name_map(&mut self, cursor: &mut Cursor) {
        let over = cursor.is_word("over") && !cursor.is_word_at(1, "over");
        let from = usize::from(over);
        let named = cursor.peek_ident_at(from).is_some() && (over || cursor.is_punct_at(1, "."));
        let braces = (from..cursor.remaining()).find(|at| cursor.peek_group_at(*at, Delimiter::Brace).is_some());
        let (true, Some(braces)) = (named, braces) else { return };
        let items: Vec<_> = (from..braces).filter_map(|at| cursor.peek_at(at).cloned()).collect();
        let last = items.iter().rev().find_map(|token| match token {
            TokenTree::Ident(word) => Some(plain(word)),
            _ => None,
        });
        let name = name_of(&format!("each {}", last.unwrap_or_default()));
        let here = cursor.here_first();
        let words = if over { name.clone() } else { format!("{name} over") };
        let problem = Problem::new(Code::Syntax, here, "a map has a name, and iterates `over` its items");
        let help = format!("write `map {name} over {} {{ … }}`", spelled_tokens(&items));
        self.report(problem.help(help).edit(Edit::before(here, format!("{words} "))));
        cursor.rewrite_rest(|rest| {
            let words = words.split(' ').map(|word| TokenTree::from(Ident::new(word, here)));
            words.chain(rest).collect()
        });
    }

    /// Skips a statement that begins with a word of another language. Returns `false` if the word is not one.
    pub(in crate::syntax) fn statement(&mut self, keyword: &Ident, cursor: &mut Cursor, body: &mut Body) -> bool {
        let known = |(words, ..): &&(&[&str], _, _)| words.iter().any(|word| keyword == word);
        let Some((_, why, help)) = STATEMENTS.iter().find(known) else { return false };
        let message = format!("`{keyword}` does not begin a state: {why}");
        self.report(Problem::new(Code::UnknownDeclaration, keyword.span(), message).help(*help));
        cursor.next();
        self.skip_names(keyword, cursor);
        self.statements.push(body.states.len());
        body.states.push(Self::stand_in(keyword));
        loop {
            while cursor.peek().is_some() && !cursor.is_punct(";") && cursor.peek_group(Delimiter::Brace).is_none() {
                cursor.next();
            }
            let braces = cursor.peek_group(Delimiter::Brace).is_some();
            cursor.next();
            if braces && (cursor.is_punct("->") || cursor.is_punct(".")) {
                continue;
            }
            let goes_on = ["if", "else", "catch", "finally"].iter().any(|word| cursor.is_word(word));
            if !goes_on || cursor.is_end() {
                return true;
            }
        }
    }

    /// Reads the names that `let` declares: what reads them follows from the statement.
    fn skip_names(&mut self, keyword: &Ident, cursor: &mut Cursor) {
        if !["let", "var", "set", "const"].iter().any(|word| keyword == word) {
            return;
        }
        while !cursor.is_end() && !cursor.is_punct("=") && !cursor.is_punct(";") {
            let tokens = match cursor.peek() {
                Some(TokenTree::Group(group)) => group.stream(),
                Some(token) => token.clone().into(),
                None => return,
            };
            self.let_names.extend(tokens.into_iter().filter_map(|token| match token {
                TokenTree::Ident(name) => Some(plain(&name)),
                _ => None,
            }));
            cursor.next();
        }
    }

    /// Returns the state that stands for a statement, so that what follows from it is not reported.
    fn stand_in(keyword: &Ident) -> State {
        State {
            comment: None,
            keyword: keyword.clone(),
            kind: StateKind::Choice,
            name: keyword.clone(),
            alias: None,
            computed: Vec::new(),
            head: Head::Choice(Choice { subject: None, nonexhaustive: None, arms: Vec::new() }),
            repeats: Vec::new(),
            clauses: Vec::new(),
            transition: None,
            tail: keyword.span().into(),
            closed: true,
            broken: true,
            in_use: 0,
            written: None,
        }
    }
}

/// Names the states that stand for statements: as transitions name states that are not declared, or by their numbers.
pub(in crate::syntax) fn name_statements(statements: &[usize], body: &mut Body) {
    if statements.is_empty() {
        return;
    }
    let own = body.states.iter().enumerate().filter(|(at, _)| !statements.contains(at)).map(|(_, state)| &state.name);
    let mut taken: Vec<String> = own.chain(body.uses.iter().map(|used| &used.name)).map(plain).collect();
    let mut asked = Vec::new();
    for target in body.states.iter().flat_map(State::targets) {
        if let Target::State(name) = target
            && !taken.contains(&plain(name))
        {
            taken.push(plain(name));
            asked.push(plain(name));
        }
    }
    let mut asked = asked.into_iter();
    for at in statements {
        if let Some(state) = body.states.get_mut(*at) {
            let name = asked.next().unwrap_or_else(|| format!("Statement{at}"));
            state.name = Ident::new(&name, state.keyword.span());
        }
    }
}
