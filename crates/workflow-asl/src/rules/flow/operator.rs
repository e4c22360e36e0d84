//! Derives facts about operands from operators, and finds comparisons that are never true.

use workflow_jsonata::{FunctionId, Node, function, joins};
use workflow_services::Shape;

use super::choice::{Compared, compared, is_value_of_dynamodb, kind_of, plain, values_or_kind};
use super::expression::{DEPTH, Given, Place, alone, is_path, target};
use super::read::near;
use super::ty::{Existence, Found, Range, Slot, Ty};
use super::{Flow, Origin, Outcomes, Scene};
use crate::context::is_timestamp;
use crate::document::Relation;
use crate::json_kind::JsonKind as Kind;
use crate::jsonata::{NodeKind, called};
use crate::path::Segment;
use crate::{Finding, timestamp};

/// What of a value shows that a comparison is never true.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// The other operand is of another kind.
    Kind,
    Value,
}

impl Flow<'_, '_> {
    /// Checks operands that must be numbers, and returns their types.
    pub(super) fn numbers(&self, sign: &'static str, operands: &[&Node], place: &Place<'_>) -> Vec<Ty> {
        let types: Vec<_> = operands.iter().map(|operand| self.node(operand, place).value().single()).collect();
        let unlike = operands.iter().zip(&types);
        let unlike = unlike.filter_map(|(operand, ty)| Some((operand, ty.instead_of(Kind::Number)?, ty)));
        // One of two wrong operands is reported: the constant, which another rule reports too. Of the texts that a sum
        // joins, that is the first.
        let unlike: Vec<_> = unlike.collect();
        let is_text = |node: &Node| matches!(node.kind, NodeKind::String(_));
        let constant = unlike.iter().find(|(operand, ..)| is_text(operand));
        let joined = operands.first().is_some_and(|first| sign == "+" && joins(first, &is_text));
        if let Some((operand, is, ty)) = constant.or(unlike.first()).filter(|_| !joined) {
            let time = self.time_in_number(operand, ty, place);
            let finding = Finding::UnlikeOperand { sign, is, wants: "numbers", time };
            self.say(finding, place.at, Some(place.range(operand)));
        }
        types
    }

    /// Returns the expression that gives a time as a number, of one that gives it as a string.
    fn time_in_number(&self, node: &Node, ty: &Ty, place: &Place<'_>) -> Option<String> {
        let text = place.text(node);
        let is_of = |name: &str| called(node).is_some_and(|(called, _)| called == name);
        let is_time = match ty {
            Ty::Api(part, _) => matches!(part.shape(), Shape::Timestamp),
            Ty::Text(Some(texts)) => !texts.is_empty() && texts.iter().all(|text| timestamp::parse(text).is_some()),
            _ => is_of("fromMillis") || text.strip_prefix("$states.context.").is_some_and(is_timestamp),
        };
        if is_of("now") { Some("$millis()".to_owned()) } else { is_time.then(|| format!("$toMillis({text})")) }
    }

    pub(super) fn operator(
        &self,
        node: &Node,
        sign: &'static str,
        left: &Node,
        right: &Node,
        place: &Place<'_>,
    ) -> Given {
        if let Some(constant) = constant(right).filter(|_| !place.scene.others.is_empty())
            && let Some(relation) = relation(sign)
            && self.is_excluded(left, relation, &constant, place)
        {
            let what = format!("an earlier comparison of `{}` is true for each such value", place.text(left));
            self.say(Finding::NeverTrue { what, near: None }, place.at, Some(place.range(node)));
        }
        let asking = |operand: &Node| Place { asks: place.asks || is_path(operand), ..place.clone() };
        match sign {
            "and" => {
                self.node(left, &asking(left));
                if let Some(scene) = self.narrow(left, place).yes {
                    self.node(right, &Place { scene, ..asking(right) });
                }
                Given::present(Ty::BOOL)
            }
            "or" => {
                self.alternatives(node, place);
                Given::present(Ty::BOOL)
            }
            "&" => {
                self.node(left, place);
                self.node(right, place);
                Given::present(Ty::TEXT)
            }
            "+" | "-" | "*" | "/" | "%" => {
                self.numbers(sign, &[left, right], place);
                Given::maybe(Ty::NUMBER)
            }
            "<" | "<=" | ">" | ">=" => {
                let (one, two) = (self.node(left, place).value().single(), self.node(right, place).value().single());
                for (ty, operand) in [(&one, left), (&two, right)] {
                    if let Some(kind) = ty.kind().filter(|kind| !matches!(kind, Kind::Number | Kind::Text)) {
                        let finding =
                            Finding::UnlikeOperand { sign, is: kind.noun(), wants: "numbers or strings", time: None };
                        self.say(finding, place.at, Some(place.range(operand)));
                    }
                }
                match (one.kind(), two.kind()) {
                    (Some(a @ (Kind::Number | Kind::Text)), Some(b @ (Kind::Number | Kind::Text))) if a != b => {
                        let time = [(left, &one), (right, &two)].into_iter();
                        let time = time.filter_map(|(side, ty)| self.time_in_number(side, ty, place)).next();
                        let finding = Finding::UnlikeOperands { sign, one: a.noun(), other: b.noun(), time };
                        self.say(finding, place.at, Some(place.range(node)));
                    }
                    (Some(Kind::Number), _) => {
                        if let Compared::Never = compared(&one, Kind::Number, relation(sign), &two, true) {
                            self.never(node, left, (&one, By::Value), None, place);
                        }
                    }
                    _ => {}
                }
                Given::maybe(Ty::BOOL)
            }
            "=" | "!=" => {
                let (one, two) = (self.node(left, place).value(), self.node(right, place).value());
                if constant(left).is_none() || constant(right).is_none() {
                    let ((tested, ty), (written, other)) = match constant(left).is_some() {
                        true => ((right, &two), (left, &one)),
                        false => ((left, &one), (right, &two)),
                    };
                    if sign == "=" {
                        self.equal(node, (tested, ty), (written, other), place);
                        self.never_in_this_case(node, tested, other, place);
                    } else {
                        self.unlisted((tested, ty), (written, other), place);
                    }
                }
                Given::present(Ty::BOOL)
            }
            "in" => {
                let (one, all) = (self.node(left, place).value(), self.node(right, place).value());
                if constant(left).is_none()
                    || !matches!(&right.kind, NodeKind::Array(items) if items.iter().all(|item| constant(item).is_some()))
                {
                    self.among(node, (left, &one), (right, &all), place);
                }
                Given::present(Ty::BOOL)
            }
            _ => {
                self.node(left, place);
                self.node(right, place);
                Given::present(Ty::Any)
            }
        }
    }

    /// Reports a value that is never among the items of an array, and items that it never equals because AWS does not
    /// list them.
    fn among(&self, node: &Node, (tested, ty): (&Node, &Ty), (list, all): (&Node, &Ty), place: &Place<'_>) {
        let items = match all {
            Ty::Tuple(items) => items.to_vec(),
            all => {
                vec![all.item().unwrap_or_else(|| if all.kind() == Some(Kind::Array) { Ty::Any } else { all.clone() })]
            }
        };
        let Some(kind) = ty.kind() else { return };
        let is_never = |item: &Ty| match item.kind() {
            Some(of) if of == kind => matches!(compared(ty, kind, Some(Relation::Equal), item, true), Compared::Never),
            of => of.is_some(),
        };
        if !items.is_empty() && items.iter().all(is_never) {
            return self.never(
                node,
                tested,
                (ty, By::Value),
                items.first().filter(|item| item.kind() == Some(kind)),
                place,
            );
        }
        let written = |number: usize| match &list.kind {
            NodeKind::Array(nodes) if nodes.len() == items.len() => nodes.get(number),
            _ => None,
        };
        for (number, item) in items.iter().enumerate().filter(|(_, item)| item.kind() == Some(kind)) {
            self.unlisted((tested, ty), (written(number).unwrap_or(node), item), place);
        }
    }

    /// Reports an equality that is never true. A value that AWS does not list is reported where it is `written`.
    fn equal(&self, node: &Node, (tested, ty): (&Node, &Ty), (written, other): (&Node, &Ty), place: &Place<'_>) {
        let (Some(kind), Some(of)) = (ty.kind(), other.kind()) else { return };
        if kind != of {
            if of == Kind::Text && is_value_of_dynamodb(ty) {
                let name = place.text(tested);
                let what = format!("`{name}` is {}", kind.noun());
                let finding = Finding::NeverTrue { what, near: Some(format!("{name}.S")) };
                return self.say(finding, place.at, Some(place.range(node)));
            }
            return self.never(node, tested, (ty, By::Kind), None, place);
        }
        match compared(ty, kind, Some(Relation::Equal), other, true) {
            Compared::To(_) => {}
            Compared::Unlisted(_) => self.unlisted((tested, ty), (written, other), place),
            Compared::Never => self.never(node, tested, (ty, By::Value), Some(other), place),
        }
    }

    /// Reports a string that AWS does not list for the value that is compared with it.
    fn unlisted(&self, (tested, ty): (&Node, &Ty), (written, other): (&Node, &Ty), place: &Place<'_>) {
        if let Compared::Unlisted(values) = compared(ty, Kind::Text, Some(Relation::Equal), other, true)
            && let Some((texts, _)) = other.texts()
            && let Some(text) = texts.first()
        {
            let near = near(self, text, values.iter().copied());
            let (text, name) = (text.to_string(), place.text(tested));
            self.say(Finding::UnlistedValue { text, name, values, near }, place.at, Some(place.range(written)));
        }
    }

    /// Reports a comparison of a text in capital or small letters with a constant that has others.
    fn never_in_this_case(&self, node: &Node, tested: &Node, other: &Ty, place: &Place<'_>) {
        let Ty::Text(Some(texts)) = other else { return };
        let turned: fn(&str) -> String = match test_of(tested) {
            Some((FunctionId::Uppercase, _)) => str::to_uppercase,
            Some((FunctionId::Lowercase, _)) => str::to_lowercase,
            _ => return,
        };
        if let Some(text) = texts.first().filter(|_| texts.iter().all(|text| turned(text) != **text)) {
            let letters = if turned(text) == text.to_uppercase() { "capital" } else { "small" };
            let what = format!("`{}` has only {letters} letters", place.text(tested));
            self.say(Finding::NeverTrue { what, near: Some(turned(text)) }, place.at, Some(place.range(node)));
        }
    }

    /// Reports a comparison that is never true, with the type of the operand that is tested.
    fn never(&self, node: &Node, tested: &Node, (ty, by): (&Ty, By), other: Option<&Ty>, place: &Place<'_>) {
        let name = place.text(tested);
        let texts = ty.texts().map(|(texts, _)| texts).filter(|texts| !texts.is_empty() && other.is_some());
        // A value of another kind is never equal, whatever it is.
        let is_of_kind = by == By::Kind || ty.texts().is_some() && texts.is_none();
        let what = if is_of_kind { kind_of(&name, ty) } else { values_or_kind(&name, ty) };
        let wanted = other.and_then(Ty::texts).and_then(|(texts, _)| texts.first().cloned());
        let near = wanted.zip(texts).and_then(|(wanted, texts)| near(self, &wanted, texts.iter().map(|text| &**text)));
        self.say(Finding::NeverTrue { what, near }, place.at, Some(place.range(node)));
    }

    /// Returns the scenes in which an expression is true and not true, if they are possible.
    pub(super) fn narrow(&self, node: &Node, place: &Place<'_>) -> Outcomes {
        if self.depth.get() >= DEPTH {
            return Outcomes::both(&place.scene);
        }
        self.depth.set(self.depth.get() + 1);
        let says = self.says.replace(false);
        let narrowed = self.narrowed_by(alone(node), place);
        self.says.set(says);
        self.depth.set(self.depth.get() - 1);
        narrowed
    }

    fn narrowed_by(&self, node: &Node, place: &Place<'_>) -> Outcomes {
        let same = || Outcomes::both(&place.scene);
        match &node.kind {
            NodeKind::Bool(true) => Outcomes { no: None, ..same() },
            NodeKind::Bool(false) => Outcomes { yes: None, ..same() },
            NodeKind::Binary(sign @ ("and" | "or"), left, right) => {
                let left = self.narrow(left, place);
                // The right operand is evaluated only if the left one does not decide the result.
                let joins = *sign == "and";
                let (here, decided) = if joins { (left.yes, left.no) } else { (left.no, left.yes) };
                let right = here.map(|scene| self.narrow(right, &Place { scene, ..place.clone() }));
                let Outcomes { yes, no } = right.unwrap_or(Outcomes { yes: None, no: None });
                if joins {
                    Outcomes { yes, no: Scene::either(decided, no) }
                } else {
                    Outcomes { yes: Scene::either(decided, yes), no }
                }
            }
            NodeKind::Call(..) => match test_of(node) {
                Some((FunctionId::Not, argument)) => self.narrow(argument, place).negated(),
                Some((FunctionId::Boolean, argument)) => self.narrow(argument, place),
                Some((FunctionId::Exists, argument)) => self.narrow_by_presence(argument, place),
                _ => same(),
            },
            NodeKind::Binary("!=", left, right) => {
                let Outcomes { yes, no } = self.narrow_by_comparison(Relation::Equal, left, right, place);
                // An absent value is neither equal to a constant nor different from it.
                let equal = yes.map(|scene| {
                    let known = [left, right].into_iter().find_map(|side| Some((side, target(side, place)?)));
                    let Some((side, (origin, steps))) = known else { return scene };
                    let is_there = self.node(side, &Place { asks: true, ..place.clone() }).is == Existence::Present;
                    let ty = self.node(side, &Place { scene: scene.clone(), ..place.clone() }).value();
                    if is_there { scene } else { shown(place, &origin, &steps, Slot { ty, is: Existence::Maybe }) }
                });
                Outcomes { yes: no, no: equal }
            }
            NodeKind::Binary(sign, left, right) => match relation(sign) {
                Some(relation) => self.narrow_by_comparison(relation, left, right, place),
                None => same(),
            },
            // A value that counts as true exists.
            _ => {
                let target = target(node, place);
                if target.is_none() && !is_path(node) {
                    return same();
                }
                let given = self.node(node, &Place { asks: true, ..place.clone() });
                let truth = match given.ty {
                    Ty::Bool(truth) if given.is == Existence::Present && !given.many => truth,
                    // An absent value counts as false too.
                    Ty::Null => Some(false),
                    _ => None,
                };
                match target {
                    _ if truth.is_some() => {
                        let scene = |is: bool| (Some(is) == truth).then(|| place.scene.clone());
                        Outcomes { yes: scene(true), no: scene(false) }
                    }
                    Some((origin, steps)) if given.is == Existence::Maybe && !steps.is_empty() => {
                        let there = shown(place, &origin, &steps, Slot::present(given.value()));
                        Outcomes { yes: Some(there), ..same() }
                    }
                    _ => same(),
                }
            }
        }
    }

    /// Derives facts from `$exists(argument)`.
    fn narrow_by_presence(&self, argument: &Node, place: &Place<'_>) -> Outcomes {
        let Some((origin, steps)) = target(argument, place) else { return Outcomes::both(&place.scene) };
        let given = self.node(argument, &Place { asks: true, ..place.clone() });
        let no = match given.is {
            _ if steps.is_empty() => Some(place.scene.clone()),
            Existence::Present => None,
            _ => Some(shown(place, &origin, &steps, Slot { ty: Ty::Any, is: Existence::Absent })),
        };
        let yes = match given.is {
            Existence::Absent => None,
            _ => Some(shown(place, &origin, &steps, Slot::present(given.value()))),
        };
        Outcomes { yes, no }
    }

    /// Derives facts from a comparison of a path with a constant.
    fn narrow_by_comparison(&self, relation: Relation, left: &Node, right: &Node, place: &Place<'_>) -> Outcomes {
        let same = || Outcomes::both(&place.scene);
        if relation == Relation::Equal {
            let test = [(left, right), (right, left)].into_iter().find_map(|(call, other)| {
                let (function, argument) = test_of(call)?;
                Some((function, argument, constant(other)?))
            });
            match test {
                Some((FunctionId::Type, argument, Ty::Text(Some(names)))) => {
                    let named =
                        Kind::ALL.into_iter().find(|kind| names.first().is_some_and(|first| **first == *kind.name()));
                    return named.map_or_else(same, |kind| self.narrow_by_kind(argument, kind, place));
                }
                Some((FunctionId::Count, argument, Ty::Number(zero))) if zero == Range::point(0.0) => {
                    return self.narrow_by_emptiness(argument, place);
                }
                // `$exists(x) = false` is a test in another form.
                Some((FunctionId::Exists, argument, Ty::Bool(Some(wanted)))) => {
                    let outcomes = self.narrow_by_presence(argument, place);
                    return if wanted { outcomes } else { outcomes.negated() };
                }
                _ => {}
            }
        }
        // `$count(x) > 0` and `0 < $count(x)`.
        if relation == Relation::Greater || relation == Relation::Less {
            let (call, other) = if relation == Relation::Greater { (left, right) } else { (right, left) };
            if let Some((FunctionId::Count, argument)) = test_of(call)
                && constant(other) == Some(Ty::Number(Range::point(0.0)))
            {
                return self.narrow_by_emptiness(argument, place).negated();
            }
        }
        let sides = [(left, right, relation), (right, left, relation.turned())];
        let known = sides.into_iter().find_map(|(tested, other, relation)| {
            let constant = constant(other)?;
            Some((target(tested, place)?, tested, constant, relation))
        });
        let Some(((origin, steps), tested, constant, relation)) = known else { return same() };
        let Some(kind) = constant.kind() else { return same() };
        if kind == Kind::Null {
            return if relation == Relation::Equal { self.narrow_by_kind(tested, kind, place) } else { same() };
        }
        let given = self.node(tested, place);
        let certain = given.is == Existence::Present && !given.many;
        let ty = given.value();
        if ty.kind().is_some_and(|is| is != kind) {
            return same();
        }
        let shown = |truth| match compared(&ty, kind, Some(relation), &constant, truth) {
            Compared::To(ty) => Some(shown(place, &origin, &steps, Slot::present(ty))),
            // AWS may have newer values.
            Compared::Unlisted(_) => Some(place.scene.clone()),
            Compared::Never => None,
        };
        if ty.kind().is_some() {
            return Outcomes { yes: shown(true), no: if certain { shown(false) } else { same().no } };
        }
        // An absent value or a list may differ from every constant.
        let no = match compared(&Ty::Any, kind, Some(relation), &constant, true) {
            Compared::To(values) => Some(place.scene.without(place.text(tested), values)),
            _ => same().no,
        };
        let yes = if self.is_excluded(tested, relation, &constant, place) { None } else { shown(true) };
        Outcomes { yes, no }
    }

    /// Derives facts from a test whether a list has no items.
    fn narrow_by_emptiness(&self, tested: &Node, place: &Place<'_>) -> Outcomes {
        let same = || Outcomes::both(&place.scene);
        let Some((origin, steps)) = target(tested, place).filter(|(_, steps)| !steps.is_empty()) else { return same() };
        let given = self.node(tested, &Place { asks: true, ..place.clone() });
        if given.many || given.is == Existence::Absent {
            return same();
        }
        // An absent value has no items either.
        let empty = Slot { ty: Ty::tuple(Vec::new()), is: Existence::Maybe };
        Outcomes { yes: Some(shown(place, &origin, &steps, empty)), ..same() }
    }

    /// Derives facts from a test of the kind of a path's value.
    fn narrow_by_kind(&self, tested: &Node, kind: Kind, place: &Place<'_>) -> Outcomes {
        let Some((origin, steps)) = target(tested, place) else { return Outcomes::both(&place.scene) };
        let given = self.node(tested, &Place { asks: true, ..place.clone() });
        let (is, many) = (given.is, given.many);
        // Several values of a path are an array.
        let known = if many { None } else { given.ty.kind() };
        let of_kind = || Some(shown(place, &origin, &steps, Slot::present(plain(kind))));
        let yes = match known {
            _ if is == Existence::Absent => None,
            Some(known) if known != kind => None,
            Some(_) => Some(place.scene.clone()),
            None => of_kind(),
        };
        let no = match given.value() {
            _ if known == Some(kind) && is == Existence::Present => None,
            // An absent value has no kind.
            ty if !many && matches!(ty, Ty::Any | Ty::Except(_)) => {
                let is = if is == Existence::Present { is } else { Existence::Maybe };
                Some(shown(place, &origin, &steps, Slot { ty: ty.except(kind), is }))
            }
            _ => Some(place.scene.clone()),
        };
        Outcomes { yes, no }
    }

    /// Returns whether an earlier comparison already excludes this constant.
    fn is_excluded(&self, tested: &Node, relation: Relation, constant: &Ty, place: &Place<'_>) -> bool {
        let Some(kind) = constant.kind() else { return false };
        match compared(&Ty::Any, kind, Some(relation), constant, true) {
            Compared::To(values) => place.scene.excludes(&place.text(tested), &values),
            _ => false,
        }
    }
}

/// Returns the type of a literal that is no list and no object.
pub(super) fn constant(node: &Node) -> Option<Ty> {
    Some(match &node.kind {
        NodeKind::String(text) => Ty::text(text),
        NodeKind::Number(number) => Ty::Number(Range::point(*number)),
        NodeKind::Bool(value) => Ty::Bool(Some(*value)),
        NodeKind::Null => Ty::Null,
        _ => return None,
    })
}

/// Returns the scene in which a path gives a value.
///
/// A holder on the way may be a list: then the path gives the values of its items, a single one as itself. Several
/// values are an array, whatever each is, and an item may have none.
fn shown(place: &Place<'_>, origin: &Origin, steps: &[Segment<'_>], slot: Slot) -> Scene {
    let scene = &place.scene;
    let has_nothing = matches!(&slot.ty, Ty::Tuple(items) if items.is_empty()) || slot.is == Existence::Absent;
    if has_nothing || has_one_value(scene, origin, steps) {
        return scene.with(origin, steps, slot);
    }
    match slot.ty.kind() {
        None | Some(Kind::Array) => scene.clone(),
        Some(_) => scene.with(origin, steps, Slot { is: Existence::Maybe, ..slot }),
    }
}

/// Returns whether no holder on a path may be a list. If an expression reads a name from a state's input, the input is
/// an object.
fn has_one_value(scene: &Scene, origin: &Origin, steps: &[Segment<'_>]) -> bool {
    let mut holder = match origin {
        Origin::Input => scene.input.clone(),
        Origin::Variable(name) => scene.variables.get(name.as_str()).cloned().unwrap_or(Ty::Any),
    };
    steps.iter().enumerate().all(|(number, step)| {
        let is_input = number == 0 && matches!(origin, Origin::Input);
        let inner = match (step, &holder) {
            (Segment::Name(name), Ty::Any | Ty::Except(_) | Ty::Object(_) | Ty::Api(..))
                if is_input || holder.kind() == Some(Kind::Object) =>
            {
                match holder.member(name) {
                    Found::Present(ty) | Found::Maybe(ty) => ty,
                    _ => Ty::Any,
                }
            }
            (Segment::Index(index), Ty::Tuple(items)) => items.get(*index).cloned().unwrap_or(Ty::Any),
            _ => return false,
        };
        holder = inner;
        true
    })
}

/// Returns the function and the argument of a call with one argument.
pub(super) fn test_of(node: &Node) -> Option<(FunctionId, &Node)> {
    match called(node)? {
        (name, [argument]) => Some((function(name)?.id, argument)),
        _ => None,
    }
}

/// Returns the relation of a comparison operator of JSONata, or `None` for other operators and `!=`.
pub(super) fn relation(sign: &str) -> Option<Relation> {
    match sign {
        "=" => Some(Relation::Equal),
        "<" => Some(Relation::Less),
        "<=" => Some(Relation::LessOrEqual),
        ">" => Some(Relation::Greater),
        ">=" => Some(Relation::GreaterOrEqual),
        _ => None,
    }
}
