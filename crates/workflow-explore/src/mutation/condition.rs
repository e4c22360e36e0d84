//! The mutants of a choice: its conditions, their bounds, and the targets of its arms.

use serde_json::{Map, Value, json};
use workflow_asl::Pointer;
use workflow_asl::document::{Operand, Operator as Comparison};
use workflow_local::Instant;
use workflow_local::mutation::Edit;

use super::literal::{moved, other as other_text, text_of};
use super::{Making, Mutant, Operator, Within};

/// Members of a rule that are not its condition.
const OF_THE_ARM: [&str; 4] = ["Next", "Assign", "Output", "Comment"];

impl Making<'_> {
    pub(super) fn choice(&mut self, state: &Within<'_>) {
        let Some(rules) = state.members.get("Choices").and_then(Value::as_array) else { return };
        let choices = state.at.child("Choices");
        for (index, rule) in rules.iter().enumerate() {
            let at = choices.index(index);
            if let Some(condition) = rule.get("Condition") {
                self.condition(state, condition, &at.child("Condition"));
            } else {
                self.rule(state, rule, &at);
            }
            let what = format!("rule {} of `{}`", index + 1, state.name);
            self.retarget(state, &at, "Next", Operator::RetargetTransition, &what);
            self.leaving(state, rule, &at);
        }
        self.swap_arms(state, rules, &choices);
        self.retarget(
            state,
            &state.at,
            "Default",
            Operator::ChangeDefault,
            &format!("the default of `{}`", state.name),
        );
    }

    fn swap_arms(&mut self, state: &Within<'_>, rules: &[Value], choices: &Pointer) {
        let arms = rules.iter().enumerate().filter_map(|(index, rule)| {
            let target = rule.get("Next").and_then(Value::as_str)?;
            Some((choices.index(index).child("Next"), target, format!("rule {}", index + 1)))
        });
        let default = state.members.get("Default").and_then(Value::as_str);
        let default = default.map(|target| (state.at.child("Default"), target, "the default".to_owned()));
        let arms: Vec<_> = arms.chain(default).collect();
        for pair in arms.windows(2) {
            let [(first_at, first, one), (second_at, second, other)] = pair else { continue };
            if first != second {
                let description = format!("{one} leads to `{second}` and {other} to `{first}`");
                let edits = vec![
                    Edit::replace(first_at.as_str(), json!(second)),
                    Edit::replace(second_at.as_str(), json!(first)),
                ];
                // Move the whole arm.
                let at = first_at.parent().unwrap_or_default();
                self.offer_in(state, &state.at, Mutant::new(Operator::SwapArms, at, description, edits));
            }
        }
    }

    fn rule(&mut self, state: &Within<'_>, rule: &Value, at: &Pointer) {
        let Some(members) = rule.as_object() else { return };
        let (of_the_arm, test): (Map<_, _>, Map<_, _>) =
            members.clone().into_iter().partition(|(name, _)| OF_THE_ARM.contains(&name.as_str()));
        let negated = std::iter::once(("Not".to_owned(), Value::Object(test))).chain(of_the_arm).collect();
        let mutant = Mutant::replace(Operator::NegateCondition, at.clone(), negated, "the condition is negated");
        self.offer_in(state, &state.at, mutant);
        for (list, other) in [("And", "Or"), ("Or", "And")] {
            if let Some(parts) = members.get(list) {
                let place = at.child(list);
                let edits = vec![Edit::remove(place.as_str()), Edit::replace(at.child(other).as_str(), parts.clone())];
                let description = format!("`{list}` becomes `{other}`");
                self.offer_in(state, &state.at, Mutant::new(Operator::SwapConnective, place, description, edits));
            }
            for (index, part) in members.get(list).and_then(Value::as_array).into_iter().flatten().enumerate() {
                self.rule(state, part, &at.child(list).index(index));
            }
        }
        if let Some(part) = members.get("Not") {
            self.comparisons(state, part, &at.child("Not"));
        }
        self.comparisons(state, rule, at);
    }

    fn comparisons(&mut self, state: &Within<'_>, rule: &Value, at: &Pointer) {
        for (name, operand) in rule.as_object().into_iter().flatten() {
            let Some(comparison) = Comparison::from_name(name) else { continue };
            let place = at.child(name);
            let bounded = comparison.order().and_then(|(compared, relation)| {
                let by_path = comparison.operand() == Operand::Path;
                Some((relation, Comparison::of(compared, relation.with_or_without_equal()?, by_path)?))
            });
            let has_sides = bounded.is_some();
            if let Some((relation, other)) = bounded {
                let description = format!("`{name}` becomes `{}`", other.name());
                let edits =
                    vec![Edit::remove(place.as_str()), Edit::replace(at.child(other.name()).as_str(), operand.clone())];
                let mutant = Mutant::new(Operator::MoveBound, place.clone(), description, edits).word(relation.sign());
                self.offer_in(state, &state.at, mutant);
            }
            let (operator, changed) = match comparison.operand() {
                Operand::Number => (Operator::MoveBound, [moved(operand, 1), moved(operand, -1).filter(|_| has_sides)]),
                Operand::Text => {
                    (Operator::ChangeLiteral, [operand.as_str().map(|text| json!(other_text(text))), None])
                }
                Operand::Timestamp => (Operator::MoveBound, [a_second_later(operand), None]),
                _ => continue,
            };
            for changed in changed.into_iter().flatten() {
                let found = text_of(operand);
                let description = format!("`{found}` becomes `{}`", text_of(&changed));
                let mutant = Mutant::replace(operator, place.clone(), changed, description).word(found);
                self.offer_in(state, &state.at, mutant);
            }
        }
    }
}

pub(super) fn a_second_later(operand: &Value) -> Option<Value> {
    let millis = Instant::parse(operand.as_str()?)?.as_millis().checked_add(1000)?;
    Some(json!(Instant::from_millis(millis).to_string()))
}
