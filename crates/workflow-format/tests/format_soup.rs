//! Tests the formatter with broken, hostile or long source: it must fail or format it, and must not panic.

use std::str::FromStr;
use workflow_cases::every;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use workflow_format::{Style, format_body, format_file};

const CORPUS: [&str; 2] = [
    include_str!("../../workflow-compiler/tests/corpus/shop.wf"),
    include_str!("../../workflow-compiler/tests/corpus/jsonata.wf"),
];

/// Formats; what is refused is refused for a reason of the text's own, and what is not stays as it is the next time.
fn check(text: &str) -> bool {
    match format_body(text, &Style::default()) {
        Ok(once) => {
            assert_eq!(format_body(&once, &Style::default()).as_ref(), Ok(&once), "{text}");
            true
        }
        Err(error) => {
            assert!(!error.faults.is_empty(), "{text}");
            for fault in &error.faults {
                assert!(!fault.message.contains("has a bug"), "{}\n{text}", fault.message);
                assert!(fault.range.start <= text.len() + 1, "{fault:?}\n{text}");
            }
            false
        }
    }
}

#[test]
fn cut_after_each_character() {
    every(CORPUS, |text| {
        let ends: Vec<_> = text.char_indices().map(|(end, _)| end).step_by(7).collect();
        let formatted = ends.iter().filter(|end| check(&text[..**end])).count();
        assert!(formatted < ends.len() / 2);
    });
}

/// Numbers that look random and are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end.max(1)
    }
}

/// The tokens with some left out, doubled or moved.
fn stirred(tokens: TokenStream, numbers: &mut Numbers, one_in: usize) -> TokenStream {
    let mut out: Vec<TokenTree> = Vec::new();
    for token in tokens {
        let token = match token {
            TokenTree::Group(group) => {
                let delimiter = match numbers.below(one_in * 4) {
                    0 => Delimiter::Bracket,
                    1 => Delimiter::Brace,
                    2 => Delimiter::Parenthesis,
                    _ => group.delimiter(),
                };
                Group::new(delimiter, stirred(group.stream(), numbers, one_in)).into()
            }
            token => token,
        };
        match numbers.below(one_in) {
            0 => {}
            1 => out.extend([token.clone(), token]),
            2 => out.insert(numbers.below(out.len()), token),
            _ => out.push(token),
        }
    }
    out.into_iter().collect()
}

#[test]
fn stirred_tokens() {
    let mut numbers = Numbers(3);
    let mut formatted = 0;
    for round in 0..600 {
        let text = CORPUS[round % 2];
        let one_in = [600, 200, 40, 8][round % 4];
        let text = stirred(TokenStream::from_str(text).unwrap(), &mut numbers, one_in).to_string();
        formatted += usize::from(check(&text));
    }
    assert!(formatted > 5, "{formatted}");
}

#[test]
fn deep_texts_overflow_no_stack() {
    every([("[", "]"), ("(", ")"), ("{", "}"), ("{ a: ", "}")], |(open, close)| {
        let deep = format!("{}1{}", open.repeat(50_000), close.repeat(50_000));
        assert!(!check(&format!("workflow A {{ pass B = {deep} -> end; }}")));
        // Outside of a workflow it is Rust's matter.
        let file = format!("fn f() {{ {deep} }}");
        if TokenStream::from_str(&file).is_ok() {
            assert_eq!(format_file(&file, &Style::default()), Ok(file));
        }
    });
    every(["-", "!", "1 + ", "a ?? ", "if a { b } else "], |sign| {
        check(&format!("workflow A {{ pass B = {}1 -> end; }}", sign.repeat(20_000)));
    });
}

#[test]
fn files_with_a_mark_a_shell_line_or_line_ends_of_two_characters() {
    let style = Style::default();
    let wanted = "workflow! {\n    workflow A {\n        pass B -> end; // c\n    }\n}\n";
    let rough = "workflow! { workflow A {\n pass B->end; // c\n} }\n";
    assert_eq!(format_file(rough, &style).unwrap(), wanted);
    assert_eq!(format_file(&format!("\u{feff}{rough}"), &style).unwrap(), format!("\u{feff}{wanted}"));
    let shell = "#!/usr/bin/env it's\n";
    assert_eq!(format_file(&format!("{shell}{rough}"), &style).unwrap(), format!("{shell}{wanted}"));
    let crlf = |text: &str| text.replace('\n', "\r\n");
    assert_eq!(format_file(&crlf(rough), &style).unwrap(), crlf(wanted));
    assert_eq!(format_file(&crlf(wanted), &style).unwrap(), crlf(wanted));
    let wrong = format!("\u{feff}{shell}workflow! {{ workflow A {{ pass -> end; }} }}");
    let faults = format_file(&wrong, &style).unwrap_err().faults;
    assert!(wrong[faults[0].range.start..].starts_with("-> end"));
    assert_eq!(format_file("", &style).as_deref(), Ok(""));
}

#[test]
fn strings_over_several_lines_stay() {
    let text = "workflow A {\n    pass B {\n        a: \"one\n  two   \n\n three\",\n        b: r#\"x\n\"y\"#,\n    } -> end;\n}\n";
    assert_eq!(format_body(text, &Style::default()).as_deref(), Ok(text));
}
