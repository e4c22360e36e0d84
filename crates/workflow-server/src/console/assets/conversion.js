// What is made of an execution: a mock file, a Rust test, and one that goes on from a state.

import { get } from "./api.js";
import { attempt, labelled, make, pretty } from "./dom.js";

/** Lets the reader save the text that the server gives for a path. */
const saved = (label, file, path, said) => make("button", { type: "button", text: label, onclick: attempt(said, async () => {
  const { text } = await get(path()), href = URL.createObjectURL(new Blob([text]));
  make("a", { href, download: file }).click();
  URL.revokeObjectURL(href);
}) });

/** The files of an execution, by the path of each form. */
const files = (name, path, said) => [saved("Save as a mock file", `${name}.mocks.json`, () => path("mocks"), said),
  saved("Save as a Rust test", `${name.replace(/[^A-Za-z0-9_]/g, "_")}.rs`, () => path("test"), said)];

/** The form that goes on from a state. */
function forkOf(query, name, said) {
  const state = make("select", {}), rows = make("div"), box = (rows) => make("textarea", { rows, spellcheck: "false" }), input = box("4");
  let inputs = new Map(), answers = new Map();
  const recorded = () => pretty(inputs.get(state.value) ?? "{}"), choose = () => { input.value = recorded(); };
  state.addEventListener("change", choose);
  const check = (name, text) => { try { JSON.parse(text); } catch (wrong) { throw new Error(`${name} is not JSON: ${wrong.message}`); } };
  const path = (form) => {
    check("The input", input.value);
    const results = [...answers].filter(([, { value }]) => value.trim());
    for (const [name, { value }] of results) check(`The result of ${name}`, value);
    let address = `/console/${form}?${query}&state=${encodeURIComponent(state.value)}`;
    if (input.value !== recorded()) address += `&input=${encodeURIComponent(input.value)}`;
    // As they were typed: integers beyond 2^53 stay.
    if (results.length) address += `&results=${encodeURIComponent(`{${results.map(([name, { value }]) => `${JSON.stringify(name)}:${value}`).join(",")}}`)}`;
    return address;
  };
  const go = attempt(said, async () => {
    const page = path("fork"), answer = await fetch(page, { cache: "no-store", credentials: "same-origin" });
    if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).message ?? `status ${answer.status}`);
    location.href = page;
  });
  const shown = make("details", { class: "fork" }, make("summary", { text: "Go on from a state" }),
    make("p", { class: "soft", text: "The engine runs it to its end in virtual time, with the recorded answers: no task is called, and the server keeps nothing of it." }),
    make("form", { novalidate: true, onsubmit: go }, labelled("State", state), labelled("Input of the state (JSON)", input),
      make("details", {}, make("summary", { text: "Other results of tasks" }), rows),
      make("span", { class: "line" }, make("button", { class: "main", text: "Go on from here" }), ...files(name, path, said))));
  shown.addEventListener("toggle", attempt(said, async () => {
    if (!shown.open) return;
    const { data: { events } } = await get(`/console/execution.json?${query}`);
    const entered = events.filter(({ k }) => k.endsWith("StateEntered")), before = state.value;
    inputs = new Map(entered.map(({ d }) => [d.name, d.input]));
    state.replaceChildren(...[...inputs.keys()].map((name) => make("option", { value: name, text: name })));
    // The state that the page shows is meant.
    const chosen = document.querySelector(".workflow-graph .state.chosen")?.dataset.name;
    state.value = [before, chosen].find((name) => name && inputs.has(name)) ?? [...inputs.keys()].at(-1);
    if (state.value !== before) choose();
    answers = new Map(entered.filter(({ k }) => k.startsWith("Task")).map(({ d: { name } }) => [name, answers.get(name) ?? box("2")]));
    rows.replaceChildren(...[...answers].map(([name, answer]) => labelled(`Result of ${name} (JSON, optional)`, answer)));
  }));
  return shown;
}

/** What can be made of an execution with this ARN. The files need its end. */
export function conversions(arn, said) {
  const query = `arn=${encodeURIComponent(arn)}`, name = arn.split(":").pop();
  return { files: make("span", { class: "line" }, ...files(name, (form) => `/console/${form}?${query}`, said)), fork: forkOf(query, name, said) };
}
