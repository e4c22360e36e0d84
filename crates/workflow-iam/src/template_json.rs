//! Templates as JSON, which the macro writes into the code that it generates.

use serde_json::{Map, Value, json};

use super::NoteKind;
use super::template::{Need, ResourceForm, ServiceCall, Template};

/// The kinds of notes that a template may have.
const KINDS: [(&str, NoteKind); 3] =
    [("missing", NoteKind::Missing), ("wide", NoteKind::Wide), ("note", NoteKind::Remark)];

impl Template {
    /// Returns the template as JSON. [`read`](Self::read) reads it.
    pub fn to_json(&self) -> Value {
        self.calls.iter().map(ServiceCall::to_json).collect()
    }

    /// Parses what [`to_json`](Self::to_json) wrote. For any other text, returns a template whose policy has a note
    /// that nothing is known.
    ///
    /// ```
    /// use workflow_iam::{Setting, Template};
    ///
    /// assert_eq!(Template::parse("[]"), Template::default());
    /// assert!(Template::parse("").policy(&Setting::default()).notes[0].text.starts_with("the permissions that"));
    /// ```
    pub fn parse(text: &str) -> Self {
        let read = serde_json::from_str(text).ok().and_then(|value| Self::read(&value));
        read.unwrap_or_else(|| {
            let mut call = ServiceCall::default();
            call.note(
                NoteKind::Missing,
                "the permissions that the workflow needs are unknown: `workflow!` did not make its definition",
            );
            Self { calls: vec![call] }
        })
    }

    /// Reads what [`to_json`](Self::to_json) wrote, or returns `None` if it is something else.
    ///
    /// ```
    /// use workflow_iam::{Need, ServiceCall, Template};
    ///
    /// let mut call = ServiceCall::new("Do", "arn:aws:lambda:eu-west-1:1:function:f".to_owned());
    /// call.needs.push(Need::Function);
    /// let template = Template { calls: vec![call] };
    /// assert_eq!(Template::read(&template.to_json()), Some(template));
    /// ```
    pub fn read(value: &Value) -> Option<Self> {
        Some(Self { calls: list(value, ServiceCall::read)? })
    }
}

impl ServiceCall {
    fn to_json(&self) -> Value {
        let mut made = Map::new();
        made.insert("state".to_owned(), json!(self.state));
        made.insert("resource".to_owned(), json!(self.resource));
        if let Some(role) = &self.role {
            made.insert("role".to_owned(), json!(role));
        }
        made.insert("parameters".to_owned(), json!(self.parameters));
        made.insert("needs".to_owned(), self.needs.iter().map(Need::to_json).collect());
        let name = |kind: NoteKind| KINDS.iter().find(|(_, of)| *of == kind).map(|(name, _)| *name);
        made.insert("notes".to_owned(), self.notes.iter().map(|(kind, text)| json!([name(*kind), text])).collect());
        Value::Object(made)
    }

    fn read(value: &Value) -> Option<Self> {
        let values =
            |value: &Value| list(value, |value| if value.is_null() { Some(None) } else { text(value).map(Some) });
        let parameters = value.get("parameters")?.as_object()?;
        let kind = |name: &Value| KINDS.iter().find(|(of, _)| name == of).map(|(_, kind)| *kind);
        Some(Self {
            state: text(value.get("state")?)?,
            resource: text(value.get("resource")?)?,
            role: value.get("role").map_or(Some(None), |role| values(role).map(Some))?,
            parameters: parameters.iter().map(|(name, of)| Some((name.clone(), values(of)?))).collect::<Option<_>>()?,
            needs: list(value.get("needs")?, Need::read)?,
            notes: list(value.get("notes")?, |note| Some((kind(note.get(0)?)?, text(note.get(1)?)?)))?,
        })
    }
}

impl Need {
    fn to_json(&self) -> Value {
        match self {
            Self::Statement { actions, resources, conditions } => {
                json!({"actions": actions, "resources": resources, "conditions": conditions})
            }
            Self::Action { action, forms, arns } => {
                let forms: Vec<_> = forms.iter().map(ResourceForm::to_json).collect();
                json!({"action": action, "forms": forms, "arns": arns})
            }
            Self::Function => json!("function"),
            Self::Unknown(written) => json!({"unknown": written}),
        }
    }

    fn read(value: &Value) -> Option<Self> {
        if let Some(written) = value.get("unknown") {
            return Some(Self::Unknown(text(written)?));
        }
        if let Some(action) = value.get("action") {
            let (forms, arns) = (list(value.get("forms")?, ResourceForm::read)?, list(value.get("arns")?, text)?);
            return Some(Self::Action { action: text(action)?, forms, arns });
        }
        if value == "function" {
            return Some(Self::Function);
        }
        let condition = |one: &Value| Some((text(one.get(0)?)?, text(one.get(1)?)?, list(one.get(2)?, text)?));
        Some(Self::Statement {
            actions: list(value.get("actions")?, text)?,
            resources: list(value.get("resources")?, text)?,
            conditions: list(value.get("conditions")?, condition)?,
        })
    }
}

impl ResourceForm {
    fn to_json(&self) -> Value {
        json!([self.shape, self.text, self.required, self.told])
    }

    fn read(value: &Value) -> Option<Self> {
        Some(Self {
            shape: text(value.get(0)?)?,
            text: value.get(1)?.as_str().map(str::to_owned),
            required: value.get(2)?.as_bool()?,
            told: value.get(3)?.as_bool()?,
        })
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn list<T>(value: &Value, one: impl FnMut(&Value) -> Option<T>) -> Option<Vec<T>> {
    value.as_array()?.iter().map(one).collect()
}
