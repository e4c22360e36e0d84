// Runs in an empty folder with the package alone.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { test } from "node:test";

import { CommandError, command, diff, explain, graph, iam, run, toRust, validate } from "cargo-workflow";

const order = {
  StartAt: "Charge",
  States: {
    Charge: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke",
      Parameters: { FunctionName: "charge", "Payload.$": "$" },
      ResultPath: "$.paid",
      Next: "Done",
    },
    Done: { Type: "Pass", End: true },
  },
};
const misspelt = JSON.parse(JSON.stringify(order).replace('"Pass"', '"Pas"'));

test("a right definition has no findings, and a wrong one has its mistake", () => {
  assert.deepEqual(validate(order), []);
  const [finding, ...others] = validate(misspelt);
  assert.deepEqual(others, []);
  assert.equal(finding.pointer, "/States/Done/Type");
  assert.equal(finding.help, "did you mean `Pass`?");
  const [{ offset, length, text }] = finding.edits;
  const source = JSON.stringify(misspelt);
  assert.deepEqual(validate(source.slice(0, offset) + text + source.slice(offset + length)), []);
});

test("definitions may be YAML", () => {
  assert.deepEqual(validate("StartAt: A\nStates:\n  A:\n    Type: Succeed\n"), []);
});

test("an execution runs to its end", () => {
  const done = run(order, { input: { order: 7 }, results: { Charge: { Payload: { ok: true } } } });
  assert.equal(done.status, "SUCCEEDED");
  assert.deepEqual(done.output, { order: 7, paid: { Payload: { ok: true } } });
  assert.equal(done.history[0].type, "ExecutionStarted");
  const failed = run({ StartAt: "A", States: { A: { Type: "Fail", Error: "Bad", Cause: "no" } } });
  assert.deepEqual([failed.status, failed.error, failed.cause], ["FAILED", "Bad", "no"]);
  assert.throws(() => run(order), (error) => error instanceof CommandError && error.code === 2 && /Charge/.test(error.message));
});

test("a definition is explained, drawn, compared and converted", () => {
  assert.deepEqual(explain(order)[0].states.map((state) => state.name), ["Charge", "Done"]);
  assert.match(graph(order), /Charge/);
  assert.match(graph(order, { to: "svg" }), /^<svg/);
  assert.equal(diff(order, order).verdict, "compatible");
  assert.equal(diff(order, { StartAt: "A", States: { A: { Type: "Succeed" } } }).verdict, "breaking");
  assert.equal(iam(order).Statement[0].Action, "lambda:InvokeFunction");
  assert.match(toRust(order, { name: "Order" }), /pub workflow Order/);
  assert.equal(command(["validate", "missing.json"]).code, 2);
});

test("the command line works on files, and starts in little time", () => {
  writeFileSync("order.asl.json", JSON.stringify(order));
  writeFileSync("wrong.asl.json", JSON.stringify(misspelt));
  const npx = (...args) => spawnSync("npx", ["cargo-workflow", ...args], { encoding: "utf8" });
  const right = npx("validate", "order.asl.json");
  assert.deepEqual([right.status, right.stdout], [0, "0 errors and 0 warnings in 1 state machine\n"]);
  const wrong = npx("validate", ".");
  assert.equal(wrong.status, 1);
  assert.match(wrong.stdout + wrong.stderr, /did you mean `Pass`\?/);
  assert.equal(npx("fix", "wrong.asl.json").status, 0);
  assert.equal(npx("validate", ".").status, 0);
  assert.match(npx("--version").stdout, /^cargo-workflow 0\./);
});
