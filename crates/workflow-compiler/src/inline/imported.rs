//! `fragment Name from "file";`: fragments of other files, with the fragments that they use.
//!
//! Where words of other files have positions, these are after all words of the `workflow!`: its compilation can compare
//! them. In rustc and in editors, such words have no positions, and their span is the path at the import.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use workflow_asl::nearest::nearest;
use workflow_asl::{Code, Pointer};

use super::shared_types;
use crate::crate_file;
use crate::problem::{DocumentPlace, Edit, EditPlace, Problem, Problems, Reported};
use crate::span::{Locate, Position};
use crate::syntax::ast::{Text, TokenSpan, Workflow, plain};
use crate::syntax::word::EditorWord;
use crate::syntax::{self, Parsed};

/// The files whose fragments a `workflow!` imports.
#[derive(Debug, Default)]
pub struct Imported(Vec<ImportedFile>);

/// A file with imported fragments.
#[derive(Debug)]
struct ImportedFile {
    /// Its path, as written.
    path: String,
    /// The path at the import in the `workflow!`.
    import: TokenSpan,
    /// The number of lines that precede it in the positions of its words; `None` if these have no positions.
    before: Option<usize>,
    /// The line and column of the first fragment that is imported from it.
    fragment: Position,
}

impl Imported {
    /// Returns the paths of the files, as written.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|file| file.path.as_str())
    }

    /// Returns whether a word is in one of the files.
    pub(crate) fn contains(&self, span: Span, locate: Locate<'_>) -> bool {
        self.place(span, locate).is_some()
    }

    /// Returns the position of a span of the `workflow!`, or of a file whose words have positions.
    pub(crate) fn locate(&self, span: Span, locate: Locate<'_>) -> Option<Position> {
        locate(span).filter(|_| self.place(span, locate).is_none_or(|(file, _)| file.before.is_some()))
    }

    /// Returns the file of a word, with its line and column.
    fn place(&self, span: Span, locate: Locate<'_>) -> Option<(&ImportedFile, Position)> {
        let (line, column) = locate(span)?;
        let after = |file: &&ImportedFile| file.before.is_some_and(|before| line > before);
        if let Some(file) = self.0.iter().rev().find(after) {
            return Some((file, (line - file.before.unwrap_or_default(), column + 1)));
        }
        let at_import = |file: &&ImportedFile| locate(file.import.first) == Some((line, column));
        self.0.iter().find(at_import).map(|file| (file, file.fragment))
    }

    /// Returns the position of a word as text, with its file if that is another one.
    pub(crate) fn written_place(&self, span: Span, locate: Locate<'_>) -> Option<String> {
        if let Some((file, (line, column))) = self.place(span, locate) {
            return Some(format!("{}:{line}:{column}", file.path));
        }
        locate(span).map(|(line, column)| format!("line {line}, column {}", column + 1))
    }

    /// Moves a problem about words of a file to the path at the import, with its place in the file.
    #[must_use]
    pub fn moved(&self, mut problem: Problem, locate: Locate<'_>) -> Problem {
        let is_inside = |Edit { place, .. }: &Edit| {
            let (EditPlace::Over(TokenSpan { first: span, .. }) | EditPlace::Before(span) | EditPlace::After(span)) =
                place;
            self.contains(*span, locate)
        };
        if problem.fix.iter().any(is_inside) {
            problem.fix.clear();
        }
        let Some((file, (line, column))) = self.place(problem.span.first, locate) else { return problem };
        if problem.place.is_none() && (file.before.is_some() || problem.code != Code::UnreadableFile) {
            let place = DocumentPlace { file: file.path.clone(), line, column, pointer: Pointer::default() };
            problem.place = Some(Box::new(place));
            if file.before.is_none() {
                problem
                    .help
                    .push("this is the place of the fragment: `cargo workflow validate` names the word".to_owned());
            }
        }
        problem.span = TokenSpan { in_use: problem.span.in_use, ..file.import };
        problem
    }

    /// Returns the path at the import, for words of a file.
    pub(crate) fn span(&self, span: TokenSpan, locate: Locate<'_>) -> TokenSpan {
        let import = self.place(span.first, locate).map(|(file, _)| file.import);
        import.map_or(span, |import| TokenSpan { in_use: span.in_use, ..import })
    }
}

/// Replaces each fragment that is imported with the one of its file, and adds the fragments that these use.
///
/// Their paths are relative to the folder.
pub(crate) fn import(
    parsed: &mut Parsed,
    (folder, locate): (Option<&Path>, Locate<'_>),
    problems: &mut Problems,
) -> Imported {
    let imports = parsed.fragments.iter().any(|fragment| fragment.from().is_some());
    let imported = if imports { import_all(parsed, (folder, locate), problems) } else { Imported::default() };
    shared_types::check(parsed, |span| imported.written_place(span, locate), problems);
    imported
}

fn import_all(parsed: &mut Parsed, (folder, locate): (Option<&Path>, Locate<'_>), problems: &mut Problems) -> Imported {
    let words = parsed.words.len();
    let own_words = parsed.words.iter().filter_map(|word| word.ident.as_ref());
    let mut loader = Loader {
        lines: locate(parsed.end).map_or(0, |(line, _)| line),
        has_places: has_places(locate),
        folder,
        locate,
        own_words: own_words.map(|word| (locate(word.span()), word.to_string())).collect(),
        own_file: None,
        words: std::mem::take(&mut parsed.words),
        files: BTreeMap::new(),
        imported: Imported::default(),
        problems,
    };
    let (mut known, mut used) = (BTreeSet::new(), Vec::new());
    for fragment in &mut parsed.fragments {
        let Some(path) = fragment.from().cloned() else { continue };
        let name = fragment.name.clone();
        match loader.find(&plain(&name), name.span(), &path, path.span) {
            Ok((file, found)) => {
                used.extend(used_by(&found).into_iter().map(|other| (file.clone(), other, path.span)));
                known.insert((loader.key(&file), plain(&found.name)));
                *fragment = Workflow { name, ..found };
            }
            Err(reported) => fragment.body.broken = Some(reported),
        }
    }
    while let Some((file, name, import)) = used.pop() {
        let key = loader.key(&file);
        if known.contains(&(key.clone(), name.clone())) || !loader.declares(&key, &name) {
            continue;
        }
        if let Ok((other, found)) = loader.find(&name, file.span.first, &file, import) {
            let declaring = loader.key(&other);
            let is_new = known.insert((declaring.clone(), plain(&found.name)));
            known.insert((key, name));
            let name = plain(&found.name);
            let same = parsed.fragments.iter().find(|fragment| plain(&fragment.name) == name);
            // A file may import from the file that is compiled.
            if same.is_some() && loader.own_file.as_ref() == Some(&declaring) {
                continue;
            }
            used.extend(used_by(&found).into_iter().map(|name| (other.clone(), name, import)));
            match same {
                _ if !is_new => {}
                Some(same) => loader.two_fragments(same, &found),
                None => parsed.fragments.push(found),
            }
        }
    }
    parsed.words = loader.words;
    parsed.words.truncate(words);
    loader.imported
}

/// The names of the fragments that a fragment uses.
pub(super) fn used_by(fragment: &Workflow) -> BTreeSet<String> {
    fragment.body.all_uses().into_iter().map(|used| plain(&used.fragment)).collect()
}

/// The names of these fragments and of all that they use, also indirectly.
pub(super) fn all_used<'w>(
    mut open: BTreeSet<String>,
    find: impl Fn(&str) -> Option<&'w Workflow>,
) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    while let Some(next) = open.pop_first() {
        if used.insert(next.clone()) {
            open.extend(find(&next).into_iter().flat_map(used_by));
        }
    }
    used
}

/// A file that was read.
struct Loaded {
    fragments: Vec<Workflow>,
    problems: Vec<Problem>,
}

/// Reads files with fragments.
struct Loader<'l> {
    folder: Option<&'l Path>,
    locate: Locate<'l>,
    /// The words of the `workflow!` with their positions.
    own_words: Vec<(Option<Position>, String)>,
    /// The file that contains the `workflow!`, if one was read.
    own_file: Option<PathBuf>,
    /// The words of the `workflow!`, and after them those of the files: references have the numbers of their words.
    words: Vec<EditorWord>,
    /// Whether the words of other files have positions.
    has_places: bool,
    /// The number of lines so far.
    lines: usize,
    files: BTreeMap<PathBuf, Result<Loaded, Reported>>,
    imported: Imported,
    problems: &'l mut Problems,
}

impl Loader<'_> {
    /// Returns the same path for each way to write the path of a file.
    fn key(&self, file: &Text) -> PathBuf {
        let path = self.folder.and_then(|folder| folder.join(&file.value).canonicalize().ok());
        path.unwrap_or_else(|| PathBuf::from(&file.value))
    }

    /// Returns whether each word of the `workflow!` is at its position in this text.
    fn is_own(&self, text: &str) -> bool {
        let lines: Vec<_> = text.lines().collect();
        let is_there = |(place, word): &(Option<Position>, String)| {
            let line = place.and_then(|(line, column)| Some((lines.get(line.checked_sub(1)?)?, column)));
            line.is_some_and(|(line, column)| line.chars().skip(column).take(word.chars().count()).eq(word.chars()))
        };
        !self.own_words.is_empty() && self.own_words.iter().all(is_there)
    }

    /// Reports a fragment of a file whose name another one has.
    fn two_fragments(&mut self, same: &Workflow, found: &Workflow) {
        let message = format!("two fragments are named `{}`", plain(&found.name));
        let problem = Problem::new(Code::DuplicateName, found.name.span(), message).help("rename one");
        let place = self.imported.written_place(same.name.span(), self.locate);
        self.problems.push(match place {
            Some(place) => problem.help(format!("the other one is at {place}")),
            None => problem,
        });
    }

    fn declares(&self, file: &Path, name: &str) -> bool {
        let file = self.files.get(file).and_then(|file| file.as_ref().ok());
        file.is_some_and(|file| file.fragments.iter().any(|fragment| plain(&fragment.name) == *name))
    }

    /// Returns a fragment with the file that declares it. A file may import it from another one.
    fn find(&mut self, name: &str, at: Span, path: &Text, import: TokenSpan) -> Result<(Text, Workflow), Reported> {
        let (mut way, mut keys): (Vec<String>, Vec<PathBuf>) = (Vec::new(), Vec::new());
        let mut path = path.clone();
        loop {
            let key = self.key(&path);
            if keys.contains(&key) {
                let message =
                    format!("the import of the fragment `{name}` leads back: {} -> {}", way.join(" -> "), path.value);
                let problem = Problem::new(Code::NotInlined, at, message);
                return Err(self.problems.push(problem.help("declare it in one of these files: `fragment … { … }`")));
            }
            way.push(path.value.clone());
            if !self.files.contains_key(&key) {
                let loaded = self.load(name, &path, import);
                self.files.insert(key.clone(), loaded);
            }
            let file = self.files.get_mut(&key);
            keys.push(key);
            let file = match file {
                Some(Ok(file)) => file,
                Some(Err(reported)) => return Err(*reported),
                None => return Err(self.problems.push(missing(name, at, &path, &[]))),
            };
            let Some(found) = file.fragments.iter_mut().find(|fragment| plain(&fragment.name) == *name) else {
                self.problems.extend(file.problems.first().filter(|_| !file.fragments.is_empty()).cloned());
                return Err(self.problems.push(missing(name, at, &path, &file.fragments)));
            };
            // They are reported once.
            let number = std::mem::take(&mut found.number);
            let own = file.problems.iter().filter(|problem| number > 0 && problem.workflow == number);
            self.problems.extend(own.cloned());
            let found = found.clone();
            match found.from() {
                Some(other) => path = other.clone(),
                None => return Ok((path, found)),
            }
        }
    }

    /// Reads a file, for the fragment of this name.
    fn load(&mut self, name: &str, file: &Text, import: TokenSpan) -> Result<Loaded, Reported> {
        let locate = self.locate;
        let bytes = crate_file::bytes(file, self.folder).map_err(|problem| self.problems.push(problem))?;
        let path = &file.value;
        let text = String::from_utf8(bytes).map_err(|error| {
            let message = format!("`{path}` is not UTF-8 from byte {} on", error.utf8_error().valid_up_to());
            self.problems.push(Problem::new(Code::UnreadableFile, file.span, message))
        })?;
        let text = text.trim_start_matches('\u{feff}');
        let is_own = self.is_own(text);
        if is_own {
            self.own_file = Some(self.key(file));
        }
        let before = self.lines;
        self.lines += text.lines().count() + 1;
        let tokens = TokenStream::from_str(&format!("{}{text}", "\n".repeat(before))).map_err(|error| {
            let place = locate(error.span()).filter(|(line, _)| self.has_places && *line > before);
            let place = place.map(|(line, column)| {
                let (line, column) = (line - before, column + 1);
                Box::new(DocumentPlace { file: path.clone(), line, column, pointer: Pointer::default() })
            });
            let problem = Problem::new(Code::Syntax, file.span, format!("`{path}` is not Rust"));
            let mut problem = problem.help("a bracket, a quote or a comment has no end there");
            if place.is_none() {
                problem.help.push("`cargo workflow validate` names the place".to_owned());
            }
            self.problems.push(Problem { place, ..problem })
        })?;
        let tokens = bodies(if self.has_places { tokens } else { at_import(tokens, import.first) });
        self.imported.0.push(ImportedFile {
            path: path.clone(),
            import,
            before: self.has_places.then_some(before),
            fragment: place_of(name, text),
        });
        let mut problems = Problems::default();
        let parsed = syntax::parse_after(std::mem::take(&mut self.words), tokens, &mut problems);
        self.words = parsed.words;
        // Those of the `workflow!` are reported already.
        let problems = problems.iter().filter(|_| !is_own).cloned().collect();
        Ok(Loaded { fragments: parsed.fragments, problems })
    }
}

fn missing(name: &str, at: Span, path: &Text, known: &[Workflow]) -> Problem {
    let problem = Problem::new(Code::UnknownFragment, at, format!("`{}` has no fragment `{name}`", path.value));
    let known: Vec<_> = known.iter().map(|fragment| plain(&fragment.name)).collect();
    match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None if known.is_empty() => {
            problem.help(format!("declare it there: `workflow! {{ fragment {name} {{ … }} }}`"))
        }
        None => problem.help(format!("it has `{}`", known.join("`, `"))),
    }
}

/// Returns the line and column of a fragment's name, from 1; the first ones if they are not found.
fn place_of(name: &str, text: &str) -> Position {
    let after = |rest: &str| {
        let rest = rest.strip_prefix("fragment")?.trim_start().strip_prefix(name)?.trim_start();
        rest.starts_with('{').then_some(())
    };
    let lines = text.lines().enumerate();
    let found = lines.filter_map(|(number, line)| {
        let column = line.len() - line.trim_start().len();
        after(line.get(column..)?).map(|()| (number + 1, column + 1))
    });
    found.into_iter().next().unwrap_or((1, 1))
}

/// Returns whether the tokens of a text have positions. In rustc, all have that of the macro's call.
fn has_places(locate: Locate<'_>) -> bool {
    let tokens = TokenStream::from_str("a b").unwrap_or_default();
    let places: BTreeSet<_> = tokens.into_iter().map(|token| locate(token.span())).collect();
    places.len() > 1
}

/// Returns the bodies of all `workflow!` of a file one after the other, or all of its tokens if it has none. Those in
/// `macro_rules!` have holes.
fn bodies(tokens: TokenStream) -> TokenStream {
    let mut found = TokenStream::new();
    let mut open = vec![tokens.clone().into_iter().peekable()];
    while let Some(here) = open.last_mut() {
        let Some(token) = here.next() else {
            open.pop();
            continue;
        };
        let is_call = matches!(here.peek(), Some(TokenTree::Punct(sign)) if sign.as_char() == '!');
        match token {
            TokenTree::Ident(word) if is_call && (word == "workflow" || word == "macro_rules") => {
                here.next();
                let body = here.find_map(|token| match token {
                    TokenTree::Group(group) => Some(group.stream()),
                    _ => None,
                });
                found.extend(body.filter(|_| word == "workflow"));
            }
            TokenTree::Group(group) => open.push(group.stream().into_iter().peekable()),
            _ => {}
        }
    }
    if found.is_empty() { tokens } else { found }
}

/// Returns tokens with the span of the path at the import.
fn at_import(tokens: TokenStream, span: Span) -> TokenStream {
    let token = |mut token: TokenTree| {
        if let TokenTree::Group(group) = token {
            token = Group::new(group.delimiter(), at_import(group.stream(), span)).into();
        }
        token.set_span(span);
        token
    };
    tokens.into_iter().map(token).collect()
}
