"use strict";
// The execution as it was at one of its events. Nothing here changes the page.
const atEvent = ({ data, events }) => {
  const CLASSES = { running: "running", succeeded: "taken", caught: "caught", failed: "failed", "timed out": "failed", aborted: "aborted" };
  // Of several visits of a state, the worst counts, as in the picture of the whole execution.
  const RANKS = ["untaken", "taken", "caught", "aborted", "running", "failed"];
  const unescaped = (token) => token.replaceAll("~1", "/").replaceAll("~0", "~");
  const target = (pointer) => pointer.split("/").slice(1).reduce((value, token) => value?.[unescaped(token)], data.definition);
  const around = (visit) => { const all = []; for (let next = visit?.parent; next != null && data.visits[next]; next = data.visits[next].parent) all.push(next); return all; };
  const endOf = (visit) => (visit.status === "running" ? Infinity : visit.ended ?? around(visit).map((outer) => data.visits[outer].ended).find(Boolean) ?? data.events.at(-1).id);
  /** The visits that had begun and not ended after an event. */
  const running = (id) => data.visits.filter((visit) => visit.entered <= id && id < endOf(visit));
  /** The mark of each state after an event, by its name. */
  const states = (id) => {
    const marks = new Map();
    for (const visit of data.visits.filter(({ entered }) => entered <= id)) {
      const mark = id < endOf(visit) ? "running" : CLASSES[visit.status];
      if (RANKS.indexOf(mark) > RANKS.indexOf(marks.get(visit.state) ?? "untaken")) marks.set(visit.state, mark);
    }
    return marks;
  };
  /** Tells of the pointer of a transition whether it was taken up to an event. */
  const transitions = (id) => {
    const exits = new Map(data.visits.filter(({ exited }) => exited).map((visit) => [visit.exited, visit]));
    const key = (from, to, isCaught) => JSON.stringify([from, to, isCaught]);
    const taken = new Set(data.visits.filter(({ entered }) => entered <= id).flatMap((visit) => {
      const from = exits.get(events.get(visit.entered)?.p);
      return from ? [key(from.state, visit.state, from.status === "caught")] : [];
    }));
    return (pointer) => {
      const [, from] = /^(?:.*\/)?States\/([^/]+)\/(?:Next|Default|(?:Choices|Catch)\/\d+\/Next)$/.exec(pointer) ?? [];
      return from !== undefined && taken.has(key(unescaped(from), target(pointer), /\/Catch\/\d+\/Next$/.test(pointer)));
    };
  };
  /** The variables that are visible after an event: each event names the one before it, in its branch and then around it. */
  const variables = (id) => {
    const found = new Map(), visit = data.visits[events.get(id)?.v], scopes = new Set([visit?.parent ?? null, ...around(visit).map((outer) => data.visits[outer].parent)]);
    for (let event = events.get(id); event; event = event.p < event.id ? events.get(event.p) : undefined) {
      if (!event.d?.assignedVariables || !scopes.has(data.visits[event.v]?.parent ?? null)) continue;
      for (const [name, value] of Object.entries(event.d.assignedVariables)) if (!found.has(name)) found.set(name, value);
    }
    return found.size ? Object.fromEntries([...found].map(([name, value]) => { try { return [name, JSON.parse(value)]; } catch { return [name, value]; } })) : undefined;
  };
  return { running, states, transitions, variables };
};
