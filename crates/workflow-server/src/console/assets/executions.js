// The executions of all state machines, with filters that are in the address.

import { all, call, executionPage, get } from "./api.js";
import { alert, attempt, labelled, make, moment, nameOf, status, table } from "./dom.js";

export const STATUSES = ["", "RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"];
const SINCE = [["", "any time"], ["3600", "the last hour"], ["86400", "the last day"], ["604800", "the last week"]];
/** How many of the latest executions of each state machine are looked at. */
const LATEST = 200;

/** What the ended executions have been described with. */
const described = new Map();
const describe = async ({ executionArn, status: word }) => {
  if (!described.has(executionArn)) {
    const found = await call("DescribeExecution", { executionArn });
    if (word === "RUNNING") return found;
    described.set(executionArn, found);
  }
  return described.get(executionArn);
};

const option = (value, text) => make("option", { value, text });

export async function allExecutions(view, query, every, refill) {
  const machines = (await all("ListStateMachines", "stateMachines")).filter(({ type }) => type === "STANDARD");
  const filters = {
    status: make("select", {}, ...STATUSES.map((word) => option(word, word || "any status"))),
    machine: make("select", {}, option("", "all"), ...machines.map(({ stateMachineArn, name }) => option(stateMachineArn, name))),
    since: make("select", {}, ...SINCE.map(([seconds, text]) => option(seconds, text))),
    text: make("input", { type: "search" }),
  };
  for (const [name, filter] of Object.entries(filters)) filter.value = query.get(name) ?? "";
  const place = make("div"), said = alert();
  const look = async () => {
    const [word, only, since, text] = Object.values(filters).map((filter) => filter.value);
    const wanted = machines.filter(({ stateMachineArn }) => !only || stateMachineArn === only);
    const pages = await Promise.all(wanted.map(({ stateMachineArn }) => call("ListExecutions", { stateMachineArn, maxResults: LATEST, ...(word && { statusFilter: word }) })));
    const isCut = pages.some(({ nextToken }) => nextToken);
    let found = pages.flatMap(({ executions }) => executions).sort((one, other) => other.startDate - one.startDate);
    if (since) {
      // The server's clock may have been turned.
      const now = Date.parse((await get("/health")).time) / 1000;
      found = found.filter(({ startDate }) => startDate >= now - Number(since));
    }
    if (text) {
      const fits = await Promise.all(found.map(async (one) => {
        const { input, error, cause } = await describe(one);
        return [one.name, input, error, cause].some((part) => part?.toLowerCase().includes(text.toLowerCase()));
      }));
      found = found.filter((_, number) => fits[number]);
    }
    const rows = found.map((one) => [make("a", { href: executionPage(one.executionArn) }, make("bdi", { text: one.name })),
      make("a", { href: `#/machine/${encodeURIComponent(one.stateMachineArn)}` }, make("bdi", { text: nameOf(one.stateMachineArn) })), status(one.status), moment(one.startDate), moment(one.stopDate)]);
    const more = isCut ? `, of the latest ${LATEST} of each state machine` : "";
    refill(place, make("div", {}, table("Executions", ["name", "state machine", "status", "started", "stopped"], rows), make("p", { class: "soft", role: "status", text: `${found.length} ${found.length === 1 ? "execution" : "executions"}${more}` })));
  };
  const change = attempt(said, async () => {
    const chosen = Object.entries(filters).map(([name, filter]) => [name, filter.value]).filter(([, value]) => value);
    history.replaceState(null, "", `#/executions${chosen.length ? `?${new URLSearchParams(chosen)}` : ""}`);
    await look();
  });
  Object.values(filters).forEach((filter) => filter.addEventListener("change", change));
  view.append(make("h1", { text: "Executions" }), make("div", { class: "line" }, labelled("Status", filters.status), labelled("State machine", filters.machine),
    labelled("Started in", filters.since), labelled("Name, input or error", filters.text)), said, place);
  await look();
  every(view, look);
}
