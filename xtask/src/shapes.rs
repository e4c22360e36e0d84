//! Shapes of values: imported from models, changed, and deduplicated.

use std::collections::BTreeMap;

use serde_json::Number;

use crate::Failure;
use crate::botocore::{Api, ApiShape, Reference};
use crate::naming;

/// A shape of a [`Shapes`].
pub(crate) type Id = usize;

/// The numbers of shapes without a record. The reader has them in `crates/workflow-services/src/shape.rs`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Primitive {
    String = 0,
    Integer = 1,
    Long = 2,
    Float = 3,
    Double = 4,
    Boolean = 5,
    Timestamp = 6,
    Blob = 7,
    Document = 8,
    /// A string that is an idempotency token.
    Token = 9,
    /// One that the model requires, and that SDKs fill in.
    FilledToken = 10,
}

#[derive(Clone)]
pub(crate) enum Shape {
    Primitive(Primitive),
    Structure {
        union: bool,
        members: Vec<Member>,
    },
    List(Id),
    Map(Id, Id),
    Enum(Vec<String>),
    /// A shape with limits, `least..greatest`.
    Limited(Id, String),
}

#[derive(Clone)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) required: bool,
    pub(crate) shape: Id,
}

/// The SDK that determines the names of members.
#[derive(Clone, Copy)]
pub(crate) enum Generation {
    Sdk,
    Optimised,
}

/// The shapes of a service, or of an optimised prefix.
pub(crate) struct Shapes {
    generation: Generation,
    all: Vec<Shape>,
    /// By service and name.
    known: BTreeMap<(String, String), Id>,
}

impl Shapes {
    pub(crate) fn new(generation: Generation) -> Self {
        Self { generation, all: Vec::new(), known: BTreeMap::new() }
    }

    pub(crate) fn add(&mut self, shape: Shape) -> Id {
        self.all.push(shape);
        self.all.len() - 1
    }

    pub(crate) fn primitive(&mut self, primitive: Primitive) -> Id {
        self.add(Shape::Primitive(primitive))
    }

    /// Returns the shape, without its limits; any JSON for an ID of another `Shapes`.
    pub(crate) fn get(&self, id: Id) -> &Shape {
        match self.record(id) {
            Shape::Limited(inner, _) => self.record(*inner),
            other => other,
        }
    }

    fn record(&self, id: Id) -> &Shape {
        self.all.get(id).unwrap_or(&Shape::Primitive(Primitive::Document))
    }

    /// Returns the shape that a reference of a model names, or a structure without members for `None`.
    ///
    /// # Errors
    /// Fails if the model lacks the shape.
    pub(crate) fn import(&mut self, api: &Api, reference: Option<&Reference>) -> Result<Id, Failure> {
        match reference {
            Some(reference) => self.import_shape(&api.name(), api, &reference.shape),
            None => Ok(self.add(Shape::Structure { union: false, members: Vec::new() })),
        }
    }

    fn import_shape(&mut self, service: &str, api: &Api, name: &str) -> Result<Id, Failure> {
        let key = (service.to_owned(), name.to_owned());
        if let Some(id) = self.known.get(&key) {
            return Ok(*id);
        }
        let missing = || Failure(format!("the model of {service} lacks a part of the shape {name}"));
        let shape = api.shapes.get(name).ok_or_else(missing)?;
        // Registered before its parts are imported, because it may be one of them.
        let id = self.primitive(Primitive::Document);
        self.known.insert(key, id);
        let part = |shapes: &mut Self, reference: &Option<Reference>| {
            shapes.import_shape(service, api, &reference.as_ref().ok_or_else(missing)?.shape)
        };
        let made = match &*shape.kind {
            "structure" if shape.document => Shape::Primitive(Primitive::Document),
            "structure" => {
                let mut members = Vec::new();
                for (member, reference) in &shape.members {
                    let modelled = shape.required.contains(member);
                    let marked = reference.idempotency_token && (!modelled || naming::is_invented(member));
                    let required = modelled && !marked;
                    let id = match (marked && modelled, marked || reference.documented_token) {
                        (true, _) => self.import_token(service, api, &reference.shape, Primitive::FilledToken)?,
                        (_, true) => self.import_token(service, api, &reference.shape, Primitive::Token)?,
                        _ => self.import_shape(service, api, &reference.shape)?,
                    };
                    members.push(match self.generation {
                        Generation::Sdk => Member {
                            name: naming::sdk_member(service, name, member),
                            required: required && !naming::is_replaceable(service, name, member),
                            shape: id,
                        },
                        Generation::Optimised => Member { name: naming::optimised_member(member), required, shape: id },
                    });
                }
                if matches!(self.generation, Generation::Sdk) {
                    for member in naming::added_members(service, name) {
                        let shape = self.primitive(Primitive::String);
                        members.push(Member { name: (*member).to_owned(), required: false, shape });
                    }
                }
                Shape::Structure { union: shape.union, members }
            }
            "list" => Shape::List(part(self, &shape.member)?),
            "map" => Shape::Map(part(self, &shape.key)?, part(self, &shape.value)?),
            "string" if !shape.values.is_empty() => {
                let mut values = shape.values.clone();
                values.sort();
                values.dedup();
                Shape::Enum(values)
            }
            "string" | "character" => Shape::Primitive(Primitive::String),
            "integer" => Shape::Primitive(Primitive::Integer),
            "long" | "biginteger" => Shape::Primitive(Primitive::Long),
            "float" => Shape::Primitive(Primitive::Float),
            "double" | "bigdecimal" => Shape::Primitive(Primitive::Double),
            "boolean" => Shape::Primitive(Primitive::Boolean),
            "timestamp" => Shape::Primitive(Primitive::Timestamp),
            "blob" => Shape::Primitive(Primitive::Blob),
            other => return Err(Failure(format!("{service}: the shape {name} is of an unknown kind, {other}"))),
        };
        let made = match limits(shape, &made) {
            Some(limits) => Shape::Limited(self.add(made), limits),
            None => made,
        };
        if let Some(place) = self.all.get_mut(id) {
            *place = made;
        }
        Ok(id)
    }

    /// Returns the shape of an idempotency token. Members that are none may have the same shape in the model.
    fn import_token(&mut self, service: &str, api: &Api, name: &str, token: Primitive) -> Result<Id, Failure> {
        let shape = api.shapes.get(name).filter(|shape| shape.kind == "string" && shape.values.is_empty());
        let shape = shape.ok_or_else(|| Failure(format!("{service}: the idempotency token {name} is not a string")))?;
        let token = Shape::Primitive(token);
        let token = match limits(shape, &token) {
            Some(limits) => Shape::Limited(self.add(token), limits),
            None => token,
        };
        Ok(self.add(token))
    }

    /// Returns the shapes reachable from `roots`, without duplicates and with the most used first, and the number of
    /// each root among them.
    ///
    /// Two shapes are equal if they do not differ at any depth. Classes of shapes are split until none can be split
    /// further, so that recursive shapes are compared too.
    pub(crate) fn distinct(&self, roots: &[Id]) -> Distinct {
        let mut classes = self.classes_by(|_, shape| match shape {
            Shape::Primitive(primitive) => (*primitive as usize, Vec::new()),
            Shape::Structure { union, members } => {
                let names = members.iter().map(|member| (&*member.name, member.required));
                (16 + usize::from(*union), names.collect())
            }
            Shape::List(_) => (18, Vec::new()),
            Shape::Map(..) => (19, Vec::new()),
            Shape::Enum(values) => (20, values.iter().map(|value| (&**value, false)).collect()),
            Shape::Limited(_, limits) => (21, vec![(&**limits, false)]),
        });
        let mut count = 0;
        while count != classes.iter().max().map_or(0, |last| last + 1) {
            count = classes.iter().max().map_or(0, |last| last + 1);
            let class = |id: &Id| classes.get(*id).copied().unwrap_or_default();
            classes = self.classes_by(|id, shape| (class(&id), parts(shape).iter().map(class).collect::<Vec<_>>()));
        }
        let mut distinct = Distinct { shapes: Vec::new(), roots: Vec::new() };
        let mut numbers = BTreeMap::new();
        let mut order = Vec::new();
        for root in roots {
            self.reach(*root, &classes, &mut numbers, &mut order);
        }
        self.most_used_first(roots, &classes, &mut numbers, &mut order);
        let number = |id: Id| numbers.get(&classes.get(id).copied().unwrap_or_default()).copied().unwrap_or_default();
        distinct.roots = roots.iter().map(|root| number(*root)).collect();
        for id in order {
            distinct.shapes.push(match self.record(id).clone() {
                Shape::Structure { union, mut members } => {
                    members.iter_mut().for_each(|member| member.shape = number(member.shape));
                    Shape::Structure { union, members }
                }
                Shape::List(element) => Shape::List(number(element)),
                Shape::Map(key, value) => Shape::Map(number(key), number(value)),
                Shape::Limited(inner, limits) => Shape::Limited(number(inner), limits),
                other => other,
            });
        }
        distinct
    }

    fn classes_by<'a, K: Ord>(&'a self, key: impl Fn(Id, &'a Shape) -> K) -> Vec<usize> {
        let mut classes = BTreeMap::new();
        let keys = self.all.iter().enumerate().map(|(id, shape)| key(id, shape));
        keys.map(|key| {
            let next = classes.len();
            *classes.entry(key).or_insert(next)
        })
        .collect()
    }

    /// Sorts the shapes by how often other shapes and roots use them, so that frequently used ones get short numbers.
    fn most_used_first(&self, roots: &[Id], classes: &[usize], numbers: &mut BTreeMap<usize, usize>, order: &mut [Id]) {
        let class = |id: Id| classes.get(id).copied().unwrap_or_default();
        let mut uses: BTreeMap<usize, usize> = BTreeMap::new();
        for id in order.iter().flat_map(|id| parts(self.record(*id))).chain(roots.iter().copied()) {
            *uses.entry(class(id)).or_default() += 1;
        }
        order.sort_by_key(|id| std::cmp::Reverse(uses.get(&class(*id)).copied()));
        *numbers = order.iter().enumerate().map(|(number, id)| (class(*id), number)).collect();
    }

    fn reach(&self, id: Id, classes: &[usize], numbers: &mut BTreeMap<usize, usize>, order: &mut Vec<Id>) {
        let class = classes.get(id).copied().unwrap_or_default();
        if numbers.contains_key(&class) {
            return;
        }
        numbers.insert(class, order.len());
        order.push(id);
        for part in parts(self.record(id)) {
            self.reach(part, classes, numbers, order);
        }
    }
}

/// The result of [`Shapes::distinct`]. Its IDs are indices of `shapes`.
pub(crate) struct Distinct {
    pub(crate) shapes: Vec<Shape>,
    pub(crate) roots: Vec<Id>,
}

fn parts(shape: &Shape) -> Vec<Id> {
    match shape {
        Shape::Structure { members, .. } => members.iter().map(|member| member.shape).collect(),
        Shape::List(inner) | Shape::Limited(inner, _) => vec![*inner],
        Shape::Map(key, value) => vec![*key, *value],
        Shape::Primitive(_) | Shape::Enum(_) => Vec::new(),
    }
}

/// Returns the limits of a shape's numbers or lengths, `least..greatest`, without those that never apply.
fn limits(shape: &ApiShape, made: &Shape) -> Option<String> {
    use Primitive::{Blob, Double, FilledToken, Float, Integer, Long, String, Token};
    /// The longest payload in Step Functions.
    const PAYLOAD: f64 = 262_144.0;
    let (least, greatest) = match made {
        Shape::Primitive(Integer) => (f64::from(i32::MIN), f64::from(i32::MAX)),
        Shape::Primitive(Long) => (i64::MIN as f64, i64::MAX as f64),
        Shape::Primitive(Float | Double) => (f64::MIN, f64::MAX),
        Shape::Primitive(String | Token | FilledToken | Blob) | Shape::List(_) | Shape::Map(..) => (0.0, PAYLOAD),
        _ => return None,
    };
    let number = |number: &Number| number.as_f64().unwrap_or_default();
    let min = shape.min.as_ref().filter(|min| number(min) > least).map(Number::to_string).unwrap_or_default();
    let max = shape.max.as_ref().filter(|max| number(max) < greatest).map(Number::to_string).unwrap_or_default();
    (!min.is_empty() || !max.is_empty()).then(|| format!("{min}..{max}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the shape `{ Name: string, Next: itself }`.
    fn chain(shapes: &mut Shapes, name: &str) -> Id {
        let id = shapes.primitive(Primitive::Document);
        let text = shapes.primitive(Primitive::String);
        let member = |name: &str, shape| Member { name: name.to_owned(), required: false, shape };
        shapes.all[id] = Shape::Structure { union: false, members: vec![member(name, text), member("Next", id)] };
        id
    }

    #[test]
    fn recursive_shapes_that_are_the_same_become_one() {
        let mut shapes = Shapes::new(Generation::Sdk);
        let (one, same) = (chain(&mut shapes, "Name"), chain(&mut shapes, "Name"));
        let other = chain(&mut shapes, "Title");
        let list = shapes.add(Shape::List(same));
        let distinct = shapes.distinct(&[one, same, other, list]);
        let [one, same, other, list] = distinct.roots[..] else { panic!() };
        assert_eq!(one, same);
        assert_ne!(one, other);
        assert!(matches!(distinct.shapes[list], Shape::List(element) if element == one));
        let Shape::Structure { members, .. } = &distinct.shapes[one] else { panic!() };
        assert_eq!(members[1].shape, one);
        // Two structures, the list, and the string that both contain.
        assert_eq!(distinct.shapes.len(), 4);
    }

    #[test]
    fn what_is_named_most_comes_first() {
        let mut shapes = Shapes::new(Generation::Sdk);
        let often = shapes.add(Shape::Enum(vec!["A".to_owned()]));
        let once = shapes.add(Shape::Enum(vec!["B".to_owned()]));
        let distinct = shapes.distinct(&[once, often, often]);
        assert_eq!(distinct.roots, [1, 0, 0]);
    }
}
