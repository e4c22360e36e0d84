//! Writes the table's bytes. `crates/workflow-services/src/table.rs`, which reads them, describes the layout.

use std::collections::BTreeMap;

use crate::Failure;
use crate::iam::Action;
use crate::optimised::{Prefix, StatementData};
use crate::shapes::{Distinct, Id, Shape};

const MAGIC: &[u8; 8] = b"WFSERV-4";
const HEADER: usize = 16 + 4 * 9;
/// Texts per entry of the index of texts.
const BLOCK: usize = 16;
/// The head of a chunk: the positions of its operations and its ARN forms.
const CHUNK_HEAD: usize = 6;
/// Numbers below this are shapes without a record.
const PRIMITIVES: usize = 16;

/// A service of the SDK, ready to write.
pub(crate) struct Service {
    pub(crate) name: String,
    pub(crate) error_prefix: String,
    pub(crate) base_error: String,
    pub(crate) iam_prefix: String,
    pub(crate) version: String,
    pub(crate) flags: u8,
    /// Sorted by name.
    pub(crate) operations: Vec<Operation>,
    /// The roots are the input, the output and the errors of each operation, in this order.
    pub(crate) shapes: Distinct,
}

pub(crate) struct Operation {
    pub(crate) name: String,
    /// The name in the API, which its action may have.
    pub(crate) api_name: String,
    pub(crate) flags: u8,
    pub(crate) actions: Vec<Action>,
}

pub(crate) const HAS_IAM: u8 = 8;

/// A part of a record. Its size in bytes depends on which texts are shared and on the positions of shapes.
enum RecordPart {
    Byte(u8),
    Number(usize),
    /// A string stored in place.
    Inline(String),
    /// A string that may be shared.
    Text(String),
    /// A shape, optionally shifted left by one bit with another bit added.
    Shape(Id, Option<bool>),
}

#[derive(Default)]
struct Record(Vec<RecordPart>);

impl Record {
    fn byte(&mut self, byte: u8) {
        self.0.push(RecordPart::Byte(byte));
    }

    fn number(&mut self, number: usize) {
        self.0.push(RecordPart::Number(number));
    }

    fn inline(&mut self, text: &str) {
        self.0.push(RecordPart::Inline(text.to_owned()));
    }

    fn text(&mut self, text: &str) {
        self.0.push(RecordPart::Text(text.to_owned()));
    }

    fn texts<'a>(&mut self, texts: impl IntoIterator<Item = &'a String>) {
        let texts: Vec<_> = texts.into_iter().collect();
        self.number(texts.len());
        texts.into_iter().for_each(|text| self.text(text));
    }

    fn shape(&mut self, id: Id) {
        self.0.push(RecordPart::Shape(id, None));
    }
}

/// A chunk whose texts and shapes have no positions yet.
struct Chunk {
    operations: Vec<Record>,
    arns: Record,
    shapes: Vec<Record>,
    /// The numbers of shapes without a record.
    primitives: BTreeMap<Id, usize>,
}

/// Writes the table.
///
/// # Errors
/// Fails if a part is too large for the layout.
pub(crate) fn write(services: &[Service], prefixes: Vec<Prefix>) -> Result<Vec<u8>, Failure> {
    let mut index: BTreeMap<String, (Record, Chunk)> = BTreeMap::new();
    for service in services {
        let mut head = Record::default();
        let Service { name, error_prefix, base_error, iam_prefix, version, flags, .. } = service;
        [name, error_prefix, base_error, iam_prefix, version].into_iter().for_each(|text| head.inline(text));
        head.byte(*flags);
        index.insert(name.clone(), (head, service_chunk(service)?));
    }
    let mut integrations = Vec::new();
    for prefix in prefixes {
        let name = format!(":{}", prefix.name);
        let mut head = Record::default();
        [&*name, &prefix.error_prefix, &prefix.base_error, "", ""].into_iter().for_each(|text| head.inline(text));
        head.byte(0);
        let roots: Vec<Id> =
            prefix.resources.iter().flat_map(|resource| [resource.input].into_iter().chain(resource.outputs)).collect();
        let shapes = prefix.shapes.distinct(&roots);
        for (resource, roots) in prefix.resources.into_iter().zip(shapes.roots.chunks(5)) {
            let mut record = Record::default();
            [resource.flags, resource.standard, resource.express, resource.unverified, resource.output_unverified]
                .into_iter()
                .for_each(|bits| record.byte(bits));
            roots.iter().for_each(|root| record.shape(*root));
            record.texts(&resource.errors);
            record.texts(&resource.raises);
            record.number(resource.one_of.len());
            resource.one_of.iter().for_each(|group| record.texts(group));
            record.texts(&resource.refused_without);
            for refused in [true, false] {
                let parameters = resource.text_or_json.iter().filter(|(_, known)| *known == refused);
                record.texts(parameters.map(|(parameter, _)| parameter));
            }
            record.texts(&resource.returned_in);
            record.number(resource.statements.len());
            for (patterns, statement) in &resource.statements {
                write_statement(*patterns, statement, &mut record);
            }
            integrations.push((resource.name, name.clone(), record));
        }
        let (shapes, primitives) = shape_records(&shapes);
        let chunk = Chunk { operations: Vec::new(), arns: Record(vec![RecordPart::Number(0)]), shapes, primitives };
        index.insert(name, (head, chunk));
    }
    integrations.sort_by(|(one, ..), (other, ..)| one.cmp(other));

    let chunk_records =
        index.values().flat_map(|(_, chunk)| chunk.operations.iter().chain([&chunk.arns]).chain(&chunk.shapes));
    let texts = Texts::shared(chunk_records.chain(integrations.iter().map(|(.., record)| record)));

    let mut chunks = Vec::new();
    let mut heads = Vec::new();
    let mut offsets = BTreeMap::new();
    for (name, (head, chunk)) in &index {
        let mut bytes = Vec::new();
        texts.encode(head, &[], &mut bytes);
        put_number(chunks.len(), &mut bytes);
        let numbers = place_shapes(chunk, &texts);
        write_chunk(chunk, &texts, &numbers, &mut chunks)?;
        offsets.insert(name, (heads.len(), numbers));
        heads.push(bytes);
    }
    let mut records = Vec::new();
    for (name, prefix, record) in &integrations {
        let (place, offsets) = offsets.get(prefix).ok_or_else(|| Failure(format!("no prefix of {name}")))?;
        let mut bytes = Vec::new();
        texts.encode(&Record(vec![RecordPart::Inline(name.clone()), RecordPart::Number(*place)]), &[], &mut bytes);
        texts.encode(record, offsets, &mut bytes);
        records.push(bytes);
    }
    assemble(&heads, &records, &texts, &chunks)
}

fn assemble(heads: &[Vec<u8>], integrations: &[Vec<u8>], texts: &Texts, chunks: &[u8]) -> Result<Vec<u8>, Failure> {
    let (heads_part, integrations_part) = (indexed(heads)?, indexed(integrations)?);
    let (blocks, pool) = texts.write()?;
    let services_at = HEADER;
    let integrations_at = services_at + heads_part.len();
    let blocks_at = integrations_at + integrations_part.len();
    let texts_at = blocks_at + blocks.len();
    let chunks_at = texts_at + pool.len();
    let length = chunks_at + chunks.len();
    let mut checked = Vec::with_capacity(length);
    let header = [
        length,
        heads.len(),
        services_at,
        integrations.len(),
        integrations_at,
        texts.order.len(),
        blocks_at,
        texts_at,
        chunks_at,
    ];
    for field in header {
        put_fixed(field, 4, &mut checked)?;
    }
    for part in [&heads_part, &integrations_part, &blocks, &pool, chunks] {
        checked.extend_from_slice(part);
    }
    let mut table = MAGIC.to_vec();
    table.extend(checksum(&checked).to_le_bytes());
    table.append(&mut checked);
    Ok(table)
}

/// Returns the checksum that the reader verifies.
fn checksum(bytes: &[u8]) -> u64 {
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let (words, rest) = bytes.as_chunks::<8>();
    let words = words.iter().map(|word| u64::from_le_bytes(*word));
    let values = words.chain(rest.iter().map(|byte| u64::from(*byte)));
    values.fold(0xcbf2_9ce4_8422_2325, |sum, value| (sum ^ value).wrapping_mul(PRIME).rotate_left(23))
}

fn service_chunk(service: &Service) -> Result<Chunk, Failure> {
    let (shapes, primitives) = shape_records(&service.shapes);
    let mut arns: Vec<&String> = service
        .operations
        .iter()
        .flat_map(|operation| &operation.actions)
        .flat_map(|action| action.resources.iter().map(|(arn, _)| arn))
        .collect();
    arns.sort();
    arns.dedup();
    let mut operations = Vec::new();
    for (operation, roots) in service.operations.iter().zip(service.shapes.roots.chunks(3)) {
        let mut record = Record::default();
        record.inline(&operation.name);
        record.byte(operation.flags | if operation.actions.is_empty() { 0 } else { HAS_IAM });
        roots.iter().for_each(|root| record.shape(*root));
        if !operation.actions.is_empty() {
            record.number(operation.actions.len());
        }
        for action in &operation.actions {
            // The reader derives the name from the operation's name if they match.
            let own = action.name == format!("{}:{}", service.iam_prefix, operation.api_name)
                && operation.name.get(1..) == operation.api_name.get(1..);
            let has_dependents = !action.dependents.is_empty();
            record.number(action.resources.len() << 2 | usize::from(has_dependents) << 1 | usize::from(own));
            if !own {
                record.text(&action.name);
            }
            for (arn, required) in &action.resources {
                let place = arns.binary_search(&arn).map_err(|_| Failure(format!("{arn} has no place")))?;
                record.number(place << 1 | usize::from(*required));
            }
            if has_dependents {
                record.texts(&action.dependents);
            }
        }
        operations.push(record);
    }
    let mut record = Record::default();
    record.texts(arns);
    Ok(Chunk { operations, arns: record, shapes, primitives })
}

fn write_statement(patterns: u8, statement: &StatementData, record: &mut Record) {
    record.byte(patterns);
    record.text(statement.when.as_deref().unwrap_or_default());
    record.texts(&statement.actions);
    record.texts(&statement.resources);
    let conditions: Vec<_> =
        statement.conditions.iter().flat_map(|(operator, keys)| keys.iter().map(move |key| (operator, key))).collect();
    record.number(conditions.len());
    for (operator, (key, values)) in conditions {
        record.text(operator);
        record.text(key);
        record.texts(values);
    }
}

fn shape_records(shapes: &Distinct) -> (Vec<Record>, BTreeMap<Id, usize>) {
    const STRUCTURE: usize = 0;
    const LIST: usize = 1;
    const MAP: usize = 2;
    const ENUM: usize = 3;
    const UNION: usize = 4;
    const LIMITED: usize = 5;
    let mut primitives = BTreeMap::new();
    let record = |(id, shape): (Id, &Shape)| {
        let mut record = Record::default();
        match shape {
            Shape::Primitive(primitive) => {
                primitives.insert(id, *primitive as usize);
            }
            Shape::Structure { union, members } => {
                record.number(members.len() << 3 | if *union { UNION } else { STRUCTURE });
                for member in members {
                    record.text(&member.name);
                    record.0.push(RecordPart::Shape(member.shape, Some(member.required)));
                }
            }
            Shape::List(element) => {
                record.number(LIST);
                record.shape(*element);
            }
            Shape::Map(key, value) => {
                record.number(MAP);
                record.shape(*key);
                record.shape(*value);
            }
            Shape::Enum(values) => {
                record.number(values.len() << 3 | ENUM);
                values.iter().for_each(|value| record.text(value));
            }
            Shape::Limited(inner, limits) => {
                record.number(LIMITED);
                record.shape(*inner);
                record.text(limits);
            }
        }
        record
    };
    (shapes.shapes.iter().enumerate().map(record).collect(), primitives)
}

/// Returns the numbers of a chunk's shapes. A number is an offset, whose size depends on the sizes of those before it,
/// so it is recomputed until it no longer changes.
fn place_shapes(chunk: &Chunk, texts: &Texts) -> Vec<usize> {
    let mut numbers = vec![0; chunk.shapes.len()];
    loop {
        let mut at = CHUNK_HEAD + PRIMITIVES;
        let mut next = Vec::with_capacity(numbers.len());
        for (id, record) in chunk.shapes.iter().enumerate() {
            next.push(chunk.primitives.get(&id).copied().unwrap_or(at));
            at += texts.size(record, &numbers);
        }
        if next == numbers {
            return numbers;
        }
        numbers = next;
    }
}

/// Shapes come first, so that their numbers are small.
fn write_chunk(chunk: &Chunk, texts: &Texts, numbers: &[usize], table: &mut Vec<u8>) -> Result<(), Failure> {
    let size = |record: &Record| texts.size(record, numbers);
    let operations_at = CHUNK_HEAD + chunk.shapes.iter().map(size).sum::<usize>();
    let index = 2 + 3 * chunk.operations.len();
    let arns_at = operations_at + index + chunk.operations.iter().map(size).sum::<usize>();
    put_fixed(operations_at, 3, table)?;
    put_fixed(arns_at, 3, table)?;
    chunk.shapes.iter().for_each(|record| texts.encode(record, numbers, table));
    put_fixed(chunk.operations.len(), 2, table)?;
    let mut at = operations_at + index;
    for record in &chunk.operations {
        put_fixed(at, 3, table)?;
        at += size(record);
    }
    chunk.operations.iter().chain([&chunk.arns]).for_each(|record| texts.encode(record, numbers, table));
    Ok(())
}

/// The texts that are used more than once, with their positions. The most frequent come first, because they get short
/// numbers.
struct Texts {
    order: Vec<String>,
    places: BTreeMap<String, usize>,
}

impl Texts {
    fn shared<'a>(records: impl Iterator<Item = &'a Record>) -> Self {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for part in records.flat_map(|record| &record.0) {
            if let RecordPart::Text(text) = part {
                *counts.entry(text).or_default() += 1;
            }
        }
        let mut order: Vec<_> = counts.into_iter().filter(|(_, count)| *count > 1).collect();
        order.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(other.0)));
        let order: Vec<_> = order.into_iter().map(|(text, _)| text.to_owned()).collect();
        let places = order.iter().enumerate().map(|(place, text)| (text.clone(), place)).collect();
        Self { order, places }
    }

    /// Returns the index of the texts, and the texts.
    fn write(&self) -> Result<(Vec<u8>, Vec<u8>), Failure> {
        let (mut blocks, mut pool) = (Vec::new(), Vec::new());
        for (place, text) in self.order.iter().enumerate() {
            if place % BLOCK == 0 {
                put_fixed(pool.len(), 4, &mut blocks)?;
            }
            put_inline(text, &mut pool);
        }
        Ok((blocks, pool))
    }

    fn encode(&self, record: &Record, numbers: &[usize], bytes: &mut Vec<u8>) {
        for part in &record.0 {
            match part {
                RecordPart::Byte(byte) => bytes.push(*byte),
                RecordPart::Number(number) => put_number(*number, bytes),
                RecordPart::Inline(text) => put_inline(text, bytes),
                RecordPart::Text(text) => match self.places.get(text) {
                    Some(place) => put_number(place + 1, bytes),
                    None => {
                        bytes.push(0);
                        put_inline(text, bytes);
                    }
                },
                RecordPart::Shape(..) => put_number(shape_number(part, numbers), bytes),
            }
        }
    }

    fn size(&self, record: &Record, numbers: &[usize]) -> usize {
        let inline = |text: &str| number_size(text.len()) + text.len();
        let size = |part: &RecordPart| match part {
            RecordPart::Byte(_) => 1,
            RecordPart::Number(number) => number_size(*number),
            RecordPart::Inline(text) => inline(text),
            RecordPart::Text(text) => {
                self.places.get(text).map_or_else(|| 1 + inline(text), |place| number_size(place + 1))
            }
            RecordPart::Shape(..) => number_size(shape_number(part, numbers)),
        };
        record.0.iter().map(size).sum()
    }
}

fn shape_number(part: &RecordPart, numbers: &[usize]) -> usize {
    let RecordPart::Shape(id, bit) = part else { return 0 };
    let number = numbers.get(*id).copied().unwrap_or_default();
    bit.map_or(number, |bit| number << 1 | usize::from(bit))
}

/// Returns an offset for each record, relative to the first record, followed by the records.
fn indexed(records: &[Vec<u8>]) -> Result<Vec<u8>, Failure> {
    let mut part = Vec::new();
    let mut at = 0;
    for record in records {
        put_fixed(at, 4, &mut part)?;
        at += record.len();
    }
    records.iter().for_each(|record| part.extend_from_slice(record));
    Ok(part)
}

fn put_inline(text: &str, bytes: &mut Vec<u8>) {
    put_number(text.len(), bytes);
    bytes.extend_from_slice(text.as_bytes());
}

fn put_fixed(number: usize, size: usize, bytes: &mut Vec<u8>) -> Result<(), Failure> {
    let (fits, rest) = number
        .to_le_bytes()
        .split_at_checked(size)
        .map(|(fits, rest)| (fits.to_vec(), rest.to_vec()))
        .unwrap_or_default();
    if rest.iter().any(|byte| *byte != 0) {
        return Err(Failure(format!("{number} does not fit {size} bytes: the layout of the table must be extended")));
    }
    bytes.extend(fits);
    Ok(())
}

fn put_number(mut number: usize, bytes: &mut Vec<u8>) {
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn number_size(number: usize) -> usize {
    (number.max(1).ilog2() / 7 + 1) as usize
}
