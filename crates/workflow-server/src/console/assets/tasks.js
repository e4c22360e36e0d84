// The tasks that wait for a worker or a callback, each with a box to answer it.

import { call, executionPage, get } from "./api.js";
import { labelled, make, moment, nameOf, pretty } from "./dom.js";

const card = (task, answered) => {
  const output = make("textarea", { rows: "3", spellcheck: "false" });
  output.value = "{}";
  const error = make("input", { type: "text", autocomplete: "off" });
  const cause = make("input", { type: "text", autocomplete: "off" });
  const said = make("p", { class: "error", role: "alert" });
  const answer = (operation, members) => async () => {
    said.textContent = "";
    try {
      await call(operation, { taskToken: task.token, ...members() });
      await answered(task, operation);
    } catch (refused) { said.textContent = refused.message; }
  };
  const succeed = async () => {
    try { JSON.parse(output.value); } catch (wrong) {
      output.setAttribute("aria-invalid", "true");
      said.textContent = `The output is not JSON: ${wrong.message}`;
      output.focus();
      return;
    }
    output.removeAttribute("aria-invalid");
    await answer("SendTaskSuccess", () => ({ output: output.value }))();
  };
  const fail = answer("SendTaskFailure", () => ({ ...(error.value && { error: error.value }), ...(cause.value && { cause: cause.value }) }));
  const of = task.activityArn ? `activity ${nameOf(task.activityArn)}${task.taken ? ", taken by a worker" : ""}` : "task token";
  return make("article", { class: "card", "aria-label": task.state },
    make("p", { class: "name" }, make("bdi", { text: task.state })),
    make("p", { class: "soft" }, `${of}, since ${moment(task.since)} · `, make("a", { href: executionPage(task.executionArn), text: nameOf(task.executionArn) })),
    make("details", {}, make("summary", { text: "Input and token" }), make("pre", { tabindex: "0", role: "region", "aria-label": "Input", text: pretty(task.input) }), make("pre", { tabindex: "0", role: "region", "aria-label": "Token", text: task.token })),
    labelled("Output (JSON)", output),
    make("p", { class: "line" }, make("button", { type: "button", class: "main", text: "Succeed", onclick: succeed }), make("button", { type: "button", text: "Heartbeat", onclick: answer("SendTaskHeartbeat", () => ({})) })),
    make("details", {}, make("summary", { text: "Fail it" }), labelled("Error", error), labelled("Cause", cause), make("button", { type: "button", text: "Fail", onclick: fail })),
    said);
};

/**
 * Keeps a list of waiting tasks up to date; of one execution, or of all. What is being typed stays. Gives what looks again, and
 * tells how many there are.
 */
export function waitingTasks(place, execution, told = () => {}) {
  const cards = new Map();
  const said = make("p", { class: "soft", role: "status" });
  const list = make("div");
  place.append(said, list);
  const look = async () => {
    const query = execution ? `?execution=${encodeURIComponent(execution)}` : "";
    const { tasks, more } = await get(`/console/tasks${query}`);
    const waiting = new Set(tasks.map((task) => task.token));
    for (const [token, element] of cards) if (!waiting.has(token)) { element.remove(); cards.delete(token); }
    for (const task of tasks) {
      if (cards.has(task.token)) continue;
      const element = card(task, answered);
      cards.set(task.token, element);
      list.append(element);
    }
    said.textContent = `${tasks.length} ${tasks.length === 1 ? "task waits" : "tasks wait"} for an answer${more ? "; more are not shown" : ""}`;
    told(tasks.length);
  };
  const answered = async (task, operation) => {
    await look();
    if (operation === "SendTaskHeartbeat") { said.textContent = `${task.state}: heartbeat sent`; return; }
    said.textContent = `${task.state}: answered`;
    // The card that had the focus is gone.
    said.setAttribute("tabindex", "-1");
    said.focus();
  };
  return look;
}
