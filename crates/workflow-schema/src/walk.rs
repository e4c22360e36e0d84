//! Walks a path through a shape, following all alternatives of enums and flattened members at once.

use super::message::{edits, same};
use super::shape::{ALL, ARRAY, BOOL, FRACTION, Field, Kinds, NULL, NUMBER, OBJECT, OPEN, Shape, TEXT};

/// A step of a path. The flag means that the target is known to exist, because the workflow tests it.
#[derive(Clone, Copy, Debug)]
pub enum PathStep<'p> {
    /// `.name`
    Member(&'p str, bool),
    /// `.name` of an object whose other member, the tag of an enum, is one of these texts.
    Tagged(&'p str, bool, &'p str, &'p [&'p str]),
    /// `[0]`; a negative index counts from the end.
    Index(i64, bool),
    /// `[…]`, a computed index.
    Computed(bool),
}

/// The most names that a message lists.
pub(super) const FEW: usize = 8;

/// The result of a walk over all alternatives.
pub(super) struct WalkResult {
    /// Whether the path leads to any value.
    pub(super) found: bool,
    /// Whether the value may be absent or null.
    pub(super) absent: bool,
    /// Whether serde may have omitted the value or an enclosing value.
    pub(super) left_out: bool,
    /// Whether serde may have written the value as `null`.
    pub(super) null: bool,
    /// The possible kinds of values.
    pub(super) kinds: Kinds,
    /// The bounds of the possible numbers if they are integers.
    pub(super) least: i128,
    pub(super) greatest: i128,
    /// The name of the type.
    pub(super) name: &'static str,
    /// Whether the value may be the wanted string.
    pub(super) has_text: bool,
    /// Whether the value may be an object without further required members.
    pub(super) has_all: bool,
    /// A required member that is missing.
    pub(super) lacks: &'static str,
    /// The greatest number of steps that a walk has taken.
    pub(super) depth: usize,
    /// The value at which the walk stopped, if no further step was possible.
    pub(super) stop: Stop,
    /// The possible names of members, or the possible strings.
    pub(super) names: Names,
}

/// The value at which a walk stopped.
pub(super) struct Stop {
    pub(super) kinds: Kinds,
    pub(super) name: &'static str,
    /// The type without `Schema`.
    pub(super) opaque: &'static str,
    /// The number of items, if an index is too large.
    pub(super) items: usize,
}

/// The names to suggest.
pub(super) struct Names {
    pub(super) nearest: Option<&'static str>,
    edits: usize,
    /// The JSON name of the member with this Rust name; empty if it is flattened.
    pub(super) renamed: Option<&'static str>,
    pub(super) first: [&'static str; FEW],
    pub(super) count: usize,
}

impl Names {
    const NONE: Self = Self { nearest: None, edits: usize::MAX, renamed: None, first: [""; FEW], count: 0 };

    const fn add(&mut self, name: &'static str, wanted: &str) {
        if let Some(edits) = edits(wanted, name)
            && edits < self.edits
        {
            (self.nearest, self.edits) = (Some(name), edits);
        }
        let mut at = 0;
        while at < FEW && at < self.count {
            if same(self.first[at], name) {
                return;
            }
            at += 1;
        }
        if self.count < FEW {
            self.first[self.count] = name;
        }
        self.count += 1;
    }
}

/// The position of a walk.
#[derive(Clone, Copy)]
struct Here<'p> {
    path: &'p [PathStep<'p>],
    /// The number of steps taken.
    depth: usize,
    /// Whether the last step leads to a value that is known to exist.
    certain: bool,
    /// Whether the value is a member that serde omits if it is `None`.
    skipped: bool,
    own: &'static Shape,
    name: &'static str,
    /// The depth at which `own` was last entered, plus one.
    entered: usize,
    /// The wanted string.
    text: Option<&'p str>,
    /// The names of the given members.
    given: &'p [&'p str],
}

/// Walks a path. `certain` means that the start value is known to exist. `text` is a string to look for.
pub(super) const fn walk(
    shape: &'static Shape,
    path: &[PathStep<'_>],
    certain: bool,
    text: Option<&str>,
) -> WalkResult {
    start(
        shape,
        Here { path, depth: 0, certain, skipped: false, own: &Shape::Any, name: "", entered: 0, text, given: &[] },
    )
}

/// Walks a path to an object with the given members.
pub(super) const fn walk_to_given(shape: &'static Shape, path: &[PathStep<'_>], given: &[&str]) -> WalkResult {
    let here = Here {
        path,
        depth: 0,
        certain: false,
        skipped: false,
        own: &Shape::Any,
        name: "",
        entered: 0,
        text: None,
        given,
    };
    start(shape, here)
}

const fn start(shape: &'static Shape, here: Here<'_>) -> WalkResult {
    let mut found = WalkResult {
        found: false,
        absent: false,
        left_out: false,
        null: false,
        kinds: 0,
        least: i128::MAX,
        greatest: i128::MIN,
        name: "",
        has_text: false,
        has_all: false,
        lacks: "",
        depth: 0,
        stop: Stop { kinds: 0, name: "", opaque: "", items: 0 },
        names: Names::NONE,
    };
    found.found = look(shape, here, &mut found);
    found
}

/// Returns whether the rest of the path exists at this position.
const fn look(shape: &'static Shape, here: Here<'_>, out: &mut WalkResult) -> bool {
    match shape {
        Shape::Any => {
            (out.kinds, out.has_text, out.has_all) = (ALL, true, true);
            return true;
        }
        Shape::Option { of } => {
            let found = look(of, here, out);
            out.null |= found && here.path.is_empty() && !here.skipped;
            out.left_out |= found && !here.path.is_empty() && !here.certain;
            if found && !here.certain {
                out.absent = true;
                if here.path.is_empty() {
                    out.kinds |= NULL;
                }
            }
            return found;
        }
        Shape::Named { name, of } => return look(of, Here { own: shape, name, ..here }, out),
        Shape::Read { of, .. } => return look(of, here, out),
        Shape::Own => {
            if here.entered > here.depth {
                // A type that contains only itself.
                (out.kinds, out.has_text, out.has_all) = (ALL, true, true);
                return true;
            }
            return look(here.own, Here { entered: here.depth + 1, ..here }, out);
        }
        Shape::OneOf { of, .. } => {
            // A tag that no variant has is reported where it is tested.
            let is_tagged = any_may_be(of, here.path);
            let (mut rest, mut any, mut every) = (*of, false, true);
            while let [variant, tail @ ..] = rest {
                if !is_tagged || may_be(variant, here.path) {
                    let found = look(variant, here, out);
                    any |= found;
                    every &= found;
                }
                rest = tail;
            }
            out.absent |= any && !every && !known(here.path);
            out.left_out |= any && !every && !known(here.path);
            return any;
        }
        _ => {}
    }
    let [step, path @ ..] = here.path else {
        arrive(shape, here, out);
        return true;
    };
    let next = Here { path, depth: here.depth + 1, entered: 0, name: "", skipped: false, ..here };
    match (step, shape) {
        (PathStep::Member(name, certain) | PathStep::Tagged(name, certain, ..), Shape::Object { of }) => {
            let next = Here { certain: *certain, ..next };
            if member(of, name, here, next, out) {
                return true;
            }
        }
        (
            PathStep::Member(_, certain)
            | PathStep::Tagged(_, certain, ..)
            | PathStep::Index(_, certain)
            | PathStep::Computed(certain),
            Shape::Map { of },
        ) => {
            return look(of, Here { certain: *certain, ..next }, out);
        }
        (PathStep::Index(_, certain) | PathStep::Computed(certain), Shape::Array { of }) => {
            return look(of, Here { certain: *certain, ..next }, out);
        }
        (PathStep::Computed(_), Shape::Tuple { .. }) => {
            (out.kinds, out.has_text, out.has_all) = (ALL, true, true);
            return true;
        }
        (PathStep::Index(at, certain), Shape::Tuple { of }) => {
            if let Some(item) = item(of, *at) {
                return look(item, Here { certain: *certain, ..next }, out);
            }
            if stop(shape, here, out) {
                out.stop.items = of.len();
            }
            return false;
        }
        _ => {}
    }
    stop(shape, here, out);
    false
}

/// Returns whether any remaining step leads to a value that is known to exist. Then all values before it exist too.
const fn known(mut path: &[PathStep<'_>]) -> bool {
    while let [
        PathStep::Member(_, certain)
        | PathStep::Tagged(_, certain, ..)
        | PathStep::Index(_, certain)
        | PathStep::Computed(certain),
        rest @ ..,
    ] = path
    {
        if *certain {
            return true;
        }
        path = rest;
    }
    false
}

const fn any_may_be(mut variants: &'static [&'static Shape], path: &[PathStep<'_>]) -> bool {
    while let [variant, rest @ ..] = variants {
        if may_be(variant, path) {
            return true;
        }
        variants = rest;
    }
    false
}

/// Returns whether a value can be this variant of an enum, if its tag is as the first step says.
const fn may_be(variant: &'static Shape, path: &[PathStep<'_>]) -> bool {
    let [PathStep::Tagged(_, _, tag, texts), ..] = path else { return true };
    match variant {
        Shape::Named { of, .. } | Shape::Read { of, .. } => may_be(of, path),
        Shape::Object { of } => {
            let (mut rest, mut flat) = (*of, false);
            while let [field, tail @ ..] = rest {
                if !field.flat && same(field.name, tag) {
                    return match field.shape {
                        Shape::Texts { of } => has_any(of, texts),
                        _ => true,
                    };
                }
                flat |= field.flat;
                rest = tail;
            }
            flat
        }
        Shape::Any | Shape::Map { .. } | Shape::Own | Shape::Opaque { .. } | Shape::OneOf { .. } => true,
        _ => false,
    }
}

/// Returns whether both lists have a text in common.
const fn has_any(of: &[&str], mut texts: &[&str]) -> bool {
    while let [text, rest @ ..] = texts {
        if contains(of, text) {
            return true;
        }
        texts = rest;
    }
    false
}

/// Walks to the member of an object, including flattened members. Returns whether the rest of the path exists.
const fn member(fields: &'static [Field], name: &str, here: Here<'_>, next: Here<'_>, out: &mut WalkResult) -> bool {
    let mut rest = fields;
    while let [field, tail @ ..] = rest {
        if !field.flat && same(field.name, name) {
            let found = look(field.shape, Here { skipped: field.skipped, ..next }, out);
            out.absent |= found && field.optional && !known(here.path);
            out.left_out |= found && field.skipped && !known(here.path);
            return found;
        }
        rest = tail;
    }
    let mut rest = fields;
    while let [field, tail @ ..] = rest {
        if field.flat && look(field.shape, Here { certain: known(here.path), ..here }, out) {
            out.absent |= field.optional && !known(here.path);
            return true;
        }
        rest = tail;
    }
    false
}

const fn item(items: &'static [&'static Shape], at: i64) -> Option<&'static Shape> {
    let mut index = if at < 0 { at + items.len() as i64 } else { at };
    let mut rest = items;
    while let [item, tail @ ..] = rest {
        if index == 0 {
            return Some(item);
        }
        index -= 1;
        rest = tail;
    }
    None
}

/// Returns the kinds of values of a shape that does not refer to another shape.
const fn kinds(shape: &Shape) -> Kinds {
    match shape {
        Shape::Null => NULL,
        Shape::Bool => BOOL,
        Shape::Integer { .. } => NUMBER,
        Shape::Float => NUMBER | FRACTION,
        Shape::Number => NUMBER | FRACTION | OPEN,
        Shape::Text | Shape::Timestamp | Shape::Parsed { .. } | Shape::Texts { .. } => TEXT,
        Shape::Array { .. } | Shape::Tuple { .. } => ARRAY,
        Shape::Map { .. } | Shape::Object { .. } => OBJECT,
        _ => ALL,
    }
}

/// Records the value at the end of the path.
const fn arrive(shape: &'static Shape, here: Here<'_>, out: &mut WalkResult) {
    out.kinds |= kinds(shape);
    if let Shape::Integer { least, greatest } = shape {
        out.least = if *least < out.least { *least } else { out.least };
        out.greatest = if *greatest > out.greatest { *greatest } else { out.greatest };
    }
    out.name = here.name;
    match missing_member(shape, here.given) {
        Some(name) => out.lacks = name,
        None => out.has_all = true,
    }
    let Some(text) = here.text else { return };
    match shape {
        Shape::Texts { of } => {
            let mut rest = *of;
            while let [known, tail @ ..] = rest {
                out.has_text |= same(known, text);
                out.names.add(known, text);
                rest = tail;
            }
        }
        Shape::Text | Shape::Timestamp | Shape::Parsed { .. } | Shape::Opaque { .. } => out.has_text = true,
        _ => {}
    }
}

/// Returns the first required member of an object that is not given.
const fn missing_member(shape: &'static Shape, given: &[&str]) -> Option<&'static str> {
    match shape {
        Shape::Named { of, .. } | Shape::Read { of, .. } => missing_member(of, given),
        Shape::OneOf { of, .. } => {
            let (mut rest, mut first) = (*of, None);
            while let [variant, tail @ ..] = rest {
                match (missing_member(variant, given), first) {
                    (None, _) => return None,
                    (lacks, None) => first = lacks,
                    _ => {}
                }
                rest = tail;
            }
            first
        }
        Shape::Object { of } => {
            let mut rest = *of;
            while let [field, tail @ ..] = rest {
                if field.flat && !field.optional {
                    if let Some(name) = missing_member(field.shape, given) {
                        return Some(name);
                    }
                } else if !field.optional && !may_be_null(field.shape) && !contains(given, field.name) {
                    return Some(field.name);
                }
                rest = tail;
            }
            None
        }
        _ => None,
    }
}

const fn may_be_null(shape: &'static Shape) -> bool {
    match shape {
        Shape::Named { of, .. } | Shape::Read { of, .. } => may_be_null(of),
        Shape::Option { .. } | Shape::Null => true,
        _ => false,
    }
}

const fn contains(mut names: &[&str], name: &str) -> bool {
    while let [known, rest @ ..] = names {
        if same(known, name) {
            return true;
        }
        names = rest;
    }
    false
}

/// Records a value at which the walk stops, unless another alternative led further. Returns whether it was recorded.
const fn stop(shape: &'static Shape, here: Here<'_>, out: &mut WalkResult) -> bool {
    if here.depth < out.depth {
        return false;
    }
    if here.depth > out.depth {
        out.depth = here.depth;
        out.stop = Stop { kinds: 0, name: "", opaque: "", items: 0 };
        out.names = Names::NONE;
    }
    match shape {
        Shape::Opaque { name } => out.stop.opaque = name,
        _ => out.stop.kinds |= kinds(shape),
    }
    out.stop.name = here.name;
    if let ([PathStep::Member(wanted, _) | PathStep::Tagged(wanted, ..), ..], Shape::Object { of }) = (here.path, shape)
    {
        let mut rest = *of;
        while let [field, tail @ ..] = rest {
            if !field.flat {
                out.names.add(field.name, wanted);
            }
            if same(field.rust, wanted) {
                out.names.renamed = Some(field.name);
            }
            rest = tail;
        }
    }
    true
}
