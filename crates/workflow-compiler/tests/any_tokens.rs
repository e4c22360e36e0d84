//! Tests that the compiler does not panic and emits valid Rust, whatever the tokens.

use std::path::Path;
use std::str::FromStr;

use proc_macro2::{Group, TokenStream, TokenTree};
use workflow_compiler::Surroundings;

const CORPUS: &[&str] =
    &[include_str!("corpus/shop.wf"), include_str!("corpus/jsonata.wf"), include_str!("corpus/from.wf")];

/// How many tokens are stepped over between two that are tried; `WORKFLOW_THOROUGH=1` tries each.
fn step() -> usize {
    if std::env::var_os("WORKFLOW_THOROUGH").is_some() { 1 } else { 7 }
}

/// A tree of tokens as an editor has it: opening and closing delimiters are tokens of their own, so that any of them
/// can be lost, and are paired again afterwards.
#[derive(Clone)]
enum Flat {
    Token(TokenTree),
    Open(Group),
    Close,
}

fn flatten(tokens: TokenStream, out: &mut Vec<Flat>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                out.push(Flat::Open(group.clone()));
                flatten(group.stream(), out);
                out.push(Flat::Close);
            }
            token => out.push(Flat::Token(token)),
        }
    }
}

/// Pairs delimiters: a missing end is at the end, a surplus one is dropped.
fn unflatten(flat: &[Flat]) -> TokenStream {
    let mut open: Vec<(Option<Group>, Vec<TokenTree>)> = vec![(None, Vec::new())];
    let close = |open: &mut Vec<(Option<Group>, Vec<TokenTree>)>| {
        if open.len() < 2 {
            return;
        }
        let Some((Some(group), inside)) = open.pop() else { return };
        let group = Group::new(group.delimiter(), inside.into_iter().collect());
        if let Some((_, outside)) = open.last_mut() {
            outside.push(group.into());
        }
    };
    for token in flat {
        match token {
            Flat::Open(group) => open.push((Some(group.clone()), Vec::new())),
            Flat::Close => close(&mut open),
            Flat::Token(token) => open.iter_mut().last().into_iter().for_each(|(_, inside)| inside.push(token.clone())),
        }
    }
    while open.len() > 1 {
        close(&mut open);
    }
    open.into_iter().flat_map(|(_, tokens)| tokens).collect()
}

/// Numbers that look random and are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end.max(1)
    }
}

fn check(flat: &[Flat]) {
    let tokens = unflatten(flat);
    let source = tokens.clone();
    let krate = TokenStream::from_str("[::workflow_runtime]").unwrap_or_default();
    // The documents that `from` names are read.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/from");
    // What an editor gets and what rustc gets, in turn.
    let editor = flat.len().is_multiple_of(2);
    let surroundings = Surroundings { folder: Some(&folder), editor, ..Surroundings::default() };
    let expansion = workflow_compiler::expand(krate.into_iter().chain(tokens).collect(), surroundings);
    let text = expansion.to_string();
    assert!(!text.contains("`workflow!` has a bug"), "{source}\n{text}");
    let parsed = syn::parse2::<syn::File>(expansion);
    assert!(parsed.is_ok(), "{:?}\n{source}\n{text}", parsed.err());
}

fn corpus() -> impl Iterator<Item = Vec<Flat>> {
    CORPUS.iter().map(|source| {
        let mut flat = Vec::new();
        flatten(TokenStream::from_str(source).unwrap_or_default(), &mut flat);
        assert!(flat.len() > 100);
        flat
    })
}

#[test]
fn truncated_after_each_token() {
    for flat in corpus() {
        for end in (0..=flat.len()).step_by(step()) {
            check(&flat[..end]);
        }
    }
}

#[test]
fn without_each_token_or_with_it_twice() {
    for flat in corpus() {
        for at in (0..flat.len()).step_by(step()) {
            if at % 4 == 0 {
                check(&[&flat[..=at], &flat[at..]].concat());
            } else {
                check(&[&flat[..at], &flat[at + 1..]].concat());
            }
        }
    }
}

#[test]
fn with_tokens_swapped_moved_and_shuffled() {
    let mut numbers = Numbers(1);
    for flat in corpus() {
        for round in 0..300 / step() {
            let mut flat = flat.clone();
            for _ in 0..=round % 8 {
                let (a, b) = (numbers.below(flat.len()), numbers.below(flat.len()));
                flat.swap(a, b);
            }
            check(&flat);
        }
        for _ in 0..40 {
            let mut flat = flat.clone();
            for at in (1..flat.len()).rev() {
                flat.swap(at, numbers.below(at + 1));
            }
            check(&flat);
        }
    }
}
