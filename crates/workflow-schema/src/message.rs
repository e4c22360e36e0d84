//! Builds messages in constant evaluation, and finds the most similar name.

/// The longest message in bytes. A string that does not fit is omitted.
const ROOM: usize = 2048;

/// The most lines of help in a message.
const MOST_HELPS: usize = 4;

/// The longest name that is compared, in bytes.
const LONGEST: usize = 48;

/// An error message.
#[derive(Debug)]
pub struct Message {
    bytes: [u8; ROOM],
    len: usize,
    /// The length of the sentence that describes the error, before its code.
    sentence: usize,
    /// The position of each line of help, and their number.
    helps: ([usize; MOST_HELPS], usize),
}

impl Message {
    pub(super) const fn new() -> Self {
        Self { bytes: [0; ROOM], len: 0, sentence: 0, helps: ([0; MOST_HELPS], 0) }
    }

    /// Adds a string as a whole, or not at all.
    pub(super) const fn add(&mut self, text: &str) {
        if self.len + text.len() > ROOM {
            return;
        }
        let mut rest = text.as_bytes();
        while let [byte, tail @ ..] = rest {
            self.bytes[self.len] = *byte;
            self.len += 1;
            rest = tail;
        }
    }

    pub(super) const fn all(&mut self, mut texts: &[&str]) {
        while let [text, rest @ ..] = texts {
            self.add(text);
            texts = rest;
        }
    }

    /// Ends the sentence that describes the error, with its code.
    pub(super) const fn code(&mut self, code: &str) {
        self.sentence = self.len;
        self.all(&[" [", code, "]"]);
    }

    /// Begins a line of help.
    pub(super) const fn help(&mut self, texts: &[&str]) {
        let (lines, count) = &mut self.helps;
        let first = *count == 0;
        if *count < MOST_HELPS {
            lines[*count] = self.len + if first { 10 } else { 9 };
            *count += 1;
        }
        self.add(if first { "\n\n= help: " } else { "\n= help: " });
        self.all(texts);
    }

    pub(super) const fn number(&mut self, number: u128) {
        if number > 9 {
            self.number(number / 10);
        }
        let (_, digits) = "0123456789".as_bytes().split_at((number % 10) as usize);
        if let [digit, ..] = digits
            && self.len < ROOM
        {
            self.bytes[self.len] = *digit;
            self.len += 1;
        }
    }

    pub(super) const fn integer(&mut self, number: i128) {
        if number < 0 {
            self.add("-");
        }
        self.number(number.unsigned_abs());
    }

    /// Returns the sentence that describes the error.
    pub fn sentence(&self) -> &str {
        self.text().get(..self.sentence).unwrap_or_default()
    }

    /// Returns the lines of help.
    pub fn helps(&self) -> impl Iterator<Item = &str> {
        let (lines, count) = &self.helps;
        lines.iter().take(*count).filter_map(|at| self.text().get(*at..)?.lines().next())
    }

    /// Returns the text.
    pub const fn text(&self) -> &str {
        let (text, _) = self.bytes.split_at(self.len);
        match core::str::from_utf8(text) {
            Ok(text) => text,
            // Only complete strings were added.
            Err(_) => "",
        }
    }
}

/// Returns whether two strings are equal.
pub(super) const fn same(a: &str, b: &str) -> bool {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    while let ([x, a_rest @ ..], [y, b_rest @ ..]) = (a, b) {
        if *x != *y {
            return false;
        }
        (a, b) = (a_rest, b_rest);
    }
    true
}

/// Returns the edit distance of two names, ignoring case, or `None` if they are not similar. Similar names differ in at
/// most two fifths of the longer name.
pub(super) const fn edits(a: &str, b: &str) -> Option<usize> {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let longer = if a.len() > b.len() { a.len() } else { b.len() };
    if longer > LONGEST || a.len().abs_diff(b.len()) * 5 > longer * 2 {
        return None;
    }
    // A row is one longer than the longest name.
    let mut row = [0_usize; LONGEST + 1];
    let mut column = 0;
    while column <= b.len() {
        row[column] = column;
        column += 1;
    }
    let mut line = 1;
    let mut rest = a;
    let mut before = 0_u8;
    // The row before the previous one, for transposed letters.
    let mut above = row;
    while let [letter, tail @ ..] = rest {
        let letter = letter.to_ascii_lowercase();
        let last = row;
        row[0] = line;
        let mut column = 1;
        while column <= b.len() {
            let other = b[column - 1].to_ascii_lowercase();
            let mut least = last[column - 1] + (letter != other) as usize;
            least = smaller(least, last[column] + 1);
            least = smaller(least, row[column - 1] + 1);
            if line > 1 && column > 1 && letter == b[column - 2].to_ascii_lowercase() && before == other {
                least = smaller(least, above[column - 2] + 1);
            }
            row[column] = least;
            column += 1;
        }
        above = last;
        before = letter;
        rest = tail;
        line += 1;
    }
    let edits = row[b.len()];
    if edits * 5 > longer * 2 { None } else { Some(edits) }
}

const fn smaller(a: usize, b: usize) -> usize {
    if a < b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::{Message, edits, same};

    #[test]
    fn texts_are_compared_and_put_together() {
        assert!(same("total", "total") && !same("total", "totaL") && same("", ""));
        let mut message = Message::new();
        message.all(&["a", "bü", ""]);
        message.number(1024);
        assert_eq!(message.text(), "abü1024");
        let mut told = Message::new();
        told.add("`x` may be `null`");
        told.code("WF0401");
        told.help(&["test it: `", "!is_null(x)`"]);
        told.help(&["or give a default"]);
        assert_eq!(
            told.text(),
            "`x` may be `null` [WF0401]\n\n= help: test it: `!is_null(x)`\n= help: or give a default"
        );
        assert_eq!(told.sentence(), "`x` may be `null`");
        assert_eq!(told.helps().collect::<Vec<_>>(), ["test it: `!is_null(x)`", "or give a default"]);
        message.add(&"x".repeat(3000));
        assert_eq!(message.text(), "abü1024", "what does not fit is left out whole");
    }

    #[test]
    fn likeness_counts_edits() {
        assert_eq!(edits("ttoal", "total"), Some(1));
        assert_eq!(edits("Total", "total"), Some(0));
        assert_eq!(edits("totl", "total"), Some(1));
        assert_eq!(edits("id", "total"), None);
        assert_eq!(edits("name", "game"), Some(1));
        assert_eq!(edits(&"a".repeat(100), &"a".repeat(100)), None);
    }
}
