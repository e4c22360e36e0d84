// A form for a JSON Schema: of what `cargo workflow types --to json-schema` makes of declared types.
//
// Each reader gives its value as JSON text, so that integers beyond 2^53 stay as they were typed.

import { labelled, make, unique } from "./dom.js";

const resolve = (schema, root) => {
  while (schema.$ref) schema = root.$defs?.[schema.$ref.split("/").pop()] ?? {};
  return schema;
};

/** The schema without null, and whether null fits. */
const withoutNull = (schema, root) => {
  const plain = resolve(schema, root);
  const other = plain.anyOf?.find((one) => one.type !== "null");
  return plain.anyOf ? [resolve(other ?? {}, root), true] : [plain, false];
};

const INTEGER = /^-?(0|[1-9][0-9]*)$/;
const NUMBER = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$/;
const TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[-+]\d\d:\d\d)$/;

/** The required texts that were empty when a form was last read. */
let empty = [];

/** What is wrong with a text that stands for a scalar. */
const wrong = (text, schema) => {
  if (schema.type === "integer") {
    if (!INTEGER.test(text)) return "expected an integer";
    if (BigInt(text) < BigInt(schema.minimum) || BigInt(text) > BigInt(schema.maximum)) return `expected an integer from ${schema.minimum} to ${schema.maximum}`;
  }
  if (schema.type === "number" && !NUMBER.test(text)) return "expected a number";
  if (schema.format === "date-time" && !TIME.test(text)) return "expected a time such as 2026-01-31T09:00:00Z";
  return null;
};

/** What is wrong with a value: a list of texts, each with the path of what it is about. */
export function misfits(value, schema, root = schema, path = "input") {
  const [plain, nullable] = withoutNull(schema, root);
  if (value === null && nullable) return [];
  const kinds = { object: "an object", array: "a list", string: "a text", boolean: "true or false", integer: "an integer", number: "a number" };
  const kind = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  const fits = !plain.type || kind === plain.type || (plain.type === "integer" && Number.isInteger(value));
  if (!fits) return [`${path}: expected ${kinds[plain.type]}, found ${kind === "null" ? "null" : kinds[kind]}`];
  if (plain.enum && !plain.enum.includes(value)) return [`${path}: expected one of ${plain.enum.join(", ")}`];
  if (plain.type === "integer" && (value < plain.minimum || value > plain.maximum)) return [`${path}: expected an integer from ${plain.minimum} to ${plain.maximum}`];
  if (plain.format === "date-time" && !TIME.test(value)) return [`${path}: expected a time such as 2026-01-31T09:00:00Z`];
  if (plain.type === "array") return value.flatMap((item, index) => misfits(item, plain.items ?? {}, root, `${path}[${index}]`));
  if (plain.type !== "object") return [];
  const missing = (plain.required ?? []).filter((name) => !Object.hasOwn(value, name)).map((name) => `${path}.${name}: is missing`);
  const known = Object.entries(value).flatMap(([name, member]) => {
    const of = plain.properties && Object.hasOwn(plain.properties, name) ? plain.properties[name] : typeof plain.additionalProperties === "object" ? plain.additionalProperties : {};
    return misfits(member, of, root, `${path}.${name}`);
  });
  return [...missing, ...known];
}

/** An input with a place for what is wrong with it. */
const field = (name, input, note) => {
  const error = make("p", { class: "error", id: unique("error") });
  input.setAttribute("aria-describedby", error.id);
  const element = labelled(name, input, note && make("p", { class: "soft", text: note }), error);
  const say = (text) => {
    error.textContent = text ?? "";
    input.setAttribute("aria-invalid", String(Boolean(text)));
    return text ? { problem: `${name}: ${text}`, input } : null;
  };
  return { element, say };
};

const scalar = (name, schema, optional) => {
  const words = schema.enum ?? (schema.type === "boolean" ? ["true", "false"] : null);
  const input = words
    ? make("select", {}, ...(optional || schema.type === "boolean" ? [""] : []).concat(words).map((word) => make("option", { value: word, text: word || "(none)" })))
    : make("input", { type: "text", autocomplete: "off", spellcheck: "false", inputmode: schema.type === "integer" ? "numeric" : null });
  const { element, say } = field(optional ? `${name} (optional)` : name, input, schema.description);
  // An empty text is a text, where one must be there.
  const isText = schema.type === "string" && !schema.enum && !schema.format;
  const reader = () => {
    if (input.value === "" && optional) return { text: undefined, problems: [say(null)] };
    if (input.value === "" && !isText) return { text: undefined, problems: [say("is missing")] };
    if (input.value === "") empty.push(name);
    const quoted = schema.type === "string";
    return { text: quoted ? JSON.stringify(input.value) : input.value, problems: [say(wrong(input.value, schema))] };
  };
  return { element, reader };
};

/** A box for JSON, for what has no fields. */
const json = (name, schema, root, optional, first = "") => {
  const input = make("textarea", { spellcheck: "false", rows: "4" });
  input.value = first;
  const { element, say } = field(optional ? `${name} (optional, JSON)` : `${name} (JSON)`, input, schema.description);
  const reader = () => {
    if (input.value.trim() === "") return { text: undefined, problems: [say(optional ? null : "is missing")] };
    let value;
    try { value = JSON.parse(input.value); } catch (error) { return { text: undefined, problems: [say(`is not JSON: ${error.message}`)] }; }
    const found = misfits(value, schema, root, name);
    return { text: input.value, problems: [say(found.length ? found.join("\n") : null)] };
  };
  return { element, reader };
};

const list = (name, schema, root, depth) => {
  const items = [];
  const places = make("div");
  const add = make("button", { type: "button", text: `Add to ${name}` });
  const element = make("fieldset", {}, make("legend", { text: name }), places, add);
  add.addEventListener("click", () => {
    const item = part(`${name} ${items.length + 1}`, schema.items ?? {}, root, false, depth + 1);
    const remove = make("button", { type: "button", text: "Remove", "aria-label": `Remove ${name} ${items.length + 1}` });
    const place = make("div", {}, item.element, remove);
    items.push(item);
    remove.addEventListener("click", () => { items.splice(items.indexOf(item), 1); place.remove(); add.focus(); });
    places.append(place);
    place.querySelector("input, select, textarea, button")?.focus();
  });
  const reader = () => {
    const read = items.map((item) => item.reader());
    return { text: `[${read.map((one) => one.text ?? "null").join(",")}]`, problems: read.flatMap((one) => one.problems) };
  };
  return { element, reader };
};

const object = (name, schema, root, optional, depth) => {
  const required = new Set(schema.required ?? []);
  const members = Object.entries(schema.properties).map(([member, of]) => [member, part(member, of, root, !required.has(member), depth + 1)]);
  const element = make("fieldset", {}, make("legend", { text: name }), schema.description && make("p", { class: "soft", text: schema.description }), ...members.map(([, one]) => one.element));
  const reader = () => {
    const read = members.map(([member, one]) => [member, one.reader()]);
    const given = read.filter(([, one]) => one.text !== undefined);
    // An optional object with nothing in it is not there.
    if (optional && !given.length) return { text: undefined, problems: [] };
    return { text: `{${given.map(([member, one]) => `${JSON.stringify(member)}:${one.text}`).join(",")}}`, problems: read.flatMap(([, one]) => one.problems) };
  };
  return { element, reader };
};

/** Types may have themselves in them: deeper than this there is a box for JSON. */
const DEPTH = 5;

function part(name, schema, root, optional, depth) {
  const [plain, nullable] = withoutNull(schema, root);
  const may = optional || nullable;
  if (plain.type === "object" && plain.properties && depth < DEPTH) return object(name, plain, root, may, depth);
  // Nothing is not an empty list.
  if (plain.type === "array" && !may && depth < DEPTH) return list(name, plain, root, depth);
  if (["string", "boolean", "integer", "number"].includes(plain.type)) return scalar(name, plain, may);
  return json(name, schema, root, optional, "");
}

/**
 * A form for an input: `element`, and `read()`, which gives the JSON text, what is wrong, and which required texts are empty; what is
 * wrong first has the focus.
 * Without a schema it is a box for any JSON.
 */
export function inputForm(schema) {
  const { element, reader } = schema ? part("input", schema, schema, false, 0) : json("input", {}, {}, false, "{}");
  const read = () => {
    empty = [];
    const { text, problems } = reader();
    const found = problems.filter(Boolean);
    found[0]?.input.focus();
    return { text, problems: found.map((one) => one.problem), empty };
  };
  return { element, read };
}
