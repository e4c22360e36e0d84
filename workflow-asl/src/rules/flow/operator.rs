//! What operators show of their operands: comparisons that are never true, and what conditions make certain.

use workflow_jsonata::Node;

use super::choice::{Compared, compared};
use super::expression::{DEPTH, Given, Place, is_path, target};
use super::read::{few, near};
use super::ty::{Is, Kind, Range, Slot, Ty};
use super::{Flow, Scene};
use crate::Finding;
use crate::jsonata::NodeKind;

impl Flow<'_, '_> {
    /// Looks at operands that must be numbers.
    pub(super) fn numbers(&self, sign: &'static str, operands: &[&Node], place: &Place<'_>) {
        for operand in operands {
            let ty = self.node(operand, place).value();
            if let Some(kind) = ty.kind().filter(|kind| *kind != Kind::Number) {
                let is = kind.words();
                self.say(Finding::UnlikeOperand { sign, is, wants: "numbers" }, place.at, Some(place.range(operand)));
            }
        }
    }

    pub(super) fn operator(
        &self,
        node: &Node,
        sign: &'static str,
        left: &Node,
        right: &Node,
        place: &Place<'_>,
    ) -> Given {
        if let Some(constant) = self.constant(right).filter(|_| !place.scene.others.is_empty() && sign != "!=")
            && matches!(sign, "=" | "<" | "<=" | ">" | ">=")
            && self.is_excluded(left, sign, &constant, place)
        {
            let what = format!("a comparison of `{}` before is true for each such value", place.text(left));
            self.say(Finding::NeverTrue { what, near: None }, place.at, Some(place.range(node)));
        }
        let asking = |operand: &Node| Place { asks: place.asks || is_path(operand), ..place.clone() };
        match sign {
            "and" | "or" => {
                self.node(left, &asking(left));
                if let Some(scene) = self.narrow(left, place, sign == "and") {
                    self.node(right, &Place { scene, ..asking(right) });
                }
                Given::there(Ty::BOOL)
            }
            "&" => {
                self.node(left, place);
                self.node(right, place);
                Given::there(Ty::TEXT)
            }
            "+" | "-" | "*" | "/" | "%" => {
                self.numbers(sign, &[left, right], place);
                Given::maybe(Ty::NUMBER)
            }
            "<" | "<=" | ">" | ">=" => {
                let (one, two) = (self.node(left, place).value(), self.node(right, place).value());
                for (ty, operand) in [(&one, left), (&two, right)] {
                    if let Some(kind) = ty.kind().filter(|kind| !matches!(kind, Kind::Number | Kind::Text)) {
                        let finding = Finding::UnlikeOperand { sign, is: kind.words(), wants: "numbers or strings" };
                        self.say(finding, place.at, Some(place.range(operand)));
                    }
                }
                match (one.kind(), two.kind()) {
                    (Some(a @ (Kind::Number | Kind::Text)), Some(b @ (Kind::Number | Kind::Text))) if a != b => {
                        let finding = Finding::UnlikeOperands { sign, one: a.words(), other: b.words() };
                        self.say(finding, place.at, Some(place.range(node)));
                    }
                    (Some(Kind::Number), _) => {
                        if let Compared::Never = compared(&one, Kind::Number, sign, &two, true) {
                            self.never(node, left, &one, None, place);
                        }
                    }
                    _ => {}
                }
                Given::maybe(Ty::BOOL)
            }
            "=" | "!=" => {
                let (one, two) = (self.node(left, place).value(), self.node(right, place).value());
                let constant = |node: &Node| {
                    matches!(node.kind, NodeKind::String(_) | NodeKind::Number(_) | NodeKind::Bool(_) | NodeKind::Null)
                };
                if sign == "=" && !(constant(left) && constant(right)) {
                    let ((tested, ty), other) =
                        if constant(left) { ((right, &two), &one) } else { ((left, &one), &two) };
                    self.equal(node, tested, ty, other, place);
                }
                Given::there(Ty::BOOL)
            }
            _ => {
                self.node(left, place);
                self.node(right, place);
                Given::there(if sign == "in" { Ty::BOOL } else { Ty::Any })
            }
        }
    }

    /// Reports an equality that is never true.
    fn equal(&self, node: &Node, tested: &Node, ty: &Ty, other: &Ty, place: &Place<'_>) {
        let (Some(kind), Some(of)) = (ty.kind(), other.kind()) else { return };
        if kind != of {
            return self.never(node, tested, ty, None, place);
        }
        match compared(ty, kind, "=", other, true) {
            Compared::To(_) => {}
            Compared::Unlisted(values) => {
                if let Some((texts, _)) = other.texts()
                    && let Some(text) = texts.first()
                {
                    let near = near(self, text, values.iter().copied());
                    let (text, name) = (text.to_string(), place.text(tested));
                    self.say(Finding::UnlistedValue { text, name, values, near }, place.at, Some(place.range(node)));
                }
            }
            Compared::Never => self.never(node, tested, ty, Some(other), place),
        }
    }

    fn never(&self, node: &Node, tested: &Node, ty: &Ty, other: Option<&Ty>, place: &Place<'_>) {
        let name = place.text(tested);
        let texts = ty.texts().map(|(texts, _)| texts).filter(|texts| !texts.is_empty() && other.is_some());
        let what = match (ty, &texts) {
            (_, Some(texts)) => {
                let texts: Vec<_> = few(texts).iter().map(|text| format!("`{text}`")).collect();
                format!("`{name}` is {} here", texts.join(" or "))
            }
            (Ty::Number(range), _) if *range != Range::ALL => format!("`{name}` is {} here", range.words()),
            (Ty::Bool(Some(value)), _) => format!("`{name}` is `{value}` here"),
            _ => format!("`{name}` is {}", ty.kind().map_or("", Kind::words)),
        };
        let wanted = other.and_then(Ty::texts).and_then(|(texts, _)| texts.first().cloned());
        let near = wanted.zip(texts).and_then(|(wanted, texts)| near(self, &wanted, texts.iter().map(|text| &**text)));
        self.say(Finding::NeverTrue { what, near }, place.at, Some(place.range(node)));
    }

    /// Returns the scene in which an expression is true, or is not; `None` if it certainly is otherwise.
    pub(super) fn narrow(&self, node: &Node, place: &Place<'_>, truth: bool) -> Option<Scene> {
        if self.depth.get() >= DEPTH {
            return Some(place.scene.clone());
        }
        self.depth.set(self.depth.get() + 1);
        let says = self.says.replace(false);
        let narrowed = self.narrowed_by(node, place, truth);
        self.says.set(says);
        self.depth.set(self.depth.get() - 1);
        narrowed
    }

    fn narrowed_by(&self, node: &Node, place: &Place<'_>, truth: bool) -> Option<Scene> {
        let same = || Some(place.scene.clone());
        match &node.kind {
            NodeKind::Block(nodes) => match nodes.as_slice() {
                [one] => self.narrow(one, place, truth),
                _ => same(),
            },
            NodeKind::Bool(value) if *value != truth => None,
            NodeKind::Binary(sign @ ("and" | "or"), left, right) => {
                let joins = *sign == "and";
                let inner = self.narrow(left, place, joins);
                let both = |truth| {
                    let scene = inner.clone()?;
                    self.narrow(right, &Place { scene, ..place.clone() }, truth)
                };
                if truth == joins { both(joins) } else { Scene::either(self.narrow(left, place, truth), both(truth)) }
            }
            NodeKind::Call(procedure, arguments) => match (&procedure.kind, arguments.as_slice()) {
                (NodeKind::Variable(name), [argument]) if name == "not" => self.narrow(argument, place, !truth),
                (NodeKind::Variable(name), [argument]) if name == "boolean" => self.narrow(argument, place, truth),
                (NodeKind::Variable(name), [argument]) if name == "exists" => match target(argument, place) {
                    Some((origin, steps)) => {
                        let given = self.node(argument, &Place { asks: true, ..place.clone() });
                        match (truth, given.is) {
                            (true, Is::Absent) => None,
                            (false, Is::There) if !steps.is_empty() => None,
                            (true, _) => Some(place.scene.with(&origin, &steps, Slot::there(given.value()))),
                            (false, _) if steps.is_empty() => same(),
                            (false, _) => Some(place.scene.with(&origin, &steps, Slot { ty: Ty::Any, is: Is::Absent })),
                        }
                    }
                    None => same(),
                },
                _ => same(),
            },
            NodeKind::Binary(sign @ ("=" | "!=" | "<" | "<=" | ">" | ">="), left, right) => {
                let (sign, truth) = if *sign == "!=" { ("=", !truth) } else { (*sign, truth) };
                let turned = match sign {
                    "<" => ">",
                    "<=" => ">=",
                    ">" => "<",
                    ">=" => "<=",
                    other => other,
                };
                let sides = [(left, right, sign), (right, left, turned)];
                let known = sides.into_iter().find_map(|(tested, other, sign)| {
                    let constant = self.constant(other)?;
                    Some((target(tested, place)?, tested, constant, sign))
                });
                match known {
                    Some(((origin, steps), tested, constant, sign)) => {
                        let given = self.node(tested, place);
                        let certain = given.is == Is::There && !given.many;
                        let ty = given.value();
                        let kind = constant.kind().unwrap_or(Kind::Null);
                        match ty.kind() {
                            _ if kind == Kind::Null => same(),
                            Some(is) if is != kind => same(),
                            // What is nothing or a list may be unequal to all.
                            None if !truth => match compared(&Ty::Any, kind, sign, &constant, true) {
                                Compared::To(values) => Some(place.scene.without(place.text(tested), values)),
                                _ => same(),
                            },
                            None if self.is_excluded(tested, sign, &constant, place) => None,
                            Some(_) if !truth && !certain => same(),
                            _ => match compared(&ty, kind, sign, &constant, truth) {
                                Compared::To(ty) => Some(place.scene.with(&origin, &steps, Slot::there(ty))),
                                _ => None,
                            },
                        }
                    }
                    None => same(),
                }
            }
            // A value that counts as true is there.
            _ if truth => match target(node, place) {
                Some((origin, steps)) if !steps.is_empty() => {
                    let given = self.node(node, &Place { asks: true, ..place.clone() });
                    if given.is == Is::Maybe {
                        Some(place.scene.with(&origin, &steps, Slot::there(given.value())))
                    } else {
                        same()
                    }
                }
                _ => same(),
            },
            _ => same(),
        }
    }

    /// Returns whether a comparison before would have been true.
    fn is_excluded(&self, tested: &Node, sign: &str, constant: &Ty, place: &Place<'_>) -> bool {
        let Some(kind) = constant.kind() else { return false };
        match compared(&Ty::Any, kind, sign, constant, true) {
            Compared::To(values) => place.scene.excludes(&place.text(tested), &values),
            _ => false,
        }
    }

    fn constant(&self, node: &Node) -> Option<Ty> {
        Some(match &node.kind {
            NodeKind::String(text) => Ty::text(text),
            NodeKind::Number(number) => Ty::Number(Range::point(*number)),
            NodeKind::Bool(value) => Ty::Bool(Some(*value)),
            NodeKind::Null => Ty::Null,
            _ => return None,
        })
    }
}
