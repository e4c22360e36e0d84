import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, sep } from "node:path";

import { start } from "./wasi.mjs";

export class CommandError extends Error {
  constructor({ code, stdout, stderr }) {
    super(stderr.trim() || findings(stdout) || `exit code ${code}`);
    this.name = "CommandError";
    this.code = code;
  }
}

/** Returns the messages of findings in JSON; nothing for another output. */
function findings(stdout) {
  try {
    return JSON.parse(stdout).map(({ message }) => message).join("\n");
  } catch {
    return "";
  }
}

export function command(args, files = {}) {
  const folder = mkdtempSync(join(tmpdir(), "cargo-workflow-"));
  try {
    for (const [name, text] of Object.entries(files)) {
      const file = join(folder, name);
      if (!file.startsWith(folder + sep)) throw new TypeError(`the file ${name} is outside the folder`);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    const streams = ["stdout", "stderr"].map((name) => join(folder, `.${name}`));
    const [stdout, stderr] = streams.map((file) => openSync(file, "w"));
    const stdin = openSync(streams[0], "r");
    let code;
    try {
      code = start(args, { env: { NO_COLOR: "1" }, stdin, stdout, stderr, preopens: { "/": folder } });
    } finally {
      [stdin, stdout, stderr].forEach(closeSync);
    }
    const [out, err] = streams.map((file) => readFileSync(file, "utf8"));
    return { code, stdout: out, stderr: err };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Returns a definition as a file: its name and its text. */
function file(stem, definition) {
  const text = typeof definition === "string" ? definition : JSON.stringify(definition);
  return [`${stem}.${/^\s*\{\s*["}]/.test(text) ? "json" : "yaml"}`, text];
}

/** Runs a command with definitions as files. Exit codes that are not in `fine` throw. */
function call(name, definitions, options, fine) {
  const files = definitions.map((definition, number) => file(number ? "new" : "definition", definition));
  const done = command([name, ...options, ...files.map(([name]) => name)], Object.fromEntries(files));
  if (!fine.includes(done.code)) throw new CommandError(done);
  return done;
}

const option = (name, value) => (value === undefined ? [] : [`--${name}`, typeof value === "string" ? value : JSON.stringify(value)]);

export function validate(definition, { name, type, allow = [] } = {}) {
  const options = ["--format", "json", ...option("name", name), ...option("type", type), ...allow.flatMap((code) => ["--allow", code])];
  return JSON.parse(call("validate", [definition], options, [0, 1]).stdout).map(({ file, ...finding }) => finding);
}

export function explain(definition, { name, params } = {}) {
  const options = ["--format", "json", ...option("name", name), ...option("params", params)];
  return JSON.parse(call("explain", [definition], options, [0]).stdout);
}

export function graph(definition, { name, to, direction, params } = {}) {
  const options = [...option("name", name), ...option("to", to), ...option("direction", direction), ...option("params", params)];
  return call("graph", [definition], options, [0]).stdout;
}

export function diff(before, after, { name } = {}) {
  return JSON.parse(call("diff", [before, after], ["--format", "json", ...option("name", name)], [0, 3, 4]).stdout);
}

export function iam(definition, { name, params, region, account, partition } = {}) {
  const options = [
    ...option("name", name), ...option("params", params), ...option("region", region), ...option("account", account), ...option("partition", partition),
  ];
  const policy = JSON.parse(call("iam", [definition], options, [0]).stdout);
  if (policy.Version) return policy;
  throw new CommandError({ code: 2, stderr: `choose one with \`name\`: ${Object.keys(policy).join(", ")}` });
}

export function toRust(definition, { name, type } = {}) {
  return call("import", [definition], [...option("name", name), ...option("type", type)], [0]).stdout;
}

export function run(definition, { name, input = {}, results = {}, mocks, testCase, params } = {}) {
  const options = ["--history", "json", ...option("name", name), ...option("params", params), ...option("case", testCase)];
  for (const [state, result] of Object.entries(results)) options.push("--result", `${state}=${JSON.stringify(result)}`);
  const files = { "input.json": JSON.stringify(input) };
  if (mocks !== undefined) {
    files["mocks.json"] = JSON.stringify(mocks);
    options.push("--mocks", "mocks.json");
  }
  const [definitionFile, text] = file("definition", definition);
  files[definitionFile] = text;
  const done = command(["run", definitionFile, "--input-file", "input.json", ...options], files);
  if (done.code === 2) throw new CommandError(done);
  const history = JSON.parse(done.stdout);
  const { type, ...last } = history.at(-1);
  const [details] = Object.entries(last).filter(([name]) => name.startsWith("execution")).map(([, value]) => value);
  const status = { Succeeded: "SUCCEEDED", Failed: "FAILED", TimedOut: "TIMED_OUT", Aborted: "ABORTED" }[type.slice(9)];
  const output = details?.output === undefined ? undefined : JSON.parse(details.output);
  return { status, output, error: details?.error, cause: details?.cause, history };
}
