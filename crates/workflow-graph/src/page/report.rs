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
#[derive(Clone, Debug)]
pub struct Item {
    subject: String,
    /// The pointer of the state that it leads to.
    at: Option<String>,
    tone: Tone,
    word: String,
    text: String,
}

impl Item {
    /// Creates an item about a subject, such as a state, which leads to the state at a pointer and is shown with it. A
    /// word such as a verdict follows the subject, and sentences are below it.
    pub fn new(
        subject: impl Into<String>,
        at: Option<&str>,
        (tone, word): (Tone, &str),
        text: impl Into<String>,
    ) -> Self {
        Self { subject: subject.into(), at: at.map(str::to_owned), tone, word: word.to_owned(), text: text.into() }
    }

    fn write(&self, html: &mut String) {
        let subject = escaped(&self.subject);
        let subject = match &self.at {
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
    /// A text in columns.
    Text(String),
    /// How often values occur. It is above the graph.
    Histogram(Vec<f64>, fn(f64) -> String),
    /// The lines of a source text with their numbers. A line that tests can cover says whether they do.
    Source(Vec<(usize, String, Option<Tone>)>),
}

/// The size of a histogram without its labels.
const WIDTH: f64 = 480.0;
const HEIGHT: f64 = 110.0;

/// The number of bars.
const BARS: usize = 40;

impl Section {
    pub(super) fn write(&self, title: &str, html: &mut String) {
        let title = escaped(title);
        html.push_str(&format!("<section class=\"extra\" aria-label=\"{title}\"><h2>{title}</h2>"));
        let pre = format!("<pre class=\"source\" tabindex=\"0\" role=\"region\" aria-label=\"Text: {title}\">");
        match self {
            Self::Text(text) => html.push_str(&format!("{pre}{}</pre>", escaped(text))),
            Self::Histogram(values, words) => histogram(html, &title, values, *words),
            Self::Source(lines) => {
                html.push_str(&pre);
                for (number, text, covered) in lines {
                    let (class, sign, said) = match covered {
                        Some(Tone::Good) => ("hit", "✓", "covered"),
                        Some(Tone::Careful) => ("part", "~", "partly covered"),
                        Some(_) => ("miss", "✗", "not covered"),
                        None => ("", " ", ""),
                    };
                    let text = escaped(text);
                    let _ = writeln!(html, "<span class=\"{class}\" title=\"{said}\">{number:>5} {sign} {text}</span>");
                }
                html.push_str("</pre>");
            }
        }
        html.push_str("</section>\n");
    }
}

/// Writes a histogram from the least value to the 99th percentile.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn histogram(html: &mut String, title: &str, values: &[f64], words: fn(f64) -> String) {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let at = |percent: usize| {
        let place = (values.len() * percent).div_ceil(100).saturating_sub(1);
        values.get(place).copied().unwrap_or_default()
    };
    let (least, most) = (at(0), at(99));
    let bars = if most > least { BARS } else { 1 };
    let (size, width) = ((most - least) / bars as f64, WIDTH / bars as f64);
    let mut below = 0;
    let counts: Vec<_> = (1..=bars)
        .map(|bar| {
            let to = if bar == bars { most } else { (bar as f64).mul_add(size, least) };
            let count = values.partition_point(|value| *value <= to) - below;
            below += count;
            (to, count)
        })
        .collect();
    let highest = counts.iter().map(|(_, count)| *count).max().unwrap_or_default().max(1) as f64;
    let marks = [("median", at(50)), ("90 %", at(90)), ("99 %", most)]
        .map(|(name, value)| (format!("{name}: {}", words(value)), value));
    let ends = [words(least), format!("all: up to {}", words(at(100)))].map(|end| escaped(&end));
    let said = escaped(&marks.each_ref().map(|(mark, _)| mark.as_str()).join(", "));
    let _ = write!(
        html,
        "<svg class=\"histogram\" role=\"img\" aria-label=\"{title}: from {}, {said}, {}\" viewBox=\"-10 -4 {} {}\">",
        ends[0],
        ends[1],
        WIDTH + 20.0,
        HEIGHT + 66.0
    );
    for (number, (to, count)) in counts.into_iter().enumerate() {
        // A rare value is still seen.
        let height = if count == 0 { 0.0 } else { (count as f64 / highest * HEIGHT).max(1.5) };
        let (x, y, width, to) = (number as f64 * width, HEIGHT - height, width - 1.0, escaped(&words(to)));
        let _ = write!(
            html,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"><title>up to {to}: {count}</title></rect>"
        );
    }
    // Marks may be at the same place, so each has a line for its label.
    for (number, (mark, value)) in marks.iter().enumerate() {
        let place = if most > least { (value - least) / (most - least) } else { 0.5 };
        let (x, y) = (place * WIDTH, (number as f64 + 1.0).mul_add(13.0, HEIGHT));
        let (anchor, gap) = if place > 0.5 { ("end", -3) } else { ("start", 3) };
        let _ = write!(
            html,
            "<path class=\"mark\" d=\"M{x:.1} 0V{y:.1}\"/><text x=\"{x:.1}\" y=\"{y:.1}\" dx=\"{gap}\" text-anchor=\"{anchor}\">{}</text>",
            escaped(mark)
        );
    }
    let _ = write!(
        html,
        "<path d=\"M0 {HEIGHT}H{WIDTH}\"/><text x=\"0\" y=\"{0}\">{1}</text><text x=\"{WIDTH}\" y=\"{0}\" text-anchor=\"end\">{2}</text></svg>",
        HEIGHT + 58.0,
        ends[0],
        ends[1]
    );
}
