//! Tests what an editor relies on: the expansion with a marker at a word must equal the expansion without it, up to the
//! marker.

use std::str::FromStr;
use workflow_cases::every;

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};

const MARKER: &str = "MARKER";

/// Workflows with every kind of word, some unfinished as they are while one types.
const CORPUS: &[&str] = &[
    include_str!("corpus/shop.wf"),
    "workflow Holes { pass A -> ; task B = lambda::invoke { X: input. , Y: params.a.b } timeout -> C; }",
    "workflow Half { input { a: String, b: } choice A { if input. == 1 -> ; else -> } pass",
    "workflow { pass A -> end; }",
    "workflow Lists { pass A { a: $map(input.xs[*].a?, |x, i| $filter(x.b, |y| y.c > x.d && i.)), b: |x| x., c: $replace(input., regex \"a\", |m| m.match), d: [1..=input.n], e: jsonata<Vec<S>> \"$a\" { a: input. } } -> end; }",
    "fragment F { input { a: String } returns { id: String } struct S { x: i64 } pass A { b: input.a.c, d: S } -> B; task B = lambda::invoke<S> -> end; } \
     workflow W { start T; pass Z { x: T.id.y, u: F.id } -> T; use F as T { a: input.x } catch [States.ALL] -> Z -> F; use F { a: T.x } -> ; use G as -> end; }",
    "workflow Empty { }",
    "workflow Keys { task T = lambda::invoke { Payload: { \"a b\": { fn: 1 } }, \"a b\": { \"c.$\": { d: 1 } } } -> end; }",
    "workflow For { for step in [{ name: \"a\" }] { task Run as \"Run \" + step.name = lambda::invoke { Payload: step. } -> end; } -> Last; \
     choice C { for r in [{ n: 1, next: \"Last\" }] { if input.x > r.n -> r.next; } } parallel P { for x in [\"a\", ] { branch { pass A { x: x. } -> end; } } for } \
     pass Last { x: Run[0].Payload } -> Run; for y in [] }",
    "workflow Bodies { parallel P { } -> end; map M over input.xs { } -> end; choice C { } defaults { } }",
    "workflow Words { struct struct { type: Self } pass self { x: input.self.crate } -> super; fail _ { } }",
];

/// The text of the mirror, which is the expansion's first item.
fn mirror(tokens: TokenStream) -> String {
    let krate = TokenStream::from_str("[::workflow_runtime]").unwrap();
    let tokens = workflow_compiler::expand(
        krate.into_iter().chain(tokens).collect(),
        workflow_compiler::Surroundings::default(),
    );
    let item =
        tokens.into_iter().take_while(|token| !matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';'));
    item.collect::<TokenStream>().to_string()
}

/// The expansion's text.
fn expand(tokens: TokenStream) -> String {
    let krate = TokenStream::from_str("[::workflow_runtime]").unwrap();
    workflow_compiler::expand(krate.into_iter().chain(tokens).collect(), workflow_compiler::Surroundings::default())
        .to_string()
}

/// The tokens with the marker appended to the `wanted`th identifier, as an editor does at the end of a word.
fn marked(tokens: TokenStream, wanted: usize, at: &mut usize) -> TokenStream {
    tokens
        .into_iter()
        .map(|token| match token {
            TokenTree::Group(group) => Group::new(group.delimiter(), marked(group.stream(), wanted, at)).into(),
            TokenTree::Ident(ident) => {
                *at += 1;
                if *at - 1 != wanted {
                    return TokenTree::Ident(ident);
                }
                let text = ident.to_string();
                let text = text.strip_prefix("r#").unwrap_or(&text);
                Ident::new(&format!("{text}{MARKER}"), Span::call_site()).into()
            }
            other => other,
        })
        .collect()
}

/// How far both texts agree up to the marker's word; `None` when the marker is not in it.
fn check(plain: &str, marked: &str) -> Option<Result<(), String>> {
    let marker = marked.find(MARKER)?;
    let start = marked[..marker].rfind(|c: char| !c.is_alphanumeric() && c != '_' && c != '#').map_or(0, |at| at + 1);
    let before = &marked[..start];
    if plain.starts_with(before) {
        return Some(Ok(()));
    }
    let differ = before.char_indices().zip(plain.chars()).find(|((_, a), b)| a != b).map_or(0, |((at, _), _)| at);
    let context = |text: &str| text[differ.saturating_sub(60)..].chars().take(120).collect::<String>();
    Some(Err(format!("with:    {}\nwithout: {}", context(before), context(plain))))
}

/// Words that the rest of the line hangs on, or that are values: nobody completes them once they are whole,
/// and with more letters what follows them means something else.
const GLUE: &[&str] = &["as", "jsonata", "match", "over", "true"];

#[test]
fn a_word_that_is_being_typed_changes_nothing_before_it() {
    let mut failures = Vec::new();
    for source in CORPUS {
        let tokens = complete(source);
        let plain = mirror(tokens.clone());
        for wanted in 0..count(&tokens) {
            let with = marked(tokens.clone(), wanted, &mut 0);
            let Some(Err(difference)) = check(&plain, &mirror(with.clone())) else { continue };
            let text = with.to_string();
            let at = text.find(MARKER).unwrap();
            let word = text[..at].rsplit(' ').next().unwrap();
            if !GLUE.contains(&word) {
                failures.push(format!("…{}\n{difference}", &text[at.saturating_sub(60)..(at + 40).min(text.len())]));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// Where a word may be missing, in the second to sixth workflow: the marker goes where the bar is.
const HOLES: &[&str] = &[
    "workflow W { pass A -> | ; }",
    "workflow W { pass A -> | }",
    "workflow W { pass A -> end; | }",
    "workflow W { | }",
    "workflow W { | pass A -> end; }",
    "workflow W { task A = lambda::invoke { X: input.| } -> end; }",
    "workflow W { task A = lambda::invoke { X: | } -> end; }",
    "workflow W { task A = lambda::invoke { X: | , Y: 1 } -> end; }",
    "workflow W { task A = lambda::invoke { } | -> end; }",
    "workflow W { task A = lambda::invoke { } retry [X] { | } -> end; }",
    "workflow W { task A = lambda::invoke { } retry [X] { interval: 1s, | } -> end; }",
    "workflow W { task A = lambda::invoke { } catch [X] -> | -> end; }",
    "workflow W { task A = lambda::invoke { } catch [X] -> B { | } -> end; }",
    "workflow W { choice C { if | -> A; else -> B; } }",
    "workflow W { choice C { if x() -> |; else -> B; } }",
    "workflow W { choice C { | } }",
    "workflow W { parallel P { | } -> end; }",
    "workflow W { parallel P { branch { | } } -> end; }",
    "workflow W { map M over | { pass A -> end; } -> end; }",
    "workflow W { map M over input.a { | } -> end; }",
    "workflow W { fail F { | } }",
    "workflow W { defaults { | } pass A -> end; }",
    "workflow W { input { a: | } pass A -> end; }",
    "workflow W { query |; pass A -> end; }",
    "workflow W { type |; pass A -> end; }",
    "workflow W { catch F [X] -> A; task A = lambda::invoke { } catch F | 5m -> end; }",
    "| workflow W { pass A -> end; }",
    "workflow W { pass A -> end; } |",
];

#[test]
fn a_missing_word_has_a_placeholder() {
    every(HOLES, |source| {
        let plain = mirror(TokenStream::from_str(&source.replace('|', " ")).unwrap());
        let with = mirror(TokenStream::from_str(&source.replace('|', MARKER)).unwrap());
        match check(&plain, &with) {
            None => panic!("{source}\nthe marker is not in the mirror\n{with}"),
            Some(Err(difference)) => panic!("{source}\n{difference}"),
            Some(Ok(())) => {}
        }
    });
}

#[test]
fn a_value_without_the_name_of_its_member_has_its_type() {
    let sources = [
        "workflow W { input { xs: Vec<L> } struct L { a: i64 } map M over input.xs { pass P { x: item.| } -> end; } -> end; }",
        "workflow W { struct L { a: i64 } task T = lambda::invoke<L> { } -> P; pass P { x: T.Payload.| } -> end; }",
        "workflow W { struct L { a: i64 } task T = lambda::invoke<L> { } -> P; pass P { x: T.|.a, y: 1 } -> end; }",
    ];
    every(sources, |source| {
        // The declaration of the value, up to its members.
        let declared = |member: &str| {
            let text = mirror(TokenStream::from_str(&source.replace('|', member)).unwrap());
            let (_, declared) = text.split_once("static __value_").unwrap_or_else(|| panic!("{text}"));
            declared.split(';').next().unwrap_or_default().to_owned()
        };
        assert_eq!(declared(" "), declared("a"));
        assert!(declared(" ").contains('L') || declared(" ").contains("__Value"), "{}", declared(" "));
    });
}

#[test]
fn the_mirror_comes_first_and_keeps_from_rustc() {
    every(CORPUS, |source| {
        let text = expand(complete(source));
        assert!(text.starts_with("# [allow (unexpected_cfgs"), "{text}");
    });
}

#[test]
fn every_expansion_is_rust() {
    every(CORPUS, |source| {
        let text = expand(complete(source));
        assert!(!text.contains("`workflow!` has a bug"), "{text}");
        if let Err(error) = syn::parse_file(&text) {
            panic!("{error}\n{text}");
        }
    });
}

/// Tokens need closed delimiters.
fn complete(source: &str) -> TokenStream {
    let open = source.matches('{').count() - source.matches('}').count();
    TokenStream::from_str(&format!("{source}{}", "}".repeat(open))).unwrap()
}

fn count(tokens: &TokenStream) -> usize {
    let counts = tokens.clone().into_iter().map(|token| match token {
        TokenTree::Group(group) => count(&group.stream()),
        TokenTree::Ident(_) => 1,
        _ => 0,
    });
    counts.sum()
}
