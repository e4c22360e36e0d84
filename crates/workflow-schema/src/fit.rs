//! Compares two types: whether values of one type are valid for the other, by kinds, optional values, items and
//! required members.
//!
//! For enums with data, only the kind is compared.

#![expect(clippy::panic, reason = "a panic while rustc computes a constant is an error of the user's code")]

use super::answer::{DEEPEST, ROUND, called, propose};
use super::message::{Message, same};
use super::shape::{ALL, ARRAY, Field, NULL, OBJECT, Shape, may_lose_fraction};
use super::walk::{PathStep, walk};

/// The depth to which members and items are compared.
const LEVELS: usize = 4;

/// The most parts that are compared. A larger type is compared only in part.
const PARTS: usize = 100;

/// A type, and a path into it.
#[derive(Clone, Copy)]
struct Side<'p> {
    shape: &'static Shape,
    path: [PathStep<'p>; DEEPEST],
    len: usize,
}

impl<'p> Side<'p> {
    const fn new(shape: &'static Shape, path: &[PathStep<'p>]) -> Self {
        let mut side = Self { shape, path: [PathStep::Computed(true); DEEPEST], len: 0 };
        let mut rest = path;
        while let [step, tail @ ..] = rest {
            side = side.then(*step);
            rest = tail;
        }
        side
    }

    /// Adds a step, unless the path is already too long.
    const fn then(mut self, step: PathStep<'p>) -> Self {
        if self.len < DEEPEST {
            self.path[self.len] = step;
            self.len += 1;
        }
        self
    }

    const fn path(&self) -> &[PathStep<'p>] {
        self.path.split_at(self.len).0
    }
}

/// The description of the given value, with the error codes.
#[derive(Clone, Copy)]
struct Words<'t> {
    what: &'t str,
    code: &'t str,
    lacks: &'t str,
}

/// The compared part of a value, for the message. An item has an empty name.
struct ComparedPart<'t> {
    name: &'t str,
    parent: Option<&'t ComparedPart<'t>>,
}

/// Checks that a part of a user-defined type is valid for its target. With `absent`, an optional value is reported too.
/// `lacks` is the code for a missing member.
#[track_caller]
pub const fn fits(
    shape: &'static Shape,
    path: &[PathStep<'_>],
    (given, given_path): (&'static Shape, &[PathStep<'_>]),
    absent: bool,
    what: &str,
    code: &str,
    lacks: &str,
) {
    let (given, wanted) = (Side::new(given, given_path), Side::new(shape, path));
    let mut left = PARTS;
    compare((given, wanted), absent, LEVELS, None, &mut left, Words { what, code, lacks });
}

#[track_caller]
const fn compare(
    (given, wanted): (Side<'_>, Side<'_>),
    absent: bool,
    levels: usize,
    part: Option<&ComparedPart<'_>>,
    left: &mut usize,
    words: Words<'_>,
) {
    if *left == 0 {
        return;
    }
    *left -= 1;
    let has = walk(given.shape, given.path(), true, None);
    let takes = walk(wanted.shape, wanted.path(), false, None);
    if !has.found || !takes.found || has.kinds == 0 || takes.kinds == 0 || has.kinds == ALL || takes.kinds == ALL {
        return;
    }
    let (kinds, taken) = (has.kinds & !NULL, takes.kinds & !NULL);
    let unlike = kinds & taken == 0 && (kinds | taken) != 0 && (kinds != 0 || takes.kinds & NULL == 0);
    // A member with a `default` is still written.
    let may_lack = has.left_out || has.absent && has.kinds & NULL != 0;
    let lacking = absent && may_lack && !takes.absent && takes.kinds & NULL == 0;
    let fraction = may_lose_fraction(kinds, taken);
    if unlike || lacking || fraction {
        let mut message = Message::new();
        place(part, words.what, &mut message);
        if unlike {
            message.add(" is ");
            called(has.kinds, has.name, &mut message);
        } else if lacking {
            message.add(" may be absent");
        } else {
            message.add(" may have a fraction");
        }
        message.add(", but is declared ");
        called(takes.kinds, takes.name, &mut message);
        message.code(words.code);
        if fraction && !unlike && !lacking {
            message.help(&[ROUND]);
        }
        panic!("{}", message.text());
    }
    if levels == 0 {
        return;
    }
    if kinds == ARRAY && taken == ARRAY {
        let item = PathStep::Computed(false);
        compare(
            (given.then(item), wanted.then(item)),
            true,
            levels - 1,
            Some(&ComparedPart { name: "", parent: part }),
            left,
            words,
        );
    }
    if kinds == OBJECT && taken == OBJECT {
        members((given, wanted), members_at(wanted.shape, wanted.shape, wanted.path()), levels, part, left, words);
    }
}

/// Compares the required members.
#[track_caller]
const fn members(
    (given, wanted): (Side<'_>, Side<'_>),
    fields: &'static [Field],
    levels: usize,
    part: Option<&ComparedPart<'_>>,
    left: &mut usize,
    words: Words<'_>,
) {
    let mut rest = fields;
    while let [field, tail @ ..] = rest {
        rest = tail;
        if field.flat {
            members((given, wanted), members_at(field.shape, field.shape, &[]), levels, part, left, words);
            continue;
        }
        let step = PathStep::Member(field.name, false);
        let (inner, needs) = (given.then(step), wanted.then(step));
        let has = walk(inner.shape, inner.path(), true, None);
        if has.found {
            compare(
                (inner, needs),
                true,
                levels - 1,
                Some(&ComparedPart { name: field.name, parent: part }),
                left,
                words,
            );
            continue;
        }
        let takes = walk(needs.shape, needs.path(), false, None);
        if has.depth + 1 != inner.len || has.stop.kinds & OBJECT == 0 {
            continue;
        }
        if !takes.absent && takes.kinds & NULL == 0 {
            let mut message = Message::new();
            place(part, words.what, &mut message);
            message.all(&[" lacks `", field.name, "`"]);
            let owner = walk(wanted.shape, wanted.path(), false, None).name;
            if !owner.is_empty() {
                message.all(&[", which `", owner, "` needs"]);
            }
            message.code(words.lacks);
            propose(&has, "its members are ", &mut message);
            panic!("{}", message.text());
        }
        // A misspelt optional member would always be absent.
        let Some(near) = has.names.nearest else { continue };
        let meant = wanted.then(PathStep::Member(near, false));
        if !walk(meant.shape, meant.path(), false, None).found {
            let mut message = Message::new();
            place(part, words.what, &mut message);
            message.all(&[" has no `", field.name, "`"]);
            message.code(words.lacks);
            propose(&has, "its members are ", &mut message);
            panic!("{}", message.text());
        }
    }
}

/// Returns the members of the object at the path, or none unless the value is exactly one object.
const fn members_at(shape: &'static Shape, own: &'static Shape, path: &[PathStep<'_>]) -> &'static [Field] {
    match (shape, path) {
        (Shape::Named { of, .. }, _) => members_at(of, shape, path),
        (Shape::Option { of } | Shape::Read { of, .. }, _) => members_at(of, own, path),
        (Shape::Own, _) => match own {
            Shape::Named { of: object @ Shape::Object { .. }, .. } => members_at(object, own, path),
            _ => &[],
        },
        (Shape::Object { of }, []) => of,
        (Shape::Object { of }, [PathStep::Member(name, _) | PathStep::Tagged(name, ..), path @ ..]) => {
            let mut rest = *of;
            while let [field, tail @ ..] = rest {
                if !field.flat && same(field.name, name) {
                    return members_at(field.shape, own, path);
                }
                rest = tail;
            }
            &[]
        }
        (Shape::Map { of }, [_, path @ ..]) => members_at(of, own, path),
        (Shape::Array { of }, [PathStep::Index(..) | PathStep::Computed(_), path @ ..]) => members_at(of, own, path),
        _ => &[],
    }
}

/// Returns the description of a part: `` `price` of an item of the output``.
const fn place(part: Option<&ComparedPart<'_>>, what: &str, message: &mut Message) {
    let mut rest = part;
    while let Some(ComparedPart { name, parent: of }) = rest {
        if name.is_empty() {
            message.add("an item of ");
        } else {
            message.all(&["`", name, "` of "]);
        }
        rest = *of;
    }
    message.add(what);
}
