//! Tests that a corrupt table is detected, and that reading it neither panics nor hangs.

use crate::shape::{Limits, Shape};
use crate::table::{TABLE, Table};
use crate::{Integration, Pattern, Service};

/// How deep shapes are followed.
const DEPTH: usize = 3;

/// Reads the whole table. Also looks up services and operations by name.
fn read(table: Table) -> usize {
    let mut read = 0;
    for service in Service::all_in(table).take(600) {
        read += usize::from(Service::find_in(table, service.name()).is_some());
        for operation in service.operations().step_by(41).take(50) {
            read += usize::from(service.operation(operation.name()).is_some());
            read += walk(operation.input(), DEPTH) + walk(operation.output(), DEPTH);
            read += operation.errors().take(100).count();
            read += operation.iam().take(20).map(|action| action.resources().take(20).count()).sum::<usize>();
        }
    }
    for integration in Integration::all_in(table).take(100) {
        read += usize::from(Integration::find_in(table, integration.name()).is_some());
        read += walk(integration.input(), DEPTH) + integration.errors().take(100).count();
        for pattern in Pattern::ALL {
            read += walk(integration.output(pattern), DEPTH);
            for statement in integration.iam(pattern).take(20) {
                read += statement.actions().chain(statement.resources()).take(100).count();
                read +=
                    statement.conditions().take(20).map(|condition| condition.values().take(20).count()).sum::<usize>();
            }
        }
        read += integration.one_of().take(10).count();
    }
    read
}

fn walk(shape: Shape, depth: usize) -> usize {
    if depth == 0 {
        return 1;
    }
    1 + match shape {
        Shape::Structure(structure) | Shape::Union(structure) => {
            structure.members().take(50).map(|member| walk(member.shape, depth - 1) + ends(member.limits)).sum()
        }
        Shape::List(list) => walk(list.element(), depth - 1) + ends(list.element_limits()),
        Shape::Map(map) => walk(map.key(), depth - 1) + walk(map.value(), depth - 1) + ends(map.value_limits()),
        Shape::Enum(values) => values.values().take(50).count(),
        _ => 0,
    }
}

fn ends(limits: Option<Limits>) -> usize {
    limits.map_or(0, |limits| [limits.least(), limits.greatest()].into_iter().flatten().count())
}

#[test]
fn the_table_is_intact() {
    assert!(TABLE.is_intact());
    assert!(read(TABLE) > 10_000);
}

#[test]
fn a_table_cut_short_is_found_out() {
    let bytes = TABLE.bytes();
    let lengths = (0..80).chain((0..40).map(|part| bytes.len() / 40 * part)).chain([bytes.len() - 1]);
    for length in lengths {
        let table = Table::of(&bytes[..length]);
        assert!(!table.is_intact(), "{length}");
        read(table);
    }
}

#[test]
fn a_changed_table_is_found_out() {
    let mut random: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random % below as u64).unwrap()
    };
    for round in 0..24 {
        let mut bytes = TABLE.bytes().to_vec();
        // Corrupt the header and the indexes first, where one byte has the most effect, then all parts with ever more
        // bytes.
        let range = if round < 8 {
            60
        } else if round < 14 {
            60_000
        } else {
            bytes.len()
        };
        for _ in 0..=round * round * 8 {
            bytes[next(range)] = u8::try_from(next(256)).unwrap();
        }
        // A table has a `'static` lifetime; a test leaks a few.
        let table = Table::of(bytes.leak());
        assert!(!table.is_intact(), "round {round}");
        read(table);
    }
    let one: &'static mut [u8] = TABLE.bytes().to_vec().leak();
    let last = one.len() - 1;
    one[last] ^= 1;
    assert!(!Table::of(one).is_intact());
}

#[test]
fn other_bytes_are_no_table() {
    for bytes in [&b""[..], b"WFSERV-4", &[0; 4096], &[0xff; 4096]] {
        let table = Table::of(bytes);
        assert!(!table.is_intact());
        assert_eq!(read(table), 0);
    }
}
