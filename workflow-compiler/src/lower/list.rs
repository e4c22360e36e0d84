//! Each item of a list in JSONata.
//!
//! A list of the language has any number of items. In JSONata a result with one item becomes the item, one without any
//! becomes nothing, and lists of lists flatten. So each text here is an array constructor: `[…]` keeps one item and none,
//! and `[]` after an expression keeps a single item that is itself a list.

use super::jsonata::Jsonata;
use super::reference::push_jsonata_member;
use super::{Lowering, ValueSite};
use crate::check::{AccessStep, Ty};
use crate::syntax::ast::{Expr, ExprKind, Segment};

/// The name of an item in a function that the compiler writes.
const ITEM: &str = "item";

impl<'a> Lowering<'_, 'a> {
    /// Returns a value with the steps to a part of it, which has the type `ty`.
    pub(super) fn jsonata_steps(
        &mut self,
        place: ValueSite<'_, 'a>,
        mut text: String,
        (steps, segments): (&[AccessStep], &[Segment]),
        ty: &Ty,
    ) -> Jsonata {
        let mut runs = steps.split(|step| matches!(step, AccessStep::Each));
        if let Some(first) = runs.next() {
            self.jsonata_run(place, &mut text, first, segments);
        }
        let mut runs = runs.peekable();
        if runs.peek().is_none() {
            return Jsonata::operand(text);
        }
        let may_be_list = match ty {
            Ty::Array(item) => may_be_list(item),
            _ => true,
        };
        // Whether the text gives a sequence, of which a single item that is a list would flatten.
        let mut sequence = false;
        while let Some(run) = runs.next() {
            let plain = run.iter().all(|step| matches!(step, AccessStep::Member { .. }));
            let last = runs.peek().is_none();
            if run.is_empty() && last {
                text.push_str(if sequence && may_be_list { "[]" } else { "" });
            } else if plain && !run.is_empty() && !(last && may_be_list) {
                // The lists of the items flatten, which is what is meant.
                self.jsonata_run(place, &mut text, run, segments);
                sequence = true;
            } else {
                let keep = if sequence { "[]" } else { "" };
                if !run.is_empty() {
                    let item = self.unused_variable(ITEM);
                    let mut of = format!("${item}");
                    self.jsonata_run(place, &mut of, run, segments);
                    text = format!("$map({text}{keep}, function(${item}) {{ {of} }})[]");
                }
                if !last {
                    text = format!("$reduce([{text}], $append, [])");
                }
                sequence = false;
            }
        }
        Jsonata::operand(format!("[{text}]"))
    }

    fn jsonata_run(&mut self, place: ValueSite<'_, 'a>, text: &mut String, steps: &[AccessStep], segments: &[Segment]) {
        for step in steps {
            match step {
                AccessStep::Member { name, .. } => push_jsonata_member(text, name),
                AccessStep::Index(index) => text.push_str(&format!("[{index}]")),
                AccessStep::Computed(segment) => {
                    let Some(Segment::Index(index)) = segments.get(*segment) else { continue };
                    let index = self.jsonata(place, index);
                    text.push_str(&format!("[{}]", index.text));
                }
                AccessStep::Each => {}
            }
        }
    }
}

/// Returns whether a value may be a list, as far as is known.
fn may_be_list(ty: &Ty) -> bool {
    ty.present().is_array() || ty.is_unknown()
}

/// Returns whether an expression becomes an array constructor, which another one does not flatten.
pub(super) fn is_constructor(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Array(_) => true,
        ExprKind::Reference(reference) => reference.segments.iter().any(Segment::is_each),
        ExprKind::Access(_, segments) => segments.iter().any(Segment::is_each),
        ExprKind::Paren(inner) => is_constructor(inner),
        _ => false,
    }
}
