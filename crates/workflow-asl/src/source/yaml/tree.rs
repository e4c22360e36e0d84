//! The one document of a string as a tree of nodes, in which aliases are resolved.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::layout::{Notation, Span};
use super::super::{MAX_BYTES, MAX_DEPTH};
use super::problem::Problem;
use super::scanner::{Scanner, Token, TokenKind};
use crate::Code;

/// YAML's own tags begin with this.
pub(super) const CORE: &str = "tag:yaml.org,2002:";

/// A node as written. The target of an alias is shared.
pub(super) struct Node {
    pub(super) span: Span,
    /// What a tag such as `!Sub` is short for, or a tag of YAML's own such as `!!str`.
    pub(super) tag: Option<String>,
    pub(super) kind: NodeKind,
    /// The depth of nested collections in it, including itself.
    depth: usize,
    /// Its size with all its aliases expanded: about the bytes of its text.
    weight: usize,
}

pub(super) enum NodeKind {
    Scalar { text: String, written: Notation },
    Items(Vec<Rc<Node>>),
    Members(Vec<(Rc<Node>, Rc<Node>)>),
}

/// Reads a string that holds one document.
pub(super) fn tree(text: &str) -> Result<Rc<Node>, Box<Problem>> {
    let mut reader = Reader { scanner: Scanner::new(text), anchors: BTreeMap::new(), depth: 0 };
    while reader.scanner.peek()?.kind == TokenKind::Directive {
        reader.scanner.next()?;
    }
    match reader.scanner.peek()?.kind {
        TokenKind::StreamEnd => return Err(Problem::new(Code::NotJson, (0, 0), "the file is empty")),
        TokenKind::DocumentStart => drop(reader.scanner.next()?),
        _ => {}
    }
    let root = reader.node_or_empty(Here::Block, true)?;
    while reader.scanner.peek()?.kind == TokenKind::DocumentEnd {
        reader.scanner.next()?;
    }
    let rest = reader.scanner.peek()?;
    match &rest.kind {
        TokenKind::StreamEnd => Ok(root),
        TokenKind::DocumentStart | TokenKind::Directive => {
            let problem = Problem::new(Code::NotJson, rest.span, "the file has several YAML documents");
            Err(problem.with_help("keep one; `---` begins another"))
        }
        _ => Err(unexpected(rest)),
    }
}

/// The possible values of a position.
#[derive(Clone, Copy, PartialEq)]
enum Here {
    /// A block, or anything else.
    Block,
    /// The same as the value of a key, where the `-` of a list need not be indented.
    Member,
    /// Inside of brackets.
    Flow,
}

struct Reader<'t> {
    scanner: Scanner<'t>,
    /// By name; `None` while the node is being read.
    anchors: BTreeMap<&'t str, Option<Rc<Node>>>,
    /// How many collections are open.
    depth: usize,
}

/// A collection whose end is still to come.
struct Open {
    span: Span,
    tag: Option<String>,
}

/// Reads the contents of a collection.
type ReadKind<'t> = fn(&mut Reader<'t>) -> Result<NodeKind, Box<Problem>>;

impl<'t> Reader<'t> {
    /// Returns a node, or an empty scalar if no node follows.
    fn node_or_empty(&mut self, here: Here, is_root: bool) -> Result<Rc<Node>, Box<Problem>> {
        let next = self.scanner.peek()?;
        let is_none = match next.kind {
            TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => true,
            TokenKind::BlockEntry => here != Here::Member,
            TokenKind::FlowEntry | TokenKind::FlowSequenceEnd | TokenKind::FlowMappingEnd => here == Here::Flow,
            TokenKind::DocumentStart | TokenKind::DocumentEnd | TokenKind::StreamEnd => is_root,
            _ => false,
        };
        if is_none { Ok(empty(next.span.0, None)) } else { self.node(here) }
    }

    fn node(&mut self, here: Here) -> Result<Rc<Node>, Box<Problem>> {
        let (mut anchor, mut tag) = (None, None);
        let start = self.scanner.peek()?.span.0;
        loop {
            let next = self.scanner.peek()?;
            match next.kind {
                TokenKind::Alias(name) if anchor.is_none() && tag.is_none() => {
                    let span = next.span;
                    self.scanner.next()?;
                    return self.alias(name, span);
                }
                TokenKind::Anchor(name) if anchor.is_none() => anchor = Some(name),
                TokenKind::Tag(name) if tag.is_none() => tag = Some(name),
                _ => break,
            }
            self.scanner.next()?;
        }
        let has_properties = anchor.is_some() || tag.is_some();
        let tag = tag.map(long_form);
        if let Some(name) = anchor {
            self.anchors.insert(name, None);
        }
        let next = self.scanner.peek()?;
        let span = first_sign(next.span);
        let read: Option<ReadKind<'t>> = match &next.kind {
            TokenKind::FlowSequenceStart => Some(Self::flow_sequence),
            TokenKind::FlowMappingStart => Some(Self::flow_mapping),
            TokenKind::BlockSequenceStart if here != Here::Flow => Some(Self::block_sequence),
            TokenKind::BlockMappingStart if here != Here::Flow => Some(Self::block_mapping),
            TokenKind::BlockEntry if here == Here::Member => Some(Self::indentless_sequence),
            TokenKind::Scalar { .. } => None,
            _ if has_properties => None,
            _ => return Err(unexpected(next)),
        };
        let node = match read {
            Some(read) => self.inside(Open { span, tag }, read)?,
            None if matches!(next.kind, TokenKind::Scalar { .. }) => match self.scanner.next()? {
                Token { kind: TokenKind::Scalar { says, written }, span } => scalar(says, written, span, tag),
                other => return Err(unexpected(&other)),
            },
            None => empty(start, tag),
        };
        if let Some(name) = anchor {
            self.anchors.insert(name, Some(Rc::clone(&node)));
        }
        Ok(node)
    }

    fn alias(&self, name: &str, span: Span) -> Result<Rc<Node>, Box<Problem>> {
        match self.anchors.get(name) {
            Some(Some(node)) => Ok(Rc::clone(node)),
            Some(None) => Err(Problem::new(Code::NotJson, span, "an alias is inside the value that it refers to")
                .with_help("that would expand without end")),
            None => Err(Problem::syntax(span, format!("there is no anchor `&{name}` before this alias"))),
        }
    }

    /// Returns a collection, one level deeper.
    fn inside(&mut self, open: Open, read: ReadKind<'t>) -> Result<Rc<Node>, Box<Problem>> {
        if self.depth == MAX_DEPTH {
            return Err(Problem::too_deep(open.span));
        }
        self.depth += 1;
        let kind = read(self)?;
        self.depth -= 1;
        collection(open, kind)
    }

    fn block_sequence(&mut self) -> Result<NodeKind, Box<Problem>> {
        self.scanner.next()?;
        let NodeKind::Items(items) = self.indentless_sequence()? else { return Ok(NodeKind::Items(Vec::new())) };
        self.end_of_block("the list")?;
        Ok(NodeKind::Items(items))
    }

    fn indentless_sequence(&mut self) -> Result<NodeKind, Box<Problem>> {
        let mut items = Vec::new();
        while self.scanner.peek()?.kind == TokenKind::BlockEntry {
            self.scanner.next()?;
            items.push(self.node_or_empty(Here::Block, false)?);
        }
        Ok(NodeKind::Items(items))
    }

    fn block_mapping(&mut self) -> Result<NodeKind, Box<Problem>> {
        self.scanner.next()?;
        let mut members = Vec::new();
        while matches!(self.scanner.peek()?.kind, TokenKind::Key | TokenKind::Value) {
            members.push(self.member(Here::Member)?);
        }
        self.end_of_block("the mapping")?;
        Ok(NodeKind::Members(members))
    }

    fn end_of_block(&mut self, what: &str) -> Result<(), Box<Problem>> {
        let next = self.scanner.next()?;
        if next.kind == TokenKind::BlockEnd {
            return Ok(());
        }
        let message = format!("this belongs neither to {what} before it nor to what follows");
        Err(Problem::syntax(first_sign(next.span), message).with_help("check the indentation and the brackets"))
    }

    /// Returns a key and its value. Both may be missing.
    fn member(&mut self, here: Here) -> Result<(Rc<Node>, Rc<Node>), Box<Problem>> {
        let start = self.scanner.peek()?.span.0;
        let key = if self.scanner.peek()?.kind == TokenKind::Key {
            self.scanner.next()?;
            self.node_or_empty(here, false)?
        } else {
            empty(start, None)
        };
        let value = if self.scanner.peek()?.kind == TokenKind::Value {
            self.scanner.next()?;
            self.node_or_empty(here, false)?
        } else {
            empty(self.scanner.peek()?.span.0, None)
        };
        Ok((key, value))
    }

    fn flow_sequence(&mut self) -> Result<NodeKind, Box<Problem>> {
        let start = self.scanner.next()?.span;
        let mut items = Vec::new();
        while self.goes_on(items.is_empty(), &TokenKind::FlowSequenceEnd, start)? {
            items.push(if self.scanner.peek()?.kind == TokenKind::Key {
                let open = Open { span: first_sign(self.scanner.peek()?.span), tag: None };
                let member = self.member(Here::Flow)?;
                collection(open, NodeKind::Members(vec![member]))?
            } else {
                self.node(Here::Flow)?
            });
        }
        Ok(NodeKind::Items(items))
    }

    fn flow_mapping(&mut self) -> Result<NodeKind, Box<Problem>> {
        let start = self.scanner.next()?.span;
        let mut members = Vec::new();
        while self.goes_on(members.is_empty(), &TokenKind::FlowMappingEnd, start)? {
            members.push(if self.scanner.peek()?.kind == TokenKind::Key {
                self.member(Here::Flow)?
            } else {
                let key = self.node(Here::Flow)?;
                let end = key.span.0 + key.span.1;
                (key, empty(end, None))
            });
        }
        Ok(NodeKind::Members(members))
    }

    /// Passes the comma before another element, or the bracket that closes.
    fn goes_on(&mut self, is_first: bool, close: &TokenKind<'_>, start: Span) -> Result<bool, Box<Problem>> {
        if !is_first && self.scanner.peek()?.kind != *close {
            let next = self.scanner.peek()?;
            if next.kind != TokenKind::FlowEntry {
                let sign = if *close == TokenKind::FlowSequenceEnd { ']' } else { '}' };
                let span = if next.kind == TokenKind::StreamEnd { start } else { first_sign(next.span) };
                let message = match next.kind {
                    TokenKind::StreamEnd => format!("the `{sign}` to this bracket is missing"),
                    _ => format!("a `,` or the `{sign}` is missing here"),
                };
                return Err(Problem::syntax(span, message));
            }
            self.scanner.next()?;
        }
        if self.scanner.peek()?.kind == *close {
            self.scanner.next()?;
            return Ok(false);
        }
        Ok(true)
    }
}

/// Returns the key that a tag is short for: `Fn::Sub` for `!Sub`; a tag of YAML's own in full.
fn long_form(tag: &str) -> String {
    match (tag.strip_prefix("!!"), tag.strip_prefix('!').unwrap_or(tag)) {
        (Some(own), _) => format!("{CORE}{own}"),
        // `!` alone says that it is text.
        (None, "") => format!("{CORE}str"),
        (None, name @ ("Ref" | "Condition")) => name.to_owned(),
        (None, name) => format!("Fn::{name}"),
    }
}

fn unexpected(token: &Token<'_>) -> Box<Problem> {
    let message = match token.kind {
        TokenKind::StreamEnd => "unexpected end of the text",
        TokenKind::BlockEntry => "`-` is not allowed here",
        TokenKind::FlowEntry => "a value is missing before this comma",
        TokenKind::FlowSequenceEnd | TokenKind::FlowMappingEnd => "this bracket closes nothing",
        TokenKind::Value => "a key is missing before this `:`",
        _ => "this is not allowed here",
    };
    Problem::syntax(first_sign(token.span), message)
}

fn first_sign(span: Span) -> Span {
    (span.0, 1)
}

fn empty(at: usize, tag: Option<String>) -> Rc<Node> {
    scalar(Cow::Borrowed(""), Notation::Plain, (at, 0), tag)
}

fn scalar(says: Cow<'_, str>, written: Notation, span: Span, tag: Option<String>) -> Rc<Node> {
    let (depth, weight) = (usize::from(tag.is_some()), says.len() + 1);
    Rc::new(Node { span, tag, kind: NodeKind::Scalar { text: says.into_owned(), written }, depth, weight })
}

/// Returns the collection, now that its end is reached.
fn collection(Open { span, tag }: Open, kind: NodeKind) -> Result<Rc<Node>, Box<Problem>> {
    let nodes = || -> Box<dyn Iterator<Item = &Rc<Node>>> {
        match &kind {
            NodeKind::Items(items) => Box::new(items.iter()),
            NodeKind::Members(members) => Box::new(members.iter().flat_map(|(key, value)| [key, value])),
            NodeKind::Scalar { .. } => Box::new(std::iter::empty()),
        }
    };
    let depth = 1 + usize::from(tag.is_some()) + nodes().map(|node| node.depth).max().unwrap_or(0);
    if depth > MAX_DEPTH {
        return Err(Problem::too_deep(span));
    }
    let weight = nodes().fold(1_usize, |sum, node| sum.saturating_add(node.weight));
    if weight > MAX_BYTES {
        let message = format!("with its aliases expanded, this has more than {MAX_BYTES} bytes");
        return Err(Problem::new(Code::DefinitionTooLarge, span, message)
            .with_help("nested aliases multiply: write the values out, or use fewer aliases"));
    }
    Ok(Rc::new(Node { span, tag, kind, depth, weight }))
}
