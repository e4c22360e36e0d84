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
use super::layout::{Below, Layout, Notation, Span};
use super::{Read, Repeated, SourceError, json};
use crate::{Code, Diagnostic, Finding, Pointer};

/// Fields that contain only a name, whatever its form.
const NAMES: [&str; 3] = ["StartAt", "Next", "Default"];

/// Parses a string.
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
    Ok(Read { value, repeated: reader.repeated, remarks: reader.remarks, ..Read::default() })
}

/// Returns the positions in a string that [`read`] accepts.
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
        let value = read(self);
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
                    None if *written == Notation::Plain => {
                        if is_old_truth(text) && self.at.last().is_some_and(|key| NAMES.contains(&key.as_str())) {
                            self.remark(text, self.pointer());
                            return Ok(Value::String(text.clone()));
                        }
                        resolved(text, node.span).map_err(|problem| problem.at(self.pointer()))
                    }
                    Some("int" | "float" | "bool" | "null") => {
                        resolved(text, node.span).map_err(|problem| problem.at(self.pointer()))
                    }
                    _ => Ok(Value::String(text.clone())),
                }
            }
            NodeKind::Items(items) => {
                let items = items.iter().enumerate();
                items.map(|(i, item)| self.inside(&i.to_string(), |reader| reader.value(item))).collect()
            }
            NodeKind::Members(pairs) => {
                for (key, _) in pairs {
                    if let NodeKind::Scalar { text, written: Notation::Plain } = &key.kind
                        && is_old_truth(text)
                    {
                        self.remark(text, self.pointer().child(text));
                    }
                }
                let mut twice = Vec::new();
                let members = node.members(&mut twice).map_err(|problem| problem.at(self.pointer()))?;
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
type RepeatedKey = (String, Span, Span);

impl Node {
    /// Returns the tag, unless it is YAML's own.
    fn function(&self) -> Option<&str> {
        self.tag.as_deref().filter(|tag| !tag.starts_with(CORE))
    }

    /// The members of a mapping: its own, then the members that `<<` merges into it. Of duplicate keys, the last one
    /// counts.
    fn members(&self, twice: &mut Vec<RepeatedKey>) -> Result<Members<'_>, Box<Problem>> {
        let mut members = Members::new();
        let mut merged = Vec::new();
        let NodeKind::Members(pairs) = &self.kind else { return Ok(members) };
        for (key, value) in pairs {
            let NodeKind::Scalar { text, written } = &key.kind else {
                return Err(Problem::new(Code::NotJson, key.span, "a key is not text")
                    .with_help("the keys of a definition are names"));
            };
            let plain = *written == Notation::Plain;
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

    /// Returns the span; for a collection, the span of its first character.
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

#[cfg(test)]
mod tests {
    use serde_json::json;
    use workflow_cases::every;

    use crate::source::{Format, Source};
    use crate::{Code, Diagnostic, Pointer};

    fn read(text: &str) -> Source {
        Source::read(text.as_bytes(), Format::Yaml).unwrap()
    }

    fn refused(text: &str) -> (Code, String, usize, usize) {
        let error = Source::read(text.as_bytes(), Format::Yaml).unwrap_err();
        let diagnostic = &error.diagnostic;
        let message = format!("{} {} {:?}", diagnostic.pointer, diagnostic.message(), diagnostic.help());
        (diagnostic.code, message, error.location.line, error.location.column)
    }

    fn underlined(source: &Source, pointer: &str, range: Option<(usize, usize)>) -> String {
        let pointer = pointer.split('/').skip(1).fold(Pointer::root(), |at, token| at.child(token));
        let mut found = Diagnostic::new(Code::WrongType, pointer, "");
        found.range = range;
        let place = source.locate(&[found])[0];
        source.text()[place.offset..place.offset + place.length].to_owned()
    }

    #[test]
    fn scalars_have_the_types_of_yaml_1_1() {
        let text = "a: [1, -2, +3, 0x1F, 012, 1.50, .5, 1.5e+3, 18446744073709551615, 0b11, 1_000, 1:30]\n\
        b: [true, False, null, ~, '', \"1\", '1', !!str 1, !!int \"7\", ! 5, yes, Off]\n\
        c: ['yes', 2024-01-01, 2024-01-01T00:00:00Z, 1.2.3, 1e3, 0o17, 089, .e, $.x, e5, y]\nd:\n1: x\n";
        let value = read(text).into_value();
        assert_eq!(
            value,
            json!({
                "a": [1, -2, 3, 31, 10, 1.5, 0.5, 1500.0, 18446744073709551615_u64, 3, 1000, 90],
                "b": [true, false, null, null, "", "1", "1", "1", 7, "5", true, false],
                "c": ["yes", "2024-01-01", "2024-01-01T00:00:00Z", "1.2.3", "1e3", "0o17", "089", ".e", "$.x", "e5", "y"],
                "d": null,
                "1": "x",
            })
        );
        assert_eq!(refused("a: .inf").0, Code::NotJson);
        assert_eq!(refused("a: 1.0e+999").0, Code::NotJson);
    }

    #[test]
    fn a_name_that_is_a_truth_value_for_sam_is_told() {
        let source = read("StartAt: No\nStates:\n  No: {Type: Pass, Next: Off}\n  \"Off\": {Type: Pass, End: yes}\n");
        assert_eq!(source.value()["States"]["No"]["Next"], "Off");
        assert_eq!(source.value()["States"]["Off"]["End"], true);
        let told: Vec<_> = source.remarks().iter().map(|remark| (remark.code, remark.pointer.as_str())).collect();
        let expected = ["/StartAt", "/States/No", "/States/No/Next"].map(|at| (Code::TruthWord, at));
        assert_eq!(told, expected);
        let places = source.locate(source.remarks());
        assert_eq!(
            places.iter().map(|place| (place.line, place.column)).collect::<Vec<_>>(),
            [(1, 10), (3, 3), (3, 26)]
        );
    }

    #[test]
    fn of_a_key_that_is_given_twice_the_last_one_counts_where_that_is_asked_for() {
        every(
            [
                (Format::Yaml, "a: {x: 1,\n  x: 2}\nb: &b {y: 1, y: 2}\nc: *b\n"),
                (Format::Json, "{\"a\": {\"x\": 1,\n \"x\": 2}}"),
            ],
            |(format, text)| {
                assert_eq!(Source::read(text.as_bytes(), format).unwrap_err().diagnostic.code, Code::DuplicateKey);
                let source = Source::read_repeated(text.as_bytes(), format).unwrap();
                assert_eq!(source.value()["a"], json!({"x": 2}));
                let found = source.repeated_in(|at| at.as_str().starts_with("/a/"));
                let found: Vec<_> =
                    found.iter().map(|one| (one.diagnostic.pointer.as_str(), one.location.line)).collect();
                assert_eq!(found, [("/a/x", 2)]);
            },
        );
    }

    #[test]
    fn aliases_and_merges_are_put_in() {
        let text = "base: &base {Type: Pass, End: true}\nlist: [*base, *base]\n\
        one:\n  <<: *base\n  End: false\ntwo:\n  <<: [{A: 1, B: 1}, {A: 2, C: 2}]\n  B: 3\n";
        let value = read(text).into_value();
        let base = json!({"Type": "Pass", "End": true});
        assert_eq!(value["list"], json!([base, base]));
        assert_eq!(value["one"], json!({"End": false, "Type": "Pass"}));
        assert_eq!(value["two"], json!({"B": 3, "A": 1, "C": 2}));
    }

    #[test]
    fn short_tags_of_cloudformation_become_what_they_are_short_for() {
        let text = "a: !Sub \"${X}\"\nb: !GetAtt F.Arn\nc: !Ref Y\nd: !Join\n  - ''\n  - [a, !Ref Z]\ne: !GetAtt [F, Arn]\nf: !Condition C\n";
        let expected = json!({
            "a": {"Fn::Sub": "${X}"}, "b": {"Fn::GetAtt": ["F", "Arn"]}, "c": {"Ref": "Y"},
            "d": {"Fn::Join": ["", ["a", {"Ref": "Z"}]]}, "e": {"Fn::GetAtt": ["F", "Arn"]}, "f": {"Condition": "C"},
        });
        assert_eq!(read(text).value(), &expected);
    }

    #[test]
    fn what_is_no_document_is_refused_with_its_place() {
        assert_eq!(refused("# nothing\n").1, " the file is empty None");
        let (code, message, line, _) = refused("a: 1\nb: [1\nc: 2\n");
        assert_eq!((code, line), (Code::NotJson, 3), "{message}");
        let (code, message, line, column) = refused("a:\n  x: 1\n  'ä': 2\n  \"x\": 3\n");
        assert_eq!((code, line, column), (Code::DuplicateKey, 4, 3), "{message}");
        assert!(message.starts_with("/a/x ") && message.contains("line 2, column 3"), "{message}");
        assert_eq!(refused("a: 1\n---\nb: 2\n").2, 2);
        assert!(refused("a: *b\n").1.contains("not YAML"));
        for tag in ["!<int>", "!e!int"] {
            assert!(refused(&format!("a: {tag} 1\n")).1.contains("a tag is `!name` or `!!name` here"), "{tag}");
        }
        assert!(refused("? [a]\n: 1\n").1.contains("a key is not text"));
        assert!(refused("<<: 1\n").1.contains("requires a mapping"));
    }

    #[test]
    fn what_is_too_much_is_refused_at_once() {
        assert!(refused("a: &a [*a]\n").1.contains("an alias is inside"));
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for i in 1..40 {
            bomb += &format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 10].join(", "));
        }
        let (code, message, line, _) = refused(&bomb);
        assert_eq!((code, line), (Code::DefinitionTooLarge, 7), "{message}");

        let chain: String = (1..10_000).map(|i| format!("- &a{i} [*a{}]\n", i - 1)).collect();
        assert_eq!(refused(&format!("- &a0 x\n{chain}")).0, Code::TooDeep);
        every(["[".repeat(10_000), "- ".repeat(10_000), "? ".repeat(10_000), "{a: ".repeat(10_000)], |deep| {
            assert_eq!(refused(&deep).0, Code::TooDeep);
        });
        let blocks: String = (0..1_000).map(|i| format!("{}a:\n", " ".repeat(i))).collect();
        assert_eq!(refused(&blocks).0, Code::TooDeep);
    }

    #[test]
    fn findings_are_where_the_eye_looks_for_them() {
        let text = "# ä\nStates:\n  Ä: # c\n    p: &x $.a b # c\n    q: 'it''s $.x'\n    r: !Sub \"\\u00e4\\x41\\t$.y\"\n    \
        s: |-\n      eins\n\n        zwei\n    f: >\n      a\n      b\n\n      c\n    n: [1, {k: v}]\n    m: *x\n";
        let source = read(text);
        let at = |pointer: &str, range| underlined(&source, pointer, range);
        assert_eq!(at("/States/Ä", None), "Ä");
        assert_eq!(at("/States/Ä/Missing", None), "Ä");
        assert_eq!(at("/States/Ä/p", None), "$.a b");
        assert_eq!(at("/States/Ä/p", Some((2, 1))), "a");
        assert_eq!(at("/States/Ä/q", Some((5, 3))), "$.x");
        assert_eq!(at("/States/Ä/r/Fn::Sub", Some((4, 3))), "$.y");
        assert_eq!(at("/States/Ä/s", Some((0, 4))), "eins");
        assert_eq!(at("/States/Ä/s", Some((8, 4))), "zwei");
        assert_eq!(at("/States/Ä/f", Some((2, 1))), "b");
        assert_eq!(at("/States/Ä/f", Some((4, 1))), "c");
        assert_eq!(at("/States/Ä/n/0", None), "1");
        assert_eq!(at("/States/Ä/n/1", None), "{");
        assert_eq!(at("/States/Ä/n/1/k", None), "v");
        assert_eq!(at("/States/Ä/m", None), "$.a b");
        assert_eq!(at("", None), "S");
    }
}
