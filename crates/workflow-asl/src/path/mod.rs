//! JSONPath in the dialect of Step Functions: Jayway's, rooted at `$`, `$$` or `$variable`.
//!
//! Crates for RFC 9535 reject paths that the service accepts (`$.detail-type`, `[(@.length-1)]`, `=~`),
//! and have no notion of definite paths. So this is a separate small parser. See
//! <https://github.com/json-path/JsonPath> and
//! <https://docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html>.

mod filter;
mod filter_reader;
mod in_jsonata;
mod insert;
mod reader;
mod select;
mod steps;

use std::fmt;
use std::ops::Range;

pub use in_jsonata::literal;
pub use insert::InsertError;
pub(crate) use reader::Reader;
pub use select::{NoMatch, same};

use filter::Filter;
use workflow_jsonata::{LiteralKind, LiteralStep, Node};

use crate::SyntaxError;

/// A path, parsed once and evaluated many times.
///
/// ```
/// use workflow_asl::path::JsonPath;
/// let input = serde_json::json!({"order": {"items": [{"sku": "a-1"}, {"sku": "b-2"}]}});
/// let first = JsonPath::parse("$.order.items[0].sku").unwrap();
/// assert_eq!(*first.select(&input).unwrap(), "a-1");
/// let every = JsonPath::parse("$.order.items[*].sku").unwrap();
/// assert_eq!(*every.select(&input).unwrap(), serde_json::json!(["a-1", "b-2"]));
/// let miss = JsonPath::parse("$.order.sum").unwrap().select(&input).unwrap_err();
/// assert_eq!(miss.to_string(), "No results for path: $['order']['sum']");
/// ```
#[derive(Debug, Clone)]
pub struct JsonPath {
    source: String,
    /// The offset of the source in its surrounding text.
    start: usize,
    root: Root,
    steps: Vec<PathStep>,
    /// The end of the root in the source, then the end of each step.
    ends: Vec<usize>,
}

/// The root of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Root {
    /// `$`: the current value (the input, the result).
    Value,
    /// `$$`: the context object.
    Context,
    /// `$name`: a workflow variable, without the `$`.
    Variable(String),
}

/// One step of a reference path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Segment<'a> {
    /// `.name` or `['name']`.
    Name(&'a str),
    /// `[n]`, from zero.
    Index(usize),
}

/// One step of any path.
#[derive(Debug, Clone)]
pub(crate) enum PathStep {
    Child(String),
    /// A negative index counts from the end.
    Index(i64),
    /// `[(@.length-n)]`
    FromLength(i64),
    /// `['a','b']`: as the last step an object of these members, else each of them.
    Children(Vec<String>),
    /// `[0,2]`
    Indices(Vec<i64>),
    /// `[from:to]`; Jayway accepts a third number and ignores it.
    Slice {
        from: Option<i64>,
        to: Option<i64>,
    },
    Wildcard,
    /// `..`: the value and everything below it; the next step applies to each.
    Descendants,
    Filter(Box<Filter>),
    /// `.length()`: the service has no functions, and looks for a member of this name, `length()`.
    Call(String),
}

impl JsonPath {
    /// Parses a path.
    ///
    /// # Errors
    /// Returns an error if the text is not a path of the Jayway dialect. The offset of the error is the offset of the
    /// invalid character.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        reader::read(text)
    }

    /// Returns the root.
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// Returns the source text.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Returns whether the path selects a single value (or fails). Otherwise it selects an array of matches, possibly
    /// empty.
    ///
    /// Wildcards, slices, unions of indices, filters and `..` make a path indefinite.
    pub fn is_definite(&self) -> bool {
        definite(&self.steps)
    }

    /// Returns whether the path selects a single node by member names and indices only, as ASL requires of a Reference
    /// Path.
    pub fn is_reference_path(&self) -> bool {
        self.segments().is_some()
    }

    /// Returns the steps of a reference path; `None` for any other path.
    pub fn segments(&self) -> Option<Vec<Segment<'_>>> {
        self.steps
            .iter()
            .map(|step| match step {
                PathStep::Child(name) => Some(Segment::Name(name)),
                PathStep::Index(index) => usize::try_from(*index).ok().map(Segment::Index),
                _ => None,
            })
            .collect()
    }

    /// The range of the path in its surrounding text, which is a call of an intrinsic function or the path itself.
    pub fn range(&self) -> Range<usize> {
        self.start..self.start + self.source.len()
    }

    /// Returns the member names and indices after the root, up to the first other step.
    pub fn literal_steps(&self) -> Vec<LiteralStep> {
        let steps = self.steps().map_while(|(step, range)| {
            let kind = match step {
                PathStep::Child(name) => LiteralKind::Name(name.clone()),
                PathStep::Index(index) => LiteralKind::Index(*index),
                _ => return None,
            };
            Some(LiteralStep { kind, range })
        });
        steps.collect()
    }

    /// Returns the steps after the [literal ones](Self::literal_steps): the name, or the names of `['a','b']`; `[:]` for
    /// items of a list, `*` for items or the members of an object, `..` for the value and everything below it, `[1]` for an
    /// item that a list of two has. A filter has its condition as JSONata, if JSONata has it.
    ///
    /// ```
    /// use workflow_asl::path::JsonPath;
    /// let names = |path: &str| {
    ///     let steps = JsonPath::parse(path).unwrap().open_steps();
    ///     steps.into_iter().flat_map(|(names, _)| names).collect::<Vec<_>>()
    /// };
    /// assert_eq!(names("$.orders[1:].id"), ["[:]", "id"]);
    /// assert_eq!(names("$.orders.*['id', 'sum']"), ["*", "id", "sum"]);
    /// assert_eq!(names("$.orders..id"), ["..", "id"]);
    /// assert_eq!(names("$.orders[0].id"), [""; 0]);
    /// ```
    pub fn open_steps(&self) -> Vec<(Vec<String>, Option<Node>)> {
        let open = self.steps.iter().skip(self.literal_steps().len());
        let named = open.map(|step| match step {
            PathStep::Child(name) | PathStep::Call(name) => (vec![name.clone()], None),
            PathStep::Children(names) => (names.clone(), None),
            PathStep::Descendants => (vec!["..".to_owned()], None),
            PathStep::Wildcard => (vec!["*".to_owned()], None),
            PathStep::Filter(filter) => {
                (vec!["[:]".to_owned()], in_jsonata::condition(filter, &Node::variable("")).ok())
            }
            PathStep::FromLength(back) => (vec![format!("[{}]", back.saturating_sub(1).max(0))], None),
            _ => (vec!["[:]".to_owned()], None),
        });
        named.collect()
    }

    /// Returns the path relative to the member with these names; `None` if the path does not lead through it, or has a
    /// filter, which may read the root.
    ///
    /// ```
    /// use workflow_asl::path::JsonPath;
    /// let path = JsonPath::parse("$$.Execution.Input.id").unwrap();
    /// assert_eq!(path.below(&["Execution", "Input"]), JsonPath::parse("$.id").ok());
    /// assert_eq!(path.below(&["Map"]), None);
    /// ```
    pub fn below(&self, names: &[&str]) -> Option<Self> {
        let (through, steps) = self.steps.split_at_checked(names.len())?;
        let ends = self.ends.get(names.len()..)?;
        let leads =
            through.iter().zip(names).all(|(step, name)| matches!(step, PathStep::Child(child) if child == name));
        let filters = steps.iter().any(|step| matches!(step, PathStep::Filter(_)));
        (leads && !filters).then(|| Self {
            root: Root::Value,
            steps: steps.to_vec(),
            ends: ends.to_vec(),
            source: self.source.clone(),
            start: self.start,
        })
    }

    /// Returns the number of steps.
    pub(crate) fn len(&self) -> usize {
        self.steps.len()
    }

    /// Returns the path with its offset increased by `by` bytes, inside another text.
    pub(crate) fn shifted(mut self, by: usize) -> Self {
        self.start += by;
        self
    }

    /// Returns the path in bracket form, which is equal for `$.x` and `$['x']`. Paths are compared by it.
    ///
    /// ```
    /// use workflow_asl::path::JsonPath;
    /// assert_eq!(JsonPath::parse("$$.Map.Item[0]").unwrap().normalized(), "$$['Map']['Item'][0]");
    /// ```
    pub fn normalized(&self) -> String {
        let mut text = self.root_text();
        for step in &self.steps {
            let step = step.to_string();
            // A name that brackets cannot contain follows `..` without a third dot.
            let joins = text.ends_with("..") && step.starts_with('.');
            text.push_str(if joins { step.get(1..).unwrap_or_default() } else { &step });
        }
        text
    }

    fn root_text(&self) -> String {
        match &self.root {
            Root::Value => "$".to_owned(),
            Root::Context => "$$".to_owned(),
            Root::Variable(name) => format!("${name}"),
        }
    }
}

/// Returns whether the steps select at most one node.
fn definite(steps: &[PathStep]) -> bool {
    steps.iter().enumerate().all(|(at, step)| match step {
        PathStep::Child(_) | PathStep::Index(_) | PathStep::FromLength(_) | PathStep::Call(_) => true,
        // As the last step it selects one object of the members.
        PathStep::Children(_) => at + 1 == steps.len(),
        _ => false,
    })
}

impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

/// Paths are equal if they select the same, however they are written.
impl PartialEq for JsonPath {
    fn eq(&self, other: &Self) -> bool {
        self.normalized() == other.normalized()
    }
}

impl Eq for JsonPath {}

impl fmt::Display for PathStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Child(name) | Self::Call(name) => {
                f.write_str(&in_brackets(name).unwrap_or_else(|| format!(".{name}")))
            }
            Self::Index(index) => write!(f, "[{index}]"),
            Self::FromLength(back) => write!(f, "[(@.length-{back})]"),
            Self::Children(names) => {
                let names: Vec<String> = names.iter().map(|name| quoted(name).unwrap_or_default()).collect();
                write!(f, "[{}]", names.join(", "))
            }
            Self::Indices(indices) => {
                let indices: Vec<String> = indices.iter().map(ToString::to_string).collect();
                write!(f, "[{}]", indices.join(","))
            }
            Self::Slice { from, to } => {
                let end = |bound: &Option<i64>| bound.map(|bound| bound.to_string()).unwrap_or_default();
                write!(f, "[{}:{}]", end(from), end(to))
            }
            Self::Wildcard => f.write_str("[*]"),
            Self::Descendants => f.write_str(".."),
            Self::Filter(filter) => write!(f, "[?({})]", filter.source),
        }
    }
}

/// A member's name in quotes; `None` if no quotes can contain it, such as `a"b'c` or a name that ends in a backslash.
fn quoted(name: &str) -> Option<String> {
    let holds = |quote: &char| {
        let mut chars = name.chars();
        while let Some(c) = chars.next() {
            // A backslash escapes the next character, and remains in the name.
            if c == *quote || c == '\\' && chars.next().is_none() {
                return false;
            }
        }
        true
    };
    ['\'', '"'].into_iter().find(holds).map(|quote| format!("{quote}{name}{quote}"))
}

/// Returns the step to a member in bracket form; `None` for a name that brackets cannot contain: one with both kinds of
/// quotes, or one that ends in a backslash. Nothing is escaped: AWS treats backslashes in names literally.
///
/// ```
/// use workflow_asl::path::in_brackets;
/// assert_eq!(in_brackets("a b").as_deref(), Some("['a b']"));
/// assert_eq!(in_brackets("it's").as_deref(), Some("[\"it's\"]"));
/// assert_eq!(in_brackets("it's \"a\""), None);
/// ```
pub fn in_brackets(name: &str) -> Option<String> {
    quoted(name).map(|quoted| format!("[{quoted}]"))
}
