//! Tests that `docs/errors.md` has a section for every code, and that every example in it behaves as its section says.

mod page;
mod words;

use std::path::Path;

use page::{Example, Language, Page};
use proc_macro2::{Span, TokenStream};
use workflow_asl::document::MachineType;
use workflow_asl::source::{Format, Source};
use workflow_asl::{Code, Severity};
use workflow_compiler::Surroundings;

/// Returns a string that fails and one that passes.
type Examples = fn() -> [String; 2];

/// The codes whose examples are too long for the page.
const GENERATED: &[(Code, Examples)] = &[
    (Code::DefinitionTooLarge, || {
        [1_048_576, 1_000_000].map(|length| {
            let comment = "x".repeat(length);
            format!("workflow W {{ comment {comment:?}; pass P -> end; }}")
        })
    }),
    (Code::TooDeep, || {
        [100, 10].map(|depth| {
            format!("workflow W {{ pass P {{ list: {}{} }} -> end; }}", "[".repeat(depth), "]".repeat(depth))
        })
    }),
    (Code::PayloadTooLarge, || {
        [262_144, 262_000].map(|length| format!("workflow W {{ pass P {{ text: {:?} }} -> end; }}", "x".repeat(length)))
    }),
];

fn pages() -> Vec<Page> {
    page::pages(include_str!("../../docs/errors.md"))
}

#[test]
fn every_code_has_its_section_in_the_order_of_the_numbers() {
    let wanted: Vec<_> = Code::ALL.iter().map(|code| format!("{}: {}", code.id(), code.title())).collect();
    let found: Vec<_> = pages().into_iter().map(|page| page.heading).collect();
    assert_eq!(found, wanted);
}

#[test]
fn every_section_says_the_severity_and_the_code_of_aws() {
    for (page, code) in pages().iter().zip(Code::ALL) {
        let severity = match code.severity() {
            Severity::Error => "Error.",
            Severity::Warning => "Warning.",
        };
        let aws = code.aws().map(|aws| format!(" AWS: `{aws}`.")).unwrap_or_default();
        assert_eq!(page.summary, format!("*{severity}{aws}*"), "{}", page.heading);
    }
}

#[test]
fn only_what_is_too_long_to_read_has_no_examples() {
    let pages = pages();
    let without: Vec<_> = pages.iter().filter(|page| page.examples.is_empty()).map(Page::id).collect();
    let generated: Vec<_> = GENERATED.iter().map(|(code, _)| code.id()).collect();
    assert_eq!(without, generated);
    for page in pages.iter().filter(|page| !page.examples.is_empty()) {
        let fails: Vec<_> = page.examples.iter().map(|example| example.fails).collect();
        assert_eq!(fails, [true, false], "{}: one example fails, then one passes", page.heading);
    }
}

#[test]
fn examples_behave_as_their_sections_say() {
    let mut cases = Vec::new();
    for page in pages() {
        for example in &page.examples {
            let wanted = example.fails.then(|| page.id().to_owned());
            cases.push((format!("docs/errors.md:{}", example.line), wanted, found(example)));
        }
    }
    for (code, texts) in GENERATED {
        let [fails, passes] = texts();
        cases.push((format!("made for {code}"), Some(code.id().to_owned()), found_in_workflow(&fails)));
        cases.push((format!("made for {code}, fixed"), None, found_in_workflow(&passes)));
    }
    // What the compiler says about each, for the eye: WORKFLOW_SHOW=1 cargo test --test it errors -- --nocapture
    let show = std::env::var_os("WORKFLOW_SHOW").is_some();
    let mut wrong = Vec::new();
    for (place, wanted, found) in cases {
        let texts: Vec<_> = found.iter().map(|found| found.text.as_str()).collect();
        let report = format!("{place}: {}", texts.join("\n"));
        if show {
            println!("{report}\n");
        }
        let codes: Vec<_> = found.iter().map(|found| found.code.id()).collect();
        if codes != Vec::from_iter(wanted.as_deref()) {
            wrong.push(format!("wanted {wanted:?}, {report}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// The findings in an example.
struct Found {
    code: Code,
    /// The underlined words, the message and the help.
    text: String,
}

fn found(example: &Example) -> Vec<Found> {
    match example.language {
        Language::Workflow => found_in_workflow(&example.text),
        Language::Asl => workflow_asl::rules::check_text(&example.text, MachineType::Standard)
            .into_iter()
            .map(|found| Found { code: found.code, text: found.to_string() })
            .collect(),
        Language::Yaml => {
            let source = Source::read(example.text.as_bytes(), Format::Yaml).expect("the example's YAML");
            let checked = workflow_asl::rules::check_definition(source.value(), MachineType::Standard);
            let found = checked.iter().chain(source.remarks());
            found.map(|found| Found { code: found.code, text: found.to_string() }).collect()
        }
    }
}

fn found_in_workflow(text: &str) -> Vec<Found> {
    let tokens: TokenStream = text.parse().expect("the example's tokens");
    let locate = |span: Span| Some((span.start().line, span.start().column));
    // The documents that the examples use.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("errors");
    let surroundings = Surroundings { locate: &locate, folder: Some(&folder), editor: true, unmatched: &[] };
    let compilation = workflow_compiler::compile_in(tokens, surroundings);
    assert_eq!(compilation.bugs, Vec::<String>::new());
    let found = compilation.problems.iter().map(|problem| {
        let underlined = problem.span.first.join(problem.span.last).and_then(|span| span.source_text());
        let underlined = underlined.unwrap_or_default();
        Found { code: problem.code, text: format!("`{underlined}`: {}", problem.text()) }
    });
    found.collect()
}
