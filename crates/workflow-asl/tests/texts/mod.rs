//! Strings that are cut, shuffled and spliced with fixed seeds, and the definitions of the conformance cases.

use std::path::Path;

use serde_json::Value;

/// Calls `check` with `count` mutations of the seeds, and with each seed cut after every character.
pub(crate) fn mutated(seeds: &[&str], count: usize, mut check: impl FnMut(&str)) {
    let count = if crate::is_thorough() { count } else { count / 4 };
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below.max(1) as u64).unwrap()
    };
    let seeds: Vec<&str> = seeds.iter().copied().filter(|seed| !seed.is_empty()).collect();
    for seed in &seeds {
        for (at, _) in seed.char_indices() {
            check(&seed[..at]);
            check(&seed[at..]);
        }
    }
    for _ in 0..count {
        let mut text: Vec<char> = seeds[random(seeds.len())].chars().collect();
        for _ in 0..=random(4) {
            let other: Vec<char> = seeds[random(seeds.len())].chars().collect();
            let (at, from) = (random(text.len() + 1), random(other.len()));
            match random(4) {
                0 if at < text.len() => {
                    text.remove(at);
                }
                1 => text.insert(at, other[from]),
                2 => {
                    let to = from + random(other.len() - from);
                    text.splice(at..at, other[from..to].iter().copied());
                }
                _ => {
                    let end = at + random(text.len() - at + 1);
                    text.drain(at..end);
                }
            }
        }
        check(&text.into_iter().collect::<String>());
    }
}

/// Calls `each` with the definition of every accepted execution case in the folder.
#[allow(dead_code, reason = "not every test reads definitions")]
pub(crate) fn definitions(folder: &Path, mut each: impl FnMut(&str, &Value)) {
    let categories = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = categories
        .flatten()
        .filter_map(|category| std::fs::read_dir(category.path()).ok())
        .flat_map(|files| files.flatten().map(|file| file.path()))
        .collect();
    files.sort();
    for file in files {
        let case: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        if case["kind"] == "execution" {
            each(&file.display().to_string(), &case["definition"]);
        }
    }
}

/// Calls `each` with every member's name and value at any depth.
#[allow(dead_code, reason = "not every test reads definitions")]
pub(crate) fn each_member(value: &Value, each: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                each(name, member);
                each_member(member, each);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| each_member(item, each)),
        _ => {}
    }
}
