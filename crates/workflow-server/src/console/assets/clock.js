// The server's clock: what time it is, and buttons that turn it. And what is wrong with its files.

import { get, turn } from "./api.js";
import { attempt, make } from "./dom.js";

const LOOK = 1500;
const HOUR = 3600;

/** Says on top of the page what is wrong with the files of the state machines. */
const problem = make("section", { class: "problem", "aria-label": "Error in the files", hidden: true });
const tell = (text) => {
  problem.hidden = !text;
  if (text) problem.replaceChildren(make("p", { class: "error", role: "alert", text: "The files have an error. The state machines are as they were before it." }), make("pre", { tabindex: "0", role: "region", "aria-label": "Error", text }));
};

/** Fills a place with the clock. */
export function clock(place) {
  const time = make("span", {}), said = make("span", { class: "error", role: "alert" });
  const seconds = make("input", { type: "text", inputmode: "numeric", value: "60", "aria-label": "Seconds to turn the clock by" });
  const show = ({ time: now }) => { time.textContent = now.replace("T", " ").replace(/\.\d+Z$/, "Z"); };
  const press = (members) => attempt(said, async () => show(await turn(members())));
  const advance = () => {
    if (!/^[0-9]+$/.test(seconds.value)) { seconds.focus(); throw new Error("expected seconds"); }
    return { advanceSeconds: Number(seconds.value) };
  };
  const main = document.getElementById("main");
  if (main) main.before(problem); else document.body.prepend(problem);
  let told = null;
  place.append(time, seconds, make("button", { type: "button", text: "Turn forward", onclick: press(advance) }),
    make("button", { type: "button", text: "Turn forward 1 h", onclick: press(() => ({ advanceSeconds: HOUR })) }),
    make("button", { type: "button", text: "Turn to the next event", onclick: press(() => ({ runToNextEvent: true })) }),
    make("button", { type: "button", text: "Run until idle", onclick: press(() => ({ runUntilIdle: true })) }), said);
  const look = async () => {
    const now = await get("/console/now");
    show(now);
    if (now.problem !== told) tell(told = now.problem);
  };
  setInterval(() => { if (!document.hidden) look().catch(() => { time.textContent = "the server does not answer"; }); }, LOOK);
  look().catch(() => {});
}
