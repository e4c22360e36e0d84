//! The optimised integrations, from `data/optimised.json`: facts from AWS's documentation that are in no model.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::Deserialize;

use crate::Failure;
use crate::botocore::{Api, ApiOperation};
use crate::naming;
use crate::shapes::{Generation, Id, Member, Primitive, Shape, Shapes};

/// The patterns, in the order of the table's bits.
pub(crate) const PATTERNS: [&str; 4] = ["request-response", "sync", "sync:2", "wait-for-task-token"];

/// The data under a prefix.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PrefixData {
    errors: Errors,
    resources: BTreeMap<String, ResourceData>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Errors {
    prefix: String,
    base: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ResourceData {
    input: TypeData,
    /// The operation whose errors it raises.
    errors_of: Option<String>,
    #[serde(default)]
    one_of: Vec<Vec<String>>,
    /// The parameters without which AWS refuses to create a state machine.
    #[serde(default)]
    refused_without: Vec<String>,
    /// The members of a request that take text or any JSON. A number or a boolean is `refused`, or that is `unverified`.
    #[serde(default)]
    text_or_json: BTreeMap<String, String>,
    /// Whether text may stand for an attribute value of DynamoDB.
    #[serde(default)]
    plain_attribute_values: bool,
    patterns: BTreeMap<String, PatternData>,
    #[serde(default)]
    iam: BTreeMap<String, Vec<StatementData>>,
    #[serde(default)]
    raises: Vec<String>,
    #[serde(default)]
    raises_any: bool,
    #[serde(default)]
    unverified: Vec<String>,
    /// For readers of the data.
    #[serde(rename = "note")]
    _note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PatternData {
    /// `accepted`, `refused`, or `unverified` with the reason.
    standard: String,
    express: String,
    output: TypeData,
    #[serde(default)]
    output_unverified: bool,
    /// The member of the output with the result of the callee.
    #[serde(default)]
    returned_in: String,
}

/// A policy statement.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatementData {
    pub(crate) actions: Vec<String>,
    pub(crate) resources: Vec<String>,
    #[serde(default)]
    pub(crate) conditions: IndexMap<String, IndexMap<String, Vec<String>>>,
    #[serde(rename = "if")]
    pub(crate) when: Option<String>,
}

/// The type of a value.
#[derive(Deserialize)]
#[serde(untagged)]
enum TypeData {
    /// `string`, `integer`, `boolean` or `any`.
    Named(String),
    Enum {
        #[serde(rename = "enum")]
        values: Vec<String>,
    },
    List {
        list: Box<TypeData>,
    },
    /// An object with any names, and the type of its members.
    Map {
        map: Box<TypeData>,
    },
    Members(MembersData),
    Of(OfOperation),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MembersData {
    members: IndexMap<String, TypeData>,
    #[serde(default)]
    required: Vec<String>,
}

/// A part of an operation's input or output, with changes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfOperation {
    /// `folder:Operation`, for its input.
    input: Option<String>,
    /// `folder:Operation`, for its output.
    output: Option<String>,
    /// The path to the part: names, and `[]` for an element.
    #[serde(default)]
    at: Vec<String>,
    /// The paths of members that may be any JSON.
    #[serde(default)]
    any: Vec<String>,
    /// The members to remove.
    #[serde(default)]
    without: Vec<String>,
    /// The members to replace or add.
    #[serde(default)]
    with: IndexMap<String, TypeData>,
    /// Whether it contains the SDK's metadata of the answer.
    #[serde(default)]
    metadata: bool,
}

/// The integrations under a prefix.
pub(crate) struct Prefix {
    pub(crate) name: String,
    pub(crate) error_prefix: String,
    pub(crate) base_error: String,
    pub(crate) shapes: Shapes,
    pub(crate) resources: Vec<Resource>,
}

/// An integration. Bits are indices of [`PATTERNS`].
pub(crate) struct Resource {
    pub(crate) name: String,
    pub(crate) flags: u8,
    pub(crate) standard: u8,
    pub(crate) express: u8,
    pub(crate) unverified: u8,
    pub(crate) output_unverified: u8,
    pub(crate) input: Id,
    pub(crate) outputs: [Id; 4],
    pub(crate) errors: Vec<String>,
    pub(crate) raises: Vec<String>,
    pub(crate) one_of: Vec<Vec<String>>,
    pub(crate) refused_without: Vec<String>,
    /// Parameters, with `true` if numbers and booleans are rejected.
    pub(crate) text_or_json: Vec<(String, bool)>,
    /// By pattern; empty for none.
    pub(crate) returned_in: [String; 4],
    /// Statements, each with its patterns.
    pub(crate) statements: Vec<(u8, StatementData)>,
}

/// Combines the data's integrations with the shapes of the models.
///
/// # Errors
/// Fails if the data names something that the models do not have.
pub(crate) fn prefixes(
    data: BTreeMap<String, PrefixData>,
    models: &BTreeMap<String, Api>,
) -> Result<Vec<Prefix>, Failure> {
    let prefix = |(name, data): (String, PrefixData)| {
        let mut shapes = Shapes::new(Generation::Optimised);
        let resources = data.resources.into_iter().map(|(action, data)| {
            let name = format!("{name}:{action}");
            resource(&name, data, models, &mut shapes).map_err(|Failure(why)| Failure(format!("{name}: {why}")))
        });
        Ok(Prefix {
            resources: resources.collect::<Result<_, _>>()?,
            name,
            error_prefix: data.errors.prefix,
            base_error: data.errors.base.unwrap_or_default(),
            shapes,
        })
    };
    data.into_iter().map(prefix).collect()
}

fn resource(
    name: &str,
    data: ResourceData,
    models: &BTreeMap<String, Api>,
    shapes: &mut Shapes,
) -> Result<Resource, Failure> {
    let mut maker = Maker { models, shapes };
    let any = maker.shapes.primitive(Primitive::Document);
    let mut made = Resource {
        name: name.to_owned(),
        flags: u8::from(data.raises_any) | u8::from(data.plain_attribute_values) << 4,
        standard: 0,
        express: 0,
        unverified: 0,
        output_unverified: 0,
        input: maker.shape(&data.input)?,
        outputs: [any; 4],
        errors: Vec::new(),
        raises: data.raises,
        one_of: data.one_of,
        refused_without: data.refused_without,
        text_or_json: Vec::new(),
        returned_in: <[String; 4]>::default(),
        statements: Vec::new(),
    };
    for part in &data.unverified {
        made.flags |= match &**part {
            "errors" => 2,
            "input" => 4,
            "iam" => 8,
            other => return Err(Failure(format!("`unverified` has no part `{other}`"))),
        };
    }
    for (parameter, numbers) in data.text_or_json {
        let refused = match &*numbers {
            "refused" => true,
            "unverified" => false,
            other => return Err(Failure(format!("`text_or_json` has no word `{other}`"))),
        };
        made.text_or_json.push((parameter, refused));
    }
    if let Shape::Structure { members, .. } = maker.shapes.get(made.input) {
        let is_unknown = |name: &&String| !members.iter().any(|member| member.name == **name);
        if let Some(unknown) = made.refused_without.iter().find(is_unknown) {
            return Err(Failure(format!("no parameter `{unknown}`")));
        }
    }
    // One of a group is enough, so none is required by itself.
    if let Shape::Structure { union, mut members } = maker.shapes.get(made.input).clone() {
        members
            .iter_mut()
            .filter(|member| made.one_of.iter().flatten().any(|name| *name == member.name))
            .for_each(|member| member.required = false);
        made.input = maker.shapes.add(Shape::Structure { union, members });
    }
    for (pattern, data) in data.patterns {
        let place = PATTERNS.iter().position(|name| *name == pattern);
        let place = place.ok_or_else(|| Failure(format!("unknown pattern `{pattern}`")))?;
        let bit = 1 << place;
        let mut support = |text: &str| match text.split(':').next() {
            Some("accepted") => Ok(bit),
            Some("refused") => Ok(0),
            Some("unverified") => {
                made.unverified |= bit;
                Ok(bit)
            }
            _ => Err(Failure(format!("`{text}` does not describe a pattern"))),
        };
        made.standard |= support(&data.standard)?;
        made.express |= support(&data.express)?;
        made.output_unverified |= u8::from(data.output_unverified) << place;
        if let (Some(output), Some(returned_in)) = (made.outputs.get_mut(place), made.returned_in.get_mut(place)) {
            *output = maker.shape(&data.output)?;
            *returned_in = data.returned_in;
        }
    }
    if let Some(operation) = &data.errors_of {
        let (_, operation) = maker.operation(operation)?;
        made.errors = operation.errors.iter().map(|error| naming::optimised_error(&error.shape)).collect();
        made.errors.sort();
        made.errors.dedup();
    }
    let mut iam: Vec<_> = data.iam.into_iter().collect();
    iam.sort_by_key(|(pattern, _)| PATTERNS.iter().position(|name| name == pattern));
    for (pattern, statements) in iam {
        let patterns = match &*pattern {
            // Every task makes the request; both kinds of waiting need the permissions for waiting.
            "request-response" => 0b1111,
            "sync" => 0b0110,
            other => return Err(Failure(format!("`iam` has no pattern `{other}`"))),
        };
        made.statements.extend(statements.into_iter().map(|statement| (patterns, statement)));
    }
    Ok(made)
}

struct Maker<'a> {
    models: &'a BTreeMap<String, Api>,
    shapes: &'a mut Shapes,
}

impl<'a> Maker<'a> {
    fn operation(&self, name: &str) -> Result<(&'a Api, &'a ApiOperation), Failure> {
        let (folder, operation) = name.split_once(':').unwrap_or_default();
        let api = self.models.get(folder);
        api.and_then(|api| Some((api, api.operations.get(operation)?)))
            .ok_or_else(|| Failure(format!("botocore has no operation `{name}`")))
    }

    fn shape(&mut self, data: &TypeData) -> Result<Id, Failure> {
        match data {
            TypeData::Named(name) => Ok(self.shapes.primitive(match &**name {
                "string" => Primitive::String,
                "integer" => Primitive::Integer,
                "boolean" => Primitive::Boolean,
                "any" => Primitive::Document,
                other => return Err(Failure(format!("unknown type `{other}`"))),
            })),
            TypeData::Enum { values } => {
                let mut values = values.clone();
                values.sort();
                Ok(self.shapes.add(Shape::Enum(values)))
            }
            TypeData::List { list } => {
                let element = self.shape(list)?;
                Ok(self.shapes.add(Shape::List(element)))
            }
            TypeData::Map { map } => {
                let (key, value) = (self.shapes.primitive(Primitive::String), self.shape(map)?);
                Ok(self.shapes.add(Shape::Map(key, value)))
            }
            TypeData::Members(data) => {
                let mut members = Vec::new();
                for (name, member) in &data.members {
                    let required = data.required.contains(name);
                    members.push(Member { name: name.clone(), required, shape: self.shape(member)? });
                }
                Ok(self.shapes.add(Shape::Structure { union: false, members }))
            }
            TypeData::Of(data) => self.of_operation(data),
        }
    }

    fn of_operation(&mut self, data: &OfOperation) -> Result<Id, Failure> {
        let name = data.input.as_ref().or(data.output.as_ref());
        let name = name.ok_or_else(|| Failure("neither `input` nor `output` names an operation".to_owned()))?;
        let (api, operation) = self.operation(name)?;
        let reference = if data.input.is_some() { &operation.input } else { &operation.output };
        let mut id = self.shapes.import(api, reference.as_ref())?;
        for step in &data.at {
            id = match (self.shapes.get(id), &**step) {
                (Shape::List(element), "[]") => *element,
                (Shape::Structure { members, .. }, step) => {
                    members.iter().find(|member| member.name == step).ok_or_else(|| missing(name, step))?.shape
                }
                _ => return Err(missing(name, step)),
            };
        }
        if data.any.is_empty() && data.without.is_empty() && data.with.is_empty() && !data.metadata {
            return Ok(id);
        }
        for path in &data.any {
            id = self.with_any(id, path)?;
        }
        let Shape::Structure { union, mut members } = self.shapes.get(id).clone() else {
            return Err(missing(name, "any member"));
        };
        for without in &data.without {
            let place = members.iter().position(|member| member.name == *without);
            members.remove(place.ok_or_else(|| missing(name, without))?);
        }
        let mut with = Vec::new();
        for (name, data) in &data.with {
            with.push((name.clone(), self.shape(data)?));
        }
        if data.metadata {
            let any = self.shapes.primitive(Primitive::Document);
            with.extend(["SdkHttpMetadata", "SdkResponseMetadata"].map(|name| (name.to_owned(), any)));
        }
        for (name, shape) in with {
            match members.iter_mut().find(|member| member.name == name) {
                Some(member) => member.shape = shape,
                None => members.push(Member { name, required: false, shape }),
            }
        }
        Ok(self.shapes.add(Shape::Structure { union, members }))
    }

    /// Returns the shape with any JSON at a path such as `Entries[].Detail`. Shapes on the path are copied, because
    /// others may use them.
    fn with_any(&mut self, id: Id, path: &str) -> Result<Id, Failure> {
        if path.is_empty() {
            return Ok(self.shapes.primitive(Primitive::Document));
        }
        let changed = match self.shapes.get(id).clone() {
            Shape::List(element) => {
                let rest = path.strip_prefix("[]").ok_or_else(|| missing("a list", path))?;
                Shape::List(self.with_any(element, rest)?)
            }
            Shape::Structure { union, mut members } => {
                let path = path.strip_prefix('.').unwrap_or(path);
                let (name, rest) = path.split_at(path.find(['.', '[']).unwrap_or(path.len()));
                let member =
                    members.iter_mut().find(|member| member.name == name).ok_or_else(|| missing("it", name))?;
                member.shape = self.with_any(member.shape, rest)?;
                Shape::Structure { union, members }
            }
            _ => return Err(missing("a simple value", path)),
        };
        Ok(self.shapes.add(changed))
    }
}

fn missing(of: &str, part: &str) -> Failure {
    Failure(format!("{of} has no `{part}`"))
}
