// The types of the package.
import { diff, run, validate, type Execution, type Finding, type Verdict } from "cargo-workflow";

const findings: Finding[] = validate("{}", { type: "express" });
const execution: Execution = run({}, { results: { A: 1 } });
const verdict: Verdict = diff({}, {}).verdict;
// @ts-expect-error There is no such type of a state machine.
validate({}, { type: "fast" });
export default [findings[0]?.edits[0]?.offset, execution.history[0]?.id, verdict];
