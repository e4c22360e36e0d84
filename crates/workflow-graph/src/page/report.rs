//! What a page reports besides its graph: lists of findings, tables, distributions, source texts.

use std::fmt::Write as _;

use crate::svg::escaped;

/// How good something is, which decides its colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Tone {
    /// As it should be.
    Good,
    /// To be looked at.
    Careful,
    /// Not as it should be.
    Bad,
    /// Neither good nor bad.
    #[default]
    Plain,
}

impl Tone {
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Good => "s-succeeded",
            Self::Careful => "s-caught",
            Self::Bad => "s-failed",
            Self::Plain => "soft",
        }
    }
}

/// An item of a list beside the graph.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Item {
    /// What it is about, such as the name of a state.
    pub subject: String,
    /// The pointer of the state that it leads to. The item is also shown with that state.
    pub pointer: Option<String>,
    /// A word or number after the subject, such as a verdict.
    pub word: String,
    /// How good it is.
    pub tone: Tone,
    /// Sentences below it.
    pub text: String,
}

impl Item {
    /// Creates an item about a subject.
    pub fn new(subject: impl Into<String>) -> Self {
        Self { subject: subject.into(), ..Self::default() }
    }

    /// Sets the pointer of the state that it leads to.
    #[must_use]
    pub fn at(mut self, pointer: Option<impl Into<String>>) -> Self {
        self.pointer = pointer.map(Into::into);
        self
    }

    /// Sets the word after the subject.
    #[must_use]
    pub fn word(mut self, tone: Tone, word: impl Into<String>) -> Self {
        (self.tone, self.word) = (tone, word.into());
        self
    }

    /// Sets the sentences below it.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    fn write(&self, html: &mut String) {
        let subject = escaped(&self.subject);
        let subject = match &self.pointer {
            Some(at) => format!("<button type=\"button\" data-show-state=\"{}\">{subject}</button>", escaped(at)),
            None => format!("<b>{subject}</b>"),
        };
        let (class, word, text) = (self.tone.class(), escaped(&self.word), escaped(&self.text));
        let text = if text.is_empty() { text } else { format!("<div class=\"whole\">{text}</div>") };
        // Writing to a string cannot fail.
        let _ = write!(html, "<li>{subject} <span class=\"{class}\">{word}</span>{text}</li>");
    }
}

/// Writes a list beside the graph.
pub(super) fn write_list(html: &mut String, title: &str, items: &[Item]) {
    html.push_str(&format!("<h2>{}</h2><ul class=\"list\">", escaped(title)));
    items.iter().for_each(|item| item.write(html));
    html.push_str("</ul>");
}

/// A part of a page below or above the graph.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Section {
    /// A table.
    Table {
        /// Its title.
        title: String,
        /// Rows of cells. The first is the head.
        rows: Vec<Vec<String>>,
    },
    /// How often values occur. It is above the graph.
    Histogram {
        /// Its title.
        title: String,
        /// The values of each bar in words, and how often they occur.
        bars: Vec<(String, u64)>,
        /// The least and the greatest value.
        ends: [String; 2],
        /// Values to mark, in words, with their places from 0, at the least value, to 1.
        marks: Vec<(String, f64)>,
    },
    /// Lines of a source text.
    Source {
        /// Its title, such as the file.
        title: String,
        /// The lines with their numbers. A line that tests can cover says whether they do.
        lines: Vec<(usize, String, Option<Tone>)>,
    },
}

/// The size of a histogram without its labels.
const WIDTH: f64 = 480.0;
const HEIGHT: f64 = 110.0;

impl Section {
    pub(super) fn is_above(&self) -> bool {
        matches!(self, Self::Histogram { .. })
    }

    pub(super) fn write(&self, html: &mut String) {
        let (Self::Table { title, .. } | Self::Histogram { title, .. } | Self::Source { title, .. }) = self;
        let title = escaped(title);
        html.push_str(&format!("<section class=\"extra\" aria-label=\"{title}\"><h2>{title}</h2>"));
        match self {
            Self::Table { rows, .. } => {
                html.push_str(&format!(
                    "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table: {title}\"><table>"
                ));
                for (number, row) in rows.iter().enumerate() {
                    let cells = row.iter().map(|cell| match escaped(cell) {
                        // A head without words is none.
                        text if number == 0 && !text.is_empty() => format!("<th scope=\"col\">{text}</th>"),
                        text => format!("<td>{text}</td>"),
                    });
                    let cells: String = cells.collect();
                    html.push_str(&format!("<tr>{cells}</tr>"));
                }
                html.push_str("</table></div>");
            }
            Self::Histogram { bars, ends, marks, .. } => histogram(html, &title, bars, ends, marks),
            Self::Source { lines, .. } => {
                html.push_str(&format!(
                    "<pre class=\"source\" tabindex=\"0\" role=\"region\" aria-label=\"Source: {title}\">"
                ));
                for (number, text, covered) in lines {
                    let (class, sign, said) = match covered {
                        Some(Tone::Good) => ("hit", "✓", "covered"),
                        Some(Tone::Careful) => ("part", "~", "partly covered"),
                        Some(_) => ("miss", "✗", "not covered"),
                        None => ("", " ", ""),
                    };
                    let _ = writeln!(
                        html,
                        "<span class=\"{class}\" title=\"{said}\">{number:>5} {sign} {}</span>",
                        escaped(text)
                    );
                }
                html.push_str("</pre>");
            }
        }
        html.push_str("</section>\n");
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn histogram(html: &mut String, title: &str, bars: &[(String, u64)], ends: &[String; 2], marks: &[(String, f64)]) {
    let most = bars.iter().map(|(_, count)| *count).max().unwrap_or_default().max(1) as f64;
    let width = WIDTH / bars.len().max(1) as f64;
    let (all_width, all_height) = (WIDTH + 20.0, HEIGHT + 66.0);
    let said: Vec<_> = marks.iter().map(|(mark, _)| mark.as_str()).collect();
    let said = escaped(&format!("from {} to {}; {}", ends[0], ends[1], said.join(", ")));
    html.push_str(&format!(
        "<svg class=\"histogram\" role=\"img\" aria-label=\"{title}: {said}\" viewBox=\"-10 -4 {all_width} {all_height}\">"
    ));
    for (number, (values, count)) in bars.iter().enumerate() {
        // A rare value is still seen.
        let height = if *count == 0 { 0.0 } else { (*count as f64 / most * HEIGHT).max(1.5) };
        let _ = write!(
            html,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height:.1}\"><title>{}: {count}</title></rect>",
            number as f64 * width,
            HEIGHT - height,
            (width - 1.0).max(0.5),
            escaped(values)
        );
    }
    let _ = write!(html, "<path d=\"M0 {HEIGHT}H{WIDTH}\"/>");
    // Marks may be at the same place, so each has a line for its label.
    for (number, (mark, place)) in marks.iter().enumerate() {
        let (x, y) = (place.clamp(0.0, 1.0) * WIDTH, (number as f64 + 1.0).mul_add(13.0, HEIGHT));
        let anchor = if *place > 0.5 { "end" } else { "start" };
        let _ = write!(
            html,
            "<path class=\"mark\" d=\"M{x:.1} 0V{y:.1}\"/><text x=\"{x:.1}\" y=\"{:.1}\" dx=\"{}\" text-anchor=\"{anchor}\">{}</text>",
            y,
            if anchor == "end" { -3 } else { 3 },
            escaped(mark)
        );
    }
    let y = HEIGHT + 58.0;
    let [least, greatest] = ends.each_ref().map(|end| escaped(end));
    let _ = write!(
        html,
        "<text x=\"0\" y=\"{y}\">{least}</text><text x=\"{WIDTH}\" y=\"{y}\" text-anchor=\"end\">{greatest}</text></svg>"
    );
}
