//! Writes a shape as JSON Schema in constant evaluation: <https://json-schema.org/draft/2020-12/json-schema-validation>.

use super::rule::Rule;
use super::shape::{Field, Shape};

/// A part of the text of a schema.
#[derive(Debug)]
pub enum SchemaPart {
    /// Text that the macro wrote.
    Text(&'static str),
    /// The schema of a type of the user's Rust code.
    Type {
        /// The location in the document, as a reference (a fragment of a URI).
        place: &'static str,
        /// The type's shape.
        shape: &'static Shape,
    },
}

/// Returns the length of the text in bytes.
pub const fn schema_length(parts: &[SchemaPart]) -> usize {
    let mut text = Text { bytes: &mut [], length: 0 };
    text.parts(parts);
    text.length
}

/// Returns the bytes of the text, given their number.
pub const fn schema_bytes<const LENGTH: usize>(parts: &[SchemaPart]) -> [u8; LENGTH] {
    let mut bytes = [b' '; LENGTH];
    Text { bytes: &mut bytes, length: 0 }.parts(parts);
    bytes
}

/// Returns the bytes as a string.
pub const fn schema_text(bytes: &'static [u8]) -> &'static str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        // Only complete strings are written.
        Err(_) => "{}",
    }
}

/// `json_schema!("text before" "#/$defs/Order" shape, …; "text after")`: the text of a schema, as a constant.
#[doc(hidden)]
#[macro_export]
macro_rules! __workflow_json_schema {
    ($($before:literal $place:literal $shape:expr),*; $tail:literal) => {{
        use $crate::{SchemaPart, schema_bytes, schema_length, schema_text};
        const PARTS: &[SchemaPart] = &[
            $(SchemaPart::Text($before), SchemaPart::Type { place: $place, shape: $shape },)*
            SchemaPart::Text($tail),
        ];
        const BYTES: &[u8] = &schema_bytes::<{ schema_length(PARTS) }>(PARTS);
        const TEXT: &str = schema_text(BYTES);
        TEXT
    }};
}

/// A location in the document: a step below another location, or below the reference of the type.
struct Place<'a> {
    above: Option<&'a Place<'a>>,
    step: Step,
}

#[derive(Clone, Copy)]
enum Step {
    /// A reference, or keywords such as `/items`.
    Text(&'static str),
    /// The member of an object.
    Member(&'static str),
    /// The item of a list, after its keyword.
    Item(&'static str, usize),
}

impl Place<'_> {
    const fn below(&self, step: Step) -> Place<'_> {
        Place { above: Some(self), step }
    }
}

/// The output buffer. While it has no room, the text is only measured.
struct Text<'a> {
    bytes: &'a mut [u8],
    length: usize,
}

impl Text<'_> {
    const fn parts(&mut self, mut parts: &[SchemaPart]) {
        while let [part, rest @ ..] = parts {
            match part {
                SchemaPart::Text(text) => self.add(text),
                SchemaPart::Type { place, shape } => {
                    let place = Place { above: None, step: Step::Text(place) };
                    self.schema(shape, &place, None, false);
                }
            }
            parts = rest;
        }
    }

    const fn add(&mut self, text: &str) {
        self.add_bytes(text.as_bytes());
    }

    const fn add_bytes(&mut self, text: &[u8]) {
        let end = self.length + text.len();
        if end <= self.bytes.len() {
            let (_, room) = self.bytes.split_at_mut(self.length);
            let (room, _) = room.split_at_mut(text.len());
            room.copy_from_slice(text);
        }
        self.length = end;
    }

    const fn number(&mut self, number: u128) {
        if number > 9 {
            self.number(number / 10);
        }
        self.add_bytes(&[b'0' + (number % 10) as u8]);
    }

    const fn integer(&mut self, number: i128) {
        if number < 0 {
            self.add("-");
        }
        self.number(number.unsigned_abs());
    }

    const fn hex(&mut self, byte: u8) {
        let (_, high) = b"0123456789ABCDEF".split_at((byte >> 4) as usize);
        let (_, low) = b"0123456789ABCDEF".split_at((byte & 15) as usize);
        if let ([high, ..], [low, ..]) = (high, low) {
            self.add_bytes(&[*high, *low]);
        }
    }

    /// Writes a JSON string.
    const fn quoted(&mut self, text: &str) {
        self.add("\"");
        let mut rest = text.as_bytes();
        while let [byte, tail @ ..] = rest {
            match byte {
                b'"' | b'\\' => self.add_bytes(&[b'\\', *byte]),
                0..b' ' => {
                    self.add("\\u00");
                    self.hex(*byte);
                }
                _ => self.add_bytes(&[*byte]),
            }
            rest = tail;
        }
        self.add("\"");
    }

    /// Writes a location as a reference.
    const fn reference(&mut self, place: &Place<'_>) {
        if let Some(above) = place.above {
            self.reference(above);
        }
        match place.step {
            Step::Text(text) => self.add(text),
            Step::Item(keyword, number) => {
                self.add(keyword);
                self.add("/");
                self.number(number as u128);
            }
            Step::Member(name) => {
                self.add("/properties/");
                let mut rest = name.as_bytes();
                while let [byte, tail @ ..] = rest {
                    match byte {
                        b'~' => self.add("~0"),
                        b'/' => self.add("~1"),
                        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' => self.add_bytes(&[*byte]),
                        _ => {
                            self.add("%");
                            self.hex(*byte);
                        }
                    }
                    rest = tail;
                }
            }
        }
    }

    /// Writes the schema of a shape at this location. `own` is the location of the innermost enclosing named shape.
    /// `flat` is whether the members of the shape are flattened into an object with other members, which the schema
    /// must not exclude.
    const fn schema(&mut self, shape: &Shape, place: &Place<'_>, own: Option<&Place<'_>>, flat: bool) {
        match shape {
            Shape::Any | Shape::Opaque { .. } => self.add("{}"),
            Shape::Null => self.add("{\"type\":\"null\"}"),
            Shape::Bool => self.add("{\"type\":\"boolean\"}"),
            Shape::Number | Shape::Float => self.add("{\"type\":\"number\"}"),
            Shape::Integer { least, greatest } => {
                self.add("{\"type\":\"integer\"");
                // The bounds of 128-bit integers are not exact, and no JSON reader has such integers.
                if *least != i128::MIN {
                    self.add(",\"minimum\":");
                    self.integer(*least);
                }
                if *greatest != i128::MAX {
                    self.add(",\"maximum\":");
                    self.integer(*greatest);
                }
                self.add("}");
            }
            Shape::Text | Shape::Parsed { .. } => self.add("{\"type\":\"string\"}"),
            Shape::Timestamp => self.add("{\"type\":\"string\",\"format\":\"date-time\"}"),
            Shape::Texts { of } => {
                self.add("{\"type\":\"string\",\"enum\":[");
                self.list_of_texts(of);
                self.add("]}");
            }
            Shape::Array { of } => {
                self.add("{\"type\":\"array\",\"items\":");
                self.schema(of, &place.below(Step::Text("/items")), own, false);
                self.add("}");
            }
            Shape::Tuple { of } => {
                self.add("{\"type\":\"array\",\"prefixItems\":[");
                self.list(of, "/prefixItems", place, own, false);
                self.add("],\"items\":false,\"minItems\":");
                self.number(of.len() as u128);
                self.add("}");
            }
            Shape::Option { of } => {
                self.add("{\"anyOf\":[");
                self.schema(of, &place.below(Step::Item("/anyOf", 0)), own, flat);
                self.add(",{\"type\":\"null\"}]}");
            }
            Shape::Map { of } => {
                self.add("{\"type\":\"object\",\"additionalProperties\":");
                self.schema(of, &place.below(Step::Text("/additionalProperties")), own, false);
                self.add("}");
            }
            Shape::Object { of } => self.object(of, place, own, flat),
            Shape::OneOf { of, alone } => {
                self.add("{\"anyOf\":[");
                self.list(of, "/anyOf", place, own, flat);
                self.add(if *alone && !flat { "],\"maxProperties\":1}" } else { "]}" });
            }
            Shape::Named { of, .. } => self.schema(of, place, Some(place), flat),
            Shape::Read { of, .. } => self.schema(of, place, own, flat),
            Shape::Own => match own {
                Some(own) => {
                    self.add("{\"$ref\":\"");
                    self.reference(own);
                    self.add("\"}");
                }
                None => self.add("{}"),
            },
        }
    }

    const fn list(
        &mut self,
        shapes: &[&Shape],
        keyword: &'static str,
        place: &Place<'_>,
        own: Option<&Place<'_>>,
        flat: bool,
    ) {
        let (mut rest, mut number) = (shapes, 0);
        while let [shape, tail @ ..] = rest {
            if number > 0 {
                self.add(",");
            }
            self.schema(shape, &place.below(Step::Item(keyword, number)), own, flat);
            (rest, number) = (tail, number + 1);
        }
    }

    const fn list_of_texts(&mut self, mut texts: &[&str]) {
        while let [text, rest @ ..] = texts {
            self.quoted(text);
            if !rest.is_empty() {
                self.add(",");
            }
            texts = rest;
        }
    }

    const fn object(&mut self, fields: &[Field], place: &Place<'_>, own: Option<&Place<'_>>, flat: bool) {
        self.add("{\"type\":\"object\",\"properties\":{");
        let (mut rest, mut first) = (fields, true);
        while let [field, tail @ ..] = rest {
            if !field.flat {
                self.add(if first { "" } else { "," });
                first = false;
                self.quoted(field.name);
                self.add(":");
                self.member(field, &place.below(Step::Member(field.name)), own);
            }
            rest = tail;
        }
        self.add("},\"required\":[");
        (rest, first) = (fields, true);
        while let [field, tail @ ..] = rest {
            if !field.flat && !field.optional && !field.skipped && !is_option(field.shape) {
                self.add(if first { "" } else { "," });
                first = false;
                self.quoted(field.name);
            }
            rest = tail;
        }
        self.add("]");
        self.flattened(fields, place, own, flat);
        self.add("}");
    }

    /// Writes the schema of a field's value, with its constraints.
    const fn member(&mut self, field: &Field, place: &Place<'_>, own: Option<&Place<'_>>) {
        if field.rules.is_empty() {
            self.schema(field.shape, place, own, false);
            return;
        }
        self.add("{\"allOf\":[");
        self.schema(field.shape, &place.below(Step::Item("/allOf", 0)), own, false);
        let mut rest = field.rules;
        while let [rule, tail @ ..] = rest {
            // A keyword applies only to values of its own kind.
            match rule {
                Rule::Range { least, greatest } => {
                    self.decimal(",{\"minimum\":", *least);
                    self.decimal(",{\"maximum\":", *greatest);
                }
                Rule::Length { least, greatest } => {
                    self.count([",{\"minLength\":", ",\"minItems\":", ",\"minProperties\":"], *least);
                    self.count([",{\"maxLength\":", ",\"maxItems\":", ",\"maxProperties\":"], *greatest);
                }
                Rule::Pattern(pattern) => {
                    self.add(",{\"pattern\":");
                    self.quoted(pattern);
                    self.add("}");
                }
            }
            rest = tail;
        }
        self.add("]}");
    }

    const fn decimal(&mut self, keyword: &str, bound: Option<&str>) {
        if let Some(bound) = bound {
            self.add(keyword);
            self.add(bound);
            self.add("}");
        }
    }

    const fn count(&mut self, keywords: [&str; 3], bound: Option<u64>) {
        if let Some(bound) = bound {
            let mut rest: &[&str] = &keywords;
            while let [keyword, tail @ ..] = rest {
                self.add(keyword);
                self.number(bound as u128);
                rest = tail;
            }
            self.add("}");
        }
    }

    /// Writes the requirements of flattened fields.
    const fn flattened(&mut self, fields: &[Field], place: &Place<'_>, own: Option<&Place<'_>>, flat: bool) {
        let (mut rest, mut count) = (fields, 0);
        while let [field, tail @ ..] = rest {
            // serde reads a flattened `Option` that does not match as `None`.
            if field.flat && !field.optional && !is_option(field.shape) && map_of(field.shape).is_none() {
                self.add(if count == 0 { ",\"allOf\":[" } else { "," });
                self.schema(field.shape, &place.below(Step::Item("/allOf", count)), own, true);
                count += 1;
            }
            rest = tail;
        }
        if count > 0 {
            self.add("]");
        }
        rest = fields;
        while let [field, tail @ ..] = rest {
            // If this object is itself flattened, its map also contains the members of the enclosing objects.
            if let (Some(of), true, false) = (map_of(field.shape), field.flat, flat) {
                self.add(",\"unevaluatedProperties\":");
                self.schema(of, &place.below(Step::Text("/unevaluatedProperties")), own, false);
                return;
            }
            rest = tail;
        }
    }
}

/// Returns whether serde reads an absent field of this shape as `None`.
const fn is_option(shape: &Shape) -> bool {
    match shape {
        Shape::Option { .. } => true,
        Shape::Read { of, .. } => is_option(of),
        _ => false,
    }
}

/// Returns the shape of a map's values.
const fn map_of(shape: &'static Shape) -> Option<&'static Shape> {
    match shape {
        Shape::Map { of } => Some(of),
        Shape::Read { of, .. } => map_of(of),
        _ => None,
    }
}
