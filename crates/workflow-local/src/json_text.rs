//! Parses JSON text, which may be nested deeper than serde_json allows.

use serde::Deserialize;
use serde_json::Value;

/// The maximum depth of arrays and objects. A value of this depth can be cloned, compared and written on a test
/// thread's stack of 2 MiB, in debug builds too.
pub(crate) const DEPTH: usize = 500;

/// The maximum depth that serde_json parses by default.
pub(crate) const SHALLOW: usize = 127;

/// The size of the stack for parsing deeper text, in bytes.
const DEEP_STACK: usize = 16 << 20;

/// Properties of a string that are known without parsing it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Extent {
    /// The depth of arrays and objects.
    pub(crate) depth: usize,
    /// The maximum number of values.
    pub(crate) values: usize,
}

impl Extent {
    pub(crate) fn of(text: &[u8]) -> Self {
        let (mut depth, mut deepest, mut values) = (0_usize, 0, 1);
        let mut bytes = text.iter();
        while let Some(byte) = bytes.next() {
            match byte {
                b'[' | b'{' => {
                    depth += 1;
                    deepest = deepest.max(depth);
                    values += 1;
                }
                b']' | b'}' => depth = depth.saturating_sub(1),
                b',' => values += 1,
                b'"' => {
                    while let Some(byte) = bytes.next() {
                        match byte {
                            b'"' => break,
                            b'\\' => drop(bytes.next()),
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        Self { depth: deepest, values }
    }
}

/// Parses a string. Returns a message if it is invalid.
pub(crate) fn parse(text: &[u8]) -> Result<Value, String> {
    parse_of(text, Extent::of(text))
}

/// Like [`parse`], for a string whose extent is known.
pub(crate) fn parse_of(text: &[u8], extent: Extent) -> Result<Value, String> {
    let depth = extent.depth;
    if depth > DEPTH {
        return Err(format!("it is nested {depth} deep, but the limit is {DEPTH}"));
    }
    if depth <= SHALLOW {
        return serde_json::from_slice(text).map_err(|error| error.to_string());
    }
    std::thread::scope(|scope| {
        let reader = std::thread::Builder::new().stack_size(DEEP_STACK).spawn_scoped(scope, || deep(text));
        let reader = reader.map_err(|error| format!("cannot start a thread to parse it: {error}"))?;
        reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn deep(text: &[u8]) -> Result<Value, String> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    reader.disable_recursion_limit();
    let value = Value::deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn deep_text_is_read_up_to_a_limit() {
        let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        for depth in [0, 1, SHALLOW, SHALLOW + 1, 400, DEPTH] {
            let text = nested(depth);
            assert_eq!(parse(text.as_bytes()).map(|value| value.to_string()), Ok(text));
        }
        assert_eq!(parse(nested(DEPTH + 1).as_bytes()), Err("it is nested 501 deep, but the limit is 500".to_owned()));
        assert!(parse(nested(100_000).as_bytes()).is_err());
        for broken in [format!("{}1", "[".repeat(200)), format!("{} 2", nested(200)), "]]".to_owned(), String::new()] {
            assert!(parse(broken.as_bytes()).is_err(), "{broken}");
        }
    }

    #[test]
    fn an_extent_leaves_out_what_is_in_text() {
        let text = json!({ "a[,{\\": ["\"]", 1, [{}]], "b": "\\\",[" }).to_string();
        assert_eq!(Extent::of(text.as_bytes()), Extent { depth: 4, values: 8 });
        assert_eq!(Extent::of(b"\"open"), Extent { depth: 0, values: 1 });
    }
}
