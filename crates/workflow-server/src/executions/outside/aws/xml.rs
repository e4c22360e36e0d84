//! Parses XML answers and converts them by shape.

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Map, Value, json};
use workflow_services::Shape;

/// An element: its local name, its text, its children.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) text: String,
    children: Vec<Element>,
}

/// The maximum nesting of elements.
const DEPTH: usize = 64;

impl Element {
    /// Parses a document, or returns `None` if it is invalid.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::from_reader(bytes);
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event().ok()? {
                Event::Start(start) if open.len() < DEPTH => {
                    let name = start.local_name().as_ref().to_owned();
                    open.push(Self { name, ..Self::default() });
                }
                Event::Start(_) => return None,
                Event::Empty(empty) => {
                    let name = empty.local_name().as_ref().to_owned();
                    open.last_mut()?.children.push(Self { name, ..Self::default() });
                }
                Event::End(_) => {
                    let closed = open.pop()?;
                    open.last_mut()?.children.push(closed);
                }
                Event::Text(text) => open.last_mut()?.text.push_str(&text),
                Event::CData(text) => open.last_mut()?.text.push_str(&text),
                Event::GeneralRef(reference) => {
                    let text = &mut open.last_mut()?.text;
                    match reference.resolve_char_ref().ok()? {
                        Some(character) => text.push(character),
                        None => text.push_str(quick_xml::escape::resolve_predefined_entity(&reference)?),
                    }
                }
                Event::Eof => break,
                _ => {}
            }
        }
        open.pop()?.children.pop()
    }

    /// Returns the first element of a name in the subtree.
    pub(super) fn find(&self, name: &str) -> Option<&Self> {
        self.children.iter().find_map(|child| if child.name == name { Some(child) } else { child.find(name) })
    }

    /// Returns the texts of the first `Code` and `Message` in it.
    pub(super) fn error(&self) -> Option<(String, String)> {
        let text = |name: &str| self.find(name).map(|element| element.text.clone());
        Some((text("Code")?, text("Message").unwrap_or_default()))
    }

    /// Returns its members in a task's spelling.
    pub(super) fn members(&self, shape: Shape) -> Value {
        let Some(structure) = shape.structure() else { return Value::Null };
        let mut members = Map::new();
        for member in structure.members() {
            let mut found =
                self.children.iter().filter(|child| child.name.eq_ignore_ascii_case(member.name)).peekable();
            let value = match (member.shape, found.peek()) {
                (_, None) => continue,
                (Shape::List(list), Some(first)) => {
                    let items =
                        |element: &Self| element.children.iter().map(|item| item.value(list.element())).collect();
                    // A list is an element with `member`s, or repeated elements.
                    match first.children.iter().all(|child| child.name == "member") && !first.children.is_empty() {
                        true => items(first),
                        false => Value::Array(found.map(|element| element.value(list.element())).collect()),
                    }
                }
                (shape, Some(first)) => first.value(shape),
            };
            members.insert(member.name.to_owned(), value);
        }
        Value::Object(members)
    }

    fn value(&self, shape: Shape) -> Value {
        let text = self.text.trim();
        match shape {
            Shape::Structure(_) | Shape::Union(_) => self.members(shape),
            Shape::Map(map) => {
                let entry = |entry: &Self| {
                    let [key, value] = &*entry.children else { return None };
                    Some((key.text.clone(), value.value(map.value())))
                };
                self.children.iter().filter_map(entry).collect()
            }
            Shape::Integer | Shape::Long | Shape::Float | Shape::Double => {
                serde_json::from_str(text).unwrap_or_else(|_| json!(text))
            }
            Shape::Boolean => json!(text == "true"),
            _ => json!(self.text),
        }
    }
}

#[cfg(test)]
mod tests {
    use workflow_services::Service;

    use super::*;

    #[test]
    fn answers_are_read_by_their_shape() {
        let text = b"<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3\"><Name>b</Name><KeyCount>2</KeyCount>\
                     <IsTruncated>false</IsTruncated><Contents><Key>a&amp;b</Key><Size>3</Size></Contents>\
                     <Contents><Key>c</Key><Owner><ID>x</ID></Owner></Contents></ListBucketResult>";
        let shape = Service::find("s3").unwrap().operation("listObjectsV2").unwrap().output();
        let read = Element::read(text).unwrap().members(shape);
        assert_eq!(read["Contents"], json!([{"Key": "a&b", "Size": 3}, {"Key": "c", "Owner": {"Id": "x"}}]));
        assert_eq!((&read["KeyCount"], &read["IsTruncated"]), (&json!(2), &json!(false)));
        assert_eq!(Element::read(b"no document"), None);
        let deep = "<a>".repeat(1000);
        assert_eq!(Element::read(deep.as_bytes()), None);
    }
}
