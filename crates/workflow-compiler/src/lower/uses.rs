//! Lowers a stand-in for each use of a fragment: the task that an engine runs instead of the states of the use, if a test
//! answers the whole use.

use serde_json::{Map, Value, json};
use workflow_asl::document::QueryLanguage;
use workflow_asl::{Pointer, State};

use super::object::Fields;
use super::{Lowering, ValueField};
use crate::check::StateInfo;
use crate::fragment::Fragment;
use crate::inline::argument_variable;
use crate::problem::Problems;
use crate::syntax::ast::{ClauseValue, Expr, ExprKind, Inlined, Target, plain};

/// A use of a fragment in the document.
#[derive(Debug)]
pub struct LoweredUse {
    /// Its name in the document: `Told`.
    pub name: String,
    /// The state that runs first.
    pub first: String,
    /// Its states in the scope of the use.
    pub states: Vec<String>,
    /// The task that stands in for them, split at parameters and constants.
    pub stand_in: Vec<Fragment>,
}

impl<'a> Lowering<'_, 'a> {
    /// Returns the uses that have a name. The document is complete, with marks for parameters and constants.
    pub(super) fn uses(&mut self, definition: &Value) -> Vec<LoweredUse> {
        let inlined = &self.analysis.workflow.inlined;
        if inlined.is_empty() {
            return Vec::new();
        }
        let states = self.analysis.states.values().map(|info| (info.name.as_str(), info.state.in_use));
        let inside = self.analysis.workflow.states_by_use(states);
        // What cannot be lowered was reported in the states of the use.
        let mut reported = Problems::default();
        std::mem::swap(self.problems, &mut reported);
        let named = inlined.iter().filter(|used| !used.asl_name.is_empty());
        let uses = named.filter_map(|used| self.stand_in(used, inside.get(&used.number)?, definition)).collect();
        std::mem::swap(self.problems, &mut reported);
        uses
    }

    fn stand_in(&mut self, used: &'a Inlined, inside: &[usize], definition: &Value) -> Option<LoweredUse> {
        let analysis = self.analysis;
        let first = analysis.states.get(&used.first)?;
        let states = inside.iter().filter_map(|at| analysis.states.get_index(*at));
        let states =
            states.filter(|(_, info)| info.scope == first.scope).map(|(_, info)| info.asl_name.clone()).collect();
        let mut fields = Fields::new(Pointer::root().child("Uses").child(&used.asl_name));
        fields.insert("Type", "Task".into());
        if first.language != analysis.language {
            fields.insert("QueryLanguage", first.language.name().into());
        }
        let function = format!("arn:aws:lambda:us-east-1:123456789012:function:{}", plain(&used.fragment));
        fields.insert("Resource", function.into());
        let span = used.written.span().into();
        let arguments = Expr::made(ExprKind::Object(used.arguments.clone()), span);
        self.put_parameters(&mut fields, first.site(ValueField::Parameters), &arguments);
        let assigned = self.assigned_by(used, first, definition);
        if !assigned.is_empty() {
            fields.insert("Assign", assigned.into());
        }
        let mut catchers = Vec::new();
        for clause in &used.clauses {
            if let ClauseValue::Catcher(catcher) = &clause.value {
                let mut entry = Fields::new(fields.pointer.child("Catch").index(catchers.len()));
                self.catcher(first, catcher, &None, &mut entry);
                catchers.push(Value::Object(entry.map));
            }
        }
        if !catchers.is_empty() {
            fields.insert("Catch", catchers.into());
        }
        match &used.transition {
            Some(target @ (Target::State(_) | Target::Text(_))) => self.put_target(&mut fields, "Next", target),
            _ => fields.insert("End", true.into()),
        }
        let text = super::json::text(&fields.ordered(State::FIELDS));
        let stand_in = self.slots.cut(&text);
        Some(LoweredUse { name: used.asl_name.clone(), first: first.asl_name.clone(), states, stand_in })
    }

    /// Returns the variables of the stand-in: the result, if something reads it, and the parts that the first state
    /// keeps of its input for later states.
    fn assigned_by(&self, used: &Inlined, first: &StateInfo<'a>, definition: &Value) -> Map<String, Value> {
        let jsonata = first.language == QueryLanguage::Jsonata;
        let mut assigned = Map::new();
        let own = |name: &String| used.computed.iter().any(|field| argument_variable(&used.name, field) == *name);
        if let (true, false, Some(Value::Object(assign))) = (
            jsonata,
            used.computed.is_empty(),
            state_named(definition, &first.asl_name).and_then(|state| state.get("Assign")),
        ) {
            assigned.extend(
                assign.iter().filter(|(name, _)| !own(name)).map(|(name, value)| (name.clone(), value.clone())),
            );
        }
        if used.is_read {
            let name = used.variable();
            match jsonata {
                true => assigned.insert(name, json!("{% $states.result %}")),
                false => assigned.insert(format!("{name}.$"), json!("$")),
            };
        }
        assigned
    }
}

/// Returns the state with a name, in any scope.
fn state_named<'d>(scope: &'d Value, name: &str) -> Option<&'d Value> {
    let states = scope.get("States")?.as_object()?;
    states.get(name).or_else(|| {
        states.values().find_map(|state| {
            let branches = state.get("Branches").and_then(Value::as_array).into_iter().flatten();
            let processors = State::PROCESSOR_FIELDS.iter().filter_map(|field| state.get(*field));
            branches.chain(processors).find_map(|inner| state_named(inner, name))
        })
    })
}
