// The server's clock: what time it is, and buttons that turn it.

import { get, turn } from "./api.js";
import { attempt, make } from "./dom.js";

const LOOK = 1500;
const HOUR = 3600;

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
  place.append(time, seconds, make("button", { type: "button", text: "Turn forward", onclick: press(advance) }),
    make("button", { type: "button", text: "Turn forward 1 h", onclick: press(() => ({ advanceSeconds: HOUR })) }),
    make("button", { type: "button", text: "Run until idle", onclick: press(() => ({ runUntilIdle: true })) }), said);
  const look = async () => show(await get("/health"));
  setInterval(() => { if (!document.hidden) look().catch(() => { time.textContent = "the server does not answer"; }); }, LOOK);
  look().catch(() => {});
}
