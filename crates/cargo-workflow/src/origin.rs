//! The origin of a definition in the source: a `workflow!` of a Rust file, or a document.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use workflow_asl::document::MachineType;
use workflow_asl::source::{Format, Location, Source, locations};
use workflow_asl::{Code, Diagnostic, Pointer, StateMachine, placeholder};
use workflow_compiler::CompiledWorkflow;
use workflow_compiler::lower::SourceMap;
use workflow_compiler::syntax::ast::plain;
use workflow_explore::Mutant;
use workflow_graph::page::{Section, Tone};
use workflow_local::coverage::{Covered, Point, PointKind};
use workflow_schema::Types;

use crate::cargo::Cargo;
use crate::folder;
use crate::siblings::Siblings;
use crate::source::{File, MacroCall, RustFile};

/// The maximum size in bytes of a document to search.
const LONGEST: u64 = 2 << 20;

/// The number of lines that are shown before and after those of a workflow's states.
const AROUND: usize = 3;

/// The origin of a definition.
pub(crate) struct Origin {
    file: PathBuf,
    text: String,
    places: Places,
    pub(crate) machine_type: MachineType,
    types: &'static Types,
}

enum Places {
    Rust(SourceMap),
    Document(Box<Source>),
}

/// The places of a definition's mutants in the source.
pub(crate) struct MutantPlaces {
    pub(crate) file: PathBuf,
    pub(crate) text: String,
    pub(crate) machine_type: MachineType,
    pub(crate) types: &'static Types,
    /// The words that each changes, in the order of the mutants.
    pub(crate) locations: Vec<Location>,
}

/// Files of the workspace that may have workflows.
pub(crate) struct Origins {
    rust: Vec<PathBuf>,
    documents: Vec<PathBuf>,
}

impl Origins {
    /// The files of the workspace. The files of the packages in these folders, whose tests run, come first.
    pub(crate) fn of(cargo: &Cargo, tested: &[&Path]) -> Self {
        let mut origins = Self { rust: Vec::new(), documents: Vec::new() };
        let mut packages = cargo.packages();
        packages.sort_by_key(|package| !tested.contains(&package.as_path()));
        for package in packages {
            let mut own = Self { rust: Vec::new(), documents: Vec::new() };
            own.collect(&package);
            for (files, mut own) in [(&mut origins.rust, own.rust), (&mut origins.documents, own.documents)] {
                own.sort();
                own.retain(|file| !files.contains(file));
                files.append(&mut own);
            }
        }
        origins
    }

    fn collect(&mut self, folder: &Path) {
        folder::visit(folder, &mut |path| match path.extension().and_then(|extension| extension.to_str()) {
            Some("rs") => self.rust.push(path),
            Some("json" | "yaml" | "yml") => self.documents.push(path),
            _ => {}
        });
    }

    /// Finds the origin of each workflow; one without an origin is shown as its own definition.
    pub(crate) fn find(&self, workflows: &[Covered]) -> Vec<Option<Origin>> {
        let mut found: Vec<Option<Origin>> = workflows.iter().map(|_| None).collect();
        let mut add = |take: &dyn Fn(&Covered) -> Option<Origin>| {
            for (place, workflow) in found.iter_mut().zip(workflows) {
                if place.is_none() {
                    *place = take(workflow);
                }
            }
        };
        for path in &self.rust {
            let text = std::fs::read_to_string(path).unwrap_or_default();
            if !text.contains("workflow!") {
                continue;
            }
            let Ok(File::Rust(RustFile { text, calls, .. })) = File::of_bytes(path, text.into_bytes()) else {
                continue;
            };
            let siblings = Siblings::of(&calls);
            for MacroCall { modules, compilation } in &calls {
                for compiled in compilation.workflows.iter().filter(|compiled| !compiled.fragments.is_empty()) {
                    add(&|workflow| {
                        let origin = of_rust(path, &text, compiled, workflow)?;
                        Some(Origin { types: siblings.types(compiled, modules), ..origin })
                    });
                }
            }
        }
        for path in &self.documents {
            let is_short = std::fs::metadata(path).is_ok_and(|metadata| metadata.len() <= LONGEST);
            let Some(source) = is_short.then(|| read(path)).flatten() else { continue };
            add(&|workflow| of_document(path, &source, workflow));
        }
        found
    }
}

fn read(path: &Path) -> Option<Source> {
    let bytes = std::fs::read(path).ok()?;
    let words = |word: &[u8]| bytes.windows(word.len()).any(|part| part == word);
    if !words(b"StartAt") {
        return None;
    }
    Source::read(&bytes, Format::of_path(path)).ok()
}

/// Returns whether an execution can take the same in a document.
fn is_alike(document: &serde_json::Value, workflow: &Covered) -> bool {
    let points = Point::all(&StateMachine::read(document).0);
    let alike = |(one, other): (&Point, &Point)| one.kind == other.kind && one.pointer == other.pointer;
    points.len() == workflow.points.len() && points.iter().zip(&workflow.points).all(alike)
}

fn of_rust(path: &Path, text: &str, compiled: &CompiledWorkflow, workflow: &Covered) -> Option<Origin> {
    if !workflow.names.contains(&compiled.machine_name) || !is_alike(&compiled.definition, workflow) {
        return None;
    }
    let machine_type = compiled.machine_type;
    match &compiled.document {
        Some(document) => {
            let folders = path.ancestors().skip(1);
            let file = folders.map(|folder| folder.join(&document.path)).find(|file| file.is_file())?;
            let source = read(&file)?;
            Some(Origin { machine_type, ..Origin::of_source(&file, source) })
        }
        None => Some(Origin {
            file: path.to_owned(),
            text: text.to_owned(),
            places: Places::Rust(compiled.source_map.clone()),
            machine_type,
            types: &Types::NONE,
        }),
    }
}

fn of_document(path: &Path, source: &Source, workflow: &Covered) -> Option<Origin> {
    let value = source.value();
    let is_same = || StateMachine::read(value).0.write() == workflow.document();
    let is_it = is_alike(value, workflow) && (placeholder::contained(source.text()) || is_same());
    is_it.then(|| Origin::of_source(path, source.clone()))
}

impl Origin {
    fn of_source(file: &Path, source: Source) -> Self {
        Self {
            file: file.to_owned(),
            text: source.text().to_owned(),
            places: Places::Document(Box::new(source)),
            machine_type: MachineType::Standard,
            types: &Types::NONE,
        }
    }

    /// Finds a state machine by its name in a file. A template's definition has no origin.
    pub(crate) fn of_file(file: &Path, name: &str) -> Option<Self> {
        let bytes = std::fs::read(file).ok()?;
        match File::of_bytes(file, bytes).ok()? {
            File::Rust(RustFile { text, calls, .. }) => {
                let mut workflows = calls.iter().flat_map(|call| &call.compilation.workflows);
                let compiled = workflows.find(|compiled| plain(&compiled.source.name) == name)?;
                let places = Places::Rust(compiled.source_map.clone());
                let file = file.to_owned();
                Some(Self { file, text, places, machine_type: compiled.machine_type, types: &Types::NONE })
            }
            File::Document(source) => Some(Self::of_source(file, source)),
            _ => None,
        }
    }

    /// Returns the text of the file, and the place in it of a part of the definition.
    pub(crate) fn place_of(&self, pointer: &Pointer) -> (&str, Location) {
        (&self.text, self.locate(pointer, None))
    }

    /// A definition that is nowhere in the workspace, as its own text.
    pub(crate) fn of_definition(workflow: &Covered) -> Option<Self> {
        let text = format!("{:#}", workflow.document());
        let source = Source::read(text.as_bytes(), Format::Json).ok()?;
        Some(Self::of_source(Path::new(&format!("<{}>", workflow.title())), source))
    }

    /// Finds the words that mutants change.
    pub(crate) fn place(self, mutants: &[Mutant]) -> MutantPlaces {
        let locate = |mutant: &Mutant| self.locate(&mutant.pointer, mutant.word.as_deref());
        let locations = mutants.iter().map(locate).collect();
        let Self { file, text, machine_type, types, .. } = self;
        MutantPlaces { file, text, machine_type, types, locations }
    }

    /// Returns the file and the lines of a workflow, with how much of what begins on each line is covered.
    pub(crate) fn section(&self, workflow: &Covered) -> (String, Section) {
        let mut counts: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
        for point in &workflow.points {
            let (taken, all) = counts.entry(self.locate(&point.pointer, None).line).or_default();
            (*taken, *all) = (*taken + usize::from(point.taken > 0), *all + 1);
        }
        let first = counts.keys().next().map_or(1, |line| line.saturating_sub(AROUND).max(1));
        let last = counts.keys().next_back().map_or(0, |line| line + AROUND);
        let lines = self.text.lines().enumerate().skip(first - 1).take((last + 1).saturating_sub(first));
        let lines = lines.map(|(number, text)| {
            let covered = counts.get(&(number + 1)).map(|(taken, all)| match taken {
                0 => Tone::Bad,
                taken if taken < all => Tone::Careful,
                _ => Tone::Good,
            });
            (number + 1, text.to_owned(), covered)
        });
        (format!("{}: {}", workflow.title(), self.shown_file().display()), Section::Source(lines.collect()))
    }

    /// Returns the record of a workflow for `lcov`: each line with the most that anything which begins there was taken, and
    /// as branches its transitions, retriers and catchers.
    ///
    /// See <https://manpages.debian.org/lcov/geninfo.1.en.html#TRACEFILE_FORMAT>.
    pub(crate) fn lcov(&self, workflow: &Covered) -> String {
        let (mut lines, mut branches) = (BTreeMap::<usize, u64>::new(), Vec::new());
        for (number, point) in workflow.points.iter().enumerate() {
            let line = self.locate(&point.pointer, None).line;
            let most = lines.entry(line).or_default();
            *most = point.taken.max(*most);
            if point.kind != PointKind::State {
                branches.push(format!("BRDA:{line},0,{number},{}\n", point.taken));
            }
        }
        let data = lines.iter().map(|(line, taken)| format!("DA:{line},{taken}\n"));
        let hit = lines.values().filter(|taken| **taken > 0).count();
        let taken = workflow.points.iter().filter(|point| point.kind != PointKind::State && point.taken > 0).count();
        let counts = format!("BRF:{}\nBRH:{taken}\n", branches.len());
        let parts = branches.into_iter().chain([counts]).chain(data);
        let parts: String = parts.collect();
        let (title, file) = (workflow.title().replace(['\n', ','], " "), self.shown_file().display());
        format!("TN:{title}\nSF:{file}\n{parts}LF:{}\nLH:{hit}\nend_of_record\n", lines.len())
    }

    /// The file, below the current folder if it is there.
    fn shown_file(&self) -> &Path {
        let here = std::env::current_dir().unwrap_or_default();
        self.file.strip_prefix(here).unwrap_or(&self.file)
    }

    fn locate(&self, pointer: &Pointer, word: Option<&str>) -> Location {
        let (start, length) = match &self.places {
            Places::Rust(spans) => {
                let span = spans.span_at(pointer);
                span.map_or((0, 0), |span| {
                    let (start, end) = (span.first.byte_range().start, span.last.byte_range().end);
                    (start, end.saturating_sub(start))
                })
            }
            Places::Document(source) => {
                let at = Diagnostic::new(Code::BadLiteral, Self::existing(source, pointer), String::new());
                let location = source.locate(&[at]).pop().unwrap_or_default();
                (location.offset, location.length)
            }
        };
        let words = self.text.get(start..start + length).unwrap_or_default();
        let within = word.and_then(|word| only(words, word));
        let span = within.map_or((start, length), |(at, length)| (start + at, length));
        locations(&self.text, &[span]).pop().unwrap_or_default()
    }

    /// The place, or the nearest one around it that the document has.
    fn existing(source: &Source, at: &Pointer) -> Pointer {
        let mut at = at.clone();
        while source.value().pointer(at.as_str()).is_none() {
            let Some(parent) = at.parent() else { break };
            at = parent;
        }
        at
    }
}

/// Returns the place of a word that occurs once.
fn only(text: &str, word: &str) -> Option<(usize, usize)> {
    let is_sign = |c: char| "<>=!-".contains(c);
    let joins = |c: char, with: Option<char>| {
        with.is_some_and(|with| {
            if is_sign(with) {
                is_sign(c)
            } else {
                (with.is_alphanumeric() || with == '_') && (c.is_alphanumeric() || c == '_')
            }
        })
    };
    let mut found = text.match_indices(word).filter(|(at, _)| {
        let before = text.get(..*at).and_then(|before| before.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|after| after.chars().next());
        !before.is_some_and(|c| joins(c, word.chars().next()))
            && !after.is_some_and(|c| joins(c, word.chars().next_back()))
    });
    let (at, _) = found.next().filter(|_| !word.is_empty())?;
    found.next().is_none().then_some((at, word.len()))
}
