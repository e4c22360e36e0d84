// Requests to the server, all of them to its own origin.

/** What the server refused, in its words. */
export class Refused extends Error {
  constructor(code, message) {
    super(message ? `${code}: ${message}` : code);
    this.code = code;
  }
}

const read = async (answer) => {
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused((body.__type ?? `status ${answer.status}`).split("#").pop(), body.message ?? "");
  return body;
};

const send = async (path, options) => {
  let answer;
  try { answer = await fetch(path, { cache: "no-store", credentials: "same-origin", redirect: "error", ...options }); } catch { throw new Refused("no answer", "the server cannot be reached"); }
  return read(answer);
};

/** An operation of the Step Functions API. */
export const call = (operation, members = {}) =>
  send("/", { method: "POST", body: JSON.stringify(members), headers: { "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": `AWSStepFunctions.${operation}` } });

/** All pages of a list. */
export const all = async (operation, list, members = {}) => {
  const items = [];
  let token;
  do {
    const page = await call(operation, { ...members, ...(token && { nextToken: token }) });
    items.push(...page[list]);
    token = page.nextToken;
  } while (token);
  return items;
};

export const get = (path) => send(path, {});

export const turn = (members) => send("/clock", { method: "POST", body: JSON.stringify(members), headers: { "Content-Type": "application/json" } });

export const executionPage = (arn) => `/console/execution?arn=${encodeURIComponent(arn)}`;
