//! Reads the sections of `docs/errors.md` and their examples.

/// The section of a code.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// The code's number and its title.
    pub(crate) heading: String,
    /// The line under the heading: severity and AWS's code.
    pub(crate) summary: String,
    pub(crate) examples: Vec<Example>,
}

impl Page {
    /// Returns the code's number.
    pub(crate) fn id(&self) -> &str {
        self.heading.split(':').next().unwrap_or_default()
    }
}

/// A fenced block.
#[derive(Debug)]
pub(crate) struct Example {
    /// The first line, from 1.
    pub(crate) line: usize,
    pub(crate) language: Language,
    /// Whether the example must have the section's code.
    pub(crate) fails: bool,
    pub(crate) text: String,
}

/// The language of an example.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Language {
    /// The text in the braces of `workflow!`.
    Workflow,
    /// A definition.
    Asl,
    /// A definition in YAML.
    Yaml,
}

/// Returns the sections of the codes, in the order of the page.
pub(crate) fn pages(text: &str) -> Vec<Page> {
    let mut pages: Vec<Page> = Vec::new();
    let mut open: Option<Example> = None;
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        if let Some(example) = &mut open {
            if line == "```" {
                let page = pages.last_mut().unwrap_or_else(|| panic!("line {number}: an example before any section"));
                page.examples.extend(open.take());
            } else {
                example.text.push_str(line);
                example.text.push('\n');
            }
        } else if let Some(info) = line.strip_prefix("```") {
            let (language, fails) = match info {
                "workflow fails" => (Language::Workflow, true),
                "workflow passes" => (Language::Workflow, false),
                "asl fails" => (Language::Asl, true),
                "asl passes" => (Language::Asl, false),
                "yaml fails" => (Language::Yaml, true),
                "yaml passes" => (Language::Yaml, false),
                _ => panic!("line {number}: no test knows what `{info}` is"),
            };
            open = Some(Example { line: number, language, fails, text: String::new() });
        } else if let Some(heading) = line.strip_prefix("### ") {
            pages.push(Page { heading: heading.to_owned(), ..Page::default() });
        } else if let (Some(page), false) = (pages.last_mut(), line.is_empty())
            && page.summary.is_empty()
        {
            page.summary = line.to_owned();
        }
    }
    assert!(open.is_none(), "the last example is never closed");
    pages
}
