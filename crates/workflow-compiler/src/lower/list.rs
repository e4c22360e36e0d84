//! Lowers `[*]` and `[1..3]`, which read each item or some items of a list, to JSONata.
//!
//! A list of the language has any number of items. In JSONata, a result with one item becomes the item, a result
//! without items becomes absent, and nested lists are flattened. Therefore each expression here is an array
//! constructor: `[…]` keeps lists with one item or none. `[]` after an expression keeps a single item that is itself a
//! list.

use workflow_asl::jsonata::{Node, NodeKind};

use super::{Lowering, ValueSite};
use crate::check::{AccessStep, Ty, literal_index};
use crate::syntax::ast::{Segment, Slice};

/// The name of an item in a generated function.
pub(super) const ITEM: &str = "item";

impl<'a> Lowering<'_, 'a> {
    /// Returns a value followed by the steps to a part of it. `ty` is the type of that part.
    pub(super) fn jsonata_steps(
        &mut self,
        place: ValueSite<'_, 'a>,
        mut value: Node,
        (steps, segments): (&[AccessStep], &[Segment]),
        ty: &Ty,
    ) -> Node {
        if matches!(value.kind, NodeKind::Array(_))
            && matches!(steps, [AccessStep::Index(_) | AccessStep::Computed(_), _, ..])
        {
            // In JSONata, an item of an array constructor has no members, unless the constructor is in parentheses.
            value = Node::block([value]);
        }
        let mut runs = steps.split(|step| matches!(step, AccessStep::Each));
        if let Some(first) = runs.next() {
            value = self.jsonata_run(place, value, first, segments);
        }
        let mut runs = runs.peekable();
        if runs.peek().is_none() {
            return value;
        }
        let may_be_list = match ty {
            Ty::Array(item) => may_be_list(item),
            _ => true,
        };
        // Whether the value is a sequence. A single item that is a list would be flattened in it.
        let mut sequence = false;
        while let Some(run) = runs.next() {
            let plain = run.iter().all(|step| matches!(step, AccessStep::Member { .. }));
            let last = runs.peek().is_none();
            if run.is_empty() && last {
                value = if sequence && may_be_list { value.kept_array() } else { value };
            } else if plain && !run.is_empty() && !(last && may_be_list) {
                // The lists of the items are flattened, as intended.
                value = self.jsonata_run(place, value, run, segments);
                sequence = true;
            } else {
                if !run.is_empty() {
                    let items = if sequence { value.kept_array() } else { value };
                    let item = self.unused_variable(ITEM);
                    let part = self.jsonata_run(place, Node::variable(&item), run, segments);
                    value = Node::call("map", [items, Node::lambda([item], part)]).kept_array();
                }
                if !last {
                    value = Node::call("reduce", [list(value), Node::variable("append"), Node::array([])]);
                }
                sequence = false;
            }
        }
        list(value)
    }

    fn jsonata_run(
        &mut self,
        place: ValueSite<'_, 'a>,
        value: Node,
        steps: &[AccessStep],
        segments: &[Segment],
    ) -> Node {
        steps.iter().fold(value, |value, step| match step {
            AccessStep::Member { name, .. } => value.member(name),
            AccessStep::Index(index) => value.item(Node::number(*index as f64)),
            AccessStep::Computed(segment) => match segments.get(*segment) {
                Some(Segment::Index(index)) => value.item(self.jsonata(place, index)),
                _ => value,
            },
            AccessStep::Slice(segment) => match segments.get(*segment) {
                Some(Segment::Slice(slice)) => self.jsonata_slice(place, value, slice),
                _ => value,
            },
            AccessStep::Each => value,
        })
    }

    /// Returns the items between two indices.
    fn jsonata_slice(&mut self, place: ValueSite<'_, 'a>, value: Node, slice: &Slice) -> Node {
        let [item, index, all] = [ITEM, "i", "all"].map(|name| self.unused_variable(name));
        let from_end = |index: Node| Node::call("count", [Node::variable(&all)]).binary("+", index);
        let mut counted = false;
        let mut conditions = Vec::new();
        for (bound, sign) in [(&slice.from, ">="), (&slice.to, "<")] {
            let Some(bound) = bound else { continue };
            let bound = match literal_index(bound) {
                Some(0) if sign == ">=" => continue,
                Some(number) if number < 0 => {
                    counted = true;
                    let back = Node::number(number.unsigned_abs() as f64);
                    Node::call("count", [Node::variable(&all)]).binary("-", back)
                }
                Some(number) => Node::number(number as f64),
                None => {
                    counted = true;
                    let bound = self.jsonata(place, bound);
                    let negative = bound.clone().within("<").binary("<", Node::number(0.0));
                    Node::block([negative.condition(from_end(bound.clone().within("+")), bound)])
                }
            };
            conditions.push(Node::variable(&index).binary(sign, bound));
        }
        let Some(condition) = conditions.into_iter().reduce(|first, second| first.binary("and", second)) else {
            return value;
        };
        let parameters = [item, index, all].into_iter().take(if counted { 3 } else { 2 });
        list(Node::call("filter", [value, Node::lambda(parameters, condition)]).kept_array())
    }
}

/// Returns an array constructor with the items of a list or sequence. An array constructor inside it would not be
/// flattened, so it is returned unchanged.
fn list(value: Node) -> Node {
    if matches!(value.kind, NodeKind::Array(_)) { value } else { Node::array([value]) }
}

/// Returns whether a value may be a list, by its known type.
pub(super) fn may_be_list(ty: &Ty) -> bool {
    ty.present().is_array() || ty.is_unknown()
}
