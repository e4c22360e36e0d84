//! States in the syntax of other languages, with the kind after the name: `A: pass`, `A = lambda::invoke { … }`, `state
//! A`; and transitions between states: `A -> B;`.

use proc_macro2::{Delimiter, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use workflow_asl::{Code, StateKind};

use crate::problem::{Edit, Problem};
use crate::syntax::ast::{Body, Target, TokenSpan, plain};
use crate::syntax::cursor::Cursor;
use crate::syntax::parser::Parser;
use crate::syntax::recover::state_kind;
use crate::syntax::spelling::is_word;

/// Words of other languages before a state's name.
const STATE_WORDS: [&str; 5] = ["state", "step", "node", "stage", "State"];

/// `A -> B;` between states.
pub(in crate::syntax) struct LooseTransition {
    from: Ident,
    target: Target,
    span: TokenSpan,
    /// The span, including the `;`.
    whole: TokenSpan,
}

impl Parser<'_> {
    /// Replaces `A: pass`, `state A = pass`, `A: lambda::invoke` by their equivalent, which is reported. Returns
    /// `false` if something else is next.
    pub(in crate::syntax) fn kind_after_name(&mut self, keyword: &Ident, cursor: &mut Cursor) -> bool {
        let prefix = usize::from(
            STATE_WORDS.iter().any(|word| *keyword == word) && cursor.peek_ident_at(1).is_some_and(|word| word != "as"),
        );
        let Some(name) = cursor.peek_ident_at(prefix).cloned() else { return false };
        let sign = [":", "="].iter().any(|sign| cursor.is_punct_at(prefix + 1, sign))
            && !["::", "==", "=>"].iter().any(|sign| cursor.is_punct_at(prefix + 1, sign));
        let after = prefix + 1 + usize::from(sign);
        let kind = state_kind(cursor, after).filter(|_| sign);
        let called = sign && cursor.peek_ident_at(after).is_some() && cursor.is_punct_at(after + 1, "::");
        // The tokens between the name and the rest, and their number.
        let (word, length, equals) = match kind {
            Some(StateKind::Task) => {
                let function = cursor.peek_group_at(after + 1, Delimiter::Parenthesis).is_some();
                (Some("task"), after + 1, !function && !cursor.is_punct_at(after + 1, "="))
            }
            Some(kind) => (Some(crate::syntax::keyword::state_keyword(kind)), after + 1, false),
            None if called => (Some("task"), after, true),
            None if prefix == 1 && !sign => {
                let goes_on = [";", "->"].iter().any(|sign| cursor.is_punct_at(after, sign))
                    || cursor.peek_group_at(after, Delimiter::Brace).is_some();
                (goes_on.then_some("pass"), after, false)
            }
            None => (None, 0, false),
        };
        let Some(word) = word else { return false };
        let text = plain(&name);
        if !is_word(&text) {
            return false;
        }
        let first = cursor.here();
        let last = cursor.peek_at(length - 1).map_or(first, crate::syntax::cursor::token_span);
        let span = first.to(last);
        // Without a transition, it continues at the next state.
        let alone = word == "pass" && (cursor.is_punct_at(length, ";") || cursor.peek_at(length).is_none());
        let next = alone.then(|| next_state(cursor, length + 1));
        let arrow = next.as_ref().map(|next| format!(" -> {next}")).unwrap_or_default();
        let written = format!("{word} {text}{}{arrow}", if equals { " =" } else { "" });
        let problem = Problem::new(Code::UnknownDeclaration, span, "the kind of a state comes before its name");
        self.report(problem.write(written));
        cursor.advance(length);
        let span = keyword.span();
        cursor.rewrite_rest(|rest| {
            let mut tokens: Vec<TokenTree> = vec![Ident::new(word, span).into(), name.into()];
            tokens.extend(equals.then(|| sign_at('=', Spacing::Alone, span)));
            if let Some(next) = next {
                tokens.extend([sign_at('-', Spacing::Joint, span), sign_at('>', Spacing::Alone, span), next.into()]);
            }
            tokens.extend(rest);
            tokens.into_iter().collect::<TokenStream>()
        });
        true
    }

    /// Parses `A -> B;` between states. Returns `false` if something else is next.
    pub(in crate::syntax) fn transition_alone(&mut self, keyword: &Ident, cursor: &mut Cursor) -> bool {
        let ends = cursor.is_punct_at(4, ";") || cursor.peek_at(4).is_none();
        if !cursor.is_punct_at(1, "->") || cursor.peek_ident_at(3).is_none() || !ends {
            return false;
        }
        let first = cursor.here();
        cursor.next();
        let arrow = cursor.here();
        cursor.advance(2);
        let target = self.target(arrow, cursor);
        let span = first.to(cursor.before());
        let whole = cursor.eat_punct(";").map_or(span, |end| first.to(end));
        self.transitions.push(LooseTransition { from: keyword.clone(), target, span, whole });
        true
    }

    /// Adds the transitions between states to the states of a body, and reports them.
    pub(in crate::syntax) fn report_transitions(&mut self, body: &mut Body, outer: Vec<LooseTransition>) {
        for loose in std::mem::replace(&mut self.transitions, outer) {
            let written = match &loose.target {
                Target::State(name) | Target::End(name) => format!("-> {}", plain(name)),
                Target::Text(text) => format!("-> {:?}", text.value),
                Target::Computed(_) | Target::Missing(_) => continue,
            };
            let name = plain(&loose.from);
            let message = format!("a transition must be at the end of its state, `{name}`");
            let problem = Problem::new(Code::UnknownDeclaration, loose.span, message);
            let state = body.states.iter_mut().find(|state| plain(&state.name) == name);
            let goes_on = |kind| !matches!(kind, StateKind::Choice | StateKind::Succeed | StateKind::Fail);
            let problem = match state {
                Some(state) if state.transition.is_none() && goes_on(state.kind) => {
                    let problem = problem.help(format!("write `{written}` at the end of `{name}`"));
                    let problem = problem.edit(Edit::over(loose.whole, ""));
                    let problem = problem
                        .edit(Edit::after(state.tail, format!(" {written}{}", if state.closed { "" } else { ";" })));
                    state.transition = Some(loose.target);
                    problem
                }
                Some(_) => problem.help("remove it").edit(Edit::over(loose.whole, "")),
                None => problem.help(format!("declare the state, such as `pass {name} {written};`")),
            };
            self.report(problem);
        }
    }
}

/// Returns the name of the state declared `at` tokens ahead, or `end`.
fn next_state(cursor: &Cursor, at: usize) -> Ident {
    let named = state_kind(cursor, at).and_then(|_| cursor.peek_ident_at(at + 1));
    let signed = cursor.peek_ident_at(at).filter(|_| {
        (cursor.is_punct_at(at + 1, ":") || cursor.is_punct_at(at + 1, "=")) && state_kind(cursor, at + 2).is_some()
    });
    named.or(signed).cloned().unwrap_or_else(|| Ident::new("end", cursor.here_first()))
}

fn sign_at(sign: char, spacing: Spacing, span: Span) -> TokenTree {
    let mut punct = Punct::new(sign, spacing);
    punct.set_span(span);
    punct.into()
}
