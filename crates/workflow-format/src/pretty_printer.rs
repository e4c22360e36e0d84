//! The pretty printer, which lays text out on lines of a given width. A group that fits is on one line.

use super::Style;

/// A step of printing.
#[derive(Clone, Copy, Debug)]
enum LayoutItem<'s> {
    Text(&'s str),
    Space,
    /// A line end if the enclosing group is broken, else a blank or (`false`) nothing.
    Line(bool),
    /// A line end.
    Hard,
    /// A blank line, if a line ends here.
    Blank,
    Begin(usize),
    End,
    Indent,
    Dedent,
    /// A comma if the group with this number is broken.
    CommaIfBroken(usize),
    Comment {
        text: &'s str,
        own_line: bool,
        ends_line: bool,
    },
}

/// The steps to print.
#[derive(Debug, Default)]
pub(super) struct Page<'s> {
    steps: Vec<LayoutItem<'s>>,
    /// Whether each group must be broken.
    forced: Vec<bool>,
    /// The open groups, with their first steps.
    open: Vec<(usize, usize)>,
    /// The last comment that ends its line, if it is the last step.
    line_ended: Option<usize>,
}

impl<'s> Page<'s> {
    fn step(&mut self, step: LayoutItem<'s>) {
        if let Some(comment) = self.line_ended.take() {
            for (group, begin) in &self.open {
                if *begin < comment
                    && let Some(forced) = self.forced.get_mut(*group)
                {
                    *forced = true;
                }
            }
        }
        self.steps.push(step);
    }

    /// Adds text, which may contain line ends.
    pub(super) fn text(&mut self, text: &'s str) {
        if text.contains('\n') {
            self.break_all();
        }
        self.step(LayoutItem::Text(text));
    }

    /// Adds a blank between two texts on one line.
    pub(super) fn space(&mut self) {
        self.steps.push(LayoutItem::Space);
    }

    /// Adds a line end if the group is broken, else a blank.
    pub(super) fn line(&mut self) {
        self.step(LayoutItem::Line(true));
    }

    /// Adds a line end if the group is broken.
    pub(super) fn soft_line(&mut self) {
        self.step(LayoutItem::Line(false));
    }

    /// Adds a line end.
    pub(super) fn hard_line(&mut self) {
        self.break_all();
        self.step(LayoutItem::Hard);
    }

    /// Adds a blank line, if a line ends here.
    pub(super) fn blank(&mut self) {
        self.steps.push(LayoutItem::Blank);
    }

    /// Opens a group, and returns its number.
    pub(super) fn begin(&mut self) -> usize {
        let group = self.forced.len();
        self.forced.push(false);
        self.open.push((group, self.steps.len()));
        self.steps.push(LayoutItem::Begin(group));
        group
    }

    pub(super) fn end(&mut self) {
        self.open.pop();
        self.steps.push(LayoutItem::End);
    }

    pub(super) fn indent(&mut self) {
        self.steps.push(LayoutItem::Indent);
    }

    pub(super) fn dedent(&mut self) {
        self.steps.push(LayoutItem::Dedent);
    }

    /// Breaks the open groups.
    pub(super) fn break_all(&mut self) {
        for (group, _) in &self.open {
            if let Some(forced) = self.forced.get_mut(*group) {
                *forced = true;
            }
        }
    }

    /// Adds a comma if the group with this number is broken.
    pub(super) fn comma_if_broken(&mut self, group: usize) {
        self.steps.push(LayoutItem::CommaIfBroken(group));
    }

    pub(super) fn comment(&mut self, text: &'s str, own_line: bool, ends_line: bool) {
        if own_line || text.contains('\n') {
            self.break_all();
        }
        self.step(LayoutItem::Comment { text, own_line, ends_line });
        if ends_line {
            self.line_ended = Some(self.steps.len() - 1);
        }
    }

    /// Returns the text. `margin` precedes each line; `level` is the indentation of the first line, which may be -1.
    pub(super) fn write(&self, style: &Style, margin: &str, level: isize) -> String {
        let mut writer = Writer {
            page: self,
            style,
            margin,
            level,
            out: String::new(),
            column: 0,
            lines: 0,
            blank: false,
            space: Separator::None,
            opened: true,
            broken: vec![None; self.forced.len()],
            modes: Vec::new(),
        };
        for at in 0..self.steps.len() {
            writer.step(at);
        }
        writer.out
    }
}

/// The gap between the last text and the next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Separator {
    None,
    Blank,
    /// A blank, except before closing delimiters, commas and semicolons.
    AfterComment,
}

struct Writer<'p, 's> {
    page: &'p Page<'s>,
    style: &'p Style,
    margin: &'p str,
    level: isize,
    out: String,
    column: usize,
    /// The number of line ends before the next text.
    lines: usize,
    blank: bool,
    space: Separator,
    /// Whether the last text opened a group, so that no blank line follows.
    opened: bool,
    /// Whether each group is broken, if decided.
    broken: Vec<Option<bool>>,
    /// Whether each open group is broken.
    modes: Vec<bool>,
}

impl Writer<'_, '_> {
    fn step(&mut self, at: usize) {
        let Some(step) = self.page.steps.get(at) else { return };
        match *step {
            LayoutItem::Text(text) => {
                self.put(text);
                self.opened = text.ends_with(['{', '(', '[']);
            }
            LayoutItem::Space => self.space = Separator::Blank,
            LayoutItem::Line(blank) => {
                if self.modes.last().copied().unwrap_or(true) {
                    self.lines = 1;
                } else if blank {
                    self.space = Separator::Blank;
                }
            }
            LayoutItem::Hard => self.lines = 1,
            LayoutItem::Blank => self.blank = true,
            LayoutItem::Begin(group) => {
                let forced = self.page.forced.get(group).copied().unwrap_or(true);
                let around = self.modes.last().copied().unwrap_or(true);
                let broken = forced || (around && !self.fits(at));
                if let Some(decided) = self.broken.get_mut(group) {
                    *decided = Some(broken);
                }
                self.modes.push(broken);
            }
            LayoutItem::End => {
                self.modes.pop();
            }
            LayoutItem::Indent => self.level += 1,
            LayoutItem::Dedent => self.level -= 1,
            LayoutItem::CommaIfBroken(group) => {
                if self.is_broken(group) {
                    self.put(",");
                }
            }
            LayoutItem::Comment { text, own_line, ends_line } => {
                if own_line {
                    self.lines = 1;
                } else if self.lines == 0 && (ends_line || !self.out.ends_with(['(', '['])) {
                    self.space = Separator::Blank;
                }
                self.put(text);
                if ends_line {
                    self.lines = 1;
                } else {
                    self.space = Separator::AfterComment;
                }
            }
        }
    }

    fn is_broken(&self, group: usize) -> bool {
        self.broken.get(group).copied().flatten() == Some(true)
    }

    /// Returns the number of columns before text on a new line.
    fn margin_width(&self) -> usize {
        let margin: usize = self.margin.chars().map(|c| if c == '\t' { self.style.tab_spaces } else { 1 }).sum();
        margin + usize::try_from(self.level).unwrap_or(0) * self.style.tab_spaces
    }

    fn put(&mut self, text: &str) {
        if self.lines > 0 && !self.out.is_empty() {
            let blank = self.blank && !self.opened;
            self.out.push_str(if blank { "\n\n" } else { "\n" });
            self.out.push_str(self.margin);
            let inner = usize::try_from(self.level).unwrap_or(0) * self.style.tab_spaces;
            self.out.extend(std::iter::repeat_n(' ', inner));
            self.column = self.margin_width();
        } else if self.space == Separator::Blank || (self.space == Separator::AfterComment && !ends_something(text)) {
            self.out.push(' ');
            self.column += 1;
        }
        self.lines = 0;
        self.blank = false;
        self.space = Separator::None;
        self.out.push_str(text);
        match text.rsplit_once('\n') {
            Some((_, last)) => self.column = last.chars().count(),
            None => self.column += text.chars().count(),
        }
    }

    /// Returns whether the group that begins at this step fits on the line, up to the next possible line end.
    fn fits(&self, begin: usize) -> bool {
        let start =
            if self.lines > 0 { self.margin_width() } else { self.column + usize::from(self.space != Separator::None) };
        let Some(mut rest) = self.style.max_width.checked_sub(start) else { return false };
        let mut depth = 0_usize;
        let mut space = false;
        // Whether the step belongs to the group, in which no line ends.
        let mut inside = true;
        for step in self.page.steps.iter().skip(begin) {
            let width = match *step {
                LayoutItem::Begin(_) => {
                    depth += 1;
                    continue;
                }
                LayoutItem::End => {
                    depth = depth.saturating_sub(1);
                    inside &= depth > 0;
                    continue;
                }
                LayoutItem::Text(text) => {
                    let first = text.split('\n').next().unwrap_or_default();
                    let width = first.chars().count() + usize::from(std::mem::take(&mut space));
                    if first.len() < text.len() {
                        return width <= rest;
                    }
                    width
                }
                LayoutItem::Comment { own_line, ends_line, .. } if own_line || ends_line => return true,
                LayoutItem::Comment { text, .. } => text.chars().count() + 2,
                LayoutItem::Line(_) if !inside => return true,
                LayoutItem::Hard => return true,
                LayoutItem::CommaIfBroken(group) => usize::from(self.is_broken(group)),
                LayoutItem::Space | LayoutItem::Line(true) => {
                    space = true;
                    continue;
                }
                _ => continue,
            };
            match rest.checked_sub(width) {
                Some(less) => rest = less,
                None => return false,
            }
        }
        true
    }
}

fn ends_something(text: &str) -> bool {
    matches!(text, ")" | "]" | "," | ";")
}
