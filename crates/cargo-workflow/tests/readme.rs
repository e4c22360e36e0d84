//! Tests the README's statements about the command line and dependencies, and that the commands of the book's first pages
//! exist. `examples/tests/readme.rs` compiles the README's Rust.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use workflow_cases::every;

const README: &str = include_str!("../../../README.md");

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap()
}

/// Returns the code blocks of a language.
fn blocks(language: &str) -> Vec<&'static str> {
    let opening = format!("```{language}\n");
    README.split(&opening).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

/// Returns a folder with README's workflow as `src/order.rs`.
fn folder(name: &str, source: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme").join(name);
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::write(folder.join("src/order.rs"), source).unwrap();
    folder
}

/// Runs `cargo workflow …` as written in the README.
fn run(folder: &Path, command: &str) -> Output {
    let mut arguments = Vec::new();
    for (number, part) in command.split('\'').enumerate() {
        // Quoted text is one argument.
        if number % 2 == 1 {
            arguments.push(part);
        } else {
            arguments.extend(part.split_whitespace());
        }
    }
    assert_eq!(arguments.remove(0), "cargo");
    Command::new(env!("CARGO_BIN_EXE_cargo-workflow")).args(arguments).current_dir(folder).output().unwrap()
}

#[test]
fn the_commands_of_the_readme_run() {
    let folder = folder("right", blocks("rust")[0]);
    let listed = blocks("console").into_iter().flat_map(str::lines).map(|line| line.split(" #").next().unwrap().trim());
    let in_text = README.split('`').filter(|text| !text.contains('\n'));
    let commands: Vec<_> = listed.chain(in_text).filter(|text| text.starts_with("cargo workflow ")).collect();
    assert!(commands.len() >= 4, "{commands:?}");
    for command in commands {
        let output = run(&folder, command);
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(!output.stdout.is_empty(), "{command}");
    }
}

#[test]
fn the_error_of_the_readme_is_the_one_printed() {
    let shown = blocks("text")[0];
    let folder =
        folder("wrong", &blocks("rust")[0].replace("\"ship\", Payload: input.order", "\"ship\", Payload: input.ordre"));
    let output = run(&folder, "cargo workflow validate src/order.rs");
    let printed = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    let (code, message) = printed.lines().next().unwrap().split_once(": ").unwrap();
    let code = code.trim_start_matches("error");
    assert!(shown.starts_with(&format!("error: {message} {code}\n")), "{printed}");
    // The help, the position, and the underlined words.
    for line in printed.lines().take_while(|line| !line.is_empty()).skip(1) {
        assert!(shown.contains(line.trim()), "`{line}` is not in\n{shown}");
    }
}

#[test]
fn the_command_line_is_in_the_folder_that_the_pages_name() {
    every(["README.md", "docs/start.md"], |page| {
        let text = fs::read_to_string(workspace().join(page)).unwrap();
        let folder = text.split("cargo install --path ").nth(1).unwrap().split(['`', '\n']).next().unwrap();
        assert!(workspace().join(folder).join("src/main.rs").is_file(), "{page}: {folder}");
    });
}

#[test]
fn the_dependencies_of_the_readme_are_found() {
    let folder = folder("dependencies", blocks("rust")[0]);
    let dependencies = blocks("toml")[0];
    assert!(dependencies.contains("\"../workflow/"), "{dependencies}");
    let dependencies = dependencies.replace("../workflow/", &format!("{}/", workspace().display()));
    let manifest = format!(
        "[package]\nname = \"order\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[lib]\npath = \"src/order.rs\"\n\n\
         [workspace]\n\n{dependencies}"
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    // The versions that this workspace already has.
    fs::copy(workspace().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let arguments = ["metadata", "--offline", "--format-version", "1"];
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(&folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The crates are not on a registry yet, as the README says.
#[test]
fn the_readme_names_no_version_of_a_registry() {
    for block in blocks("toml") {
        for dependency in block.lines().filter(|line| line.starts_with("workflow-")) {
            assert!(["path =", "git ="].iter().any(|source| dependency.contains(source)), "{dependency}");
            assert!(!dependency.contains("version"), "{dependency}");
        }
    }
    assert!(README.contains("not on crates.io yet"));
}

/// The files of the book that name commands beside what they are for.
fn pages() -> Vec<PathBuf> {
    let docs = workspace().join("docs");
    let cookbook = fs::read_dir(docs.join("cookbook")).unwrap().map(|entry| entry.unwrap().path());
    let names = ["index.md", "start.md", "from-asl.md", "from-python-sdk.md", "from-cdk.md"];
    names.iter().map(|name| docs.join(name)).chain(cookbook).collect()
}

#[test]
fn every_command_is_in_the_readme_and_explains_its_exit_codes() {
    let help = |arguments: &[&str]| {
        let output =
            Command::new(env!("CARGO_BIN_EXE_cargo-workflow")).arg("workflow").args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let all = help(&["--help"]);
    let (_, commands) = all.split_once("Commands:\n").unwrap();
    let commands =
        commands.lines().take_while(|line| !line.is_empty()).filter_map(|line| line.split_whitespace().next());
    let commands: Vec<_> = commands.filter(|name| *name != "help").collect();
    assert!(commands.len() > 18, "{all}");
    for name in commands {
        let text = help(&[name, "--help"]);
        assert!(text.contains("\nExit codes:\n  0  "), "{name}: {text}");
        assert!(
            README.contains(&format!("`{name}`")) || README.contains(&format!("cargo workflow {name} ")),
            "README does not have `{name}`"
        );
    }
}

#[test]
fn the_commands_of_the_book_exist() {
    let mut commands = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for rest in text.split("cargo workflow ").skip(1) {
            let command = rest.split(['`', '\n', '#']).next().unwrap();
            let name = command.split_whitespace().next().unwrap();
            let help =
                Command::new(env!("CARGO_BIN_EXE_cargo-workflow")).args(["workflow", name, "--help"]).output().unwrap();
            assert!(help.status.success(), "{}: `cargo workflow {command}`", page.display());
            let help = String::from_utf8(help.stdout).unwrap();
            for option in command.split_whitespace().filter(|word| word.starts_with("--")) {
                assert!(help.contains(option), "{}: `cargo workflow {command}`: {option}", page.display());
            }
            commands += 1;
        }
    }
    assert!(commands > 30, "{commands}");
}
