// What the console adds to the page of an execution: the way back, the clock, stop, redrive, start again, what can be
// made of it, and the tasks that wait.

import { call, executionPage } from "./api.js";
import { clock } from "./clock.js";
import { conversions } from "./conversion.js";
import { attempt as attempted, labelled, make, nameOf } from "./dom.js";
import { waitingTasks } from "./tasks.js";

const arn = new URLSearchParams(location.search).get("arn") ?? "";
const place = document.getElementById("console");
const error = make("input", { type: "text", autocomplete: "off" });
const cause = make("input", { type: "text", autocomplete: "off" });
const said = make("p", { class: "error", role: "alert" });
const attempt = (act) => attempted(said, act);
const stop = make("details", {}, make("summary", { text: "Stop" }), labelled("Error", error), labelled("Cause", cause),
  make("button", { type: "button", text: "Stop the execution", onclick: attempt(() => call("StopExecution", { executionArn: arn, ...(error.value && { error: error.value }), ...(cause.value && { cause: cause.value }) })) }));
const redrive = make("button", { type: "button", text: "Redrive", onclick: attempt(() => call("RedriveExecution", { executionArn: arn })) });
const again = make("button", { type: "button", text: "Start again with this input", onclick: attempt(async () => {
  const { stateMachineArn, input } = await call("DescribeExecution", { executionArn: arn });
  const { executionArn } = await call("StartExecution", { stateMachineArn, input });
  location.href = executionPage(executionArn);
}) });
const time = make("section", { class: "line", "aria-label": "Clock" });
clock(time);
const { files, fork } = conversions(arn, said);
const machine = make("a", { href: "/console/", text: "State machines" });
const tasks = make("section", { "aria-label": "Tasks that wait", hidden: true });
place.append(make("nav", { class: "line", "aria-label": "Console" }, machine, make("a", { href: "/console/#/tasks", text: "Tasks" }), stop, redrive, again, files, time), said, fork, tasks);

const look = waitingTasks(tasks, arn, (count) => { tasks.hidden = count === 0 && !tasks.contains(document.activeElement); });
const show = (status) => {
  stop.hidden = status !== "running";
  time.hidden = status !== "running";
  files.hidden = status === "running";
  redrive.hidden = !["failed", "timed out", "aborted"].includes(status);
};
document.addEventListener("execution", (event) => { show(event.detail); look().catch(() => {}); });
show(document.querySelector("header .status")?.textContent ?? "");
look().catch(() => {});

// Map runs begin while the execution runs: each has a list of its children, which is filled again when it is open.
const runs = new Map();
const lookAtRuns = async () => {
  const { mapRuns } = await call("ListMapRuns", { executionArn: arn });
  for (const { mapRunArn } of mapRuns) {
    if (!runs.has(mapRunArn)) {
      const counts = make("p", { class: "soft", role: "status" }), children = make("ul");
      const shown = make("details", {}, make("summary", { text: `Map run ${nameOf(mapRunArn)}` }), counts, children);
      const fill = async () => {
        const [{ itemCounts }, failed, { executions: all, nextToken }] = await Promise.all([call("DescribeMapRun", { mapRunArn }),
          call("ListExecutions", { mapRunArn, maxResults: 100, statusFilter: "FAILED" }), call("ListExecutions", { mapRunArn, maxResults: 100 })]);
        const words = { total: "items", succeeded: "succeeded", failed: "failed", timedOut: "timed out", aborted: "aborted", running: "running", pending: "pending" };
        counts.textContent = Object.entries(words).filter(([name]) => name === "total" || itemCounts[name]).map(([name, word]) => `${itemCounts[name]} ${word}`).join(", ");
        // Those that failed come first.
        const executions = [...failed.executions, ...all.filter(({ status }) => status !== "FAILED")];
        const list = make("ul", {}, ...executions.map((child) => make("li", {}, make("a", { href: executionPage(child.executionArn), text: child.name }), ` ${child.status}`)), nextToken ? make("li", { text: "and more" }) : null);
        if (children.isEqualNode(list)) return;
        const focused = children.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
        children.replaceChildren(...list.childNodes);
        if (focused) children.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
      };
      shown.addEventListener("toggle", () => { if (shown.open) fill().catch(() => {}); });
      runs.set(mapRunArn, { shown, fill });
      place.append(shown);
    }
    const { shown, fill } = runs.get(mapRunArn);
    if (shown.open) await fill();
  }
};
document.addEventListener("execution", () => { lookAtRuns().catch(() => {}); });

call("DescribeExecution", { executionArn: arn }).then((described) => {
  const of = described.stateMachineArn;
  machine.replaceWith(make("a", { href: "/console/", text: "State machines" }), make("a", { href: `/console/#/machine/${encodeURIComponent(of)}`, text: nameOf(of) }));
  // A child of a map run has no input of its own to start with.
  again.hidden = Boolean(described.mapRunArn);
  return described.mapRunArn ? null : lookAtRuns();
}).catch((refused) => { said.textContent = refused.message; });
