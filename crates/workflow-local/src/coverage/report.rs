//! Gathers the files of a run: the points that the executions of each definition took in all processes.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use indexmap::IndexMap;
use serde_json::{Value, json};
use workflow_asl::{Pointer, StateMachine};
use workflow_graph::{Graph, Mark};

use super::FILE_EXTENSION;
use super::point::{Point, PointKind};

/// The number of points taken, and of all points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// The number taken.
    pub taken: usize,
    /// The total number.
    pub all: usize,
}

impl Share {
    pub(super) fn of<'a>(points: impl Iterator<Item = &'a Point>) -> Self {
        points.fold(Self::default(), |share, point| Self {
            taken: share.taken + usize::from(point.taken > 0),
            all: share.all + 1,
        })
    }

    /// Returns the percentage; 100 if there are no points.
    #[expect(clippy::cast_precision_loss, reason = "counts of points are far below 2^53")]
    pub fn percent(self) -> f64 {
        if self.all == 0 { 100.0 } else { self.taken as f64 * 100.0 / self.all as f64 }
    }
}

/// A workflow and its coverage.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Covered {
    /// The definition's identity: digits of its text's hash. If it ran with several sets of deploy-time parameters,
    /// this is the hash of the first.
    pub definition: String,
    /// The names given by engines and servers, if any.
    pub names: BTreeSet<String>,
    /// The digits of its definition with each set of deploy-time parameters that it had.
    pub definitions: Vec<String>,
    /// The number of executions.
    pub executions: u64,
    /// Whether it was explored: executions were tried that are not counted.
    pub explored: bool,
    /// All points.
    pub points: Vec<Point>,
    machine: StateMachine,
}

impl Covered {
    /// Creates the entry of a definition that never ran.
    pub fn untouched(name: &str, definition: &Value) -> Self {
        let mut untouched = Self::new("-", definition);
        untouched.names.insert(name.to_owned());
        untouched
    }

    fn new(definition: &str, document: &Value) -> Self {
        let (machine, _) = StateMachine::read(document);
        let points = Point::all(&machine);
        Self {
            definition: definition.to_owned(),
            names: BTreeSet::new(),
            definitions: vec![definition.to_owned()],
            executions: 0,
            explored: false,
            points,
            machine,
        }
    }

    /// Returns whether it is the same workflow with other values in its definition: both have a name in common and the
    /// same points.
    fn is_variant_of(&self, other: &Self) -> bool {
        let alike = |(one, other): (&Point, &Point)| one.kind == other.kind && one.pointer == other.pointer;
        !self.names.is_disjoint(&other.names)
            && self.points.len() == other.points.len()
            && self.points.iter().zip(&other.points).all(alike)
    }

    /// Adds the coverage of the same workflow with other values.
    fn add(&mut self, variant: Self) {
        self.names.extend(variant.names);
        self.definitions.extend(variant.definitions);
        self.executions += variant.executions;
        self.explored |= variant.explored;
        for (point, other) in self.points.iter_mut().zip(variant.points) {
            point.taken = point.taken.saturating_add(other.taken);
            point.explored |= other.explored;
        }
    }

    /// The definition; of one that ran with several sets of deploy-time parameters, that with the first.
    pub fn document(&self) -> Value {
        self.machine.write()
    }

    /// Returns a title: the names, or else the definition's digits and first state.
    pub fn title(&self) -> String {
        if self.names.is_empty() {
            let start = self.machine.start_at.as_deref().unwrap_or_default();
            return format!("definition {}, which starts at {start}", self.definition);
        }
        self.names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
    }

    /// Returns the share of points taken.
    pub fn share(&self) -> Share {
        Share::of(self.points.iter())
    }

    /// Returns the share of points of a kind taken.
    pub fn share_of(&self, kind: PointKind) -> Share {
        Share::of(self.points.iter().filter(|point| point.kind == kind))
    }

    /// Returns the share of points that explorations took; `None` if there was none, or none that ended.
    pub fn explored_share(&self) -> Option<Share> {
        let taken = self.points.iter().filter(|point| point.explored).count();
        (taken > 0).then_some(Share { taken, all: self.points.len() })
    }

    /// Returns a Mermaid flowchart with marks on everything that was not taken.
    pub fn diagram(&self) -> String {
        let untaken: BTreeSet<_> = self.untaken().map(|point| &point.pointer).collect();
        let mut graph = Graph::of(&self.machine);
        graph.mark(&|pointer: &Pointer| if untaken.contains(pointer) { Mark::Untaken } else { Mark::None });
        graph.to_mermaid()
    }

    /// Returns the points that were not taken.
    pub fn untaken(&self) -> impl Iterator<Item = &Point> {
        self.points.iter().filter(|point| point.taken == 0)
    }

    fn to_json(&self) -> Value {
        let kinds: serde_json::Map<_, _> =
            PointKind::ALL.iter().map(|kind| (kind.name().to_owned(), share_json(self.share_of(*kind)))).collect();
        let points: Vec<_> = self
            .points
            .iter()
            .map(|point| {
                let mut json = json!({
                    "kind": point.kind.name(),
                    "pointer": point.pointer.as_str(),
                    "state": point.state,
                    "taken": point.taken,
                    "explored": point.explored,
                });
                if let (Some(object), false) = (json.as_object_mut(), point.what.is_empty()) {
                    object.insert("what".to_owned(), point.what.as_str().into());
                }
                json
            })
            .collect();
        let uses = self.uses().into_iter().map(
            |used| json!({ "name": used.name, "states": share_json(used.states), "share": share_json(used.points) }),
        );
        json!({
            "names": self.names,
            "definition": self.definition,
            "executions": self.executions,
            "share": share_json(self.share()),
            "explored": self.explored_share().map(share_json),
            "kinds": kinds,
            "uses": uses.collect::<Vec<_>>(),
            "points": points,
        })
    }
}

fn share_json(share: Share) -> Value {
    json!({ "taken": share.taken, "all": share.all, "percent": share.percent() })
}

/// The coverage of a run's executions.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// The workflows, by name.
    pub workflows: Vec<Covered>,
    /// The number of unreadable lines: a process was killed while it wrote one.
    pub broken_lines: usize,
}

impl Report {
    /// Reads all files of a run's folder.
    ///
    /// # Errors
    /// Returns an error if the folder or a file in it cannot be read. Broken lines are counted, but are not an error.
    pub fn gather(folder: &Path) -> io::Result<Self> {
        Self::gather_all([folder])
    }

    /// Reads all files of several folders, in their order, as of one run.
    ///
    /// # Errors
    /// As [`gather`](Self::gather).
    pub fn gather_all<'f>(folders: impl IntoIterator<Item = &'f Path>) -> io::Result<Self> {
        let mut gathering = SourceFiles::default();
        for folder in folders {
            let mut files: Vec<_> =
                std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>()?;
            files.retain(|path| path.extension().is_some_and(|extension| extension == FILE_EXTENSION));
            files.sort();
            for file in files {
                // A killed process may leave half a character.
                gathering.file(&String::from_utf8_lossy(&std::fs::read(file)?));
            }
        }
        let mut report = gathering.report;
        for covered in gathering.workflows.into_values() {
            // Its names may connect several entries that had none in common.
            let variants: Vec<_> = report.workflows.extract_if(.., |other| covered.is_variant_of(other)).collect();
            let mut variants = variants.into_iter().chain([covered]);
            if let Some(mut first) = variants.next() {
                variants.for_each(|variant| first.add(variant));
                report.workflows.push(first);
            }
        }
        report.sort();
        Ok(report)
    }

    /// Adds definitions that never ran.
    pub fn add(&mut self, untouched: impl IntoIterator<Item = Covered>) {
        self.workflows.extend(untouched);
        self.sort();
    }

    /// Keeps only the definitions with these names.
    pub fn retain_named(&mut self, names: &[String]) {
        self.workflows.retain(|covered| names.iter().any(|name| covered.names.contains(name)));
    }

    fn sort(&mut self) {
        self.workflows.sort_by_cached_key(|covered| (covered.title(), covered.definition.clone()));
    }

    /// Returns the share of all points taken.
    pub fn share(&self) -> Share {
        Share::of(self.workflows.iter().flat_map(|covered| &covered.points))
    }

    /// Returns the number of executions.
    pub fn executions(&self) -> u64 {
        self.workflows.iter().map(|covered| covered.executions).sum()
    }

    /// Returns the report as JSON.
    pub fn to_json(&self) -> Value {
        json!({
            "share": share_json(self.share()),
            "executions": self.executions(),
            "brokenLines": self.broken_lines,
            "workflows": self.workflows.iter().map(Covered::to_json).collect::<Vec<_>>(),
        })
    }
}

/// The contents of the files read so far.
#[derive(Default)]
struct SourceFiles {
    workflows: IndexMap<String, Covered>,
    report: Report,
}

impl SourceFiles {
    fn file(&mut self, text: &str) {
        // The pointers for the numbers in this file. Engines of different versions may use different numbers.
        let mut numbered = IndexMap::new();
        for line in text.lines() {
            if self.line(line, &mut numbered).is_none() {
                self.report.broken_lines += 1;
            }
        }
    }

    /// Handles a line. Returns `None` if it is broken.
    fn line(&mut self, line: &str, numbered: &mut IndexMap<String, Vec<Option<usize>>>) -> Option<()> {
        let line: Value = serde_json::from_str(line).ok()?;
        let definition = line.get("definition")?.as_str()?;
        if let (Some(document), Some(pointers)) = (line.get("document"), line.get("pointers")) {
            let fresh = || Covered::new(definition, document);
            let covered = self.workflows.entry(definition.to_owned()).or_insert_with(fresh);
            let places: IndexMap<_, _> =
                covered.points.iter().enumerate().map(|(place, point)| (point.pointer.as_str(), place)).collect();
            let place = |pointer: &Value| places.get(pointer.as_str()?).copied();
            numbered.insert(definition.to_owned(), pointers.as_array()?.iter().map(place).collect());
            return Some(());
        }
        let covered = self.workflows.get_mut(definition)?;
        if let Some(name) = line.get("name") {
            covered.names.insert(name.as_str()?.to_owned());
            return Some(());
        }
        if let Some(explored) = line.get("explored") {
            covered.explored = true;
            // A program first records that it explores, then the points taken.
            for number in explored.as_array().into_iter().flatten() {
                let number = usize::try_from(number.as_u64()?).ok()?;
                let place = numbered.get(definition)?.get(number).copied().flatten();
                if let Some(point) = place.and_then(|place| covered.points.get_mut(place)) {
                    point.explored = true;
                }
            }
            return Some(());
        }
        let places = numbered.get(definition)?;
        covered.executions += 1;
        for pair in line.get("taken")?.as_array()? {
            let number = usize::try_from(pair.get(0)?.as_u64()?).ok()?;
            let count = pair.get(1)?.as_u64()?;
            let place = places.get(number).copied().flatten();
            if let Some(point) = place.and_then(|place| covered.points.get_mut(place)) {
                point.taken = point.taken.saturating_add(count);
            }
        }
        Some(())
    }
}
