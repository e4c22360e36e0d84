//! Measures how long a new process takes to find an operation and to decode its parameters and errors.
//!
//! Each row is the best and the median of 60 processes, in microseconds. A process that has already read the table is
//! ten times as fast, but the macro always runs in a new one.

#![allow(clippy::unwrap_used, reason = "a benchmark may panic")]

use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

use workflow_services::{Shape, TaskResource};

const PROCESSES: usize = 60;
const RESOURCES: [&str; 7] = [
    "lambda:invoke",
    "dynamodb:updateItem",
    "sagemaker:createTrainingJob.sync",
    "aws-sdk:s3:putObject",
    "aws-sdk:ec2:runInstances",
    "aws-sdk:quicksight:createDashboard",
    "aws-sdk:dynamodb:transactWriteItems",
];

fn main() {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some("--cold") {
        let (find, parameters, whole) = cold(&arguments.next().unwrap());
        println!("{} {} {}", find.as_nanos(), parameters.as_nanos(), whole.as_nanos());
        return;
    }
    println!(
        "{:40}{:>16}{:>24}{:>16}",
        "best/median of cold processes, µs", "find", "and parameters, errors", "all shapes"
    );
    for resource in RESOURCES {
        let mut times = [const { Vec::new() }; 3];
        for _ in 0..PROCESSES {
            let process = Command::new(std::env::current_exe().unwrap()).args(["--cold", resource]).output().unwrap();
            let text = String::from_utf8(process.stdout).unwrap();
            for (times, time) in times.iter_mut().zip(text.split_whitespace()) {
                times.push(time.parse::<f64>().unwrap() / 1e3);
            }
        }
        let [find, parameters, whole] = times.map(|mut times| {
            times.sort_by(f64::total_cmp);
            format!("{:.0}/{:.0}", times[0], times[PROCESSES / 2])
        });
        println!("{resource:40}{find:>16}{parameters:>24}{whole:>16}");
    }
}

/// Returns the time from the start until each step is done.
fn cold(resource: &str) -> (Duration, Duration, Duration) {
    let start = Instant::now();
    let task = black_box(TaskResource::parse_integration(resource).unwrap());
    let find = start.elapsed();
    let members = task.input().structure().into_iter().flat_map(|structure| structure.members());
    black_box(members.filter(|member| member.required).count());
    black_box(task.errors().count());
    let parameters = start.elapsed();
    let mut seen = Vec::new();
    walk(task.input(), &mut seen);
    walk(task.output(), &mut seen);
    (find, parameters, start.elapsed())
}

fn walk(shape: Shape, seen: &mut Vec<Shape>) {
    if let Err(place) = seen.binary_search(&shape) {
        seen.insert(place, shape);
        match shape {
            Shape::Structure(structure) | Shape::Union(structure) => {
                structure.members().for_each(|member| walk(member.shape, seen));
            }
            Shape::List(list) => walk(list.element(), seen),
            Shape::Map(map) => walk(map.value(), seen),
            Shape::Enum(values) => drop(black_box(values.values().count())),
            _ => {}
        }
    }
}
