//! The exit codes of the commands, as `--help` prints them.

use std::collections::BTreeMap;

use clap::Command;

/// Codes and their meanings.
type Codes = &'static [(&'static str, &'static str)];

/// The codes of every command, unless its row has another meaning.
const ALL: Codes = &[("0", "success"), ("2", "invalid arguments, or a file cannot be read")];

/// The codes of the commands that use AWS.
const AWS: Codes = &[
    ("5", "conflict: manual changes, another deployment, a deletion, another type, or a name in use"),
    ("6", "the state machine, execution or alias does not exist"),
    ("7", "no region, no valid credentials, or no permission"),
    ("8", "the endpoint cannot be reached, throttles, or is not Step Functions"),
    ("9", "AWS rejected the request"),
];

const DEFINITION_ERRORS: &str = "a definition has errors";
const FAILED: &str = "the execution failed";
const NOT_ENDED_WELL: &str = "the execution timed out, was aborted, or runs longer than --at-most";
const UNUSUAL: &str =
    "the execution timed out, was aborted, or runs longer than --at-most; with --stuck: something is unusual";
const REFUSED: &str = "AWS refused some of the executions";
const NOT_ALL_STARTED: &str = "the execution failed; with --inputs: some executions could not be started";
const INCOMPLETE: &str = "the output is incomplete, because a later page could not be read";
const CAREFUL: &str = "careful: the change works if you do something first, or it is unknown whether it works";
const BREAKING: &str = "breaking: something that relies on the old definition fails";

/// The other codes of the commands that use only files.
const COMMANDS: &[(&str, Codes)] = &[
    ("new", &[]),
    ("asl", &[("1", DEFINITION_ERRORS)]),
    ("graph", &[("1", DEFINITION_ERRORS)]),
    ("fmt", &[("1", "with --check: a file would change"), ("2", "a file cannot be read, parsed or written")]),
    (
        "run",
        &[
            ("0", "the execution succeeded, or stopped at --until"),
            ("1", FAILED),
            ("2", "the execution could not run"),
            ("3", "the execution timed out or was aborted"),
        ],
    ),
    ("serve", &[("1", "a file has errors at startup"), ("2", "the server could not start")]),
    ("store", &[("1", "a record is damaged, or an open execution would change"), ("2", "the data cannot be opened")]),
    ("lsp", &[("2", "the editor cannot be answered")]),
    ("mcp", &[("2", "the client cannot be answered")]),
    ("validate", &[("1", "a definition has errors, or with --deny-warnings warnings")]),
    ("fix", &[("1", "errors are left"), ("2", "a file cannot be read or written")]),
    ("import", &[("1", "a definition has errors or cannot be converted")]),
    (
        "migrate",
        &[
            ("0", "the definition was rewritten, and nothing differs in the executions compared"),
            ("1", "it was rewritten, and the differences are listed"),
            ("3", "a definition has errors, or a clause was refused: nothing was rewritten"),
        ],
    ),
    (
        "coverage",
        &[
            ("1", "coverage is below --fail-under"),
            ("2", "there is nothing to report"),
            ("other", "the exit code of the tests, which failed"),
        ],
    ),
    (
        "mutants",
        &[
            ("0", "tests notice every mutant, except equivalent ones"),
            ("1", "a mutant survived, was not covered or was not run"),
            ("2", "the mutants could not be tried"),
            ("4", "no mutant survived, but some are not decided"),
        ],
    ),
    ("diff", &[("1", DEFINITION_ERRORS), ("3", CAREFUL), ("4", BREAKING)]),
    ("explain", &[("1", DEFINITION_ERRORS)]),
    (
        "explore",
        &[
            ("0", "every property holds within the bounds"),
            ("1", "a finding is as severe as `--fail-on`"),
            ("2", "a workflow could not be read or explored"),
            ("3", "nothing so severe was found, but --executions or --memory ended the search"),
            ("4", "nothing so severe was found, but some states, rules or expressions were never reached"),
        ],
    ),
    (
        "replay",
        &[
            ("0", "every execution takes the same path"),
            ("1", "an execution takes another path, or its history lacks an answer"),
            ("2", "a history or the definition cannot be used"),
        ],
    ),
    (
        "simulate",
        &[
            ("0", "the executions were simulated"),
            ("1", "some executions exceed a limit of AWS or never end"),
            ("2", "nothing could be simulated"),
        ],
    ),
    ("export", &[("1", DEFINITION_ERRORS)]),
    ("types", &[("1", DEFINITION_ERRORS)]),
    ("iam", &[("1", DEFINITION_ERRORS)]),
];

/// The other codes of the commands that use AWS.
const AWS_COMMANDS: &[(&str, Codes)] = &[
    ("describe", &[("2", "invalid arguments, or no such action")]),
    ("plan", &[("3", CAREFUL), ("4", BREAKING)]),
    (
        "deploy",
        &[
            ("10", "the verdict is worse than `--allow` permits: nothing was deployed"),
            ("11", "the gradual release was rolled back"),
        ],
    ),
    ("list", &[("12", INCOMPLETE)]),
    ("start", &[("1", NOT_ALL_STARTED), ("3", NOT_ENDED_WELL)]),
    ("history", &[("12", INCOMPLETE)]),
    ("watch", &[("1", "an execution failed"), ("3", UNUSUAL)]),
    ("stop", &[("1", REFUSED)]),
    ("redrive", &[("1", REFUSED)]),
    ("alias", &[]),
    ("delete", &[]),
    ("conformance", &[("1", "an answer differs from a fact")]),
];

/// Adds its exit codes to the help of a command.
pub(crate) fn add_to_help(command: Command) -> Command {
    let row = |rows: &[(&str, Codes)]| rows.iter().find(|(name, _)| *name == command.get_name()).map(|(_, own)| *own);
    let (own, common) = match (row(COMMANDS), row(AWS_COMMANDS)) {
        (Some(own), _) => (own, Codes::default()),
        (_, Some(own)) => (own, if cfg!(feature = "aws") { AWS } else { Codes::default() }),
        (None, None) => return command,
    };
    let codes = [ALL, common, own].into_iter().flatten();
    let codes: BTreeMap<_, _> = codes.map(|(code, meaning)| ((code.len(), code), meaning)).collect();
    let lines: String = codes.iter().map(|((_, code), meaning)| format!("\n  {code}  {meaning}")).collect();
    let before = command.get_after_help().map(|before| format!("{before}\n\n")).unwrap_or_default();
    command.after_help(format!("{before}Exit codes:{lines}"))
}
