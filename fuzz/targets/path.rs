//! JSONPaths of any text, in a value of many shapes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use workflow_asl::path::JsonPath;

fuzz_target!(|text: &str| {
    if let Ok(path) = JsonPath::parse(text) {
        let value = serde_json::json!({ "a": [1, -2.5, "x", null, { "b": [[true], { "c-d": "e" }] }], "b": {}, "": 0 });
        let _ = path.select(&value);
        let _ = (path.normalized(), path.segments(), path.literal_steps(), path.is_definite());
        assert_eq!(path.source(), text);
    }
});
