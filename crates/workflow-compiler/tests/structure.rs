//! Tests the structure of the crates: one layout of modules and of unit tests, and small import cycles.
//!
//! Files of a crate that import each other in a cycle can only be understood together. A file imports another file if
//! it contains a path into it, in `use` or elsewhere. A path to a re-export leads to the file that has the item. Test
//! modules are ignored.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Ident, Spacing, TokenStream, TokenTree};
use workflow_asl::graph::{FlowGraph, Transition};

/// The most files in a circle: of the compiler, and of any other crate.
const MOST: (usize, usize) = (4, 12);

/// A path of a module or an item, without `crate`.
type Names = Vec<String>;

/// What a file imports.
#[derive(Default)]
struct Module {
    file: String,
    imports: BTreeSet<Names>,
    /// The items that it re-exports, by name, and where they are.
    exports: BTreeMap<String, Names>,
}

struct Import {
    from: usize,
    to: usize,
}

impl Transition for Import {
    fn source(&self) -> usize {
        self.from
    }

    fn target(&self) -> Option<usize> {
        Some(self.to)
    }
}

#[test]
fn no_circle_of_imports_is_large() {
    let mut wrong = Vec::new();
    for (name, source) in crates() {
        let most = if name == "workflow-compiler" { MOST.0 } else { MOST.1 };
        let large = circles(&read(&source)).into_iter().filter(|circle| circle.len() > most);
        wrong.extend(large.map(|circle| format!("{name}: {} files: {}", circle.len(), circle.join(", "))));
    }
    assert!(wrong.is_empty(), "circles of imports:\n{}", wrong.join("\n"));
}

/// A phase does not know the phases after it.
#[test]
fn the_folders_of_the_compiler_import_in_one_direction() {
    let files = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let mut folders: BTreeMap<Names, Module> = BTreeMap::new();
    let folder = |names: &Names| names.first().cloned().into_iter().collect::<Names>();
    for (names, module) in &files {
        let imports = module.imports.iter().filter_map(|path| file_of(&files, path.clone(), 0));
        let name = folder(names);
        let entry = folders.entry(name.clone()).or_insert_with(|| Module { file: name.concat(), ..Module::default() });
        entry.imports.extend(imports.map(|to| folder(&to)));
    }
    assert!(folders.len() > 15, "{:?}", folders.keys());
    assert_eq!(circles(&folders), Vec::<Vec<String>>::new());
}

#[test]
fn modules_and_unit_tests_have_one_layout() {
    let mut wrong = Vec::new();
    for path in crates().into_values().flat_map(|source| files(&source)) {
        let file = path.display();
        let folder = path.with_extension("");
        if folder.is_dir() && !files(&folder).is_empty() {
            wrong.push(format!("{file}: a module with children must be `mod.rs` in their folder"));
        }
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.starts_with("#[allow")).collect();
        let is_for_tests = |line: &str| line.starts_with("#[cfg(test)]") || line.starts_with("#[cfg(all(test");
        // The simulation of the server tests no file, but all of them.
        let simulates = ["simulation", "disk", "simulated"];
        let is_file = |line: &str| {
            let name =
                line.trim_start_matches("pub(crate) ").strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';'));
            name.is_some_and(|name| !simulates.contains(&name))
        };
        if lines.windows(2).any(|pair| is_for_tests(pair[0]) && is_file(pair[1])) {
            wrong.push(format!("{file}: unit tests must be `mod tests` at the end of the file that they test"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A path begins at the root. After another path in the same row or paragraph, it may also begin in a folder around the
/// file or folder of that path, up to the crate.
#[test]
fn paths_in_the_documents_exist() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let is_path = |word: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
        (word.contains('/') || word.ends_with(".rs") && word != "mod.rs")
            && (word.starts_with(char::is_alphabetic) || word.starts_with(".ci/"))
            && !word.starts_with("target/")
            && word.chars().all(plain)
    };
    let (mut wrong, mut count) = (Vec::new(), 0);
    for file in ["ARCHITECTURE.md", "CONTRIBUTING.md"] {
        let text = fs::read_to_string(workspace.join(file)).unwrap();
        let blocks = text.replace("\n| ", "\n\n| ").replace("\n- ", "\n\n- ");
        for block in blocks.split("\n\n") {
            let mut before = PathBuf::new();
            for word in block.split('`').skip(1).step_by(2).filter(|word| is_path(word)) {
                count += 1;
                // The last of the ancestors is the empty path: the root.
                let folders = before
                    .ancestors()
                    .filter(|folder| folder.as_os_str().is_empty() || folder.components().count() > 1);
                let found = folders.map(|folder| folder.join(word)).find(|path| workspace.join(path).exists());
                match found {
                    Some(path) => before = path,
                    None => wrong.push(format!("{file}: {word}")),
                }
            }
        }
    }
    assert!(count > 150, "{count}");
    assert!(wrong.is_empty(), "paths that do not exist: {wrong:#?}");
}

/// The table of the crates says what each depends on, and has each after those.
#[test]
fn the_table_of_crates_is_that_of_their_manifests() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ARCHITECTURE.md")).unwrap();
    let mut above: BTreeSet<String> = BTreeSet::new();
    let mut wrong = Vec::new();
    let crates = crates();
    for row in
        text.lines().skip_while(|line| *line != "| --- | --- | --- |").skip(1).take_while(|row| row.starts_with("| "))
    {
        let cells: Vec<_> = row.trim_matches(['|', ' ']).split(" | ").collect();
        let names = |cell: &str| -> BTreeSet<String> {
            cell.split('`').skip(1).step_by(2).filter(|name| crates.contains_key(*name)).map(str::to_owned).collect()
        };
        let Some(name) = names(cells[0]).pop_first() else { continue };
        let manifest = fs::read_to_string(crates[&name].with_file_name("Cargo.toml")).unwrap();
        let dependencies = manifest.split("[dependencies]").nth(1).unwrap_or_default().split("\n[").next().unwrap();
        let first = |line: &str| line.split(['.', ' ', '=']).next().unwrap_or_default().to_owned();
        let dependencies: BTreeSet<_> =
            dependencies.lines().map(first).filter(|name| crates.contains_key(name)).collect();
        let said = if cells[2] == "all of the above" { dependencies.clone() } else { names(cells[2]) };
        if said != dependencies || !dependencies.is_subset(&above) {
            wrong.push(format!("{name} depends on {dependencies:?}"));
        }
        above.insert(name);
    }
    assert!(wrong.is_empty() && above.len() > 14, "{above:?}\n{}", wrong.join("\n"));
}

#[test]
fn paths_are_followed_to_the_file_that_has_the_item() {
    let folder = std::env::temp_dir().join(format!("import-circles-{}", std::process::id()));
    let files = [
        ("lib.rs", "mod a; mod b; mod c; pub use a::Item; use c::run;"),
        ("a.rs", "pub struct Item; fn f() { super::b::g() }"),
        ("b.rs", "use crate::{Item, c as other}; #[cfg(test)] mod tests { use crate::d; }"),
        ("c.rs", "#![doc = \"crate::a\"]"),
    ];
    fs::create_dir_all(&folder).unwrap();
    files.iter().for_each(|(name, text)| fs::write(folder.join(name), text).unwrap());
    assert_eq!(circles(&read(&folder)), [["a.rs", "b.rs"]]);
    fs::remove_dir_all(folder).unwrap();
}

/// The sets of files that import each other in a circle.
fn circles(modules: &BTreeMap<Names, Module>) -> Vec<Vec<String>> {
    let numbers: BTreeMap<&Names, usize> =
        modules.keys().enumerate().map(|(number, name)| (name, number + 1)).collect();
    let imports = modules.values().enumerate().map(|(number, module)| {
        let targets = module.imports.iter().filter_map(|path| numbers.get(&file_of(modules, path.clone(), 0)?));
        targets.filter(|to| **to != number + 1).map(|to| Import { from: number + 1, to: *to }).collect::<Vec<_>>()
    });
    // The start leads to each file.
    let all = (1..=modules.len()).map(|to| Import { from: 0, to }).collect();
    let graph = FlowGraph::new(Some(0), std::iter::once(all).chain(imports));
    let files: Vec<&String> = modules.values().map(|module| &module.file).collect();
    graph
        .loops(|_| true)
        .into_iter()
        .map(|circle| circle.iter().map(|node| files[node - 1].clone()).collect())
        .collect()
}

/// The module in whose file the item at a path is.
fn file_of(modules: &BTreeMap<Names, Module>, path: Names, depth: usize) -> Option<Names> {
    let (name, rest, module) = (0..=path.len()).rev().find_map(|length| {
        let (name, rest) = path.split_at(length);
        Some((name.to_vec(), rest.to_vec(), modules.get(name)?))
    })?;
    let export = rest.first().and_then(|item| module.exports.get(item)).filter(|_| depth < 8);
    match export {
        Some(export) => file_of(modules, export.iter().chain(&rest[1..]).cloned().collect(), depth + 1),
        None => Some(name),
    }
}

/// The folders `src` of the workspace, by the names of the crates.
fn crates() -> BTreeMap<String, PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folders = [workspace.clone(), workspace.join("crates")];
    let folders = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap()).map(Result::unwrap);
    let crates = folders.map(|entry| (entry.file_name().into_string().unwrap(), entry.path().join("src")));
    let crates: BTreeMap<_, _> = crates.filter(|(_, source)| source.exists()).collect();
    assert!(crates.len() > 12, "{crates:?}");
    crates
}

/// The Rust files in a folder and in those inside it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files.extend(self::files(&path)),
            false if path.extension().is_some_and(|extension| extension == "rs") => files.push(path),
            false => {}
        }
    }
    files
}

/// The modules of a crate, by their paths.
fn read(source: &Path) -> BTreeMap<Names, Module> {
    let files = files(source);
    let named = files.iter().map(|path| {
        let file = path.strip_prefix(source).unwrap().with_extension("");
        let mut names: Names = file.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        if matches!(names.last().map(String::as_str), Some("mod" | "lib" | "main")) {
            names.pop();
        }
        (names, path)
    });
    let named: BTreeMap<Names, _> = named.collect();
    let module = |(names, path): (&Names, &&PathBuf)| {
        let file = path.strip_prefix(source).unwrap().to_string_lossy().into_owned();
        let mut module = Module { file, ..Module::default() };
        let is_module = |path: &[String]| named.contains_key(path);
        let tokens: TokenStream = fs::read_to_string(path).unwrap().parse().unwrap();
        module.take(tokens, names, &is_module);
        (names.clone(), module)
    };
    named.iter().map(module).collect()
}

impl Module {
    /// Takes the paths among the tokens of a module.
    fn take(&mut self, tokens: TokenStream, own: &[String], is_module: &dyn Fn(&[String]) -> bool) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at += 1;
            match token {
                // `mod tests { … }`
                TokenTree::Ident(word) if word == "mod" && is(&tokens, at, "tests") => at += 2,
                // `pub(in crate::check)`
                TokenTree::Ident(word) if word == "in" => at += path_length(&tokens, at),
                TokenTree::Ident(word) if word == "use" => {
                    let exported = at > 1 && (is(&tokens, at - 2, "pub") || at > 2 && is(&tokens, at - 3, "pub"));
                    let mut found = Vec::new();
                    at = tree(&tokens, at, &[], &mut found);
                    for (path, name) in found {
                        let Some(path) = absolute(&path, own, is_module) else { continue };
                        match exported {
                            true => drop(self.exports.insert(name, path)),
                            false => drop(self.imports.insert(path)),
                        }
                    }
                }
                TokenTree::Ident(word) if is_start(word) && path_length(&tokens, at - 1) > 1 => {
                    let mut found = Vec::new();
                    at = tree(&tokens, at - 1, &[], &mut found);
                    let paths = found.iter().filter_map(|(path, _)| absolute(path, own, is_module));
                    self.imports.extend(paths);
                }
                TokenTree::Group(group) => self.take(group.stream(), own, is_module),
                _ => {}
            }
        }
    }
}

fn is(tokens: &[TokenTree], at: usize, word: &str) -> bool {
    matches!(tokens.get(at), Some(TokenTree::Ident(ident)) if ident == word)
}

fn is_start(word: &Ident) -> bool {
    word == "crate" || word == "super" || word == "self"
}

fn is_colons(tokens: &[TokenTree], at: usize) -> bool {
    let colon = |at| matches!(tokens.get(at), Some(TokenTree::Punct(sign)) if sign.as_char() == ':');
    let joint = matches!(tokens.get(at), Some(TokenTree::Punct(sign)) if sign.spacing() == Spacing::Joint);
    colon(at) && joint && colon(at + 1)
}

/// How many tokens the path at a place has.
fn path_length(tokens: &[TokenTree], at: usize) -> usize {
    let mut length = 0;
    while matches!(tokens.get(at + length), Some(TokenTree::Ident(_))) {
        length += 1;
        if !is_colons(tokens, at + length) {
            break;
        }
        length += 2;
    }
    length
}

/// Reads the tree of paths at a place, each with the name that it gets; returns the place after it.
fn tree(tokens: &[TokenTree], mut at: usize, before: &[String], found: &mut Vec<(Names, String)>) -> usize {
    let mut path = before.to_vec();
    loop {
        match tokens.get(at) {
            Some(TokenTree::Ident(word)) => {
                path.push(word.to_string());
                at += 1;
                if is_colons(tokens, at) {
                    at += 2;
                    continue;
                }
                let mut name = word.to_string();
                if let (true, Some(TokenTree::Ident(other))) = (is(tokens, at, "as"), tokens.get(at + 1)) {
                    name = other.to_string();
                    at += 2;
                }
                found.push((path, name));
            }
            Some(TokenTree::Group(group)) => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                let mut next = 0;
                while next < inner.len() {
                    next = tree(&inner, next, &path, found).max(next + 1);
                }
                at += 1;
            }
            Some(TokenTree::Punct(sign)) if sign.as_char() == '*' => {
                found.push((path, "*".to_owned()));
                at += 1;
            }
            _ => {}
        }
        return at;
    }
}

/// The path from the crate's root; `None` for one into another crate.
fn absolute(path: &[String], own: &[String], is_module: &dyn Fn(&[String]) -> bool) -> Option<Names> {
    let mut base = own.to_vec();
    let mut rest = path;
    match path.first()?.as_str() {
        "crate" => (base, rest) = (Vec::new(), path.get(1..)?),
        "self" => rest = path.get(1..)?,
        "super" => {
            while let [first, after @ ..] = rest
                && first == "super"
            {
                base.pop();
                rest = after;
            }
        }
        first => {
            let child: Names = own.iter().cloned().chain([first.to_owned()]).collect();
            if !is_module(&child) {
                return None;
            }
        }
    }
    base.extend(rest.iter().cloned());
    Some(base)
}
