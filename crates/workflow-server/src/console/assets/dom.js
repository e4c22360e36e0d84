// What is shown. Whatever comes from the server is written as text, never as markup.

/** An element: `text` and `class` are its own, `on…` are listeners, everything else is an attribute. */
export const make = (tag, options = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "text") element.textContent = value;
    else if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== undefined && child !== null));
  return element;
};

let numbers = 0;
/** An id that no other element has. */
export const unique = (name) => `${name}-${++numbers}`;

/** A label above what it labels. */
export const labelled = (text, input, ...more) => {
  input.id ||= unique("field");
  return make("div", { class: "field" }, make("label", { for: input.id, text }), input, ...more);
};

export const table = (label, columns, rows) =>
  make("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": label },
    make("table", {},
      make("thead", {}, make("tr", {}, ...columns.map((text) => make("th", { scope: "col", text })))),
      make("tbody", {}, ...rows.map((cells) => make("tr", {}, ...cells.map((cell) => (cell instanceof Node ? make("td", {}, cell) : make("td", { text: cell }))))))));

/** A place for what was refused. */
export const alert = () => make("p", { class: "error", role: "alert" });

/** A listener that says what was refused. */
export const attempt = (said, act) => async (event) => {
  event?.preventDefault();
  said.textContent = "";
  try { await act(); } catch (refused) { said.textContent = refused.message; }
};

/** A time of the API: seconds since 1970. */
export const moment = (seconds) => (typeof seconds === "number" ? new Date(seconds * 1000).toISOString().replace("T", " ").replace("Z", "") : "");

export const pretty = (text) => {
  if (typeof text !== "string") return JSON.stringify(text, null, 2);
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
};

export const status = (word) => make("span", { class: `s-${word}`, text: word });

/** The part of an ARN that is its name. */
export const nameOf = (arn) => arn.split(":").slice(6).join(":");
