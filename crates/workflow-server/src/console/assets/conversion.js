// What is made of an execution: a mock file, a Rust test, and one that goes on from a state.

import { get } from "./api.js";
import { attempt, labelled, make, pretty } from "./dom.js";

/** Lets the reader save the text that the server gives for a path. */
const saved = (label, file, path, said) => make("button", { type: "button", text: label, onclick: attempt(said, async () => {
  const { text } = await get(path), href = URL.createObjectURL(new Blob([text]));
  make("a", { href, download: file }).click();
  URL.revokeObjectURL(href);
}) });

/** The form that goes on from a state. */
function forkOf(query, said) {
  const state = make("select", {}), rows = make("div"), box = (rows) => make("textarea", { rows, spellcheck: "false" }), input = box("4");
  let inputs = new Map(), answers = new Map();
  const recorded = () => pretty(inputs.get(state.value) ?? "{}"), choose = () => { input.value = recorded(); };
  state.addEventListener("change", choose);
  const check = (name, text) => { try { JSON.parse(text); } catch (wrong) { throw new Error(`${name} is not JSON: ${wrong.message}`); } };
  const go = attempt(said, async () => {
    check("The input", input.value);
    const results = [...answers].filter(([, { value }]) => value.trim());
    for (const [name, { value }] of results) check(`The result of ${name}`, value);
    let path = `/console/fork?${query}&state=${encodeURIComponent(state.value)}`;
    if (input.value !== recorded()) path += `&input=${encodeURIComponent(input.value)}`;
    // As they were typed: integers beyond 2^53 stay.
    if (results.length) path += `&results=${encodeURIComponent(`{${results.map(([name, { value }]) => `${JSON.stringify(name)}:${value}`).join(",")}}`)}`;
    const answer = await fetch(path, { cache: "no-store", credentials: "same-origin" });
    if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).message ?? `status ${answer.status}`);
    location.href = path;
  });
  const shown = make("details", { class: "fork" }, make("summary", { text: "Go on from a state" }),
    make("p", { class: "soft", text: "The engine runs it to its end in virtual time, with the recorded answers: no task is called, and the server keeps nothing of it." }),
    make("form", { novalidate: true, onsubmit: go }, labelled("State", state), labelled("Input of the state (JSON)", input),
      make("details", {}, make("summary", { text: "Other results of tasks" }), rows), make("button", { class: "main", text: "Go on from here" })));
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
  const files = make("span", { class: "line" }, saved("Save as a mock file", `${name}.mocks.json`, `/console/mocks?${query}`, said),
    saved("Save as a Rust test", `${name.replace(/[^A-Za-z0-9_]/g, "_")}.rs`, `/console/test?${query}`, said));
  return { files, fork: forkOf(query, said) };
}
