//! Tests the parser with arbitrary tokens: it must not panic, and it must keep everything before an error.

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use workflow_asl::{Code, StateKind};
use workflow_cases::every;
use workflow_compiler::problem::{Problem, Problems};
use workflow_compiler::syntax::ast::{Body, ClauseValue, DeclarationKind, Head, State, Target, WaitHead, plain};
use workflow_compiler::syntax::keyword::{ClauseKind, STATES};
use workflow_compiler::syntax::{Parsed, parse};

/// Every declaration, state kind, clause and kind of value.
const EVERY_CONSTRUCT: &str = include_str!("every_construct.wf");

fn tokens(text: &str) -> TokenStream {
    text.parse().unwrap_or_else(|error| panic!("{error} in {text}"))
}

fn parsed(text: &str) -> (Parsed, Vec<Problem>) {
    let mut problems = Problems::default();
    let parsed = parse(tokens(text), &mut problems);
    (parsed, problems.iter().cloned().collect())
}

/// All states of a body, those in branches and maps too.
fn states(body: &Body) -> Vec<&State> {
    let mut found = Vec::new();
    for state in &body.states {
        found.push(state);
        match &state.head {
            Head::Parallel(branches) => found.extend(branches.iter().flat_map(|branch| states(&branch.body))),
            Head::Map { body, .. } => found.extend(states(body)),
            _ => {}
        }
    }
    found
}

fn names(parsed: &Parsed) -> Vec<String> {
    parsed.workflows.iter().flat_map(|workflow| states(&workflow.body)).map(|state| plain(&state.name)).collect()
}

#[test]
fn every_construct_parses() {
    let (parsed, problems) = parsed(EVERY_CONSTRUCT);
    assert!(problems.is_empty(), "{:#?}", problems.iter().map(Problem::text).collect::<Vec<_>>());
    let [churn, old] = parsed.workflows.as_slice() else { panic!("two workflows") };
    assert_eq!(churn.declarations.len(), 14);
    assert_eq!(churn.comment.as_ref().unwrap().value.lines().count(), 1);
    assert_eq!(churn.body.comment.as_ref().unwrap().value, "Written for the tests.");
    let states = states(&churn.body);
    every(STATES, |(kind, keyword)| {
        assert!(states.iter().any(|state| state.kind == *kind), "no {}", keyword.word);
    });
    let clauses: Vec<_> = parsed
        .workflows
        .iter()
        .flat_map(|workflow| self::states(&workflow.body))
        .flat_map(|state| state.clauses.iter().map(|clause| clause.kind))
        .collect();
    let left_out: Vec<_> = ClauseKind::ALL.iter().filter(|kind| !clauses.contains(kind)).collect();
    assert!(left_out.is_empty(), "clauses without an example: {left_out:?}");
    assert_eq!(names(&parsed).len(), states.len() + self::states(&old.body).len());
    let wait = states.iter().find(|state| state.kind == StateKind::Wait).unwrap();
    let Head::Wait(Some(WaitHead::For(duration))) = &wait.head else { panic!("{:?}", wait.head) };
    assert!(matches!(duration.kind, workflow_compiler::syntax::ast::ExprKind::Duration(30)));
}

#[test]
fn names_in_json_follow_serde() {
    let (parsed, _) = parsed(EVERY_CONSTRUCT);
    let structs: Vec<_> = parsed.workflows[0]
        .declarations
        .iter()
        .filter_map(|declaration| match &declaration.kind {
            DeclarationKind::Struct(of) => Some((of.name.to_string(), &of.fields)),
            _ => None,
        })
        .collect();
    let (name, fields) = &structs[1];
    assert_eq!(name, "Order");
    let wire: Vec<_> = fields.iter().map(|field| (field.name.to_string(), field.wire.as_str())).collect();
    assert_eq!(
        wire,
        [("article_id", "articleId"), ("kind", "type"), ("r#in", "in"), ("at", "at"), ("rank", "rank")]
            .map(|(name, wire)| (name.to_owned(), wire))
    );
}

/// The text of one token or group delimiter, flat, and whether it opens or closes.
#[derive(Clone)]
enum Flat {
    Token(TokenTree),
    Open(Delimiter),
    Close,
}

fn flatten(stream: TokenStream, out: &mut Vec<Flat>) {
    for token in stream {
        match token {
            TokenTree::Group(group) => {
                out.push(Flat::Open(group.delimiter()));
                flatten(group.stream(), out);
                out.push(Flat::Close);
            }
            token => out.push(Flat::Token(token)),
        }
    }
}

/// Tokens from a flat list: groups that are not closed end at the end, stray closings are dropped.
fn unflatten(flat: &[Flat]) -> TokenStream {
    let mut open: Vec<(Delimiter, Vec<TokenTree>)> = vec![(Delimiter::None, Vec::new())];
    let close = |open: &mut Vec<(Delimiter, Vec<TokenTree>)>| {
        if open.len() > 1 {
            let (delimiter, inside) = open.pop().unwrap();
            let group = Group::new(delimiter, inside.into_iter().collect());
            open.last_mut().unwrap().1.push(group.into());
        }
    };
    for token in flat {
        match token {
            Flat::Token(token) => open.last_mut().unwrap().1.push(token.clone()),
            Flat::Open(delimiter) => open.push((*delimiter, Vec::new())),
            Flat::Close => close(&mut open),
        }
    }
    while open.len() > 1 {
        close(&mut open);
    }
    open.pop().unwrap().1.into_iter().collect()
}

/// Each state's name with the number of tokens up to it, itself included.
fn declared(flat: &[Flat]) -> Vec<(usize, String)> {
    let word = |at: usize| match flat.get(at) {
        Some(Flat::Token(TokenTree::Ident(ident))) => Some(ident.to_string()),
        _ => None,
    };
    let starts = |at: usize| match at.checked_sub(1).and_then(|before| flat.get(before)) {
        Some(Flat::Token(TokenTree::Punct(punct))) => punct.as_char() == ';',
        Some(Flat::Open(Delimiter::Brace) | Flat::Close) => true,
        _ => false,
    };
    let is_kind = |word: &str| STATES.iter().any(|(_, keyword)| keyword.word == word);
    (0..flat.len())
        .filter(|at| starts(*at) && word(*at).is_some_and(|word| is_kind(&word)))
        .filter_map(|at| Some((at + 2, word(at + 1)?)))
        .collect()
}

#[test]
fn every_prefix_keeps_the_states_in_it() {
    let mut flat = Vec::new();
    flatten(tokens(EVERY_CONSTRUCT), &mut flat);
    let declared = declared(&flat);
    assert_eq!(declared.len(), names(&parsed(EVERY_CONSTRUCT).0).len(), "the test finds every state");
    for length in 0..flat.len() {
        let mut problems = Problems::default();
        let parsed = parse(unflatten(&flat[..length]), &mut problems);
        let kept = names(&parsed);
        let expected: Vec<_> =
            declared.iter().filter(|(end, _)| *end <= length).map(|(_, name)| name.clone()).collect();
        assert_eq!(kept, expected, "after {length} tokens");
        // Truncation is one mistake; the groups around it may each lack something more.
        assert!(problems.iter().count() <= 4, "after {length} tokens: {:#?}", problems.iter().collect::<Vec<_>>());
    }
}

/// Numbers from a seed: the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }
}

#[test]
fn one_token_more_or_less_hides_no_state_far_away() {
    let mut flat = Vec::new();
    flatten(tokens(EVERY_CONSTRUCT), &mut flat);
    let all = names(&parsed(EVERY_CONSTRUCT).0);
    for at in 0..flat.len() {
        if !matches!(flat[at], Flat::Token(_)) {
            continue;
        }
        let mut changed = flat.clone();
        changed.remove(at);
        let mut problems = Problems::default();
        let parsed = parse(unflatten(&changed), &mut problems);
        let kept = names(&parsed);
        // The word may be a state's own name or keyword, which takes the states in it along, or a workflow's.
        let missing: Vec<_> = all.iter().filter(|name| !kept.contains(name)).collect();
        let workflow = parsed.workflows.len() < 2;
        assert!(missing.len() <= 3 || workflow, "without token {at}: {missing:?} are gone");
    }
}

#[test]
fn shuffled_tokens_never_panic() {
    let mut flat = Vec::new();
    flatten(tokens(EVERY_CONSTRUCT), &mut flat);
    let mut numbers = Numbers(7);
    for round in 0..1_500 {
        let from = numbers.below(flat.len());
        let length = 1 + numbers.below(400);
        let mut piece: Vec<_> = flat.iter().skip(from).take(length).cloned().collect();
        for _ in 0..1 + round % 40 {
            let (a, b) = (numbers.below(piece.len()), numbers.below(piece.len()));
            match numbers.below(4) {
                0 => piece.swap(a, b),
                1 => drop(piece.remove(a)),
                2 => piece.insert(a, flat[numbers.below(flat.len())].clone()),
                _ => piece.insert(a, noise(numbers.below(8))),
            }
            if piece.is_empty() {
                piece.push(noise(0));
            }
        }
        // Inside a workflow, where most of the grammar is, and bare.
        let mut inside = vec![ident("workflow"), ident("W"), Flat::Open(Delimiter::Brace)];
        inside.extend(piece.iter().cloned());
        for flat in [inside, piece] {
            let mut problems = Problems::default();
            parse(unflatten(&flat), &mut problems);
        }
    }
}

fn ident(word: &str) -> Flat {
    Flat::Token(Ident::new(word, Span::call_site()).into())
}

fn noise(which: usize) -> Flat {
    match which {
        0 => Flat::Token(Punct::new('-', Spacing::Joint).into()),
        1 => Flat::Token(Punct::new('$', Spacing::Alone).into()),
        2 => Flat::Token(Literal::character('x').into()),
        3 => Flat::Token(Literal::f64_suffixed(1.5).into()),
        4 => Flat::Open(Delimiter::None),
        5 => Flat::Close,
        6 => ident("branch"),
        _ => ident("_"),
    }
}

#[test]
fn nesting_is_bounded_everywhere() {
    let deep = |open: &str, middle: &str, close: &str| {
        format!(
            "workflow W {{ pass Before -> A; pass A {{ x: {}{middle}{} }} -> end; pass After -> end; }}",
            open.repeat(5_000),
            close.repeat(5_000)
        )
    };
    let texts = [
        deep("(", "1", ")"),
        deep("[", "1", "]"),
        deep("{ a: ", "1", "}"),
        deep("$f(", "1", ")"),
        deep("input[", "1", "]"),
        deep("if a { ", "1", " } else { 2 }"),
        deep("!", "a", ""),
        deep("- ", "a", ""),
        deep("1 + ", "1", ""),
        deep("if a { 1 } else ", "{ 2 }", ""),
        format!(
            "workflow W {{ input {{ a: {}bool{} }} pass Before -> end; pass After -> end; }}",
            "Vec<".repeat(5_000),
            ">".repeat(5_000)
        ),
        format!(
            "workflow W {{ pass Before -> end; {} pass X -> end; {} pass After -> end; }}",
            "parallel P { branch { ".repeat(2_000),
            "} } -> end;".repeat(2_000)
        ),
    ];
    for text in &texts {
        let (parsed, problems) = parsed(text);
        assert!(problems.iter().any(|problem| problem.code == Code::TooDeep), "{}", &text[..80]);
        assert!(problems.len() < 10, "{} problems in {}", problems.len(), &text[..80]);
        let names = names(&parsed);
        assert!(names.contains(&"Before".to_owned()) && names.contains(&"After".to_owned()), "{}", &text[..80]);
    }
}

#[test]
fn a_mistake_leaves_its_neighbours_whole() {
    let (parsed, problems) = parsed(
        "workflow W {
            input { a: bool, b b2: bool, c: bool }
            task A = lambda::invoke { F: 1 2, G: 3 } retry [X] { interval: 3s backoff: 2.0 } bogus 3 catch [Y] -> C -> B;
            choice B { if -> C; if input.a -> ; else -> C; }
            pass C { x: , y: 2, z: } -> D
            fail D { error: \"E\", reason: 3 }
        }",
    );
    assert_eq!(problems.len(), 10, "{:#?}", problems.iter().map(Problem::text).collect::<Vec<_>>());
    let workflow = &parsed.workflows[0];
    assert_eq!(names(&parsed), ["A", "B", "C", "D"]);
    let DeclarationKind::Input(workflow_compiler::syntax::ast::Shape::Fields(fields)) = &workflow.declarations[0].kind
    else {
        panic!("the input")
    };
    assert_eq!(fields.len(), 4);
    let task = &workflow.body.states[0];
    let clauses: Vec<_> = task.clauses.iter().map(|clause| clause.kind).collect();
    assert_eq!(clauses, [ClauseKind::Retry, ClauseKind::Catch]);
    let ClauseValue::Retrier(retrier) = &task.clauses[0].value else { panic!("the retrier") };
    assert_eq!(retrier.fields.len(), 2);
    assert!(matches!(&task.transition, Some(Target::State(name)) if name == "B"));
    let Head::Choice(choice) = &workflow.body.states[1].head else { panic!("the choice") };
    assert_eq!(choice.arms.len(), 3);
    assert!(matches!(&workflow.body.states[2].transition, Some(Target::State(name)) if name == "D"));
}
