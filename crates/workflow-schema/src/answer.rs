//! The checks on types. Each check returns `None` if the type is right, or else the error message.

use super::message::{Message, edits};
use super::shape::{ARRAY, BOOL, FRACTION, Kinds, NULL, NUMBER, OBJECT, OPEN, Shape, TEXT, may_lose_fraction};
use super::walk::{FEW, PathStep, WalkResult, walk, walk_to_given};
use workflow_services::MachineType;

/// The length of the longest path that is checked.
pub(super) const DEEPEST: usize = 32;

/// Checks that the last step of a path exists if the steps before it do, because each of these has its own check.
/// `words` is the source text before the step, `code` is the error's code.
pub const fn is_member(shape: &'static Shape, path: &[PathStep<'_>], words: &str, code: &str) -> Option<Message> {
    let found = walk(shape, path, true, None);
    if !found.found && found.depth + 1 == path.len() {
        let mut message = Message::new();
        if let Some(step) = path.last() {
            missing(&found, step, words, code, &mut message);
        }
        return Some(message);
    }
    None
}

/// Like [`is_member`], for a document in Amazon States Language or for JSONata, which may read any member: only a known
/// object proves that a member is missing. `place` gives the position in the document or text, as a line.
pub const fn is_read(
    shape: &'static Shape,
    path: &[PathStep<'_>],
    words: &str,
    code: &str,
    place: &str,
) -> Option<Message> {
    let stop = walk(shape, path, true, None).stop;
    if stop.kinds != OBJECT || !stop.opaque.is_empty() {
        return None;
    }
    let mut answer = is_member(shape, path, words, code);
    if let Some(message) = &mut answer {
        message.add(place);
    }
    answer
}

/// Checks that the value has one of these kinds, as far as it is known. The bits are null 1, bool 2, number 4, string
/// 8, array 16, object 32; for a number, 64 with a fraction, 128 possibly with one. `wanted` describes the expected
/// value. `help` is added unless it is empty.
pub const fn kind(
    shape: &'static Shape,
    path: &[PathStep<'_>],
    kinds: u8,
    wanted: &str,
    code: &str,
    help: &str,
) -> Option<Message> {
    let found = walk(shape, path, true, None);
    if !found.found || found.kinds == 0 {
        return None;
    }
    let mut message = Message::new();
    if found.kinds & kinds == 0 {
        message.all(&[wanted, ", found "]);
        describe(&found, &mut message);
        message.code(code);
        message.add(help);
    } else if may_lose_fraction(found.kinds, kinds) {
        message.all(&[wanted, ", but this may have a fraction"]);
        message.code(code);
        message.help(&[ROUND]);
    } else {
        return None;
    }
    Some(message)
}

/// Checks that the value exists and is not `null`, unless `null` was already checked. `words` is its source text,
/// `help` is for a value that may be absent.
pub const fn needed(
    shape: &'static Shape,
    path: &[PathStep<'_>],
    not_null: bool,
    words: &str,
    code: &str,
    help: &str,
) -> Option<Message> {
    let found = walk(shape, path, true, None);
    if !found.found {
        return None;
    }
    let mut message = Message::new();
    if found.null && !not_null {
        message.all(&["`", words, "` may be `null`"]);
        message.code(code);
        message.help(&["test it first: `!is_null(", words, ") && …`"]);
        message.help(&["or give a default: `(", words, " ?? …)`"]);
        message.help(&["or omit `None`: `#[serde(skip_serializing_if = \"Option::is_none\")]`"]);
    } else if found.left_out || found.absent && !found.null {
        message.all(&["`", words, "` may be absent"]);
        message.code(code);
        message.add(help);
    } else {
        return None;
    }
    Some(message)
}

/// Checks that the value is not omitted. It may be `null`. `words` is its source text, `effect` is what an omitted value
/// leads to.
pub const fn present(
    shape: &'static Shape,
    path: &[PathStep<'_>],
    words: &str,
    effect: &str,
    code: &str,
    help: &str,
) -> Option<Message> {
    let found = walk(shape, path, true, None);
    if found.found && found.left_out {
        let mut message = Message::new();
        message.all(&["`", words, "` may be absent", effect]);
        message.code(code);
        message.add(help);
        return Some(message);
    }
    None
}

/// Checks that the value may be this string.
pub const fn text(
    shape: &'static Shape,
    path: &[PathStep<'_>],
    text: &str,
    words: &str,
    code: &str,
) -> Option<Message> {
    let found = walk(shape, path, true, Some(text));
    if found.found && found.kinds == TEXT && !found.has_text {
        let mut message = Message::new();
        message.all(&["`", if found.name.is_empty() { words } else { found.name }, "` is never \"", text, "\""]);
        message.code(code);
        propose(&found, "there is ", &mut message);
        return Some(message);
    }
    None
}

/// Checks that an object has every required member. `what` describes the object, such as "the input of `Other`".
pub const fn members(
    shape: &'static Shape,
    path: &[PathStep<'_>],
    given: &[&str],
    what: &str,
    code: &str,
) -> Option<Message> {
    let found = walk_to_given(shape, path, given);
    if !found.found || found.has_all {
        return None;
    }
    let mut rest = given;
    while let [name, tail @ ..] = rest {
        // A misspelt member is reported at its own position.
        if edits(name, found.lacks).is_some() && is_slip(shape, path, name) {
            return None;
        }
        rest = tail;
    }
    let mut message = Message::new();
    message.all(&[what, " lacks `", found.lacks, "`"]);
    if !found.name.is_empty() {
        message.all(&[", which `", found.name, "` needs"]);
    }
    message.code(code);
    Some(message)
}

/// Returns whether the object lacks this member, and the name is probably a misspelling.
const fn is_slip(shape: &'static Shape, path: &[PathStep<'_>], name: &str) -> bool {
    let mut steps = [PathStep::Computed(true); DEEPEST + 1];
    let mut at = 0;
    while at < path.len() && at < DEEPEST {
        steps[at] = path[at];
        at += 1;
    }
    steps[at] = PathStep::Member(name, true);
    let (steps, _) = steps.split_at(at + 1);
    !walk(shape, steps, true, None).found
}

/// Checks that the last step of the path is not a misspelt member. Unused members that the type does not have are
/// allowed.
pub const fn no_slip(shape: &'static Shape, path: &[PathStep<'_>], what: &str, code: &str) -> Option<Message> {
    let found = walk(shape, path, true, None);
    let Some(PathStep::Member(name, _) | PathStep::Tagged(name, ..)) = path.last() else { return None };
    // If a flattened member is given under its own name, its missing members are reported.
    let renamed = matches!(found.names.renamed, Some(wire) if !wire.is_empty());
    let meant = found.names.nearest.is_some() || renamed;
    if !found.found && found.depth + 1 == path.len() && meant {
        let mut message = Message::new();
        message.all(&[what, " has no `", name, "`"]);
        message.code(code);
        if let (Some(wire), true) = (found.names.renamed, renamed) {
            propose_wire(name, wire, &mut message);
        } else {
            propose(&found, "its members are ", &mut message);
        }
        return Some(message);
    }
    None
}

/// Checks that a value has a kind that its target accepts (bits as in [`kind`]), and that it exists if it is required.
/// `given` describes the value.
pub const fn takes(
    shape: &'static Shape,
    path: &[PathStep<'_>],
    kinds: u8,
    absent: bool,
    what: &str,
    given: &str,
    code: &str,
) -> Option<Message> {
    let found = walk(shape, path, false, None);
    if !found.found || found.kinds == 0 {
        return None;
    }
    let mut message = Message::new();
    let fraction = may_lose_fraction(kinds, found.kinds);
    if found.kinds & kinds == 0 {
        message.all(&[what, " is ", given]);
    } else if absent && !found.absent && found.kinds & NULL == 0 {
        message.all(&[what, " may be absent"]);
    } else if fraction {
        message.all(&[what, " may have a fraction"]);
    } else {
        return None;
    }
    message.add(", but is declared ");
    describe(&found, &mut message);
    message.code(code);
    if fraction {
        message.help(&[ROUND]);
    }
    Some(message)
}

/// The help for a number with a fraction where an integer is required.
pub(super) const ROUND: &str = "round it, in JSONata with `$round`, `$floor` or `$ceil`";

/// Checks that an integer is in the range that its target accepts.
pub const fn in_range(
    shape: &'static Shape,
    path: &[PathStep<'_>],
    number: i128,
    what: &str,
    given: &str,
    code: &str,
) -> Option<Message> {
    let found = walk(shape, path, false, None);
    let integers = found.found && found.kinds & (NUMBER | FRACTION) == NUMBER && found.least <= found.greatest;
    if !integers || number >= found.least && number <= found.greatest {
        return None;
    }
    let mut message = Message::new();
    message.all(&[what, " is ", given, ", but is declared an integer from "]);
    message.integer(found.least);
    message.add(" to ");
    message.integer(found.greatest);
    message.code(code);
    Some(message)
}

/// Checks that a workflow started with `.sync` is not Express: the status of an Express execution cannot be queried.
pub const fn awaited(machine: MachineType, name: &str, code: &str) -> Option<Message> {
    if matches!(machine, MachineType::Express) {
        let mut message = Message::new();
        message.all(&["`", name, "` is Express: you cannot wait for its end with `.sync`"]);
        message.code(code);
        message.help(&["write `workflow::<", name, ">.express`, which waits for an Express execution"]);
        return Some(message);
    }
    None
}

/// Checks that a workflow started with `.express` is Express.
pub const fn express(machine: MachineType, name: &str, code: &str) -> Option<Message> {
    if matches!(machine, MachineType::Standard) {
        let mut message = Message::new();
        message.all(&["`", name, "` is Standard: `.express` waits for Express executions only"]);
        message.code(code);
        message.help(&["write `workflow::<", name, ">.sync:2`, or declare `type express;` in `", name, "`"]);
        return Some(message);
    }
    None
}

const fn missing(found: &WalkResult, step: &PathStep<'_>, words: &str, code: &str, message: &mut Message) {
    let stop = &found.stop;
    let name = match step {
        PathStep::Member(name, _) | PathStep::Tagged(name, ..) => name,
        PathStep::Index(..) | PathStep::Computed(_) => "",
    };
    if !stop.opaque.is_empty() && stop.kinds == 0 {
        message.all(&["the contents of `", words, "` are unknown: its type `", stop.opaque]);
        message.add("` does not implement `Schema`");
        message.code(code);
        message.help(&["derive it on your type: `#[derive(workflow_runtime::Schema)]`"]);
        message.help(&["or declare the type as a `struct` in the workflow, or as `Json`, which is not checked"]);
        return;
    }
    if stop.items > 0 {
        message.all(&["`", words, "` has "]);
        message.number(stop.items as u128);
        message.add(if stop.items == 1 { " item" } else { " items" });
        message.code(code);
        message.help(&["the first is `[0]`"]);
        return;
    }
    match step {
        PathStep::Member(..) | PathStep::Tagged(..) if stop.kinds & OBJECT != 0 => {
            if stop.name.is_empty() {
                message.all(&["`", words, "` has no member `", name, "`"]);
            } else {
                message.all(&["`", stop.name, "` (the type of `", words, "`) has no field `", name, "`"]);
            }
            if let PathStep::Tagged(_, _, tag, texts) = step {
                message.all(&[" where `", tag, "` is "]);
                let mut rest = *texts;
                while let [text, tail @ ..] = rest {
                    message.all(&["\"", text, "\"", if tail.is_empty() { "" } else { " or " }]);
                    rest = tail;
                }
            }
            message.code(code);
            match found.names.renamed {
                Some(wire) if wire.is_empty() => {
                    message.help(&["`", name, "` is flattened: its members are those of `", words, "`"]);
                }
                Some(wire) => propose_wire(name, wire, message),
                None => propose(found, "its members are ", message),
            }
        }
        PathStep::Member(..) | PathStep::Tagged(..) if stop.kinds == ARRAY => {
            message.all(&["`", words, "` is an array: select one of its items first"]);
            message.code(code);
            message.help(&["for example `", words, "[0].", name, "`"]);
        }
        PathStep::Member(..) | PathStep::Tagged(..) => {
            message.all(&["`", words, "` is "]);
            called(stop.kinds, stop.name, message);
            message.all(&[": it has no member `", name, "`"]);
            message.code(code);
        }
        PathStep::Index(..) | PathStep::Computed(_) => {
            message.all(&["`", words, "` is "]);
            called(stop.kinds, stop.name, message);
            message.add(", not an array");
            message.code(code);
        }
    }
}

/// Suggests the JSON name of a member that is written with its Rust name.
const fn propose_wire(name: &str, wire: &str, message: &mut Message) {
    message.help(&["`", name, "` is its name in Rust; in JSON, and here, it is `", wire, "`"]);
}

/// Suggests the nearest name, or lists all names if there are few.
pub(super) const fn propose(found: &WalkResult, list: &str, message: &mut Message) {
    let names = &found.names;
    if let Some(near) = names.nearest {
        message.help(&["did you mean `", near, "`?"]);
    } else if names.count > 0 && names.count <= FEW {
        message.help(&[list]);
        let mut at = 0;
        while at < names.count {
            message.all(&[if at > 0 { ", `" } else { "`" }, names.first[at], "`"]);
            at += 1;
        }
    }
}

const fn describe(found: &WalkResult, message: &mut Message) {
    called(found.kinds, found.name, message);
}

/// Describes a value in a sentence.
pub(super) const fn called(kinds: Kinds, name: &str, message: &mut Message) {
    let word = match kinds & !(NULL | FRACTION | OPEN) {
        0 => "`null`",
        BOOL => "`bool`",
        NUMBER if kinds & FRACTION == 0 => "an integer",
        NUMBER => "a number",
        TEXT => "text",
        ARRAY => "an array",
        OBJECT => "an object",
        _ => "one of several kinds",
    };
    message.add(word);
    if !name.is_empty() && kinds & (OBJECT | TEXT | ARRAY) != 0 {
        message.all(&[" (`", name, "`)"]);
    }
}
