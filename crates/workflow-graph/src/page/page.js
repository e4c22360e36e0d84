// The page of one execution. Everything that comes from the data is written as text, never as markup.
(() => {
  const byId = (id) => document.getElementById(id);
  const ROWS = 300;
  const isGraph = !byId("status");
  // What `load` reads of the data: a live page reads it again.
  let data, pointers, events, states, ofState, order, began, whole, children, then;
  // The event that the graph shows, of a reader who steps through the execution.
  let stepped = null;

  const make = (tag, options = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(options)) {
      if (value === undefined || value === null) continue;
      if (name === "text") element.textContent = value;
      else if (name === "class") element.className = value;
      else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  };

  // Whatever is shown anew becomes what it is to be in place, so that focus, selection, scroll positions and what is typed stay.
  const become = (old, next) => {
    for (const { name } of [...old.attributes]) if (name !== "style" && !next.hasAttribute(name)) old.removeAttribute(name);
    for (const { name, value } of next.attributes) if (name !== "style" && old.getAttribute(name) !== value) old.setAttribute(name, value);
    if (old.style && old.style.cssText !== next.style.cssText) old.style.cssText = next.style.cssText;
    fillWith(old, [...next.childNodes]);
  };
  const fillWith = (parent, nodes) => {
    let at = parent.firstChild;
    for (const node of nodes) {
      if (at && at.nodeType === node.nodeType && at.nodeName === node.nodeName) {
        if (node.nodeType !== Node.ELEMENT_NODE) { if (at.data !== node.data) at.data = node.data; } else become(at, node);
        at = at.nextSibling;
      } else parent.insertBefore(node, at);
    }
    while (at) { const next = at.nextSibling; at.remove(); at = next; }
  };

  const clock = (time) => (time === null ? "" : new Date(time).toISOString().slice(11, 23));
  const moment = (time) => (time === null ? "unknown" : new Date(time).toISOString().replace("T", " "));
  const lasted = ([from, to]) => {
    if (from === null || to === null) return "";
    const time = to - from;
    if (time < 1000) return `${time} ms`;
    if (time < 60000) return `${(time / 1000).toFixed(2)} s`;
    const seconds = Math.round(time / 1000);
    const parts = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
    let rest = seconds;
    return parts.map(([size, unit]) => { const count = Math.floor(rest / size); rest -= count * size; return count ? `${count} ${unit}` : ""; })
      .filter(Boolean).slice(0, 2).join(" ") || "0 s";
  };
  const pretty = (text) => {
    if (typeof text !== "string") return JSON.stringify(text, null, 2);
    try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
  };
  const status = (word) => make("span", { class: `status s-${word.split(" ")[0]}`, text: word });
  const items = (visit) => {
    const parts = [];
    for (let at = visit; at; at = data.visits[at.parent]) if (at.item !== null) parts.unshift(`${data.visits[at.parent]?.state ?? "map"} item ${at.item}`);
    return parts.join(", ");
  };
  const more = (shown, count, list) =>
    count > shown ? [make("button", { type: "button", text: `Show ${Math.min(ROWS, count - shown)} more of ${count - shown}`, "data-more": list })] : [];

  // --- the panel of a state ---
  const panel = byId("panel");
  // The lists that a page begins with, which are shown until a state is chosen.
  const lists0 = [...panel.childNodes], hasLists = Boolean(panel.querySelector(".list"));
  const back = () => (hasLists ? [make("button", { type: "button", "data-show-state": "", text: "Back to the lists" })] : []);
  const showLists = () => { panel.replaceChildren(...lists0); current = chosen = null; choose(); address(location.pathname + location.search); };
  /** What the lists say of a state. */
  const listed = (pointer) => {
    const items = lists0.filter((node) => node.matches?.(".list")).flatMap((list) => [...list.children]).filter((item) => item.querySelector("button")?.dataset.showState === pointer);
    const copies = items.map((item) => item.cloneNode(true));
    for (const copy of copies) copy.querySelector("button").remove();
    return copies.length ? [make("ul", { class: "list" }, ...copies)] : [];
  };
  let chosen = null;

  // What shows anew what the panel shows, and whether somebody chose that.
  let current = null, isChosen = false;
  for (const kind of ["pointerdown", "keydown"]) document.querySelector("main").addEventListener(kind, () => { isChosen = true; }, true);
  // A frame in a notebook has no address of its own.
  const address = (text) => { try { history.replaceState(null, "", text); } catch { return; } };
  const link = (hash) => { if (location.hash !== hash) address(hash); };
  const eventButton = (id) => make("button", { type: "button", text: `event ${id}`, "data-show-event": id });
  // Buttons that come and go say what they show.
  document.addEventListener("click", ({ target }) => {
    const { showVisit: visit, showEvent: event, showState: state, more: list } = target.closest?.("[data-show-visit], [data-show-event], [data-show-state], [data-more]")?.dataset ?? {};
    if (state === "") showLists();
    else if (state !== undefined) { showState(state); reveal(picture.querySelector(".chosen")); }
    if (visit !== undefined) showVisit(Number(visit));
    else if (event !== undefined) showEvent(Number(event));
    else if (list === "visits") { shown.visits += ROWS; current?.(); }
    else if (list) { shown[list] += ROWS; fill(); }
  });

  const payload = (title, value, label = title) => value === undefined || value === null ? [] : [make("section", { class: "payload" },
    make("h3", { text: title }, " ", make("button", { type: "button", class: "copy", "aria-label": `Copy ${label.toLowerCase()}`, text: "Copy" })),
    make("pre", { tabindex: "0", role: "region", "aria-label": label, text: pretty(value) }))];
  document.addEventListener("click", async ({ target }) => {
    const button = target.closest?.(".copy");
    if (!button) return;
    const text = button.closest("section").querySelector("pre");
    try { await navigator.clipboard.writeText(text.textContent); button.textContent = "Copied"; } catch {
      // Without the permission, the reader copies what is selected.
      getSelection().selectAllChildren(text);
    }
  });
  const read = (text) => { try { return JSON.parse(text); } catch { return undefined; } };
  const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
  /** Says which members of the input are not the same in the output. */
  const difference = (input, output) => {
    const [from, to] = [read(input), read(output)];
    if (!isObject(from) || !isObject(to)) return [];
    const names = (of, fits) => Object.keys(of).filter(fits);
    const parts = [["added", names(to, (name) => !(name in from))], ["removed", names(from, (name) => !(name in to))],
      ["changed", names(to, (name) => name in from && JSON.stringify(from[name]) !== JSON.stringify(to[name]))]].filter(([, names]) => names.length);
    const text = parts.map(([word, names]) => `${word}: ${names.join(", ")}`).join("; ");
    return [make("p", { class: "soft", text: text || "The output has the members of the input, unchanged." })];
  };

  function visitDetails(visit) {
    const entered = events.get(visit.entered), exited = events.get(visit.exited);
    const box = make("div", { id: "visit" });
    const line = make("p", {}, status(visit.status));
    const time = lasted(visit.time);
    line.append(time ? ` after ${time}` : "", items(visit) ? `, ${items(visit)}` : "", ` · entered ${moment(visit.time[0])} `, eventButton(visit.entered));
    if (visit.exited) line.append(" ", eventButton(visit.exited));
    box.append(line);
    if (visit.error) {
      const failed = [...visit.attempts].reverse().map((attempt) => events.get(attempt.ended)).find((event) => event?.d?.error) ??
        [...events.values()].reverse().find((event) => event.v !== null && data.visits[event.v] === visit && event.d?.error);
      const cause = failed?.d?.cause ?? (end()?.d?.error === visit.error ? end().d.cause : undefined);
      box.append(make("h3", { text: "Error" }), make("p", { class: "s-failed", text: visit.error }), ...payload("Cause", cause));
    }
    const [input, output] = [entered?.d?.input, exited?.d?.output];
    box.append(make("div", { class: "beside" }, ...payload("Input", input), ...payload("Output", output)), ...difference(input, output));
    const assigned = exited?.d?.assignedVariables;
    if (assigned) box.append(...payload("Variables assigned", Object.fromEntries(Object.entries(assigned).map(([name, value]) => { try { return [name, JSON.parse(value)]; } catch { return [name, value]; } }))));
    if (visit.attempts.length) {
      const rows = visit.attempts.map((attempt, number) => make("tr", {},
        make("td", { text: number ? `retry ${number}` : "first" }), make("td", { text: clock(attempt.time[0]) }),
        make("td", { text: lasted(attempt.time) }), make("td", { text: attempt.error ?? (attempt.ended ? "succeeded" : "running") }),
        make("td", {}, eventButton(attempt.scheduled))));
      box.append(make("h3", { text: `Attempts (${visit.attempts.length})` }), make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Attempts" }, make("table", {},
        make("thead", {}, make("tr", {}, ...["attempt", "began", "lasted", "result", "event"].map((text) => make("th", { scope: "col", text })))),
        make("tbody", {}, ...rows))));
      box.append(...payload("Request", events.get(visit.attempts.at(-1).scheduled)?.d?.parameters ?? events.get(visit.attempts.at(-1).scheduled)?.d?.input));
    }
    return box;
  }

  /** The definition of a state, and what its picture cuts. */
  const defined = (pointer, isOpen) => {
    if (pointer === undefined) return [];
    if (data.changes?.[pointer]) return changed(data.changes[pointer]);
    let state = data.definition ?? undefined;
    for (const token of pointer.split("/").slice(1)) state = state?.[token.replaceAll("~1", "/").replaceAll("~0", "~")];
    if (state === undefined) return [];
    const cut = states.get(pointer)?.querySelector(":scope > title")?.textContent;
    const options = isOpen ? { open: "" } : {};
    return [...(cut ? [make("p", { class: "whole", text: cut })] : []), make("details", options, make("summary", { text: "Definition of the state" }), ...payload("Definition", state))];
  };

  /** The fields of a state that differ, then its whole definitions. */
  const changed = ({ fields, old, new: now }) => {
    const beside = (name, from, to) => make("div", { class: "beside" }, ...payload(`${name} before`, from), ...payload(`${name} after`, to));
    return [...fields.map(([name, from, to]) => beside(name, from, to)), beside("Definition", old, now)];
  };

  function showState(pointer, wanted) {
    const element = states.get(pointer);
    const name = element?.dataset.name ?? data.names[pointer] ?? data.visits[ofState.get(pointer)?.[0]]?.state ?? "";
    chosen = pointer;
    stepped = null;
    markGraph();
    choose();
    shown.visits = ROWS;
    let own = wanted ?? ofState.get(pointer)?.at(-1);
    const text = make("input", { type: "search", id: "visit-filter", placeholder: "item, error, input or output", "aria-label": "Filter visits by item, error, input or output" });
    const kind = make("select", { "aria-label": "Filter visits by status" }, ...["any status", "succeeded", "caught", "failed", "timed out", "aborted", "running"].map((word) => make("option", { text: word, value: word })));
    const filter = make("div", { class: "filter" }, text, kind);
    const count = make("p", { class: "soft", role: "status" });
    const list = make("div", { class: "visits" });
    const details = make("div", { "aria-live": "polite" });
    panel.replaceChildren(...back(), make("h2", { id: "panel-title", text: name }), ...listed(pointer), filter, count, list, details);
    const refresh = () => {
      const all = ofState.get(pointer) ?? [];
      own ??= all.at(-1);
      for (const part of [filter, count, list]) part.hidden = all.length < 2;
      const visit = own === undefined ? isGraph ? [] : [make("p", { text: "The execution did not come here." })] : [visitDetails(data.visits[own])];
      fillWith(details, [...visit, ...defined(pointer, isGraph)]);
      if (all.length < 2) { list.replaceChildren(); return; }
      const word = text.value.trim().toLowerCase();
      const fits = all.filter((number) => {
        const visit = data.visits[number];
        if (kind.value !== "any status" && visit.status !== kind.value) return false;
        if (!word) return true;
        const said = [items(visit), visit.error, events.get(visit.entered)?.d?.input, events.get(visit.exited)?.d?.output];
        return said.some((text) => typeof text === "string" && text.toLowerCase().includes(word));
      });
      count.textContent = `${fits.length} of ${all.length} visits`;
      fillWith(list, [...fits.slice(0, shown.visits).map((number) => {
        const visit = data.visits[number];
        const button = make("button", { type: "button", "data-visit": number, "aria-pressed": String(number === own) });
        button.append(status(visit.status), ` ${items(visit) || `visit ${all.indexOf(number) + 1}`} `, make("span", { class: "soft", text: `${lasted(visit.time)}${visit.error ? ` · ${visit.error}` : ""}` }));
        return button;
      }), ...more(shown.visits, fits.length, "visits")]);
    };
    list.addEventListener("click", ({ target }) => {
      const button = target.closest("[data-visit]");
      if (!button) return;
      own = Number(button.dataset.visit);
      refresh();
      link(`#visit=${own}`);
    });
    const again = () => { shown.visits = ROWS; refresh(); };
    text.addEventListener("input", again);
    kind.addEventListener("change", again);
    current = refresh;
    refresh();
    link(own === undefined ? `#state=${encodeURIComponent(pointer)}` : `#visit=${own}`);
  }

  const showVisit = (number) => { const visit = data.visits[number]; if (visit) showState(pointers[visit.state], number); };

  // --- the summary ---
  /** Returns the event with which the execution ended. */
  const end = () => { const last = data.events.at(-1); return /^Execution(Succeeded|Failed|TimedOut|Aborted)$/.test(last?.k) ? last : undefined; };
  function summary() {
    const [first, last] = [data.events[0], end()];
    const time = lasted([first?.t ?? null, last?.t ?? null]);
    // AWS bills a transition for each state that is entered, and for each retry.
    const transitions = data.visits.reduce((sum, visit) => sum + Math.max(1, visit.attempts.length), 0);
    const facts = [["started", moment(first?.t ?? null)], ["lasted", time], ["state transitions", transitions]].filter(([, value]) => value !== "");
    const folded = (title, value) => value === undefined || value === null ? [] : [make("details", {}, make("summary", { text: title }), ...payload(title, value))];
    const cost = data.prices ? [make("details", {}, make("summary", { text: `Cost on AWS: $${Number((transitions * data.prices.transition).toPrecision(6))}` }),
      make("p", { class: "soft", text: `${transitions} state transitions at $${data.prices.transition} each, the price in ${data.prices.region} of ${data.prices.date}. Left out: ${[...data.prices.left_out, ...(data.events.some(({ k }) => k === "MapRunStarted") ? ["the child executions of map runs"] : [])].join("; ")}.` }))] : [];
    fillWith(byId("summary"), [make("h2", { class: "unseen", text: "Summary" }), make("p", {}, ...facts.map(([name, value]) => make("span", {}, `${name}: `, make("b", { text: String(value) }))), ...(first ? [make("button", { type: "button", text: "Step through", "data-show-event": first.id })] : [])),
      ...(last?.d?.error ? [make("p", { class: "s-failed", text: last.d.error })] : []),
      ...(last?.d?.cause ? payload("Cause of the failure", last.d.cause) : []),
      ...folded("Input of the execution", first?.d?.input), ...folded("Output of the execution", last?.d?.output), ...cost]);
  }

  // --- the graph ---
  const picture = byId("picture");
  function load(next) {
    data = next;
    pointers = Object.fromEntries(Object.entries(data.names).map(([pointer, name]) => [name, pointer]));
    events = new Map(data.events.map((event) => [event.id, event]));
    states = new Map([...document.querySelectorAll(".state[data-pointer]")].map((element) => [element.dataset.pointer, element]));
    ofState = new Map();
    data.visits.forEach((visit, number) => {
      const pointer = pointers[visit.state];
      if (!ofState.has(pointer)) ofState.set(pointer, []);
      ofState.get(pointer).push(number);
    });
    order = [...picture.querySelectorAll(".state[data-pointer], .fold")];
    const times = data.events.map((event) => event.t).filter((time) => time !== null);
    began = times.length ? times.reduce((one, other) => Math.min(one, other)) : 0;
    whole = times.length ? Math.max(1, times.reduce((one, other) => Math.max(one, other)) - began) : 1;
    children = new Map();
    data.visits.forEach(({ parent }, number) => { if (parent === null) return; if (!children.has(parent)) children.set(parent, []); children.get(parent).push(number); });
    then = atEvent({ data, events });
    markGraph();
    choose();
    folds();
    summary();
  }
  /** Marks the graph with what had happened at the event that is stepped to; without one, as it was drawn. */
  function markGraph() {
    const drawn = (element) => element.dataset.mark ?? /(?:^| )m-([a-z]+)/.exec(element.getAttribute("class"))?.[1];
    const mark = (element, word) => {
      const old = drawn(element), shows = /(?:^| )m-([a-z]+)/.exec(element.getAttribute("class"))?.[1], next = word ?? old;
      if (old === undefined) return;
      if (word === null) delete element.dataset.mark; else element.dataset.mark = old;
      element.setAttribute("class", element.getAttribute("class").replace(/(^| )m-[a-z]+/, `$1m-${next}`));
      // The words say the same.
      const said = (mark) => `(${mark === "untaken" ? "not taken" : mark})`;
      for (const text of element.querySelectorAll(":scope > text.detail")) if (text.textContent === said(shows)) text.textContent = said(next);
      const label = element.getAttribute("aria-label");
      if (label?.endsWith(said(shows))) element.setAttribute("aria-label", label.slice(0, -said(shows).length) + said(next));
    };
    const [marks, isTaken] = stepped === null ? [] : [then.states(stepped), then.transitions(stepped)];
    for (const element of states.values()) mark(element, marks ? marks.get(element.dataset.name) ?? "untaken" : null);
    for (const element of document.querySelectorAll(".workflow-graph .edge:not(.loop)")) {
      if (drawn(element) !== "taken") continue;
      const { pointer } = element.dataset;
      // An edge without a pointer leads to the end.
      mark(element, !marks ? null : (pointer === undefined ? stepped < data.events.at(-1).id : pointer && !isTaken(pointer)) ? "untaken" : "taken");
    }
  }
  /** Marks the chosen state, or the folded group that has it; the tabulator leads to it, or to that which has the focus. */
  function choose() {
    let shown = chosen;
    while (shown && !states.has(shown)) shown = shown.slice(0, shown.lastIndexOf("/"));
    const focused = document.activeElement?.closest?.(".state, .fold");
    const stop = order.includes(focused) ? focused : states.get(shown) ?? order[0];
    for (const [pointer, element] of states) element.classList.toggle("chosen", pointer === shown);
    for (const element of order) element.setAttribute("tabindex", element === stop ? "0" : "-1");
  }
  picture.addEventListener("click", ({ target }) => {
    const pressed = target.closest(".state, .fold");
    if (pressed) press(pressed);
  });
  picture.addEventListener("keydown", (event) => {
    const element = event.target.closest(".state, .fold");
    if (!element) return;
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); press(element); return; }
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const target = order[Math.min(order.length - 1, Math.max(0, order.indexOf(element) + step))];
    element.setAttribute("tabindex", "-1");
    target.setAttribute("tabindex", "0");
    target.focus();
    target.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
  const press = ({ dataset }) => { if (dataset.group === undefined) showState(dataset.pointer); else unfold(dataset.group); };

  // --- folding ---
  // The group of states that is open, with those around it: null while all are, empty while none is.
  let opened = null, pressed = null;
  const pictures = new Map([[null, picture.querySelector("svg")], ...[...(byId("folds")?.content.children ?? [])].map((svg) => [svg.dataset.open, svg])]);
  const buttonOf = (group) => [...picture.querySelectorAll(".fold")].find(({ dataset }) => dataset.group === group);
  /** Opens a group, or folds one that is open: then that around it is the one that is open. */
  const unfold = (group) => {
    const around = (other) => other !== group && group.startsWith(other) && "/ ".includes(group[other.length]);
    const isOpen = buttonOf(group)?.getAttribute("aria-expanded") === "true";
    const outer = [...picture.querySelectorAll(".fold")].map(({ dataset }) => dataset.group).filter(around).sort((one, other) => other.length - one.length);
    pressed = group;
    draw(isOpen ? outer[0] ?? "" : group);
  };
  const draw = (next) => {
    opened = next;
    if (document.body.dataset.live) { document.dispatchEvent(new CustomEvent("folded")); return; }
    if (!pictures.has(opened)) opened = null;
    picture.querySelector("svg").replaceWith(pictures.get(opened));
    fitPicture();
    load(data);
    fill();
  };
  /** Says how many groups are folded, and gives the focus back to the button that was pressed. */
  function folds() {
    const buttons = [...picture.querySelectorAll(".fold")];
    const count = buttons.filter((button) => button.getAttribute("aria-expanded") === "false").length;
    byId("fold").hidden = !buttons.length;
    byId("fold").setAttribute("aria-pressed", String(opened === ""));
    const said = opened === null ? "" : `${count} ${count === 1 ? "group" : "groups"} folded`;
    if (byId("folded").textContent !== said) byId("folded").textContent = said;
    const button = pressed === null ? undefined : buttonOf(pressed);
    pressed = null;
    if (button) { button.focus({ preventScroll: true }); choose(); reveal(button); }
  }
  byId("fold").addEventListener("click", () => draw(opened === "" ? null : ""));

  // A picture shrinks with the window as long as it can be read.
  const LEAST_SCALE = 0.65;
  /** The scale that the reader chose; none while the picture fits the width. */
  let scale = null;
  const fitPicture = () => {
    const svg = picture.querySelector("svg"), width = svg.getAttribute("width");
    picture.classList.toggle("fit", scale === null);
    byId("fit").setAttribute("aria-pressed", String(scale === null));
    svg.style.minWidth = scale === null ? `${Math.round(LEAST_SCALE * width)}px` : "";
    svg.style.width = scale === null ? "" : `${Math.round(scale * width)}px`;
    svg.style.height = scale === null ? "" : "auto";
  };
  const zoom = (by) => {
    const svg = picture.querySelector("svg"), now = svg.getBoundingClientRect().width / svg.getAttribute("width");
    scale = Math.min(4, Math.max(0.1, now * by));
    fitPicture();
  };
  document.addEventListener("click", ({ target }) => { const by = target.closest?.("[data-zoom]")?.dataset.zoom; if (by) zoom(Number(by)); });
  picture.addEventListener("wheel", (event) => { if (event.ctrlKey) { event.preventDefault(); zoom(event.deltaY < 0 ? 1.1 : 1 / 1.1); } }, { passive: false });
  // The picture is drawn along by the mouse; a click on a state stays one.
  let drag = null;
  picture.addEventListener("pointerdown", ({ target, button, clientX, clientY, pointerType }) => {
    if (button === 0 && pointerType === "mouse" && !target.closest(".state, button")) drag = [clientX + picture.scrollLeft, clientY + picture.scrollTop];
  });
  addEventListener("pointermove", ({ clientX, clientY, buttons }) => {
    if (!buttons) drag = null;
    if (drag) { picture.scrollLeft = drag[0] - clientX; picture.scrollTop = drag[1] - clientY; }
  });
  addEventListener("pointerup", () => { drag = null; });
  fitPicture();
  load(JSON.parse(byId("data").textContent));
  byId("fit").addEventListener("click", () => { scale = scale === null ? 1 : null; fitPicture(); });

  // --- timeline and events ---
  const lists = { timeline: byId("timeline"), events: byId("events") };
  const search = byId("search");
  const shown = { timeline: ROWS, events: ROWS, visits: ROWS };

  const said = (event) => `${event.id} ${event.k} ${event.v === null ? "" : data.visits[event.v].state} ${JSON.stringify(event.d ?? "")}`.toLowerCase();

  // The visits whose inner visits are shown, or not, as the reader chose. Without a choice, a map of many items is folded.
  const unfolded = new Map();
  const FOLDED = 20;
  const isFolded = (number) => !(unfolded.get(number) ?? (children.get(number)?.length ?? 0) <= FOLDED);
  const isHidden = (visit) => { for (let at = visit.parent; at !== null && data.visits[at]; at = data.visits[at].parent) if (isFolded(at)) return true; return false; };
  const depth = (visit) => { let deep = 0; for (let at = visit.parent; at !== null && data.visits[at]; at = data.visits[at].parent) deep += 1; return Math.min(deep, 6); };
  lists.timeline.addEventListener("click", ({ target }) => {
    const number = Number(target.closest("[data-fold]")?.dataset.fold ?? NaN);
    if (!Number.isNaN(number)) { unfolded.set(number, isFolded(number)); fill(); }
  });
  const share = (time) => `${(100 * (time - began)) / whole}%`;
  const span = ([from, to], kind) => {
    if (from === null) return [];
    const bar = make("span", { class: `bar b-${kind}`, title: lasted([from, to]) });
    bar.style.left = share(from);
    bar.style.width = `${(100 * ((to ?? began + whole) - from)) / whole}%`;
    return [bar];
  };
  /** The axis: ticks at round times since the start. */
  function axis() {
    const steps = [1, 2, 5].flatMap((step) => [1, 10, 100, 1e3, 1e4].map((size) => step * size)).concat([3e4, 6e4, 12e4, 3e5, 6e5, 18e5, 36e5, 72e5, 216e5, 432e5, 864e5]).sort((one, other) => one - other);
    const step = steps.find((step) => whole / step <= 6) ?? 864e5 * Math.ceil(whole / 864e5 / 6);
    const track = make("span", { class: "track axis" });
    for (let time = 0; time < whole; time += step) {
      const tick = make("span", { class: "tick", text: time ? lasted([0, time]).replace(".00", "") : "0" });
      tick.style.left = share(began + time);
      track.append(tick);
    }
    return make("div", { class: "scale", "aria-hidden": "true" }, make("span"), track, make("span"));
  }

  function timeline(word) {
    const fits = data.visits.map((visit, number) => [visit, number]).filter(([visit]) => word ? `${visit.state} ${items(visit)} ${visit.status} ${visit.error ?? ""}`.toLowerCase().includes(word) : !isHidden(visit));
    const hidden = word ? 0 : data.visits.length - fits.length;
    fillWith(lists.timeline, [make("p", { class: "soft", role: "status", text: `${fits.length} ${fits.length === 1 ? "visit" : "visits"} of states${hidden ? `, and ${hidden} that are folded` : ""}` }), axis(), ...fits.slice(0, shown.timeline).map(([visit, number]) => {
      const kind = visit.status.split(" ")[0];
      // A visit is a thin line, and each attempt in it a bar, so that waits between attempts show.
      const bars = visit.attempts.length > 1
        ? [...span(visit.time, "whole"), ...visit.attempts.flatMap((attempt) => span(attempt.time, attempt.error ? (kind === "succeeded" ? "caught" : kind) : kind))]
        : span(visit.time, kind);
      const where = items(visit), inner = children.get(number)?.length ?? 0;
      const name = make("button", { type: "button", class: "name", "data-show-visit": number, text: where ? `${visit.state} (${where})` : visit.state });
      const fold = inner && !word ? [make("button", { type: "button", class: "fold", "data-fold": number, "aria-expanded": String(!isFolded(number)), "aria-label": `${inner} visits inside ${visit.state}`, text: isFolded(number) ? `▸ ${inner}` : "▾" })] : [];
      const label = make("span", {}, name, ...fold);
      if (!word) label.style.paddingLeft = `${depth(visit)}rem`;
      return make("div", { class: "row" }, label, make("span", { class: "track" }, ...bars),
        make("span", { class: `s-${kind}`, text: `${visit.status}${lasted(visit.time) ? ` ${lasted(visit.time)}` : ""}${visit.error ? `: ${visit.error}` : ""}` }));
    }), ...more(shown.timeline, fits.length, "timeline")]);
  }

  const unfoldedEvents = new Set();
  lists.events.addEventListener("click", ({ target }) => {
    const id = Number(target.closest("[data-fold-event]")?.dataset.foldEvent ?? NaN);
    if (!Number.isNaN(id)) { if (!unfoldedEvents.delete(id)) unfoldedEvents.add(id); fill(); }
  });
  const eventData = (event) => Object.entries(event.d ?? {}).filter(([name]) => !name.endsWith("Details")).flatMap(([name, value]) => payload(name, value, `${name} of event ${event.id}`));

  function eventList(word) {
    const fits = data.events.filter((event) => !word || said(event).includes(word));
    const rows = fits.slice(0, shown.events).flatMap((event) => {
      const { id } = event, isOpen = unfoldedEvents.has(id);
      const row = make("tr", { id: `event-${id}` },
        make("td", {}, make("button", { type: "button", text: String(id), "aria-label": `event ${id}`, "data-show-event": id }),
          ...(event.d ? [make("button", { type: "button", class: "fold", "data-fold-event": id, "aria-expanded": String(isOpen), "aria-label": `Data of event ${id}`, text: isOpen ? "▾" : "▸" })] : [])),
        make("td", { text: clock(event.t) }), make("td", { text: event.t === null ? "" : `+${lasted([began, event.t])}` }), make("td", { text: event.k }),
        make("td", { text: event.v === null ? "" : data.visits[event.v].state }), make("td", { text: [event.d?.error, event.d?.cause].filter(Boolean).join(": ") }));
      return isOpen ? [row, make("tr", { class: "inside" }, make("td", { colspan: "6" }, ...eventData(event)))] : [row];
    });
    fillWith(lists.events, [make("p", { class: "soft", role: "status", text: `${fits.length} of ${data.events.length} events` }),
      make("table", {}, make("thead", {}, make("tr", {}, ...["event", "time", "since the start", "type", "state", "error and cause"].map((text) => make("th", { scope: "col", text })))), make("tbody", {}, ...rows)),
      ...more(shown.events, fits.length, "events")]);
  }

  /** Shows an event, and what the execution was after it: the marks of the graph, the running states, variables and data. */
  function showEvent(id) {
    const event = events.get(id);
    if (!event) return;
    stepped = id;
    chosen = event.v === null ? null : pointers[data.visits[event.v].state] ?? null;
    markGraph();
    choose();
    // Buttons that are pressed again and again stay in place.
    if (!byId("stepper")) panel.replaceChildren();
    const number = data.events.indexOf(event), visit = data.visits[event.v];
    const step = (text, to, label, key) => make("button", { type: "button", text, "aria-label": label, title: key ? `${label} (key ${key})` : label, "aria-keyshortcuts": key, "aria-disabled": String(!data.events[to] || to === number), "data-step": data.events[to]?.id ?? id });
    const line = make("p", {}, ...(event.p ? ["after ", eventButton(event.p), " "] : []), ...(visit ? [make("button", { type: "button", text: visit.state, "data-show-visit": event.v })] : []));
    const inside = then.running(id).map((open) => (items(open) ? `${open.state} (${items(open)})` : open.state));
    const more = inside.length > FOLDED ? ` and ${inside.length - FOLDED} more` : "";
    fillWith(panel, [make("h2", { id: "panel-title", text: `Event ${id}: ${event.k}` }),
      make("div", { id: "stepper", class: "filter", role: "group", "aria-label": "Step through the events" }, step("|◀", 0, "First event"), step("◀", number - 1, "Previous event", ","), step("▶", number + 1, "Next event", "."),
        step("▶|", data.events.length - 1, "Last event"), make("button", { type: "button", text: "Whole execution", "data-step": "none" }), make("span", { class: "soft", role: "status", text: `${number + 1} of ${data.events.length}` })),
      make("p", { class: "soft", text: `${moment(event.t)}${event.t === null ? "" : ` · +${lasted([began, event.t])}`}` }), line,
      make("p", { class: "soft", text: inside.length ? `Running after this event: ${inside.slice(0, FOLDED).join(", ")}${more}` : "No state runs after this event." }),
      ...eventData(event), ...payload("Variables after this event", then.variables(id)), ...(visit && visit.entered !== id ? payload("Input of the state", events.get(visit.entered)?.d?.input) : [])]);
    current = () => showEvent(id);
    link(`#event=${id}`);
  }
  const stepTo = (to) => {
    isChosen = true;
    if (to !== "none") { showEvent(Number(to)); reveal(states.get(chosen)?.querySelector(".name")); return; }
    showVisit(events.get(stepped)?.v ?? data.visits.length - 1);
  };
  panel.addEventListener("click", ({ target }) => { const to = target.closest("[data-step]")?.dataset.step; if (to) stepTo(to); });

  const tabs = [...document.querySelectorAll("[role=tab]")];
  const open = (tab) => {
    for (const other of tabs) {
      other.setAttribute("aria-selected", String(other === tab));
      other.setAttribute("tabindex", other === tab ? "0" : "-1");
      lists[other.dataset.list].hidden = other !== tab;
    }
    fill();
  };
  const fill = () => {
    const word = search.value.trim().toLowerCase();
    if (!lists.timeline.hidden) timeline(word); else eventList(word);
    // A group is found by what is in it, also while it is folded.
    const found = Object.entries(word ? data.names : {}).filter(([pointer, name]) => name.toLowerCase().includes(word) || (ofState.get(pointer) ?? []).some((number) => (data.visits[number].error ?? "").toLowerCase().includes(word))).map(([pointer]) => pointer);
    for (const [pointer, element] of states) element.classList.toggle("dim", Boolean(word) && !found.some((inner) => inner === pointer || inner.startsWith(`${pointer}/`)));
  };
  tabs.forEach((tab, number) => {
    tab.addEventListener("click", () => open(tab));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = tabs[(number + step + tabs.length) % tabs.length];
      open(next);
      next.focus();
    });
  });
  let waiting = 0;
  search.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(() => { shown.timeline = shown.events = ROWS; fill(); }, 120); });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches?.("input, select, textarea");
    const step = typing || event.ctrlKey || event.metaKey || event.altKey || isGraph ? undefined : { ",": -1, ".": 1 }[event.key];
    if (step) { const at = data.events.findIndex(({ id }) => id === stepped), to = data.events[stepped === null ? 0 : at + step]; if (to) stepTo(String(to.id)); }
    if (event.key === "/" && !typing) { event.preventDefault(); search.focus(); }
    if (event.key === "Escape" && event.target === search) { search.value = ""; fill(); }
  });

  // --- links into the page ---
  const follow = () => {
    const [, what, value] = /^#(state|visit|event)=(.*)$/.exec(location.hash) ?? [];
    if (what === "visit") showVisit(Number(value));
    else if (what === "event") showEvent(Number(value));
    else if (what === "state") { let pointer = value; try { pointer = decodeURIComponent(value); } catch { } if (pointer in data.names) showState(pointer); }
    return Boolean(what);
  };
  addEventListener("hashchange", follow);
  let place = null;
  /** Scrolls the picture, and nothing else, to an element. */
  const reveal = (element) => {
    const box = element?.getBoundingClientRect(), around = picture.getBoundingClientRect();
    if (!box) return;
    const middle = (from, to, low, high) => (from < low || to > high ? (from + to - low - high) / 2 : 0);
    picture.scrollTop += middle(box.top, box.bottom, around.top, around.bottom);
    picture.scrollLeft += middle(box.left, box.right, around.left, around.right);
  };
  /** Shows where the execution is: the state that failed, or the last one, without a change of the address. */
  const showPlace = () => {
    const at = (...words) => data.visits.findLastIndex((visit) => words.includes(visit.status));
    const failed = at("failed", "timed out");
    const last = failed >= 0 ? failed : at("running") >= 0 ? at("running") : data.visits.length - 1;
    const hash = location.hash;
    if (last < 0) return;
    if (last === place) { current?.(); return; }
    place = last;
    if (hasLists) { chosen = pointers[data.visits[last].state]; choose(); reveal(picture.querySelector(".chosen")); return; }
    showVisit(last);
    reveal(states.get(chosen)?.querySelector(".name"));
    address(hash || location.pathname + location.search);
  };
  open(tabs[0]);
  if (follow()) isChosen = true;
  else if (isGraph) {
    // A wide graph begins with its start in the middle.
    const start = [...picture.querySelectorAll("g > title")].findLast((title) => title.textContent === "start")?.parentNode.getBoundingClientRect();
    const around = picture.getBoundingClientRect();
    if (start) picture.scrollLeft += (start.left + start.right - around.left - around.right) / 2;
  } else showPlace();

  // --- an execution that runs ---
  const { live, update } = document.body.dataset;
  if (!live) return;
  let isBusy = false, isBehind = false;
  const loadAgain = async () => {
    if (isBusy) { isBehind = true; return; }
    isBusy = true;
    const began = performance.now();
    try {
      const next = await (await fetch(`${update}&after=${data.events.at(-1)?.id ?? 0}${opened === null ? "" : `&open=${encodeURIComponent(opened)}`}`, { cache: "no-store" })).json();
      // Events and visits that are known are not sent again.
      for (const event of next.data.events) data.events.push(event);
      for (const [number, visit] of Object.entries(next.data.visits)) data.visits[number] = visit;
      data.names = next.data.names;
      const drawn = new DOMParser().parseFromString(next.svg, "image/svg+xml").documentElement;
      become(picture.querySelector("svg"), drawn);
      fitPicture();
      load(data);
      become(byId("status"), make("span", { id: "status", class: `status s-${next.status.split(" ")[0]}`, role: "status", text: next.status }));
      document.title = `${document.querySelector("h1").textContent}: ${next.status}`;
      fillWith(byId("notes"), next.notes.map((text) => make("li", { text })));
      byId("notes").parentElement.hidden = !next.notes.length;
      fill();
      // What nobody chose goes along with the execution.
      if (isChosen) current?.(); else showPlace();
      document.dispatchEvent(new CustomEvent("execution", { detail: next.status }));
    } catch { /* The stream says when there is more. */ }
    // A page that is long to draw leaves as much time for whoever reads it.
    await new Promise((resolve) => { setTimeout(resolve, performance.now() - began); });
    isBusy = false;
    if (isBehind) { isBehind = false; loadAgain(); }
  };
  document.addEventListener("folded", loadAgain);
  new EventSource(live).addEventListener("message", loadAgain);
})();
