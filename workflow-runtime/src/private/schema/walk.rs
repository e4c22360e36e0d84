//! Where a path leads in a shape: through enums and flattened members at once, since any of them may be there.

use super::message::{edits, same};
use super::shape::{ALL, ARRAY, BOOL, FRACTION, Field, Kinds, NULL, NUMBER, OBJECT, OPEN, Shape, TEXT};

/// A step of a path. The flag says that what it leads to is known to be there, by a test in the workflow.
#[derive(Clone, Copy, Debug)]
pub enum Step<'p> {
    /// `.name`
    Member(&'p str, bool),
    /// `[0]`, from the end where it is negative.
    Index(i64, bool),
    /// `[…]`, an index that is computed.
    Computed(bool),
}

/// How many names a message lists.
pub(super) const FEW: usize = 8;

/// What a path leads to, over all that may stand on its way.
pub(super) struct Found {
    /// Whether it leads to something.
    pub(super) found: bool,
    /// Whether that may be absent or null.
    pub(super) absent: bool,
    /// Whether serde may have left it out, or what it is in.
    pub(super) left_out: bool,
    /// Whether serde may have written `null` for it.
    pub(super) null: bool,
    /// What kinds of values it may be.
    pub(super) kinds: Kinds,
    /// The numbers that it may be, where they are integers: the least and the greatest.
    pub(super) least: i128,
    pub(super) greatest: i128,
    /// The name of the type there.
    pub(super) name: &'static str,
    /// Whether it may be the text that was asked for.
    pub(super) has_text: bool,
    /// Whether it may be an object that needs no members but those that are given.
    pub(super) has_all: bool,
    /// A member that it needs besides.
    pub(super) lacks: &'static str,
    /// How many steps could be taken, at most.
    pub(super) depth: usize,
    /// What stands there, where no step leads on.
    pub(super) stop: Stop,
    /// Names in its place: those of members, or of the texts that it can be.
    pub(super) names: Names,
}

/// What a step does not lead on from.
pub(super) struct Stop {
    pub(super) kinds: Kinds,
    pub(super) name: &'static str,
    /// The type that says nothing about itself.
    pub(super) opaque: &'static str,
    /// How many items there are, where an index is too large.
    pub(super) items: usize,
}

/// The names that could have been meant.
pub(super) struct Names {
    pub(super) nearest: Option<&'static str>,
    edits: usize,
    /// The name in JSON of the member with this name in Rust; empty where it is flattened.
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

/// Where a walk is.
#[derive(Clone, Copy)]
struct Here<'p> {
    path: &'p [Step<'p>],
    /// How many steps lie behind.
    depth: usize,
    /// Whether the last of them leads to what is known to be there.
    certain: bool,
    /// Whether it is a member that serde leaves out where it is `None`.
    skipped: bool,
    own: &'static Shape,
    name: &'static str,
    /// The depth at which `own` was last entered, and one.
    entered: usize,
    /// The text that is asked for.
    text: Option<&'p str>,
    /// The members that are given.
    given: &'p [&'p str],
}

/// Walks a path. `certain` says that the value it starts from is known to be there, `text` a text that is asked for.
pub(super) const fn walk(shape: &'static Shape, path: &[Step<'_>], certain: bool, text: Option<&str>) -> Found {
    start(
        shape,
        Here { path, depth: 0, certain, skipped: false, own: &Shape::Any, name: "", entered: 0, text, given: &[] },
    )
}

/// Walks a path to what is given there: an object with these members.
pub(super) const fn walk_to_given(shape: &'static Shape, path: &[Step<'_>], given: &[&str]) -> Found {
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

const fn start(shape: &'static Shape, here: Here<'_>) -> Found {
    let mut found = Found {
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

/// Whether the rest of the path leads somewhere from here.
const fn look(shape: &'static Shape, here: Here<'_>, out: &mut Found) -> bool {
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
                // A type that is nothing but itself.
                (out.kinds, out.has_text, out.has_all) = (ALL, true, true);
                return true;
            }
            return look(here.own, Here { entered: here.depth + 1, ..here }, out);
        }
        Shape::OneOf { of } => {
            let (mut rest, mut any, mut every) = (*of, false, true);
            while let [variant, tail @ ..] = rest {
                let found = look(variant, here, out);
                any |= found;
                every &= found;
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
        (Step::Member(name, certain), Shape::Object { of }) => {
            let next = Here { certain: *certain, ..next };
            if member(of, name, here, next, out) {
                return true;
            }
        }
        (Step::Member(_, certain) | Step::Index(_, certain) | Step::Computed(certain), Shape::Map { of }) => {
            return look(of, Here { certain: *certain, ..next }, out);
        }
        (Step::Index(_, certain) | Step::Computed(certain), Shape::Array { of }) => {
            return look(of, Here { certain: *certain, ..next }, out);
        }
        (Step::Computed(_), Shape::Tuple { .. }) => {
            (out.kinds, out.has_text, out.has_all) = (ALL, true, true);
            return true;
        }
        (Step::Index(at, certain), Shape::Tuple { of }) => {
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

/// Whether some step of the rest leads to what is known to be there: then so is all before it.
const fn known(mut path: &[Step<'_>]) -> bool {
    while let [Step::Member(_, certain) | Step::Index(_, certain) | Step::Computed(certain), rest @ ..] = path {
        if *certain {
            return true;
        }
        path = rest;
    }
    false
}

/// The member of an object, its own or one of what is flattened into it.
const fn member(fields: &'static [Field], name: &str, here: Here<'_>, next: Here<'_>, out: &mut Found) -> bool {
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

/// The kinds of values that a shape is, which is none of those that stand for others.
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

/// Takes down what the path leads to.
const fn arrive(shape: &'static Shape, here: Here<'_>, out: &mut Found) {
    out.kinds |= kinds(shape);
    if let Shape::Integer { least, greatest } = shape {
        out.least = if *least < out.least { *least } else { out.least };
        out.greatest = if *greatest > out.greatest { *greatest } else { out.greatest };
    }
    out.name = here.name;
    match lacking(shape, here.given) {
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

/// The first member that an object needs besides those that are given.
const fn lacking(shape: &'static Shape, given: &[&str]) -> Option<&'static str> {
    match shape {
        Shape::Named { of, .. } | Shape::Read { of, .. } => lacking(of, given),
        Shape::OneOf { of } => {
            let (mut rest, mut first) = (*of, None);
            while let [variant, tail @ ..] = rest {
                match (lacking(variant, given), first) {
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
                    if let Some(name) = lacking(field.shape, given) {
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

/// Takes down what the next step does not lead on from, where no other way led further. Whether it did.
const fn stop(shape: &'static Shape, here: Here<'_>, out: &mut Found) -> bool {
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
    if let ([Step::Member(wanted, _), ..], Shape::Object { of }) = (here.path, shape) {
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
