//! YAML: its value as the tools around CloudFormation take it, and where its parts stand.
//!
//! Scalars follow the core schema of YAML 1.2: `yes`, dates and times are text. Tags such as `!Sub` become
//! what they are short for: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html>.

use std::collections::BTreeMap;
use std::rc::Rc;

use indexmap::IndexMap;
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Tag};
use serde_json::{Map, Number, Value};

use super::layout::{Below, Layout, Span, Written};
use super::{Location, MAX_BYTES, MAX_DEPTH, SourceError, locations};
use crate::{Code, Diagnostic, Pointer};

/// Reads a text.
pub(super) fn read(text: &str) -> Result<Value, Box<SourceError>> {
    tree(text).and_then(|tree| tree.value(text)).map_err(|problem| problem.in_text(text))
}

/// Where everything stands in a text that [`read`] takes.
pub(super) fn layout(text: &str) -> Layout {
    tree(text).map(|tree| tree.layout(text)).unwrap_or_default()
}

/// Why a text is refused.
struct Problem {
    diagnostic: Diagnostic,
    span: Span,
    /// The keys and indices that lead to it, innermost first.
    path: Vec<String>,
}

impl Problem {
    fn new(code: Code, span: Span, message: impl Into<String>) -> Box<Self> {
        Box::new(Self { diagnostic: Diagnostic::new(code, Pointer::root(), message), span, path: Vec::new() })
    }

    fn with_help(mut self: Box<Self>, help: impl Into<String>) -> Box<Self> {
        self.diagnostic.help = Some(help.into());
        self
    }

    fn inside(mut self: Box<Self>, token: impl ToString) -> Box<Self> {
        self.path.push(token.to_string());
        self
    }

    fn in_text(&self, text: &str) -> Box<SourceError> {
        let mut diagnostic = self.diagnostic.clone();
        diagnostic.pointer = self.path.iter().rev().fold(Pointer::root(), |at, token| at.child(token));
        SourceError::at(diagnostic, text, self.span.0, self.span.1)
    }
}

/// A node as it is written; what an alias stands for is shared.
struct Node {
    span: Span,
    /// What a tag such as `!Sub` is short for, or a tag of YAML's own such as `!!str`.
    tag: Option<String>,
    kind: Kind,
    /// How many collections lie inside each other in it, itself included.
    depth: usize,
    /// How much it is with all its aliases put in: about the bytes of its text.
    weight: usize,
}

enum Kind {
    /// What it says, how it is written, and whether that is without quotes and as a word.
    Scalar {
        text: String,
        written: Written,
        plain: bool,
    },
    Items(Vec<Rc<Node>>),
    Members(Vec<(Rc<Node>, Rc<Node>)>),
}

/// A collection whose end is still to come.
struct Open {
    start: Span,
    tag: Option<String>,
    anchor: usize,
    /// The elements; of a mapping keys and values in turn.
    nodes: Vec<Rc<Node>>,
    is_mapping: bool,
}

/// The one document of a text as a tree.
fn tree(text: &str) -> Result<Rc<Node>, Box<Problem>> {
    let offsets = Offsets::of(text);
    let mut open: Vec<Open> = Vec::new();
    let mut anchors: BTreeMap<usize, Rc<Node>> = BTreeMap::new();
    let mut root: Option<Rc<Node>> = None;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| refusal(&error, &offsets))?;
        let start = offsets.byte(span.start.index());
        let span = (start, offsets.byte(span.end.index()).saturating_sub(start));
        let (node, anchor) = match event {
            Event::DocumentStart(_) if root.is_some() => {
                return Err(Problem::new(Code::NotJson, span, "the file has several YAML documents")
                    .with_help("keep one; `---` begins another"));
            }
            Event::SequenceStart(..) | Event::MappingStart(..) if open.len() == MAX_DEPTH => {
                return Err(too_deep(span));
            }
            Event::SequenceStart(anchor, tag) => {
                open.push(Open::new(past_properties(text, span), tag.as_deref(), anchor, false));
                continue;
            }
            Event::MappingStart(anchor, tag) => {
                open.push(Open::new(past_properties(text, span), tag.as_deref(), anchor, true));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(collection) = open.pop() else { continue };
                let anchor = collection.anchor;
                (Rc::new(collection.close()?), anchor)
            }
            Event::Scalar(says, style, anchor, tag) => (
                Rc::new(scalar(text, past_properties(text, span), says.into_owned(), style, long_form(tag.as_deref()))),
                anchor,
            ),
            Event::Alias(anchor) => match anchors.get(&anchor) {
                Some(node) => (Rc::clone(node), 0),
                None => {
                    return Err(Problem::new(Code::NotJson, span, "an alias stands inside what it is an alias of")
                        .with_help("that would expand without end"));
                }
            },
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {
                continue;
            }
        };
        if anchor != 0 {
            anchors.insert(anchor, Rc::clone(&node));
        }
        match open.last_mut() {
            Some(collection) => collection.nodes.push(node),
            None => root = Some(node),
        }
    }
    root.ok_or_else(|| Problem::new(Code::NotJson, (0, 0), "the file is empty"))
}

impl Open {
    fn new(start: Span, tag: Option<&Tag>, anchor: usize, is_mapping: bool) -> Self {
        Self { start, tag: long_form(tag), anchor, nodes: Vec::new(), is_mapping }
    }

    /// The collection, now that its end is reached.
    fn close(self) -> Result<Node, Box<Problem>> {
        let depth = 1 + usize::from(self.tag.is_some()) + self.nodes.iter().map(|node| node.depth).max().unwrap_or(0);
        if depth > MAX_DEPTH {
            return Err(too_deep(self.start));
        }
        let weight = self.nodes.iter().fold(1_usize, |sum, node| sum.saturating_add(node.weight));
        if weight > MAX_BYTES {
            let message = format!("with its aliases put in, this is more than {MAX_BYTES} bytes");
            return Err(Problem::new(Code::DefinitionTooLarge, self.start, message)
                .with_help("aliases of what has aliases in it grow without bound: write it out, or keep fewer"));
        }
        let kind = if self.is_mapping {
            let mut nodes = self.nodes.into_iter();
            Kind::Members(std::iter::from_fn(|| nodes.next().zip(nodes.next())).collect())
        } else {
            Kind::Items(self.nodes)
        };
        Ok(Node { span: self.start, tag: self.tag, kind, depth, weight })
    }
}

fn too_deep(span: Span) -> Box<Problem> {
    let message = format!("more than {MAX_DEPTH} mappings and sequences lie inside each other");
    Problem::new(Code::TooDeep, span, message)
}

/// What follows anchor and tag in the span of a node.
fn past_properties(text: &str, span: Span) -> Span {
    let whole = text.get(span.0..span.0 + span.1).unwrap_or_default();
    let mut raw = whole;
    while raw.starts_with(['&', '!']) {
        raw = raw.trim_start_matches(|c: char| !c.is_whitespace()).trim_start();
    }
    (span.0 + whole.len() - raw.len(), raw.len())
}

fn scalar(text: &str, span: Span, says: String, style: ScalarStyle, tag: Option<String>) -> Node {
    let indent = || text.get(..span.0).map_or(0, |before| before.len() - before.rfind('\n').map_or(0, |at| at + 1));
    let (written, span) = match style {
        ScalarStyle::Plain => (Written::Plain, span),
        ScalarStyle::SingleQuoted => (Written::Single, span),
        ScalarStyle::DoubleQuoted => (Written::Quoted, span),
        // The span of a block ends where the next thing begins.
        ScalarStyle::Literal | ScalarStyle::Folded => (
            Written::Block { indent: indent(), folded: style == ScalarStyle::Folded },
            (span.0, text.get(span.0..span.0 + span.1).unwrap_or_default().trim_end().len()),
        ),
    };
    let weight = says.len() + 1;
    let plain = style == ScalarStyle::Plain;
    let depth = usize::from(tag.is_some());
    Node { span, tag, kind: Kind::Scalar { text: says, written, plain }, depth, weight }
}

/// What is wrong with a text that is not YAML.
fn refusal(error: &ScanError, offsets: &Offsets) -> Box<Problem> {
    let span = (offsets.byte(error.marker().index()), 1);
    // The scanner's own limit, for brackets alone.
    if error.info().starts_with("recursion limit") {
        return too_deep(span);
    }
    Problem::new(Code::NotJson, span, format!("the definition is not YAML: {}", error.info()))
}

/// YAML's own tags begin with this.
const CORE: &str = "tag:yaml.org,2002:";

/// The key that a tag is short for: `Fn::Sub` for `!Sub`; a tag of YAML's own as it is.
fn long_form(tag: Option<&Tag>) -> Option<String> {
    let tag = tag?;
    match (tag.handle.as_str(), tag.suffix.as_str()) {
        // `!` alone says that it is text.
        ("!", "") | ("", "!") => Some(format!("{CORE}str")),
        (CORE, suffix) => Some(format!("{CORE}{suffix}")),
        ("!", name @ ("Ref" | "Condition")) => Some(name.to_owned()),
        ("!", name) => Some(format!("Fn::{name}")),
        (handle, suffix) => Some(format!("{handle}{suffix}")),
    }
}

impl Node {
    /// The tag, unless it is YAML's own.
    fn function(&self) -> Option<&str> {
        self.tag.as_deref().filter(|tag| !tag.starts_with(CORE))
    }

    fn value(&self, text: &str) -> Result<Value, Box<Problem>> {
        let Some(function) = self.function() else { return self.untagged(text) };
        let value = match (function, &self.kind) {
            // `!GetAtt A.B` is short for a list.
            ("Fn::GetAtt", Kind::Scalar { text, .. }) => {
                let (resource, attribute) = text.split_once('.').unwrap_or((text, ""));
                Value::from(vec![resource, attribute])
            }
            _ => self.untagged(text).map_err(|problem| problem.inside(function))?,
        };
        Ok(Value::Object(Map::from_iter([(function.to_owned(), value)])))
    }

    fn untagged(&self, source: &str) -> Result<Value, Box<Problem>> {
        match &self.kind {
            Kind::Scalar { text, plain, .. } => {
                let core = self.tag.as_deref().and_then(|tag| tag.strip_prefix(CORE));
                match core {
                    None if *plain => resolved(text, self.span),
                    Some("int" | "float" | "bool" | "null") => resolved(text, self.span),
                    _ => Ok(Value::String(text.clone())),
                }
            }
            Kind::Items(items) => {
                let items = items.iter().enumerate();
                items.map(|(i, item)| item.value(source).map_err(|problem| problem.inside(i))).collect()
            }
            Kind::Members(_) => {
                let mut map = Map::new();
                for (key, (_, value)) in self.members(source)? {
                    let value = value.value(source).map_err(|problem| problem.inside(&key))?;
                    map.insert(key, value);
                }
                Ok(Value::Object(map))
            }
        }
    }

    /// The members of a mapping: its own, then those of what `<<` merges into it.
    fn members(&self, source: &str) -> Result<IndexMap<String, (Span, &Node)>, Box<Problem>> {
        let mut members: IndexMap<String, (Span, &Node)> = IndexMap::new();
        let mut merged = Vec::new();
        let Kind::Members(pairs) = &self.kind else { return Ok(members) };
        for (key, value) in pairs {
            let Kind::Scalar { text, plain, .. } = &key.kind else {
                return Err(Problem::new(Code::NotJson, key.span, "a key is not text")
                    .with_help("the keys of a definition are names"));
            };
            if *plain && text == "<<" {
                merged.push(value);
            } else if *plain && text.is_empty() {
                return Err(Problem::new(Code::NotJson, key.span, "a key is missing before `:`"));
            } else if let Some((first, _)) = members.insert(text.clone(), (key.span, value)) {
                let Location { line, column, .. } = locations(source, &[first]).pop().unwrap_or_default();
                let message = format!("the key `{text}` is given twice in one mapping");
                return Err(Problem::new(Code::DuplicateKey, key.span, message)
                    .with_help(format!("it is first given in line {line}, column {column}; keep one of them"))
                    .inside(text));
            }
        }
        for value in merged {
            let maps = match &value.kind {
                Kind::Items(items) => items.iter().collect(),
                _ => vec![value],
            };
            for map in maps {
                if !matches!(map.kind, Kind::Members(_)) {
                    return Err(Problem::new(Code::NotJson, map.span, "`<<` merges mappings, and this is none"));
                }
                for (key, member) in map.members(source)? {
                    members.entry(key).or_insert(member);
                }
            }
        }
        Ok(members)
    }

    fn layout(&self, source: &str) -> Layout {
        let layout = Layout { span: self.extent(), below: self.below(source) };
        match self.function() {
            Some(function) => {
                let members = IndexMap::from_iter([(function.to_owned(), (layout.span, layout))]);
                Layout { span: self.extent(), below: Below::Members(members) }
            }
            None => layout,
        }
    }

    /// The span; of a collection its first sign.
    fn extent(&self) -> Span {
        match self.kind {
            Kind::Scalar { .. } => self.span,
            _ => (self.span.0, self.span.1.max(1)),
        }
    }

    fn below(&self, source: &str) -> Below {
        match &self.kind {
            Kind::Scalar { written, .. } => Below::Text(*written),
            Kind::Items(items) => Below::Items(items.iter().map(|item| item.layout(source)).collect()),
            Kind::Members(_) => {
                let members = self.members(source).unwrap_or_default().into_iter();
                Below::Members(members.map(|(key, (span, value))| (key, (span, value.layout(source)))).collect())
            }
        }
    }
}

/// The value of a word without quotes: <https://yaml.org/spec/1.2.2/#1032-tag-resolution>.
fn resolved(text: &str, span: Span) -> Result<Value, Box<Problem>> {
    Ok(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => match number(text) {
            Some(Ok(number)) => Value::Number(number),
            Some(Err(())) => {
                return Err(Problem::new(Code::NotJson, span, format!("`{text}` is no number that JSON has"))
                    .with_help("for the text write it in quotes"));
            }
            None => Value::String(text.to_owned()),
        },
    })
}

/// A number; `None` for what is text, an error for a number that JSON cannot hold.
fn number(text: &str) -> Option<Result<Number, ()>> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN") {
        return Some(Err(()));
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix).filter(|digits| digits.chars().all(|c| c.is_digit(radix))) {
            return u64::from_str_radix(digits, radix).ok().map(|number| Ok(number.into()));
        }
    }
    let looks = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && unsigned.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    if !looks {
        return None;
    }
    if let Ok(number) = serde_json::from_str(text) {
        return Some(Ok(number));
    }
    if let Ok(number) = text.parse::<i64>() {
        return Some(Ok(number.into()));
    }
    text.parse::<f64>().ok().map(|number| Number::from_f64(number).ok_or(()))
}

/// Turns the parser's offsets, in characters, into bytes.
enum Offsets {
    /// Each character is a byte.
    Same,
    /// The byte at which each character begins.
    Bytes(Vec<usize>, usize),
}

impl Offsets {
    fn of(text: &str) -> Self {
        if text.is_ascii() {
            Self::Same
        } else {
            Self::Bytes(text.char_indices().map(|(at, _)| at).collect(), text.len())
        }
    }

    fn byte(&self, character: usize) -> usize {
        match self {
            Self::Same => character,
            Self::Bytes(bytes, end) => bytes.get(character).copied().unwrap_or(*end),
        }
    }
}
