//! What emitted code asks: each question is a constant of its own, and a wrong answer the error of its words.

#![expect(clippy::panic, reason = "a panic while rustc computes a constant is an error of the user's code")]

use super::message::Message;
use super::shape::{ARRAY, BOOL, Kinds, NULL, NUMBER, OBJECT, Shape, TEXT};
use super::walk::{FEW, Found, Step, walk};

/// The last step leads somewhere, if those before it do: they have questions of their own. `words` are the words
/// before it, `code` is the error's.
#[track_caller]
pub const fn is_member(shape: &'static Shape, path: &[Step<'_>], words: &str, code: &str) {
    let found = walk(shape, path, true, None);
    if !found.found && found.depth + 1 == path.len() {
        let mut message = Message::new();
        if let Some(step) = path.last() {
            missing(&found, step, words, code, &mut message);
        }
        panic!("{}", message.text());
    }
}

/// The value is one of these kinds (bits: null 1, bool 2, number 4, text 8, array 16, object 32), as far as it is
/// known. `wanted` says what it should be, `help` is added where it is not empty.
#[track_caller]
pub const fn kind(shape: &'static Shape, path: &[Step<'_>], kinds: u8, wanted: &str, code: &str, help: &str) {
    let found = walk(shape, path, true, None);
    if found.found && found.kinds & kinds == 0 && found.kinds != 0 {
        let mut message = Message::new();
        message.all(&[wanted, ", this is "]);
        describe(&found, &mut message);
        message.all(&[" [", code, "]", help]);
        panic!("{}", message.text());
    }
}

/// The value is there. `words` are its own.
#[track_caller]
pub const fn needed(shape: &'static Shape, path: &[Step<'_>], certain: bool, words: &str, code: &str, help: &str) {
    let found = walk(shape, path, certain, None);
    if found.found && found.absent {
        let mut message = Message::new();
        message.all(&["`", words, "` may be absent [", code, "]", help]);
        panic!("{}", message.text());
    }
}

/// The value may be this text.
#[track_caller]
pub const fn text(shape: &'static Shape, path: &[Step<'_>], text: &str, words: &str, code: &str) {
    let found = walk(shape, path, true, Some(text));
    if found.found && found.kinds == TEXT && !found.has_text {
        let mut message = Message::new();
        message.all(&["`", if found.name.is_empty() { words } else { found.name }, "` is never \"", text]);
        message.all(&["\" [", code, "]"]);
        propose(&found, "there is ", &mut message);
        panic!("{}", message.text());
    }
}

const fn missing(found: &Found, step: &Step<'_>, words: &str, code: &str, message: &mut Message) {
    let stop = &found.stop;
    let name = match step {
        Step::Member(name, _) => name,
        Step::Index(..) | Step::Computed(_) => "",
    };
    if !stop.opaque.is_empty() && stop.kinds == 0 {
        message.all(&["nothing is known of what is in `", words, "`: its type `", stop.opaque]);
        message.all(&["` does not implement `Schema` [", code, "]\n"]);
        message.add("\n= help: derive it on the type of your own: `#[derive(workflow_runtime::Schema)]`");
        message.add("\n= help: or declare the type as a `struct` in the workflow, or as `Json`, which is not checked");
        return;
    }
    if stop.items > 0 {
        message.all(&["`", words, "` has "]);
        message.number(stop.items);
        message.all(&[if stop.items == 1 { " item" } else { " items" }, " [", code, "]\n\n= help: the first is `[0]`"]);
        return;
    }
    match step {
        Step::Member(..) if stop.kinds & OBJECT != 0 => {
            if stop.name.is_empty() {
                message.all(&["`", words, "` has no member `", name, "` [", code, "]"]);
            } else {
                message.all(&["`", stop.name, "` (the type of `", words, "`) has no field `", name, "` [", code, "]"]);
            }
            if let Some(wire) = found.names.renamed {
                message.all(&["\n\n= help: `", name, "` is its name in Rust; in JSON, and here, it is `", wire, "`"]);
            } else {
                propose(found, "its members are ", message);
            }
        }
        Step::Member(..) if stop.kinds == ARRAY => {
            message.all(&["`", words, "` is an array: take one of its items first [", code, "]"]);
            message.all(&["\n\n= help: such as `", words, "[0].", name, "`"]);
        }
        Step::Member(..) => {
            message.all(&["`", words, "` is "]);
            called(stop.kinds, stop.name, message);
            message.all(&[": it has no member `", name, "` [", code, "]"]);
        }
        Step::Index(..) | Step::Computed(_) => {
            message.all(&["`", words, "` is "]);
            called(stop.kinds, stop.name, message);
            message.all(&[", not an array [", code, "]"]);
        }
    }
}

/// Proposes the nearest name, or lists them where they are few.
const fn propose(found: &Found, list: &str, message: &mut Message) {
    let names = &found.names;
    if let Some(near) = names.nearest {
        message.all(&["\n\n= help: did you mean `", near, "`?"]);
    } else if names.count > 0 && names.count <= FEW {
        message.all(&["\n\n= help: ", list]);
        let mut at = 0;
        while at < names.count {
            message.all(&[if at > 0 { ", `" } else { "`" }, names.first[at], "`"]);
            at += 1;
        }
    }
}

const fn describe(found: &Found, message: &mut Message) {
    called(found.kinds, found.name, message);
}

/// A value in a sentence.
const fn called(kinds: Kinds, name: &str, message: &mut Message) {
    let word = match kinds & !NULL {
        0 => "`null`",
        BOOL => "`bool`",
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
