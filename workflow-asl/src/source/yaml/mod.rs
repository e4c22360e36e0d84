//! YAML: the value, as the tools around CloudFormation read it, and the positions of its parts.
//!
//! It is parsed like in PyYAML, which SAM and the AWS CLI use: YAML 1.1, with `yes` for true and `0x1F` for 31. Tags
//! such as `!Sub` are expanded:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html>.

mod problem;
mod resolve;
mod scalar;
mod scanner;
mod tree;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use self::problem::Problem;
use self::resolve::{is_old_truth, resolved};
use self::tree::{CORE, Node, NodeKind, tree};
use super::layout::{Below, Layout, Span, Written};
use super::{Read, Repeated, SourceError, json};
use crate::{Code, Diagnostic, Finding, Pointer};

/// Fields that contain only a name, whatever its form.
const NAMES: [&str; 3] = ["StartAt", "Next", "Default"];

/// Parses a text.
pub(super) fn read(text: &str) -> Result<Read, Box<SourceError>> {
    // JSON is parsed as JSON, because its numbers have other forms.
    if text.trim_start().starts_with('{')
        && let Ok(read) = json::read(text)
    {
        return Ok(read);
    }
    let root = tree(text).map_err(|problem| problem.in_text(text))?;
    let mut reader = Reader::default();
    let value = reader.value(&root).map_err(|problem| problem.in_text(text))?;
    Ok(Read { value, repeated: reader.repeated, remarks: reader.remarks })
}

/// Returns the positions in a text that [`read`] accepts.
pub(super) fn layout(text: &str) -> Layout {
    tree(text).map(|tree| tree.layout()).unwrap_or_default()
}

/// Converts a tree to a value, and collects warnings.
#[derive(Default)]
struct Reader {
    /// The keys and indices that lead to the current value.
    at: Vec<String>,
    repeated: Vec<Repeated>,
    remarks: Vec<Diagnostic>,
}

impl Reader {
    fn value(&mut self, node: &Node) -> Result<Value, Box<Problem>> {
        let Some(function) = node.function() else { return self.untagged(node) };
        let value = match (function, &node.kind) {
            // `!GetAtt A.B` is short for a list.
            ("Fn::GetAtt", NodeKind::Scalar { text, .. }) => text.splitn(2, '.').map(Value::from).collect(),
            // The unquoted argument of a function is always text.
            (_, NodeKind::Scalar { text, .. }) => Value::String(text.clone()),
            _ => self.inside(function, |reader| reader.untagged(node))?,
        };
        Ok(Value::Object(Map::from_iter([(function.to_owned(), value)])))
    }

    fn inside<T>(
        &mut self,
        token: &str,
        read: impl FnOnce(&mut Self) -> Result<T, Box<Problem>>,
    ) -> Result<T, Box<Problem>> {
        self.at.push(token.to_owned());
        let value = read(self).map_err(|problem| problem.inside(token));
        self.at.pop();
        value
    }

    fn pointer(&self) -> Pointer {
        self.at.iter().fold(Pointer::root(), |at, token| at.child(token))
    }

    fn untagged(&mut self, node: &Node) -> Result<Value, Box<Problem>> {
        match &node.kind {
            NodeKind::Scalar { text, written } => {
                let core = node.tag.as_deref().and_then(|tag| tag.strip_prefix(CORE));
                match core {
                    None if *written == Written::Plain => {
                        if is_old_truth(text) && self.at.last().is_some_and(|key| NAMES.contains(&key.as_str())) {
                            self.remark(text, self.pointer());
                            return Ok(Value::String(text.clone()));
                        }
                        resolved(text, node.span)
                    }
                    Some("int" | "float" | "bool" | "null") => resolved(text, node.span),
                    _ => Ok(Value::String(text.clone())),
                }
            }
            NodeKind::Items(items) => {
                let items = items.iter().enumerate();
                items.map(|(i, item)| self.inside(&i.to_string(), |reader| reader.value(item))).collect()
            }
            NodeKind::Members(pairs) => {
                for (key, _) in pairs {
                    if let NodeKind::Scalar { text, written: Written::Plain } = &key.kind
                        && is_old_truth(text)
                    {
                        self.remark(text, self.pointer().child(text));
                    }
                }
                let mut twice = Vec::new();
                let members = node.members(&mut twice)?;
                for (key, first, second) in twice {
                    let at = self.pointer().child(&key);
                    self.repeated.push(Repeated { at, holder: "mapping", first, second });
                }
                let mut map = Map::new();
                for (key, (_, value)) in members {
                    let value = self.inside(&key, |reader| reader.value(value))?;
                    map.insert(key, value);
                }
                Ok(Value::Object(map))
            }
        }
    }

    fn remark(&mut self, word: &str, at: Pointer) {
        self.remarks.push(Finding::TruthWord { word: word.to_owned() }.at(at));
    }
}

/// The members of a mapping by key, with the span of each key.
type Members<'n> = IndexMap<String, (Span, &'n Node)>;

/// A duplicate key of a mapping, and the spans of both.
type Twice = (String, Span, Span);

impl Node {
    /// Returns the tag, unless it is YAML's own.
    fn function(&self) -> Option<&str> {
        self.tag.as_deref().filter(|tag| !tag.starts_with(CORE))
    }

    /// The members of a mapping: its own, then those that `<<` merges into it. Of duplicate keys, the last one counts.
    fn members(&self, twice: &mut Vec<Twice>) -> Result<Members<'_>, Box<Problem>> {
        let mut members = Members::new();
        let mut merged = Vec::new();
        let NodeKind::Members(pairs) = &self.kind else { return Ok(members) };
        for (key, value) in pairs {
            let NodeKind::Scalar { text, written } = &key.kind else {
                return Err(Problem::new(Code::NotJson, key.span, "a key is not text")
                    .with_help("the keys of a definition are names"));
            };
            let plain = *written == Written::Plain;
            if plain && text == "<<" {
                merged.push(value);
            } else if plain && text.is_empty() {
                return Err(Problem::new(Code::NotJson, key.span, "a key is missing before `:`"));
            } else if let Some((first, _)) = members.insert(text.clone(), (key.span, value)) {
                twice.push((text.clone(), first, key.span));
            }
        }
        for value in merged.into_iter().rev() {
            let maps = match &value.kind {
                NodeKind::Items(items) => items.iter().collect(),
                _ => vec![value],
            };
            for map in maps {
                if !matches!(map.kind, NodeKind::Members(_)) {
                    return Err(Problem::new(Code::NotJson, map.span, "`<<` requires a mapping"));
                }
                for (key, member) in map.members(&mut Vec::new())? {
                    members.entry(key).or_insert(member);
                }
            }
        }
        Ok(members)
    }

    fn layout(&self) -> Layout {
        let layout = Layout { span: self.extent(), below: self.below() };
        match self.function() {
            Some(function) => {
                let members = IndexMap::from_iter([(function.to_owned(), (layout.span, layout))]);
                Layout { span: self.extent(), below: Below::Members(members) }
            }
            None => layout,
        }
    }

    /// Returns the span; for a collection, that of its first character.
    fn extent(&self) -> Span {
        match self.kind {
            NodeKind::Scalar { .. } => self.span,
            _ => (self.span.0, self.span.1.max(1)),
        }
    }

    fn below(&self) -> Below {
        match &self.kind {
            NodeKind::Scalar { written, .. } => Below::Text(*written),
            NodeKind::Items(items) => Below::Items(items.iter().map(|item| item.layout()).collect()),
            NodeKind::Members(_) => {
                let members = self.members(&mut Vec::new()).unwrap_or_default().into_iter();
                Below::Members(members.map(|(key, (span, value))| (key, (span, value.layout()))).collect())
            }
        }
    }
}
