import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { start } from "./wasi.mjs";

export class CommandError extends Error {
  constructor({ code, stderr }) {
    super(stderr.trim() || `exit code ${code}`);
    this.name = "CommandError";
    this.code = code;
  }
}

export function command(args, files = {}) {
  const folder = mkdtempSync(join(tmpdir(), "cargo-workflow-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
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

/** Runs a command with definitions as files. Exit codes that are not in `fine` throw. */
function call(name, definitions, options, fine) {
  const files = {};
  const names = definitions.map((definition, number) => {
    const text = typeof definition === "string" ? definition : JSON.stringify(definition);
    const file = `${number ? "new" : "definition"}.${/^\s*\{/.test(text) ? "json" : "yaml"}`;
    files[file] = text;
    return file;
  });
  const done = command([name, ...options, ...names], files);
  if (!fine.includes(done.code)) throw new CommandError(done);
  return done;
}

const option = (name, value) => (value === undefined ? [] : [`--${name}`, typeof value === "string" ? value : JSON.stringify(value)]);

export function validate(definition, { type, allow = [] } = {}) {
  const options = ["--format", "json", ...option("type", type), ...allow.flatMap((code) => ["--allow", code])];
  return JSON.parse(call("validate", [definition], options, [0, 1]).stdout).map(({ file, ...finding }) => finding);
}

export function explain(definition, { params } = {}) {
  return JSON.parse(call("explain", [definition], ["--format", "json", ...option("params", params)], [0]).stdout);
}

export function graph(definition, { to, direction, params } = {}) {
  const options = [...option("to", to), ...option("direction", direction), ...option("params", params)];
  return call("graph", [definition], options, [0]).stdout;
}

export function diff(before, after) {
  return JSON.parse(call("diff", [before, after], ["--format", "json"], [0, 3, 4]).stdout);
}

export function iam(definition, { params, region, account, partition } = {}) {
  const options = [
    ...option("params", params), ...option("region", region), ...option("account", account), ...option("partition", partition),
  ];
  return JSON.parse(call("iam", [definition], options, [0]).stdout);
}

export function toRust(definition, { name, type } = {}) {
  return call("import", [definition], [...option("name", name), ...option("type", type)], [0]).stdout;
}

export function run(definition, { input = {}, results = {}, mocks, testCase, params } = {}) {
  const options = ["--history", "json", "--input", JSON.stringify(input), ...option("params", params)];
  for (const [state, result] of Object.entries(results)) options.push("--result", `${state}=${JSON.stringify(result)}`);
  const files = mocks === undefined ? {} : { "mocks.json": JSON.stringify(mocks) };
  if (mocks !== undefined) options.push("--mocks", "mocks.json", ...option("case", testCase));
  const text = typeof definition === "string" ? definition : JSON.stringify(definition);
  const file = /^\s*\{/.test(text) ? "definition.json" : "definition.yaml";
  const done = command(["run", file, ...options], { ...files, [file]: text });
  if (done.code === 2) throw new CommandError(done);
  const history = JSON.parse(done.stdout);
  const { type, ...last } = history.at(-1);
  const [details] = Object.entries(last).filter(([name]) => name.startsWith("execution")).map(([, value]) => value);
  const status = { Succeeded: "SUCCEEDED", Failed: "FAILED", TimedOut: "TIMED_OUT", Aborted: "ABORTED" }[type.slice(9)];
  const output = details?.output === undefined ? undefined : JSON.parse(details.output);
  return { status, output, error: details?.error, cause: details?.cause, history };
}
