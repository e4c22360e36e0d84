//! Checks values against declared types, and locates mismatches.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use workflow_services::timestamp;

use crate::{Field, Reads, Shape, TypeMismatch, Unread, ValuePath};

/// The maximum number of an enum's texts that a message lists.
const LISTED: usize = 8;

/// Checks a value.
struct Fitting {
    found: Vec<TypeMismatch>,
    /// Whether the value contains a type of unknown shape.
    opaque: bool,
    extent: Extent,
}

/// The mismatches to find.
#[derive(Clone, Copy)]
struct Extent {
    /// The maximum number.
    most: usize,
    /// Only values of the declared kind that violate a constraint or a range.
    constraints: bool,
}

/// The innermost enclosing named type.
#[derive(Clone, Copy)]
struct EnclosingType {
    name: Option<&'static str>,
    shape: &'static Shape,
}

#[doc(hidden)]
impl TypeMismatch {
    /// Returns how a value does not fit a type: at most so many mismatches.
    pub fn of(shape: &'static Shape, value: &Value, place: &ValuePath<'_>, most: usize) -> Vec<Self> {
        Fitting::new(Extent { most, constraints: false }).whole(shape, value, place)
    }

    /// Returns the first violated constraint of a value whose kinds are right.
    pub(crate) fn first_unmet(shape: &'static Shape, value: &Value, place: &ValuePath<'_>) -> Option<Self> {
        Fitting::new(Extent { most: 1, constraints: true }).whole(shape, value, place).into_iter().next()
    }

    /// Returns the mismatches of a missing value.
    pub fn of_missing(shape: &'static Shape, place: &ValuePath<'_>) -> Vec<Self> {
        let mut fitting = Fitting::new(Extent { most: 1, constraints: false });
        if !may_be_missing(shape) {
            fitting.mismatch(shape, None, place, EnclosingType { name: None, shape });
        }
        fitting.found
    }
}

impl Fitting {
    fn new(extent: Extent) -> Self {
        Self { found: Vec::new(), opaque: false, extent }
    }

    fn whole(mut self, shape: &'static Shape, value: &Value, place: &ValuePath<'_>) -> Vec<TypeMismatch> {
        self.fit(shape, value, place, EnclosingType { name: None, shape });
        self.found
    }

    fn fit(&mut self, shape: &'static Shape, value: &Value, place: &ValuePath<'_>, around: EnclosingType) {
        if self.found.len() >= self.extent.most {
            return;
        }
        let is = match shape {
            Shape::Any => true,
            Shape::Opaque { .. } => {
                self.opaque = true;
                true
            }
            Shape::Null => value.is_null(),
            Shape::Bool => value.is_boolean(),
            Shape::Number | Shape::Float => value.is_number(),
            Shape::Integer { least, greatest } => {
                integer(value).is_some_and(|number| (*least..=*greatest).contains(&number))
            }
            Shape::Text => value.is_string(),
            Shape::Timestamp => value.as_str().is_some_and(|text| timestamp::parse(text).is_some()),
            Shape::Parsed { parses, .. } => value.as_str().is_some_and(parses),
            Shape::Texts { of } => value.as_str().is_some_and(|text| of.contains(&text)),
            Shape::Array { of } => match value {
                Value::Array(items) => return self.items(items.iter().map(|item| (*of, item)), place, around),
                _ => false,
            },
            Shape::Tuple { of } => match value {
                Value::Array(items) if items.len() == of.len() => {
                    return self.items(of.iter().copied().zip(items), place, around);
                }
                _ => false,
            },
            Shape::Option { .. } if value.is_null() => true,
            Shape::Option { of } => return self.fit(of, value, place, around),
            Shape::Map { of } => match value {
                Value::Object(members) => {
                    return members.iter().for_each(|(name, value)| self.fit(of, value, &place.member(name), around));
                }
                _ => false,
            },
            Shape::Object { of } => match value {
                Value::Object(members) => return self.members(of, members, value, place, around),
                _ => false,
            },
            Shape::OneOf { alone: true, .. } if value.as_object().is_some_and(|members| members.len() != 1) => false,
            Shape::OneOf { of, .. } => match self.nearest_variant(of, value, place, around) {
                Ok(()) => true,
                Err(nearest) if nearest.is_empty() => false,
                Err(nearest) => return self.found.extend(nearest),
            },
            Shape::Named { name, of } => return self.fit(of, value, place, EnclosingType { name: Some(name), shape }),
            Shape::Own => return self.fit(around.shape, value, place, around),
            Shape::Read { of, reads } => return self.read(of, *reads, value, place, around),
        };
        if !is {
            self.mismatch(shape, Some(value), place, around);
        }
    }

    fn items<'v>(
        &mut self,
        items: impl Iterator<Item = (&'static Shape, &'v Value)>,
        place: &ValuePath<'_>,
        around: EnclosingType,
    ) {
        for (index, (shape, item)) in items.enumerate() {
            self.fit(shape, item, &place.item(index), around);
        }
    }

    /// Checks the members of an object: its own fields and the fields of flattened types.
    fn members(
        &mut self,
        fields: &'static [Field],
        members: &Map<String, Value>,
        value: &Value,
        place: &ValuePath<'_>,
        around: EnclosingType,
    ) {
        for field in fields {
            if field.flat {
                self.flattened(fields, field, members, value, place, around);
                continue;
            }
            let at = place.member(field.name);
            match members.get(field.name) {
                Some(value) => {
                    self.fit(field.shape, value, &at, around);
                    let unmet = field.rules.iter().filter_map(|rule| rule.unmet(value));
                    self.found.extend(unmet.map(|expected| TypeMismatch::new(&at, expected, Some(value))));
                }
                None if field.optional || may_be_missing(field.shape) => {}
                None => self.mismatch(field.shape, None, &at, around),
            }
        }
    }

    fn flattened(
        &mut self,
        fields: &'static [Field],
        field: &'static Field,
        members: &Map<String, Value>,
        value: &Value,
        place: &ValuePath<'_>,
        around: EnclosingType,
    ) {
        // A map takes the members that no other field has.
        if let Shape::Map { of } = inner(field.shape) {
            let mut taken = BTreeSet::new();
            fields.iter().for_each(|field| names(field, &mut taken));
            for (name, value) in members.iter().filter(|(name, _)| !taken.contains(name.as_str())) {
                self.fit(of, value, &place.member(name), around);
            }
            return;
        }
        let mut inside = Self::new(self.extent);
        match inner(field.shape) {
            // The member that names the variant is among the members of the other fields.
            Shape::OneOf { of, alone: true } => {
                let mut own = BTreeSet::new();
                of.iter().for_each(|variant| names_of(variant, &mut own));
                let own = members.iter().filter(|(name, _)| own.contains(name.as_str()));
                let own = own.map(|(name, value)| (name.clone(), value.clone())).collect();
                inside.fit(field.shape, &Value::Object(own), place, around);
            }
            _ => inside.fit(field.shape, value, place, around),
        }
        self.opaque |= inside.opaque;
        // An optional flattened value that does not match counts as absent.
        if !field.optional && !may_be_missing(field.shape) {
            self.found.extend(inside.found);
        }
    }

    /// Checks a value against several variants. Returns the mismatches of the nearest one if none matches.
    fn nearest_variant(
        &mut self,
        variants: &'static [&'static Shape],
        value: &Value,
        place: &ValuePath<'_>,
        around: EnclosingType,
    ) -> Result<(), Vec<TypeMismatch>> {
        let here = place.to_string();
        let mut nearest: Option<Vec<TypeMismatch>> = None;
        for variant in variants {
            let mut inside = Self::new(self.extent);
            inside.fit(variant, value, place, around);
            if inside.found.is_empty() {
                self.opaque |= inside.opaque;
                return Ok(());
            }
            // A variant with a wrong tag or missing members is not the intended one.
            let is_other = |mismatch: &TypeMismatch| mismatch.member == here || is_tag(mismatch, variant, place);
            let better = nearest.as_ref().is_none_or(|nearest| inside.found.len() < nearest.len());
            if better && !inside.found.iter().any(is_other) {
                nearest = Some(inside.found);
            }
        }
        Err(nearest.unwrap_or_default())
    }

    /// Checks a Rust type whose shape only serde knows.
    fn read(
        &mut self,
        shape: &'static Shape,
        reads: Option<Reads>,
        value: &Value,
        place: &ValuePath<'_>,
        around: EnclosingType,
    ) {
        let mut inside = Self::new(self.extent);
        inside.fit(shape, value, place, around);
        match reads {
            Some(reads) if inside.opaque && inside.found.is_empty() && !self.extent.constraints => {
                if let Err(unread) = reads(value) {
                    self.found.push(unreadable(shape, unread, value, place));
                }
            }
            _ => {
                self.opaque |= inside.opaque;
                self.found.extend(inside.found);
            }
        }
    }

    fn mismatch(&mut self, shape: &'static Shape, value: Option<&Value>, place: &ValuePath<'_>, around: EnclosingType) {
        let is_out_of_range = matches!(shape, Shape::Integer { .. }) && value.and_then(integer).is_some();
        if self.extent.constraints && !is_out_of_range {
            return;
        }
        // A named type is shown with its name.
        let (shape, name) = match shape {
            Shape::Named { name, of } => (*of, Some(*name)),
            Shape::Own => (shape, around.name),
            _ => (shape, around.name.filter(|_| is_innermost(shape, around.shape))),
        };
        let expected = match (describe(shape), name) {
            (_, Some(name)) if matches!(shape, Shape::Object { .. } | Shape::Own | Shape::OneOf { .. }) => {
                format!("`{name}`")
            }
            (what, Some(name)) => format!("{what} (`{name}`)"),
            (what, None) => what,
        };
        self.found.push(TypeMismatch::new(place, expected, value));
    }
}

/// Returns whether a shape is the definition of a named type.
fn is_innermost(shape: &'static Shape, named: &'static Shape) -> bool {
    matches!(named, Shape::Named { of, .. } if std::ptr::eq(*of, shape))
}

/// Returns whether the mismatch is in a variant's tag, or its only missing member, so that the value is another
/// variant.
fn is_tag(mismatch: &TypeMismatch, variant: &'static Shape, place: &ValuePath<'_>) -> bool {
    let Shape::Object { of } = inner(variant) else { return false };
    of.iter().any(|field| {
        let is_alone = of.len() == 1 && mismatch.found.is_none();
        let is_text = matches!(inner(field.shape), Shape::Texts { of } if of.len() == 1);
        (is_alone || is_text) && mismatch.member == place.member(field.name).to_string()
    })
}

/// Returns a shape without its names.
fn inner(shape: &'static Shape) -> &'static Shape {
    match shape {
        Shape::Named { of, .. } | Shape::Read { of, .. } => inner(of),
        other => other,
    }
}

/// Returns whether the member is optional: serde reads `None` if it is missing.
fn may_be_missing(shape: &'static Shape) -> bool {
    matches!(inner(shape), Shape::Any | Shape::Option { .. } | Shape::Null | Shape::Opaque { .. })
}

/// Collects the names of a field's members: its own, or the members of the flattened type.
fn names(field: &'static Field, into: &mut BTreeSet<&'static str>) {
    if !field.flat {
        into.insert(field.name);
        return;
    }
    match inner(field.shape) {
        Shape::Option { of } => names_of(of, into),
        _ => names_of(field.shape, into),
    }
}

/// Collects the names of the members of an object.
fn names_of(shape: &'static Shape, into: &mut BTreeSet<&'static str>) {
    if let Shape::Object { of } = inner(shape) {
        of.iter().for_each(|field| names(field, into));
    }
}

fn integer(value: &Value) -> Option<i128> {
    let number = value.as_number()?;
    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
}

/// Converts serde's error to a mismatch.
fn unreadable(shape: &'static Shape, unread: Unread, value: &Value, place: &ValuePath<'_>) -> TypeMismatch {
    let mut member = place.to_string();
    let mut found = Some(value);
    for step in &unread.path {
        let index = step.parse::<usize>().ok();
        match (found, index) {
            (Some(Value::Array(items)), Some(index)) => {
                member.push_str(&format!("[{index}]"));
                found = items.get(index);
            }
            _ => {
                member = ValuePath::root(&member).member(step).to_string();
                found = found.and_then(|value| value.get(step));
            }
        }
    }
    let name = describe(shape);
    if let Some(missing) = unread.message.strip_prefix("missing field `").and_then(|rest| rest.split_once('`')) {
        let member = ValuePath::root(&member).member(missing.0).to_string();
        return TypeMismatch { member, expected: format!("what {name} needs"), found: None };
    }
    let expected = match unread.message.split_once(", expected ") {
        Some((_, expected)) => format!("{expected} (in {name})"),
        None => format!("{name}: {}", unread.message),
    };
    TypeMismatch { member, expected, found: found.cloned() }
}

/// The integer types by their ranges.
const INTEGERS: &[(&str, i128, i128)] = &[
    ("u8", u8::MIN as i128, u8::MAX as i128),
    ("u16", u16::MIN as i128, u16::MAX as i128),
    ("u32", u32::MIN as i128, u32::MAX as i128),
    ("u64", u64::MIN as i128, u64::MAX as i128),
    ("i8", i8::MIN as i128, i8::MAX as i128),
    ("i16", i16::MIN as i128, i16::MAX as i128),
    ("i32", i32::MIN as i128, i32::MAX as i128),
    ("i64", i64::MIN as i128, i64::MAX as i128),
    // Its maximum is too large for a shape.
    ("u128", 0, i128::MAX),
    ("i128", i128::MIN, i128::MAX),
];

/// Returns the known part of a type in Rust syntax.
fn describe(shape: &'static Shape) -> String {
    match shape {
        Shape::Any => "Json".to_owned(),
        Shape::Null => "null".to_owned(),
        Shape::Bool => "bool".to_owned(),
        Shape::Number => "a number".to_owned(),
        Shape::Float => "f64".to_owned(),
        Shape::Integer { least, greatest } => {
            match INTEGERS.iter().find(|(_, min, max)| (least, greatest) == (min, max)) {
                Some((name, ..)) => (*name).to_owned(),
                None => format!("an integer from {least} to {greatest}"),
            }
        }
        Shape::Text => "String".to_owned(),
        Shape::Timestamp => "Timestamp".to_owned(),
        Shape::Parsed { name, .. } => (*name).to_owned(),
        Shape::Texts { of } => {
            let texts: Vec<_> = of.iter().take(LISTED).map(|text| format!("{text:?}")).collect();
            let more = if of.len() > LISTED { ", …" } else { "" };
            match of.len() {
                1 => texts.concat(),
                _ => format!("one of {}{more}", texts.join(", ")),
            }
        }
        Shape::Array { of } => format!("Vec<{}>", inside(of)),
        Shape::Tuple { of } => {
            let items: Vec<_> = of.iter().map(|item| inside(item)).collect();
            format!("({})", items.join(", "))
        }
        Shape::Option { of } => format!("Option<{}>", inside(of)),
        Shape::Map { of } => format!("Map<{}>", inside(of)),
        Shape::Object { .. } => "an object".to_owned(),
        Shape::OneOf { .. } => "one of its variants".to_owned(),
        Shape::Named { name, .. } | Shape::Opaque { name } => format!("`{name}`"),
        Shape::Own => "the same type".to_owned(),
        Shape::Read { of, .. } => describe(of),
    }
}

/// Returns a type as an element of another.
fn inside(shape: &'static Shape) -> String {
    match shape {
        Shape::Texts { .. } | Shape::Object { .. } | Shape::OneOf { .. } | Shape::Own => "Json".to_owned(),
        Shape::Named { name, .. } | Shape::Opaque { name } => (*name).to_owned(),
        Shape::Read { of, .. } => inside(of),
        other => describe(other),
    }
}
