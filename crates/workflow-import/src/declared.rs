//! Declares the types that the expressions of a document require.

use std::collections::BTreeSet;

use workflow_asl::Pointer;

use super::filter::item_name;
use super::shapes::{INPUT, Scalar, Shapes};
use super::text::{braces, is_name, quoted};
use workflow_compiler::state_ident::{StateIdents, UniqueNames, pascal, snake};
use workflow_compiler::syntax::is_rust_keyword;

/// The names of types that the language or Rust has.
const TAKEN: [&str; 13] =
    ["String", "Json", "Vec", "Option", "Map", "Arn", "Timestamp", "Self", "Some", "None", "Ok", "Err", "Box"];

/// Returns the names of the types that a workflow has besides its structs.
pub(super) fn generated(workflow: &str) -> [String; 5] {
    ["", "Input", "Output", "Params", "State"].map(|part| format!("{workflow}{part}"))
}

/// What a reader must know about the types.
const COMMENT: &str = "// The types that the expressions need, with the members that they read. Check them.";

impl Shapes {
    /// Names the types and their fields.
    pub(super) fn name_all(&mut self, idents: &StateIdents, workflow: &str, taken: &BTreeSet<String>) {
        let mut types = UniqueNames::default();
        let taken = TAKEN.into_iter().map(str::to_owned).chain(generated(workflow)).chain(taken.iter().cloned());
        taken.for_each(|name| drop(types.take(name, "")));
        let results = self.payloads.iter().map(|(state, place)| (place.shape, idents.get(state).unwrap_or_default()));
        let mut open: Vec<_> =
            results.map(|(shape, state)| (shape, format!("{}Result", pascal(state, "Task")))).collect();
        open.push((INPUT, "Input".to_owned()));
        while let Some((number, ty)) = open.pop() {
            let mut shapes = self.shapes.borrow_mut();
            let Some(shape) = shapes.get_mut(number).filter(|shape| !shape.members.is_empty()) else { continue };
            shape.ty = types.take(ty, "");
            let mut fields = UniqueNames::default();
            for (name, member) in &mut shape.members {
                let ident = snake(name, "field");
                let ident = if is_rust_keyword(&ident) || !is_name(&ident) { format!("{ident}_") } else { ident };
                member.ident = fields.take(ident, "_");
                open.push((member.shape, pascal(&item_name(Some(name)).unwrap_or_else(|| name.clone()), "Value")));
            }
        }
    }

    /// Returns the names of the declared structs.
    pub(super) fn names(&self) -> Vec<String> {
        let shapes = self.shapes.borrow();
        // The input has the workflow's name.
        let structs = shapes.iter().skip(INPUT + 1).filter(|shape| !shape.members.is_empty());
        structs.map(|shape| shape.ty.clone()).collect()
    }

    /// Returns the declarations of the input and of structs.
    pub(super) fn declarations(&self) -> String {
        let shapes = self.shapes.borrow();
        let mut out = String::new();
        let mut open: Vec<usize> = self.payloads.values().rev().map(|place| place.shape).collect();
        open.push(INPUT);
        while let Some(number) = open.pop() {
            let Some(shape) = shapes.get(number).filter(|shape| !shape.members.is_empty()) else { continue };
            let mut lines = String::new();
            for (name, member) in &shape.members {
                if *name != member.ident {
                    lines.push_str(&format!("#[serde(rename = {})]\n", quoted(name)));
                }
                lines.push_str(&format!("{}: {},\n", member.ident, self.type_of(member.shape, 0)));
            }
            open.extend(shape.members.values().rev().map(|member| member.shape));
            let head = if number == INPUT { "input".to_owned() } else { format!("struct {}", shape.ty) };
            out.push_str(&format!("{head} {}\n", braces(&lines)));
        }
        if out.is_empty() { out } else { format!("{COMMENT}\n{out}") }
    }

    /// Returns the type of the result of the Lambda function that a state calls, if anything is known of it.
    pub(super) fn payload_type(&self, state: &Pointer) -> Option<String> {
        let place = self.payloads.get(state)?;
        let ty = self.type_of(place.shape, place.level);
        (ty != "Json").then_some(ty)
    }

    fn type_of(&self, number: usize, level: u8) -> String {
        let shapes = self.shapes.borrow();
        let Some(shape) = shapes.get(number) else { return "Json".to_owned() };
        let base = match shape.scalar {
            _ if !shape.members.is_empty() => shape.ty.as_str(),
            Some(Scalar::Text) => "String",
            Some(Scalar::Bool) => "bool",
            Some(Scalar::Number) => "f64",
            Some(Scalar::Integer) => "i64",
            // A value that is neither computed with nor compared is text.
            None if shape.is_single => "String",
            Some(Scalar::Mixed) | None => "Json",
        };
        let lists = usize::from(shape.depth.saturating_sub(level));
        let ty = format!("{}{base}{}", "Vec<".repeat(lists), ">".repeat(lists));
        if shape.optional { format!("Option<{ty}>") } else { ty }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::{ImportOptions, import};

    /// Returns the source of a workflow with a choice and an output.
    fn imported(condition: &str, output: &str) -> String {
        let document = json!({ "QueryLanguage": "JSONata", "StartAt": "A", "States": {
            "A": { "Type": "Choice", "Choices": [{ "Condition": condition, "Next": "B" }], "Default": "B" },
            "B": { "Type": "Pass", "Output": output, "End": true }
        } });
        source(&document)
    }

    fn source(document: &Value) -> String {
        let imported = import(document, &ImportOptions::new("W")).unwrap();
        assert_eq!(imported.raw(), 0, "{}", imported.source);
        imported.source
    }

    #[test]
    fn a_value_of_different_kinds_is_json() {
        let condition = "{% $states.input.kind = 'a' or $states.input.kind = 5 %}";
        let source = imported(condition, "{% [$states.context.Execution.Input.orders.id] %}");
        for text in ["kind: Json,", "orders: Vec<Order>,", "input.orders[*].id"] {
            assert!(source.contains(text), "{text}: {source}");
        }
    }

    #[test]
    fn names_in_the_singular_may_end_with_s() {
        let condition = "{% $states.input.address.city = 'a' %}";
        let source = imported(condition, "{% [$states.context.Execution.Input.status.analysis.orders.id] %}");
        for text in ["address: Address,", "status: Status,", "analysis: Analysis,", "orders: Vec<Order>,"] {
            assert!(source.contains(text), "{text}: {source}");
        }
    }
}
