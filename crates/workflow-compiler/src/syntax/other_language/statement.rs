//! Statements of other languages in place of states: `for`, `let`, `return`, `throw`. Choices are in `conditional.rs`.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use workflow_asl::{Code, StateKind};

use super::asl::{assigned, written_target};
use super::conditional::with_last_arm;
use crate::problem::{Edit, Problem};
use crate::syntax::ast::{
    Body, Clause, ClauseValue, Expr, ExprKind, Head, MapItems, Repetition, State, Target, TokenSpan, plain,
};
use crate::syntax::choice::spelled_arm;
use crate::syntax::clause::Clauses;
use crate::syntax::cursor::Cursor;
use crate::syntax::keyword::{ClauseKind, STATES};
use crate::syntax::literal::string_value;
use crate::syntax::parser::Parser;
use crate::syntax::recover::skip_item;
use crate::syntax::spelling::{spelled, spelled_tokens};
use crate::syntax::state::name_of;

/// A state without a name. Its name is chosen when all states are known: a name that a transition uses and no state
/// declares, or a free one.
pub(in crate::syntax) struct UnnamedState {
    /// Its index in the body.
    at: usize,
    /// The index of the state after it and its nested states.
    pub(in crate::syntax) after: usize,
    /// The problem.
    message: String,
    span: TokenSpan,
    /// The default name.
    otherwise: &'static str,
    /// The fix.
    fix: Fix,
}

/// How to write a state without a name; `{}` is replaced by the name.
pub(in crate::syntax) enum Fix {
    /// The arms of a choice: the head is inserted before them, the end after them.
    Around(Vec<Edit>),
    /// The choice replaces these words. The states inside the arms stay, after it.
    Before { words: TokenSpan, edits: Vec<Edit> },
    /// It is replaced, with a transition if it continues.
    Anew { text: String, goes_on: bool, edits: Vec<Edit> },
}

/// Statements of other languages that create or raise an error.
const THROWS: [&str; 4] = ["throw", "raise", "panic", "error"];

/// The maximum number of `let`s in one body whose uses are parsed as variables.
const MOST_NAMED: usize = 16;

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

    /// Parses a statement that begins with a word of another language. Returns `false` if the word is not one.
    pub(in crate::syntax) fn unnamed_item(
        &mut self,
        keyword: &Ident,
        text: &str,
        cursor: &mut Cursor,
        body: &mut Body,
        unnamed: &mut Vec<UnnamedState>,
    ) -> bool {
        match text {
            "match" | "switch" => self.unnamed_match(keyword, cursor, body, unnamed),
            "if" => self.unnamed_if(keyword, cursor, body, unnamed),
            "for" | "foreach" => self.unnamed_for(keyword, cursor, body, unnamed),
            "let" | "var" | "set" | "const" => self.unnamed_let(keyword, cursor, body, unnamed),
            "while" | "loop" | "until" => self.no_state(
                keyword,
                "write a loop as a choice with a transition to an earlier state",
                "`choice Again { if … -> First; else -> Next; }`",
                cursor,
            ),
            "try" => self.no_state(
                keyword,
                "put the catcher on the task that may fail",
                "write `catch [States.ALL] -> Failed` on the task",
                cursor,
            ),
            "return" => self.unnamed_return(keyword, cursor, body, unnamed),
            throw if THROWS.contains(&throw) => self.unnamed_throw(keyword, cursor, body, unnamed),
            _ => return false,
        }
        true
    }

    /// `for x in xs { … }`
    fn unnamed_for(&mut self, keyword: &Ident, cursor: &mut Cursor, body: &mut Body, unnamed: &mut Vec<UnnamedState>) {
        cursor.next();
        let first = TokenSpan::from(keyword.span());
        let item = cursor.peek_ident().filter(|_| cursor.peek_ident_at(1).is_some_and(|word| word == "in")).cloned();
        let Some(item) = item else {
            let problem = match cursor.peek_group(Delimiter::Parenthesis) {
                Some(_) => Problem::new(Code::UnknownDeclaration, cursor.here(), "the item of a `for` has one name")
                    .help("give it objects, `for item in [{ name: \"a\" }]`, and read `item.name`"),
                None => Problem::new(Code::UnknownDeclaration, first, format!("unknown state kind `{keyword}`"))
                    .help("a map runs states for each item: `map Each over input.items { … } -> end;`"),
            };
            self.report(problem);
            skip_item(cursor);
            return;
        };
        cursor.advance(2);
        let items = self.head_expr(cursor);
        let words = first.to(items.span);
        let outer = self.parameters.len();
        self.declare_parameter(&item, true);
        let inner = match cursor.eat_group(Delimiter::Brace) {
            Some(group) => self.inner_body(&group, first),
            None => {
                self.expected(cursor, "the states of the map in braces");
                Body { broken: true, ..Body::new(first) }
            }
        };
        self.end_items(outer, false);
        let text = format!("map {{}} over {} as {item}", spelled(&items));
        let message =
            format!("`{keyword}` takes a list that is written here; for each item of a value, a `map` runs states");
        let tail = cursor.before();
        let mut clauses = Clauses::default();
        let transition = match cursor.is_punct("->") {
            true => self.state_tail(StateKind::Map, cursor, &mut clauses).0,
            false => None,
        };
        let fix = Fix::Anew { text, goes_on: transition.is_none(), edits: Vec::new() };
        unnamed.push(UnnamedState::new(body.states.len(), message, words, "Each", fix));
        let head = Head::Map { over: Some(MapItems::Items(items)), item: Some(item), body: inner, iterator: false };
        body.states.push(State { tail, transition, ..state(keyword, StateKind::Map, head, clauses.list, false) });
    }

    /// Skips a statement that has an equivalent with states, up to the end of its braces.
    fn no_state(&mut self, keyword: &Ident, why: &str, help: &str, cursor: &mut Cursor) {
        let problem = Problem::new(
            Code::UnknownDeclaration,
            keyword.span(),
            format!("`{keyword}` does not begin a state: {why}"),
        );
        self.report(problem.help(help));
        loop {
            while cursor.peek().is_some() && !cursor.is_punct(";") && cursor.peek_group(Delimiter::Brace).is_none() {
                cursor.next();
            }
            cursor.next();
            let more = cursor.is_word("catch") || cursor.is_word("finally") || cursor.is_word("else");
            if !more || cursor.is_end() {
                break;
            }
        }
    }

    /// `let x = 1;`
    fn unnamed_let(&mut self, keyword: &Ident, cursor: &mut Cursor, body: &mut Body, unnamed: &mut Vec<UnnamedState>) {
        let first = cursor.here();
        cursor.next();
        cursor.eat_word("mut");
        if cursor.peek_group(Delimiter::Brace).is_some() && cursor.is_punct_at(1, "=") {
            return self.let_members(keyword, cursor);
        }
        let Some((name, value)) = self.assignment(cursor) else {
            let problem = Problem::new(Code::UnknownDeclaration, first, format!("unknown declaration `{keyword}`"));
            self.report(
                problem
                    .help("to set a variable, write `assign { count: 1 }` on a state before the state that reads it"),
            );
            skip_item(cursor);
            return;
        };
        let mut edits = Vec::new();
        // Each searches everything that follows.
        if unnamed.len() < MOST_NAMED {
            cursor.rewrite_rest(|tokens| replaced(tokens, &name.value, &format!("${}", name.value), &mut edits));
        }
        let value = assigned(name, value);
        let words = first.to(cursor.before());
        let clause = self.new_clause(keyword.clone(), ClauseKind::Assign, ClauseValue::Expr(value.clone()), words);
        let message = format!("`{keyword}` is not supported: set a variable with `assign` on a state");
        let text = format!("pass {{}} assign {}", spelled(&value));
        let fix = Fix::Anew { text, goes_on: true, edits };
        unnamed.push(UnnamedState::new(body.states.len(), message, words, "Begin", fix));
        let head = Head::Pass { value: None };
        body.states.push(State { tail: cursor.before(), ..state(keyword, StateKind::Pass, head, vec![clause], false) });
        self.semicolon("the value", cursor);
    }

    /// Parses `let { a, b } = input;`: its members are replaced where they are used.
    fn let_members(&mut self, keyword: &Ident, cursor: &mut Cursor) {
        let first = TokenSpan::from(keyword.span());
        let names: Vec<_> = match cursor.eat_group(Delimiter::Brace) {
            Some(group) => group.stream().into_iter().filter_map(|token| match token {
                TokenTree::Ident(name) => Some(name),
                _ => None,
            }),
            None => return,
        }
        .take(MOST_NAMED)
        .collect();
        cursor.eat_punct("=");
        let value = spelled(&self.expr(cursor));
        let end = cursor.eat_punct(";").unwrap_or_else(|| cursor.before());
        let mut edits = vec![Edit::over(first.to(end), "")];
        for name in &names {
            let name = plain(name);
            cursor.rewrite_rest(|tokens| replaced(tokens, &name, &format!("{value}.{name}"), &mut edits));
        }
        let message = format!("`{keyword}` does not begin a state: members are read where they are used");
        let written: Vec<_> = names.iter().map(|name| format!("`{value}.{}`", plain(name))).collect();
        let problem = Problem::new(Code::UnknownDeclaration, first.to(end), message);
        let problem = problem.help(format!("remove it, and write {}", written.join(", ")));
        self.report(edits.into_iter().fold(problem, Problem::edit));
    }

    /// `return;`, `return value;`
    fn unnamed_return(
        &mut self,
        keyword: &Ident,
        cursor: &mut Cursor,
        body: &mut Body,
        unnamed: &mut Vec<UnnamedState>,
    ) {
        let first = cursor.here();
        cursor.next();
        let ends = cursor.is_end() || cursor.is_punct(";") || cursor.is_punct(",");
        let value = (!ends).then(|| self.expr(cursor));
        if cursor.is_punct("->") && cursor.is_word_at(2, "end") {
            cursor.advance(3);
        }
        let words = first.to(cursor.before());
        let text = match &value {
            None => "succeed {}".to_owned(),
            Some(value @ Expr { kind: ExprKind::Object(_), .. }) => format!("succeed {{}} {}", spelled(value)),
            Some(value) => format!("succeed {{}} = {}", spelled(value)),
        };
        let message = "`return` does not begin a state: a workflow ends with `succeed`".to_owned();
        let fix = Fix::Anew { text, goes_on: false, edits: Vec::new() };
        unnamed.push(UnnamedState::new(body.states.len(), message, words, "Done", fix));
        body.states.push(state(keyword, StateKind::Succeed, Head::Succeed { value }, Vec::new(), false));
        if !cursor.ends_in_braces() {
            self.semicolon("`return`", cursor);
        }
    }

    /// `throw "Rejected";`, `panic!("Rejected");`
    fn unnamed_throw(
        &mut self,
        keyword: &Ident,
        cursor: &mut Cursor,
        body: &mut Body,
        unnamed: &mut Vec<UnnamedState>,
    ) {
        let first = cursor.here();
        let from = cursor.position();
        while !cursor.is_end() && !cursor.is_punct(";") {
            cursor.next();
        }
        let words = first.to(cursor.before());
        let error = cursor.since(from).iter().find_map(text_in).unwrap_or_else(|| "Failed".to_owned());
        let error = Expr::made(ExprKind::Text(error), words);
        let message = format!("`{keyword}` does not begin a state: use `fail` to end a workflow with an error");
        let text = format!("fail {{}} {{ error: {} }}", spelled(&error));
        let fix = Fix::Anew { text, goes_on: false, edits: Vec::new() };
        unnamed.push(UnnamedState::new(body.states.len(), message, words, "Failed", fix));
        let head = Head::Fail { error: Some(error), cause: None };
        body.states.push(state(keyword, StateKind::Fail, head, Vec::new(), false));
        cursor.eat_punct(";");
    }

    /// Names the states without names, and reports them.
    pub(in crate::syntax) fn name_unnamed(&mut self, unnamed: Vec<UnnamedState>, body: &mut Body) {
        if unnamed.is_empty() {
            return;
        }
        let numbers: Vec<_> = unnamed.iter().map(|unnamed| unnamed.at).collect();
        let mut taken: Vec<String> = Vec::new();
        taken.extend(
            body.states.iter().enumerate().filter(|(at, _)| !numbers.contains(at)).map(|(_, state)| plain(&state.name)),
        );
        taken.extend(body.uses.iter().map(|used| plain(&used.name)));
        let repeated = body.repeats.iter().flat_map(Repetition::bodies).flat_map(Body::all_states);
        let inside = body.states.iter().flat_map(State::bodies).flat_map(Body::all_states);
        taken.extend(inside.map(|state| plain(&state.name)));
        taken.extend(repeated.map(|state| plain(&state.name)));
        let mut asked: Vec<Ident> = Vec::new();
        for target in body.states.iter().flat_map(State::targets) {
            if let Target::State(name) = target
                && !taken.contains(&plain(name))
                && !asked.iter().any(|other| plain(other) == plain(name))
            {
                asked.push(name.clone());
            }
        }
        let mut asked = asked.into_iter();
        let mut unnamed = unnamed;
        if asked.len() == 0 {
            self.assign_before(&mut unnamed, body);
        }
        for one in &unnamed {
            // The first state of a body needs no incoming transition.
            let begins = one.at == 0 && unnamed.len() > asked.len();
            let name = if begins { None } else { asked.next().map(|name| plain(&name)) };
            let name = name.unwrap_or_else(|| self.free(one.otherwise, &taken));
            taken.push(name.clone());
            if let Some(state) = body.states.get_mut(one.at) {
                state.name = Ident::new(&name, state.keyword.span());
            }
        }
        for one in unnamed {
            let next = body.states.get(one.after).map(|next| plain(&next.name));
            let Some(state) = body.states.get_mut(one.at) else { continue };
            let name = plain(&state.name);
            let problem = Problem::new(Code::UnknownDeclaration, one.span, one.message);
            let problem = match one.fix {
                Fix::Around(edits) => {
                    let (may_match_nothing, last) = with_last_arm(state, next.as_deref());
                    let before = format!("choice {name} {may_match_nothing}{{");
                    let after = if last.is_empty() { " }".to_owned() } else { format!(" {last} }}") };
                    let problem =
                        problem.help(format!("put `{before}` before it, and `{}` after it", after.trim_start()));
                    let problem = problem.edit(Edit::before(one.span, format!("{before} ")));
                    let problem = edits.into_iter().fold(problem, Problem::edit);
                    problem.edit(Edit::after(one.span, after))
                }
                Fix::Before { words, edits } => {
                    let (may_match_nothing, _) = with_last_arm(state, next.as_deref());
                    let arms = match &state.head {
                        Head::Choice(choice) => choice.arms.iter().map(|arm| spelled_arm(arm, false)).collect(),
                        _ => Vec::new(),
                    };
                    let text = format!("choice {name} {may_match_nothing}{{ {} }}", arms.join(" "));
                    let problem =
                        problem.help(format!("write `{text}`, and its states after it, without braces around them"));
                    edits.into_iter().fold(problem.edit(Edit::over(words, text)), Problem::edit)
                }
                Fix::Anew { text, goes_on, edits } => {
                    let text = text.replacen("{}", &name, 1);
                    let target = next.as_deref().map_or_else(|| "end".to_owned(), written_target);
                    let goes_on = goes_on && state.transition.is_none();
                    if goes_on {
                        state.transition = Some(match &next {
                            None => Target::End(Ident::new("end", state.keyword.span())),
                            Some(next) => Target::State(Ident::new(next, state.keyword.span())),
                        });
                    }
                    let arrow = format!(" -> {target}");
                    match (goes_on, state.kind) {
                        (true, StateKind::Map) => {
                            let problem = problem.help(format!("write `{text} {{ … }}{arrow};`"));
                            let problem = problem.edit(Edit::over(one.span, text));
                            let problem = problem.edit(Edit::after(state.tail, format!("{arrow};")));
                            edits.into_iter().fold(problem, Problem::edit)
                        }
                        (true, _) => {
                            let problem = problem.write(format!("{text}{arrow}"));
                            let problem = match edits.first() {
                                Some(edit) => problem.help(format!("and read it as `{}`", edit.text)),
                                None => problem,
                            };
                            edits.into_iter().fold(problem, Problem::edit)
                        }
                        (false, StateKind::Choice) => {
                            let problem = problem.help(format!("write `{text} {{ … }}`"));
                            edits.into_iter().fold(problem.edit(Edit::over(one.span, text)), Problem::edit)
                        }
                        (false, StateKind::Map) => {
                            let problem =
                                problem.help(format!("write `{text} {{ … }}`")).edit(Edit::over(one.span, text));
                            edits.into_iter().fold(problem, Problem::edit)
                        }
                        (false, _) => problem.write(text),
                    }
                }
            };
            self.report(problem);
        }
    }
}

impl Parser<'_> {
    /// Returns an unused name.
    fn free(&self, name: &str, taken: &[String]) -> String {
        let is_free = |name: &String| !taken.contains(name) && !declares(self.source.clone(), name);
        let mut numbered = std::iter::once(name.to_owned()).chain((2..100).map(|number| format!("{name}{number}")));
        numbered.find(is_free).unwrap_or_else(|| name.to_owned())
    }

    /// Assigns a variable that is declared between states in the preceding state, if that continues.
    fn assign_before(&mut self, unnamed: &mut Vec<UnnamedState>, body: &mut Body) {
        while let Some(number) = unnamed.iter().position(|one| {
            let kind = |at: usize| body.states.get(at).map(|state| state.kind);
            one.at > 0
                && kind(one.at) == Some(StateKind::Pass)
                && one.at.checked_sub(1).is_some_and(|before| !unnamed.iter().any(|other| other.at == before))
        }) {
            let one = unnamed.remove(number);
            let assign = body.states.remove(one.at).clauses;
            for other in unnamed.iter_mut() {
                other.at -= usize::from(other.at > one.at);
                other.after -= usize::from(other.after > one.at);
            }
            let Some(before) = one.at.checked_sub(1).and_then(|at| body.states.get_mut(at)) else { continue };
            let text = one.text().split_once("assign ").map_or("", |(_, object)| object).to_owned();
            let problem = Problem::new(Code::UnknownDeclaration, one.span, one.message);
            let problem = problem.help(format!("write `assign {text}` on `{}`", plain(&before.name)));
            let has = before.clauses.iter().any(|clause| clause.kind == ClauseKind::Assign);
            if has || !ClauseKind::Assign.stands_on(before.kind) || before.kind == StateKind::Choice {
                self.report(problem);
            } else {
                let edit = Edit::after(before.tail, format!(" assign {text}"));
                self.report(problem.edit(edit).edit(Edit::over(one.span, "")));
            }
            before.clauses.extend(assign);
        }
    }
}

impl UnnamedState {
    /// Creates a state without a name, with this index in the body and no nested states.
    pub(in crate::syntax) fn new(
        at: usize,
        message: String,
        span: TokenSpan,
        otherwise: &'static str,
        fix: Fix,
    ) -> Self {
        Self { at, after: at + 1, message, span, otherwise, fix }
    }

    /// Returns the text without a name.
    fn text(&self) -> &str {
        match &self.fix {
            Fix::Around(_) | Fix::Before { .. } => "",
            Fix::Anew { text, .. } => text,
        }
    }
}

/// Creates the state that is still without a name.
pub(in crate::syntax) fn state(
    keyword: &Ident,
    kind: StateKind,
    head: Head,
    clauses: Vec<Clause>,
    broken: bool,
) -> State {
    State {
        comment: None,
        keyword: keyword.clone(),
        kind,
        name: Ident::new("unnamed", keyword.span()),
        alias: None,
        computed: Vec::new(),
        head,
        repeats: Vec::new(),
        clauses,
        transition: None,
        tail: keyword.span().into(),
        closed: true,
        broken,
        in_use: 0,
        written: None,
    }
}

/// Returns whether tokens declare a state with this name: in other braces, names are unique too.
fn declares(tokens: TokenStream, name: &str) -> bool {
    let mut is_kind = false;
    tokens.into_iter().any(|token| {
        let after_kind = std::mem::replace(&mut is_kind, false);
        match token {
            TokenTree::Ident(word) => {
                is_kind = STATES.iter().any(|(_, keyword)| word == keyword.word);
                after_kind && plain(&word) == name
            }
            TokenTree::Group(group) => declares(group.stream(), name),
            _ => false,
        }
    })
}

/// Returns the first text in a token.
fn text_in(token: &TokenTree) -> Option<String> {
    match token {
        TokenTree::Literal(literal) => string_value(literal).map(|text| text.value),
        TokenTree::Group(group) => {
            let inner: Vec<_> = group.stream().into_iter().collect();
            inner.iter().find_map(text_in)
        }
        _ => None,
    }
}

/// Replaces a name by a value in a group. Edits are added to `edits`.
pub(in crate::syntax) fn with_value(group: &Group, name: &Ident, value: &str, edits: &mut Vec<Edit>) -> Group {
    let tokens = replaced(group.stream(), &plain(name), value, edits);
    let mut out = Group::new(group.delimiter(), tokens);
    out.set_span(group.span());
    out
}

/// Replaces a name by other words, a name or a variable. Edits are added to `edits`.
fn replaced(tokens: TokenStream, name: &str, new: &str, edits: &mut Vec<Edit>) -> TokenStream {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let is = |at: Option<usize>, signs: &[char]| matches!(at.and_then(|at| tokens.get(at)), Some(TokenTree::Punct(punct)) if signs.contains(&punct.as_char()));
    // After a kind of state or an arrow, it is a state's name.
    let names_a_state = |at: Option<usize>| match at.and_then(|at| tokens.get(at)) {
        Some(TokenTree::Ident(word)) => STATES.iter().any(|(_, keyword)| *word == keyword.word),
        _ => is(at, &['>']) && is(at.and_then(|at| at.checked_sub(1)), &['-', '=']),
    };
    let mut out = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1);
        match token {
            // A member or key with that name is unrelated.
            TokenTree::Ident(word)
                if plain(word) == name
                    && !is(before, &['.', '$'])
                    && !is(Some(at + 1), &[':'])
                    && !names_a_state(before) =>
            {
                edits.push(Edit::over(word.span(), new));
                let new: TokenStream = new.parse().unwrap_or_default();
                out.extend(new.into_iter().map(|mut token| {
                    token.set_span(word.span());
                    token
                }));
            }
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), replaced(group.stream(), name, new, edits));
                inner.set_span(group.span());
                out.push(inner.into());
            }
            token => out.push(token.clone()),
        }
    }
    out.into_iter().collect()
}
