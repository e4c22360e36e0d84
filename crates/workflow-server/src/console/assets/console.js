// The console: what the address after `#` names is shown.

import { all, call, executionPage, get } from "./api.js";
import { clock } from "./clock.js";
import { alert, attempt, labelled, make, moment, nameOf, pretty, status, table } from "./dom.js";
import { allExecutions, STATUSES } from "./executions.js";
import { inputForm } from "./form.js";
import { waitingTasks } from "./tasks.js";

const main = document.getElementById("main");
const LOOK = 1500;
const PAGE = 50;
const ROLE = "arn:aws:iam::123456789012:role/console";

// What looks again, as long as the view is shown, and when it has looked.
let looks = [];
const every = (view, look) => looks.push({ view, look, isBusy: false });
setInterval(() => {
  looks = looks.filter(({ view }) => view.isConnected);
  if (!document.hidden) looks.filter(({ isBusy }) => !isBusy).forEach((one) => {
    one.isBusy = true;
    one.look().catch(() => {}).finally(() => { one.isBusy = false; });
  });
}, LOOK);

const machineLink = (arn, text = nameOf(arn)) => make("a", { href: `#/machine/${encodeURIComponent(arn)}` }, make("bdi", { text }));

/** A list that is filled again; what has the focus keeps it. */
const refill = (place, element) => {
  if (place.firstChild?.isEqualNode?.(element)) return;
  const focused = place.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  place.replaceChildren(element);
  if (focused) place.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
};

/** How many executions have a status, of the latest hundred. */
const counted = async (stateMachineArn, statusFilter) => {
  const { executions, nextToken } = await call("ListExecutions", { stateMachineArn, statusFilter, maxResults: 100 });
  const text = `${executions.length}${nextToken ? "+" : ""}`;
  return executions.length ? make("a", { class: `s-${statusFilter}`, href: `#/executions?${new URLSearchParams({ status: statusFilter, machine: stateMachineArn })}`, text }) : text;
};
const latest = async (stateMachineArn) => {
  const { executions: [last] } = await call("ListExecutions", { stateMachineArn, maxResults: 1 });
  return last ? make("span", {}, make("a", { href: executionPage(last.executionArn) }, make("bdi", { text: last.name })), " ", status(last.status), ` ${moment(last.startDate)}`) : "none";
};

async function machines(view) {
  const place = make("div");
  view.append(make("h1", { text: "State machines" }), place);
  const look = async () => {
    const found = await all("ListStateMachines", "stateMachines");
    // Express executions are not listed.
    const rows = await Promise.all(found.map(async ({ stateMachineArn: arn, name, type, creationDate }) =>
      [machineLink(arn, name), type, ...(type === "EXPRESS" ? ["", "", ""] : await Promise.all([counted(arn, "RUNNING"), counted(arn, "FAILED"), latest(arn)])), moment(creationDate)]));
    refill(place, rows.length
      ? table("State machines", ["name", "type", "running", "failed", "last execution", "created"], rows)
      : make("p", { text: "There are none: give `cargo workflow serve` files, or create one with the API." }));
  };
  await look();
  every(view, look);
}

function executionsOf(arn) {
  const filter = make("select", {}, ...STATUSES.map((word) => make("option", { value: word, text: word || "any status" })));
  const place = make("div"), said = alert();
  let pages = 1;
  const look = async () => {
    const found = [];
    let token;
    for (let page = 0; page < pages && (page === 0 || token); page += 1) {
      const answer = await call("ListExecutions", { stateMachineArn: arn, maxResults: PAGE, ...(filter.value && { statusFilter: filter.value }), ...(token && { nextToken: token }) });
      found.push(...answer.executions);
      token = answer.nextToken;
    }
    const rows = found.map((one) => [make("a", { href: executionPage(one.executionArn) }, make("bdi", { text: one.name })), status(one.status), moment(one.startDate), moment(one.stopDate)]);
    refill(place, make("div", {}, table("Executions", ["name", "status", "started", "stopped"], rows), make("p", { class: "soft", text: `${found.length} executions${token ? " and more" : ""}` })));
    more.hidden = !token;
  };
  const more = make("button", { type: "button", text: "Show more", hidden: true, onclick: attempt(said, () => { pages += 1; return look(); }) });
  filter.addEventListener("change", attempt(said, () => { pages = 1; return look(); }));
  every(place, look);
  return [make("section", { "aria-label": "Executions" }, make("h2", { text: "Executions" }), labelled("Status", filter), place, more, said), look];
}

function startOf(arn, type, schema, cases) {
  const said = alert(), result = make("div", { "aria-live": "polite" });
  const name = make("input", { type: "text", autocomplete: "off" });
  const mock = make("select", {}, make("option", { value: "", text: "none" }), ...cases.map((one) => make("option", { value: one, text: one })));
  const form = inputForm(schema), plain = inputForm();
  const asJson = make("input", { type: "checkbox" });
  const toggle = make("p", {}, make("label", {}, asJson, " Write the input as JSON"));
  plain.element.hidden = Boolean(schema);
  asJson.addEventListener("change", () => { form.element.hidden = asJson.checked; plain.element.hidden = !asJson.checked; });
  // The input whose empty texts the reader has been told of.
  let warned = null;
  const start = attempt(said, async () => {
    const { text, problems, empty } = (schema && !asJson.checked ? form : plain).read();
    if (problems.length) { said.textContent = problems.join("\n"); return; }
    if (empty.length && warned !== text) {
      warned = text;
      said.textContent = `These are empty: ${empty.join(", ")}. Start again to send them as empty texts.`;
      return;
    }
    const members = { stateMachineArn: mock.value ? `${arn}#${mock.value}` : arn, input: text ?? "{}", ...(name.value && { name: name.value }) };
    if (type === "EXPRESS") {
      const ended = await call("StartSyncExecution", members);
      result.replaceChildren(make("p", {}, status(ended.status)), make("pre", { tabindex: "0", role: "region", "aria-label": "Result", text: pretty(ended.output ?? `${ended.error}: ${ended.cause ?? ""}`) }));
      return;
    }
    const { executionArn } = await call("StartExecution", members);
    location.href = executionPage(executionArn);
  });
  return make("section", { "aria-label": "Start" }, make("h2", { text: "Start an execution" }),
    schema ? null : make("p", { class: "soft", text: "Nothing declares the input of this state machine: any JSON is taken." }),
    make("form", { novalidate: true, onsubmit: start }, ...(schema ? [form.element, toggle] : []), plain.element, labelled("Name (optional)", name), cases.length ? labelled("Case of the mock file", mock) : null, said, make("button", { class: "main", text: "Start" })), result);
}

/** The names of the states of a definition, those in branches and maps too. */
const statesOf = (scope) => Object.entries(scope?.States ?? {}).flatMap(([name, state]) => [name, ...[...(state.Branches ?? []), state.ItemProcessor, state.Iterator].flatMap((inner) => statesOf(inner))]);

function testOf(definition) {
  const said = alert(), result = make("div", { "aria-live": "polite" });
  let names = [];
  try { names = statesOf(JSON.parse(definition)); } catch { return null; }
  const state = make("select", {}, ...names.map((name) => make("option", { value: name, text: name })));
  const input = make("textarea", { rows: "3", spellcheck: "false" }), mock = make("textarea", { rows: "2", spellcheck: "false" });
  const error = make("input", { type: "text", autocomplete: "off" });
  input.value = "{}";
  const test = attempt(said, async () => {
    const mocked = error.value ? { errorOutput: { error: error.value } } : mock.value.trim() ? { result: mock.value } : null;
    const tested = await call("TestState", { definition, stateName: state.value, input: input.value, inspectionLevel: "DEBUG", ...(mocked ? { mock: mocked } : { roleArn: ROLE }) });
    result.replaceChildren(make("p", {}, status(tested.status), tested.nextState ? ` next: ${tested.nextState}` : "", tested.error ? ` ${tested.error}: ${tested.cause ?? ""}` : ""),
      ...(tested.output === undefined ? [] : [make("h3", { text: "Output" }), make("pre", { tabindex: "0", role: "region", "aria-label": "Output", text: pretty(tested.output) })]),
      ...(tested.inspectionData ? [make("details", {}, make("summary", { text: "Data on the way" }), make("pre", { tabindex: "0", role: "region", "aria-label": "Data on the way", text: pretty(tested.inspectionData) }))] : []));
  });
  return make("section", { "aria-label": "Test a state" }, make("h2", { text: "Test one state" }), make("form", { novalidate: true, onsubmit: test }, labelled("State", state), labelled("Input (JSON)", input),
    labelled("Result of its task (JSON, optional)", mock), labelled("Or its error (optional)", error), said, make("button", { text: "Test" })), result);
}

async function machine(view, arn) {
  const inputPath = `/console/input?arn=${encodeURIComponent(arn)}`;
  const [described, { schema, cases }, versions, aliases] = await Promise.all([
    call("DescribeStateMachine", { stateMachineArn: arn }), get(inputPath),
    all("ListStateMachineVersions", "stateMachineVersions", { stateMachineArn: arn }), all("ListStateMachineAliases", "stateMachineAliases", { stateMachineArn: arn }),
  ]);
  const { name, type, definition } = described;
  document.title = name;
  // A change of the state machine is shown at once, unless the reader has typed something.
  let isTouched = false;
  const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const changed = make("p", { role: "status" });
  view.addEventListener("input", () => { isTouched = true; });
  every(view, async () => {
    const [now, form] = await Promise.all([call("DescribeStateMachine", { stateMachineArn: arn }), get(inputPath)]);
    if (changed.hasChildNodes() || isSame([described.definition, described.revisionId, schema], [now.definition, now.revisionId, form.schema])) return;
    if (!isTouched) { route(false); return; }
    changed.append("The state machine has changed. ", make("button", { type: "button", text: "Show it now", onclick: () => route(true) }));
  });
  const picture = make("img", { src: `/console/graph.svg?arn=${encodeURIComponent(arn)}`, alt: `Graph of ${name}: ${statesOf(JSON.parse(definition)).join(", ")}` });
  view.append(changed, make("h1", {}, make("bdi", { text: name })), make("p", { class: "soft" }, `${type} · ${described.status} · `, make("bdi", { text: arn }), ` · created ${moment(described.creationDate)}`),
    make("div", { class: "picture", tabindex: "0", role: "region", "aria-label": "Graph" }, picture), startOf(arn, type, schema, cases));
  if (type === "STANDARD") {
    const [section, look] = executionsOf(arn);
    view.append(section);
    await look();
  }
  const routes = new Map(await Promise.all(aliases.map(async (alias) => {
    const { routingConfiguration } = await call("DescribeStateMachineAlias", { stateMachineAliasArn: alias.stateMachineAliasArn });
    return [alias.stateMachineAliasArn, routingConfiguration.map((route) => `${nameOf(route.stateMachineVersionArn).split(":").pop()}: ${route.weight} %`).join(", ")];
  })));
  if (versions.length) view.append(make("h2", { text: "Versions" }), table("Versions", ["version", "created"], versions.map((one) => [one.stateMachineVersionArn.split(":").pop(), moment(one.creationDate)])));
  if (aliases.length) view.append(make("h2", { text: "Aliases" }), table("Aliases", ["alias", "routes", "created"], aliases.map((one) => [one.stateMachineAliasArn.split(":").pop(), routes.get(one.stateMachineAliasArn), moment(one.creationDate)])));
  view.append(testOf(definition) ?? "", make("details", {}, make("summary", { text: "Definition" }), make("pre", { tabindex: "0", role: "region", "aria-label": "Definition", text: pretty(definition) })));
}

async function tasks(view) {
  const place = make("section", { "aria-label": "Tasks that wait" }), activities = make("div");
  view.append(make("h1", { text: "Tasks that wait" }), place, make("h2", { text: "Activities" }), activities);
  const look = waitingTasks(place);
  const list = async () => {
    const found = await all("ListActivities", "activities");
    refill(activities, found.length ? table("Activities", ["name", "created"], found.map((one) => [one.name, moment(one.creationDate)])) : make("p", { class: "soft", text: "There are no activities." }));
  };
  await Promise.all([look(), list()]);
  every(view, look);
  every(view, list);
}

const VIEWS = { machines: ["State machines", machines], machine: ["State machine", machine], tasks: ["Tasks that wait", tasks], executions: ["Executions", (view, _, query) => allExecutions(view, query, every, refill)] };

async function route(moved) {
  // `#main` is a place in the page.
  if (location.hash === "#main") { main.focus(); return; }
  const [, name = "machines", argument = "", query = ""] = /^#\/([^/?]*)\/?([^?]*)\??(.*)$/.exec(location.hash) ?? [null, location.hash ? "" : "machines"];
  const [title, view] = Object.hasOwn(VIEWS, name) ? VIEWS[name] : ["Unknown page"];
  // A view that comes late fills what nobody sees.
  const shown = make("div");
  main.replaceChildren(shown);
  main.setAttribute("aria-busy", "true");
  document.title = title;
  for (const link of document.querySelectorAll("header nav a")) {
    if (link.getAttribute("href") === `#/${name}`) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
  }
  try {
    if (!view) throw new Error(`the console has no page ${location.hash}`);
    await view(shown, decodeURIComponent(argument), new URLSearchParams(query));
  } catch (refused) { shown.append(make("h1", { text: "This cannot be shown" }), make("p", { class: "error", role: "alert", text: refused.message })); }
  main.removeAttribute("aria-busy");
  if (moved) main.focus();
}

addEventListener("hashchange", () => route(true));
clock(document.getElementById("clock"));
route(false);
