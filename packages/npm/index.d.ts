/**
 * A state machine's definition: Amazon States Language as an object, or as text in JSON or YAML. It may also be a template; the
 * option `name` chooses one of its state machines.
 */
export type Definition = object | string;

/** Values of the placeholders `${X}` of a definition. */
export type Params = Record<string, unknown>;

export type MachineType = "standard" | "express";

/** A change of a text: `length` bytes from `offset`, in UTF-8, are replaced by `text`. */
export interface Edit {
  offset: number;
  length: number;
  text: string;
}

/** A problem of a definition. The page docs/validate.md describes each code. */
export interface Finding {
  code: string;
  /** The code of AWS's `ValidateStateMachineDefinition`, if it has one. */
  aws_code: string | null;
  severity: "error" | "warning";
  /** A JSON pointer into the definition. */
  pointer: string | null;
  /** From 1. */
  line: number | null;
  /** In characters, from 1. */
  column: number | null;
  message: string;
  help: string | null;
  /** What mends it. */
  edits: Edit[];
}

/** A type of a value: the text that people read, a JSON Schema, and how many bytes its JSON has. */
export interface Type {
  text: string;
  schema: object;
  bytes: { least: number; most: number | null; openAt?: string };
}

/** What a state gets, sends, returns and gives on. The page docs/explain.md describes all members. */
export interface ExplainedState {
  name: string;
  pointer: string;
  kind: string;
  to: string[];
  input: Type | null;
  request: Type | null;
  result: Type | null;
  output: Type | null;
  [member: string]: unknown;
}

export interface Explanation {
  name: string;
  states: ExplainedState[];
  [member: string]: unknown;
}

export type Verdict = "compatible" | "careful" | "breaking";

/** How a change affects executions, callers, readers and workers. The page docs/plan.md describes each rule. */
export interface Change {
  verdict: Verdict;
  findings: { aspect: string; verdict: Verdict; state: string | null; field: string | null; reason: string; rule: string }[];
  [member: string]: unknown;
}

/** An IAM policy. */
export interface Policy {
  Version: string;
  Statement: { Sid?: string; Effect: string; Action: string | string[]; Resource: string | string[]; Condition?: object }[];
}

/** An execution that has ended. */
export interface Execution {
  status: "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";
  /** The output, if it succeeded. */
  output?: unknown;
  error?: string;
  cause?: string;
  /** The events, as `GetExecutionHistory` returns them. */
  history: { id: number; type: string; [details: string]: unknown }[];
}

/** A command that could not do its work. The message says why. */
export class CommandError extends Error {
  /** The exit code of the command. */
  code: number;
}

/** Checks a definition, as AWS does and further. Returns no findings for a right one. */
export function validate(definition: Definition, options?: { name?: string; type?: MachineType; allow?: string[] }): Finding[];

/** Returns each state's types, variables and cost, one explanation for a state machine. */
export function explain(definition: Definition, options?: { name?: string; params?: Params }): Explanation[];

/** Draws a definition. */
export function graph(
  definition: Definition,
  options?: { name?: string; to?: "svg" | "html" | "mermaid" | "dot" | "text"; direction?: "top-down" | "left-right"; params?: Params },
): string;

/** Compares two versions of a definition. */
export function diff(before: Definition, after: Definition, options?: { name?: string }): Change;

/** Returns a least-privilege policy of the role of a state machine. */
export function iam(
  definition: Definition,
  options?: { name?: string; params?: Params; region?: string; account?: string; partition?: string },
): Policy;

/** Converts a definition to Rust with `workflow!`. */
export function toRust(definition: Definition, options?: { name?: string; type?: MachineType }): string;

/**
 * Runs an execution on the embedded engine, in virtual time.
 *
 * `results` has the results of tasks by the name of their state; `mocks` is a mock file of AWS Step Functions Local, of
 * which `testCase` is used.
 */
export function run(
  definition: Definition,
  options?: { name?: string; input?: unknown; results?: Record<string, unknown>; mocks?: object; testCase?: string; params?: Params },
): Execution;

/** Runs any command of the command line in an empty folder with these files. Files that it writes are lost. */
export function command(
  args: string[],
  files?: Record<string, string>,
): { code: number; stdout: string; stderr: string };
