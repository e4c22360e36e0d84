//! Text for people: columns and lines that fit the terminal, and colours where the stream has them.

use std::borrow::Cow;
use std::io::{self, Write};

use annotate_snippets::renderer::{
    DEFAULT_ERROR_STYLE as BAD, DEFAULT_HELP_STYLE as OPEN, DEFAULT_NOTE_STYLE as GOOD,
    DEFAULT_WARNING_STYLE as DOUBTFUL, Style,
};
use anstream::adapter::strip_str;
use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use textwrap::core::{Word, display_width};
use textwrap::{Options, WordSeparator, WordSplitter};
use workflow_asl::printable::{printable, printable_lines};

/// The words that have a colour, in lower case.
const COLOURS: [(Style, &[&str]); 4] = [
    (BAD, &["error", "failed", "timed_out", "timed out", "timedout", "aborted", "breaking"]),
    (DOUBTFUL, &["warning", "careful", "caught", "pending_redrive"]),
    (GOOD, &["note", "succeeded", "compatible", "active"]),
    (OPEN, &["help", "running"]),
];

/// The labels whose value has the colour.
const LABELS: [&str; 2] = ["status: ", "end: "];

/// The columns whose cells have a colour, by their last word: `ExecutionFailed`.
const COLOURED: [&str; 2] = ["status", "type"];

/// The spaces between columns.
const GAP: &str = "  ";

/// The width of a column below which it is not narrowed.
const LEAST: usize = 8;

/// The length above which a word, such as an ARN or JSON, breaks at its punctuation.
const LONG: usize = 20;

/// Returns the columns of the terminal; `None` if standard output is not one.
pub(crate) fn width() -> Option<usize> {
    console::Term::stdout().size_checked().map(|(_, columns)| columns.into())
}

/// Writes a report to standard output: in colours, with lines that fit the terminal.
pub(crate) fn report(output: &mut impl Write, text: &str) -> io::Result<()> {
    write(output, &painted(text, &io::stdout()))
}

/// Writes text to standard output, with lines that fit the terminal.
pub(crate) fn write(output: &mut impl Write, text: &str) -> io::Result<()> {
    match width() {
        Some(width) => output.write_all(fitted(text, width).as_bytes()),
        None => output.write_all(text.as_bytes()),
    }
}

/// Writes a message to standard error, in colours.
pub(crate) fn tell(text: &str) {
    eprintln!("{}", painted(text, &io::stderr()));
}

/// The text without its colours, where the stream is not to have them.
pub(crate) fn coloured(text: &str, stream: &impl RawStream) -> String {
    match AutoStream::choice(stream) {
        ColorChoice::Never => strip_str(text).to_string(),
        _ => text.to_owned(),
    }
}

/// Returns printable text in which the word that begins a line has its colour, if the stream has colours.
pub(crate) fn painted(text: &str, stream: &impl RawStream) -> String {
    let lines = printable_lines(text).split_inclusive('\n').map(paint).collect::<String>();
    coloured(&lines, stream)
}

fn paint(line: &str) -> String {
    let begin = line.trim_start_matches([' ', '=']);
    let begin = LABELS.iter().find_map(|label| begin.strip_prefix(label)).unwrap_or(begin);
    let found = style_of(|word| {
        let (start, rest) = begin.split_at_checked(word.len())?;
        let ends = rest.chars().next().is_none_or(|next| !next.is_alphanumeric() && next != '_');
        (ends && start.eq_ignore_ascii_case(word)).then_some((start, rest))
    });
    let Some((style, (word, rest))) = found else { return line.to_owned() };
    format!("{}{style}{word}{style:#}{rest}", line.strip_suffix(begin).unwrap_or_default())
}

/// Returns the colour of the first word that is found.
fn style_of<T>(mut find: impl FnMut(&str) -> Option<T>) -> Option<(Style, T)> {
    COLOURS.iter().find_map(|(style, words)| Some((*style, words.iter().find_map(|word| find(word))?)))
}

/// Breaks the lines that are longer than the width. They go on below the last column, or indented.
pub(crate) fn fitted(text: &str, width: usize) -> String {
    let mut fitted = String::new();
    for line in text.split_inclusive('\n') {
        let begin = line.len() - line.trim_start().len() + GAP.len();
        let last = line.rfind(GAP).map(|at| display_width(&line[..at]) + GAP.len()).filter(|at| *at <= width / 2);
        let indent = " ".repeat(last.unwrap_or(begin).min(width / 2));
        fitted.push_str(&textwrap::fill(line.trim_end_matches('\n'), options(width).subsequent_indent(&indent)));
        fitted.push_str(if line.ends_with('\n') { "\n" } else { "" });
    }
    fitted
}

fn options(width: usize) -> Options<'static> {
    Options::new(width).word_separator(WordSeparator::Custom(words)).word_splitter(WordSplitter::NoHyphenation)
}

fn words(line: &str) -> Box<dyn Iterator<Item = Word<'_>> + '_> {
    Box::new(line.split_inclusive(' ').flat_map(|word| word.split_inclusive(breaks(word))).map(Word::from))
}

fn breaks(word: &str) -> &'static [char] {
    match display_width(word) > LONG {
        // A date is above its time.
        true if word.starts_with(|c: char| c.is_ascii_digit()) => &['T'],
        true if word.contains('"') => &[','],
        true => &[',', ':', '/'],
        false => &[],
    }
}

/// Writes rows in columns. On a terminal, they fit it; elsewhere each row is one line.
pub(crate) fn table(output: &mut impl Write, head: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
    write_table(output, (head, rows), width(), |text| coloured(text, &io::stdout()))
}

fn write_table(
    output: &mut impl Write,
    (head, rows): (&[&str], &[Vec<String>]),
    width: Option<usize>,
    coloured: impl Fn(&str) -> String,
) -> io::Result<()> {
    let columns = head.iter().enumerate().map(|(number, name)| {
        let cells = rows.iter().filter_map(|row| row.get(number)).map(|cell| display_width(&printable(cell)));
        (*name, cells.chain([display_width(name)]).max().unwrap_or_default())
    });
    let columns: Vec<(&str, usize)> = columns.collect();
    let room = width.map(|width| width.saturating_sub(GAP.len() * head.len().saturating_sub(1)));
    // The widest columns are narrowed until a row fits.
    let fits = |room: usize, most: usize| columns.iter().map(|(_, width)| most.min(*width)).sum::<usize>() <= room;
    let most = room.map_or(usize::MAX, |room| (LEAST..=room).rev().find(|most| fits(room, *most)).unwrap_or(LEAST));
    let head = head.iter().map(|name| (*name).to_owned()).collect();
    for row in std::iter::once(&head).chain(rows) {
        let cells = row.iter().zip(&columns).map(|(cell, (_, width))| match *width > most {
            true => textwrap::wrap(&printable(cell), options(most)).into_iter().map(Cow::into_owned).collect(),
            false => vec![printable(cell).into_owned()],
        });
        let cells: Vec<Vec<String>> = cells.collect();
        for line in 0..cells.iter().map(Vec::len).max().unwrap_or_default() {
            // Blanks come before a cell: the last column may be large.
            let (mut text, mut blanks) = (String::new(), 0);
            for (cell, (name, width)) in cells.iter().zip(&columns) {
                let part = cell.get(line).map(String::as_str).unwrap_or_default();
                let ends = |word: &str| part.to_ascii_lowercase().ends_with(word).then_some(());
                let style = style_of(ends).filter(|_| COLOURED.contains(name)).unwrap_or_default().0;
                text.push_str(&format!("{}{style}{part}{style:#}", " ".repeat(blanks)));
                blanks = width.min(&most).saturating_sub(display_width(part)) + GAP.len();
            }
            writeln!(output, "{}", coloured(text.trim_end()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    const ARN: &str =
        "arn:aws:states:eu-west-1:123456789012:execution:OrderFulfilment:4d0c9a1e-8c1b-4b5f-9f61-2f6f3b0f1f5a";

    fn printed(head: &[&str], rows: &[&[&str]], width: Option<usize>) -> String {
        let rows: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect();
        let mut output = Vec::new();
        write_table(&mut output, (head, &rows), width, str::to_owned).unwrap();
        String::from_utf8(output).unwrap()
    }

    fn plain(text: &str) -> String {
        strip_str(text).to_string()
    }

    #[test]
    fn rows_fit_the_width_and_break_at_words_and_punctuation() {
        let cause = r#"Card.Declined: {"errorMessage":"the card of the customer was declined","orderId":"o-1"}"#;
        let rows: &[&[&str]] = &[&["9", "+1.500s", "ExecutionFailed", cause], &["10", "+12.000s", "TaskFailed", ARN]];
        for width in [40, 80, 120] {
            let table = plain(&printed(&["id", "time", "type", "details"], rows, Some(width)));
            assert!(table.lines().all(|line| display_width(line) <= width), "{width}:\n{table}");
            // Nothing is lost.
            let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count();
            let given: usize = rows.iter().flat_map(|row| row.iter()).map(|cell| letters(cell)).sum();
            assert_eq!(letters(&table), given + "idtimetypedetails".len(), "{table}");
        }
        let table = plain(&printed(&["id", "time", "type", "details"], rows, Some(80)));
        assert!(
            table.starts_with("id  time      type             details\n9   +1.500s   ExecutionFailed  Card.Declined:"),
            "{table}"
        );
        assert!(
            table.contains("\n10  +12.000s  TaskFailed       arn:aws:states:eu-west-1:123456789012:execution:\n"),
            "{table}"
        );
    }

    #[test]
    fn a_date_breaks_before_its_time() {
        let rows: &[&[&str]] = &[&["4d0c9a1e-8c1b-4b5f-9f61-2f6f3b0f1f5a", "2026-11-26T16:03:26.123Z", ARN]];
        let table = plain(&printed(&["name", "startDate", "executionArn"], rows, Some(60)));
        assert!(table.contains("  2026-11-26T ") && table.contains("  16:03:26.123Z "), "{table}");
    }

    #[test]
    fn a_row_is_one_line_where_there_is_no_terminal() {
        let table = printed(&["name", "executionArn"], &[&["a\nb", ARN], &["日本", "x"]], None);
        assert_eq!(table, format!("name  executionArn\na\\nb  {ARN}\n日本  x\n"));
    }

    #[test]
    fn a_terminal_of_any_width_gets_every_row() {
        for width in 0..20 {
            let table = printed(&["name", "executionArn"], &[&["日本日本日本日本日本日本", ARN]], Some(width));
            assert!(
                table.lines().all(|line| display_width(line) <= width.max(2 * LEAST + GAP.len())),
                "{width}: {table}"
            );
        }
    }

    #[test]
    fn statuses_of_executions_and_types_of_events_have_colours() {
        let table = printed(&["name", "status"], &[&["FAILED", "TIMED_OUT"], &["a", "ACTIVE?"]], None);
        assert_eq!(table, format!("name    status\nFAILED  {BAD}TIMED_OUT{BAD:#}\na       ACTIVE?\n"));
        let table = printed(&["type"], &[&["ExecutionSucceeded"], &["TaskStateEntered"]], None);
        assert_eq!(table, format!("type\n{GOOD}ExecutionSucceeded{GOOD:#}\nTaskStateEntered\n"));
    }

    #[test]
    fn the_word_that_begins_a_line_has_its_colour() {
        assert_eq!(paint("error: no\n"), format!("{BAD}error{BAD:#}: no\n"));
        assert_eq!(paint("  = help: yes"), format!("  = {OPEN}help{OPEN:#}: yes"));
        assert_eq!(paint("status: TIMED_OUT\n"), format!("status: {BAD}TIMED_OUT{BAD:#}\n"));
        assert_eq!(paint("timed out  Pay"), format!("{BAD}timed out{BAD:#}  Pay"));
        for line in ["errors: 2", "error_name", "cause: failed", "Pay: FAILED", ""] {
            assert_eq!(paint(line), line);
        }
    }

    #[test]
    fn a_long_line_goes_on_below_its_last_column_or_indented() {
        let text = "Pay: Standard\n  retries   1 2 3 4 5 6 7 8 9\nabc def ghi jkl mno pqr stu\n";
        let expected = "Pay: Standard\n  retries   1 2 3 4 5 6\n            7 8 9\nabc def ghi jkl mno pqr\n  stu\n";
        assert_eq!(fitted(text, 24), expected);
    }
}
