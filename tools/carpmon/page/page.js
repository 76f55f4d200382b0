// SPDX-License-Identifier: BSD-2-Clause
"use strict";

// The live page. Names come from the wire and from configuration: they are
// only ever set as text, never as HTML.
(() => {
  const { make, clock, dated, duration } = Pieces;
  const MAX_EVENTS = 300;
  const MAX_PAST = 50;
  const SILENT_MS = 5000; // the server beats every second
  const rows = new Map(); // key to {data, tr, more, adverts, age, ...}
  const findings = new Map(); // id to finding
  const causes = new Map(); // id to the severity and cause last told
  const el = (id) => document.getElementById(id);
  const rank = { critical: 0, warning: 1 };
  let head = null;
  let skew = 0; // the server's clock minus ours
  let lastWord = 0;
  let lastEvent = 0; // number of the newest one in the list
  let token = sessionStorage.getItem("carpmon-token");

  const now = () => Date.now() + skew;
  const setText = (node, text) => {
    if (node.textContent !== text) {
      node.textContent = text;
    }
  };
  const setClass = (node, name) => {
    if (node.className !== name) {
      node.className = name;
    }
  };

  // --------------------------------------------------------------- header

  function drawHead() {
    let critical = 0;
    let warning = 0;
    let silent = 0;
    for (const finding of findings.values()) {
      critical += finding.over === null && finding.severity === "critical";
      warning += finding.over === null && finding.severity === "warning";
    }
    for (const row of rows.values()) {
      silent += row.data.masters === 0;
    }
    const plural = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;
    const verdict = el("verdict");
    if (critical + warning > 0) {
      const parts = [];
      if (critical > 0) {
        parts.push(`${critical} critical`);
      }
      if (warning > 0) {
        parts.push(plural(warning, "warning"));
      }
      setText(verdict, parts.join(", "));
      setClass(verdict, `verdict ${critical ? "critical" : "warning"}`);
      document.title = `(${critical + warning}) carpmon`;
    } else {
      setText(verdict, rows.size === 0 ? "No CARP heard yet"
        : silent > 0 ? `${plural(silent, "vhid")} of ${rows.size} without ` +
          "a master"
          : `Good: ${plural(rows.size, "vhid")}, one master each`);
      setClass(verdict, `verdict ${rows.size && !silent ? "good" : "wait"}`);
      document.title = "carpmon";
    }
  }

  function drawFacts() {
    if (head === null) {
      return;
    }
    const c = head.capture;
    setText(el("clock"), clock(now()));
    setText(el("capture"), `${c.adverts} adverts` +
      (c.dropped > 0 ? `, ${c.dropped} frames dropped` : ""));
    const live = Date.now() - lastWord < SILENT_MS;
    setText(el("link"), live ? "live" : "no data: what is shown is old");
    setClass(el("link"), `link ${live ? "live" : "lost"}`);
  }

  function drawFindings() {
    const all = [...findings.values()];
    const past = all.filter((f) => f.over !== null || f.severity === "info")
      .sort((a, b) => b.id - a.id);
    el("findings").replaceChildren(...Pieces.cardsNow(all, now()));
    setText(el("past-count"), past.length === 0 ? "none"
      : String(past.length));
    el("past-list").replaceChildren(...past.slice(0, MAX_PAST)
      .map((finding) => Pieces.card([finding], now())));
    drawHead();
  }

  // ----------------------------------------------------------------- rows

  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      const row = rows.get(entry.target.dataset.key);
      if (row !== undefined) {
        row.inView = entry.isIntersecting;
        if (row.inView) {
          drawTimeline(row);
        }
      }
    }
  }, { rootMargin: "200px" });

  function newRow(key) {
    const tr = make("tr");
    const row = { key, tr, more: null, inView: false, age: null };
    tr.dataset.key = key;
    row.cells = {};
    for (const name of ["state", "vhid", "master", "since", "heard", "next",
      "hmac", "line"]) {
      const cell = make(name === "vhid" ? "th" : "td");
      row.cells[name] = cell;
      tr.append(cell);
    }
    row.cells.vhid.scope = "row";
    row.cells.line.className = "wide";
    row.badge = make("span", "", "badge");
    row.cells.state.append(row.badge);
    row.button = make("button", "", "vhid");
    row.button.type = "button";
    row.button.setAttribute("aria-expanded", "false");
    row.button.addEventListener("click", () => toggle(row));
    row.cells.vhid.append(row.button);
    seen.observe(tr);
    return row;
  }

  function stateOf(data) {
    if (data.worst !== null) {
      return [data.worst, data.worst.toUpperCase()];
    }
    return data.masters === 0 ? ["calm", "SILENT"] : ["good", "GOOD"];
  }

  function drawRow(row) {
    const { data, cells } = row;
    const [name, word] = stateOf(data);
    const masters = data.senders.filter((s) => s.role === "MASTER");
    setClass(row.tr, name);
    setText(row.badge, word);
    setClass(row.badge, `badge ${name}`);
    setText(row.button, data.name);
    setText(cells.master, masters.length === 0 ? data.master || "nobody"
      : masters.map((s) => s.address).join(" and "));
    setClass(cells.master, masters.length > 1 ? "two" : "");
    setText(cells.next, Pieces.next(data.next));
    setClass(cells.next, data.next?.confidence === "low" ? "doubt" : "");
    setText(cells.hmac, { good: "good", bad: "WRONG" }[data.hmac] || "–");
    setClass(cells.hmac, data.hmac === "bad" ? "two" : "");
    drawAge(row);
    drawTimeline(row);
    drawMore(row);
  }

  function drawAge(row) {
    const { data, cells } = row;
    setText(cells.since, data.since === null ? "–"
      : duration(now() - Date.parse(data.since)));
    const interval = Math.max(1, ...data.senders.filter((s) =>
      s.role === "MASTER").map((s) => s.interval));
    const age = row.age === null ? now() - Date.parse(data.last)
      : row.age * 1000;
    setText(cells.heard, `${duration(age)} ago`);
    setClass(cells.heard, age > 2500 * interval ? "late" : "");
  }

  function picture(row, big) {
    return Timeline.draw(row.data, {
      seconds: Number(el("window").value), now: now(),
      started: Date.parse(head.started), clock, big });
  }

  function drawTimeline(row) {
    if (row.inView && !row.tr.hidden) {
      row.cells.line.replaceChildren(picture(row, false));
    }
  }

  // Problems first, then by segment, VLAN, vhid, family, as the server sorts.
  function order(a, b) {
    const worst = (row) => rank[row.data.worst] ?? 2;
    return worst(a) - worst(b) || a.place - b.place;
  }

  function placeRows() {
    const body = el("rows");
    const sorted = [...rows.values()].sort(order);
    let next = body.firstElementChild;
    for (const row of sorted) {
      for (const tr of row.more === null ? [row.tr] : [row.tr, row.more]) {
        if (tr === next) {
          next = next.nextElementSibling;
        } else {
          body.insertBefore(tr, next);
        }
      }
    }
    el("empty").hidden = rows.size > 0;
    filterRows();
  }

  function filterRows() {
    const words = el("filter").value.toLowerCase().split(/\s+/)
      .filter((w) => w !== "");
    let shown = 0;
    for (const row of rows.values()) {
      const { data } = row;
      const text = [data.name, data.segment, data.family, data.master,
        `vlan${data.vlan}`, `vhid${data.vhid}`,
        ...data.senders.map((s) => `${s.address} ${s.mac} ` +
          s.implementation)].join(" ").toLowerCase();
      const hidden = (el("bad").checked && data.worst === null) ||
        !words.every((w) => text.includes(w));
      row.tr.hidden = hidden;
      if (row.more !== null) {
        row.more.hidden = hidden;
      }
      shown += !hidden;
    }
    setText(el("shown"), shown === rows.size ? `${rows.size} in all`
      : `${shown} of ${rows.size} shown`);
  }

  function updateRow(data, place) {
    let row = rows.get(data.key);
    const isNew = row === undefined;
    const was = isNew ? null : row.data.worst;
    if (isNew) {
      row = newRow(data.key);
      rows.set(data.key, row);
    }
    row.data = data;
    row.age = null;
    row.place = place ?? row.place ?? rows.size;
    drawRow(row);
    return isNew || was !== data.worst;
  }

  // -------------------------------------------------------------- details

  function toggle(row) {
    const open = row.more === null;
    row.button.setAttribute("aria-expanded", String(open));
    if (open) {
      row.more = make("tr", null, "more");
      row.more.id = `more-${row.key}`;
      row.button.setAttribute("aria-controls", row.more.id);
      row.tr.after(row.more);
      drawMore(row);
    } else {
      row.more.remove();
      row.more = null;
    }
  }

  function drawMore(row) {
    if (row.more === null) {
      return;
    }
    const cell = make("td");
    cell.colSpan = 8;
    cell.append(picture(row, true), Pieces.senderTable(row.data),
    Pieces.facts(row.data, now()));
    row.more.replaceChildren(cell);
  }

  // Counters of what is unfolded: changes alone do not bring them.
  async function refresh(row) {
    if (row.asked === undefined || Date.now() - row.asked > 3000) {
      row.asked = Date.now();
      try {
        const answer = await ask(`api/v1/row?key=${row.key}`);
        row.data = await answer.json();
        drawMore(row);
      } catch (error) {
        // It may be gone; the next change tells.
      }
    }
  }

  // --------------------------------------------------------------- events

  // A word and its colour; an update with cause and severity known is no news.
  function wordOf(event) {
    if (event.event === "transition") {
      return [event.role, "info"];
    }
    if (event.event === "resolved") {
      causes.delete(event.id);
      return ["RESOLVED", "good"];
    }
    const what = `${event.severity} ${event.cause}`;
    const isNews = causes.get(event.id) !== what;
    causes.set(event.id, what);
    return isNews ? [event.severity.toUpperCase(), event.severity]
      : ["STILL", "info"];
  }

  function addEvents(list) {
    const log = el("events");
    for (const event of list.filter((e) => e.number > lastEvent)) {
      lastEvent = event.number;
      const item = make("li");
      const time = Date.parse(event.time);
      const stamp = make("time", dated(time, now()));
      stamp.dateTime = event.time;
      const [word, tone] = wordOf(event);
      const wire = event.segment + (event.vlan ? `.${event.vlan}` : "");
      const name = event.vhid === 0 ? wire : `${event.vhid}@${wire}` +
        (event.family === "ipv6" ? "/ipv6" : "");
      item.append(stamp, make("span", word, "badge", tone), " ",
        make("span", name, "name"),
        `${event.code ? `${event.code} ` : ""}${event.text}`);
      log.prepend(item);
    }
    while (log.children.length > MAX_EVENTS) {
      log.lastElementChild.remove();
    }
  }

  // What the stream did not tell, because there was none. A smaller number is
  // that of a program that was started anew.
  async function catchUp() {
    let told = await (await ask(`api/v1/events?after=${lastEvent}`)).json();
    if (told.last < lastEvent) {
      lastEvent = 0;
      told = await (await ask("api/v1/events")).json();
    }
    addEvents(told.events);
  }

  // ----------------------------------------------------------------- data

  function takeHead(data) {
    head = data;
    skew = Date.parse(data.now) - Date.now();
    lastWord = Date.now();
    drawFacts();
  }

  function takeState(data) {
    const keys = new Set(data.rows.map((r) => r.key));
    for (const [key, row] of rows) {
      if (!keys.has(key)) {
        seen.unobserve(row.tr);
        row.tr.remove();
        row.more?.remove();
        rows.delete(key);
      }
    }
    findings.clear();
    for (const finding of data.findings) {
      findings.set(finding.id, finding);
    }
    takeHead(data);
    data.rows.forEach((row, i) => updateRow(row, i));
    placeRows();
    drawFindings();
  }

  function takeChange(data) {
    takeHead(data);
    let moved = false;
    for (const row of data.rows) {
      moved = updateRow(row) || moved;
    }
    for (const finding of data.findings) {
      findings.set(finding.id, finding);
    }
    if (moved) {
      placeRows();
    }
    if (data.findings.length > 0) {
      Pieces.surplus([...findings.values()])
        .forEach((id) => findings.delete(id));
      drawFindings();
    } else {
      drawHead();
    }
    addEvents(data.events);
  }

  function takeBeat(data) {
    takeHead(data);
    for (const [key, [, age]] of Object.entries(data.rows)) {
      const row = rows.get(key);
      if (row !== undefined) {
        row.age = age;
        if (row.inView && !row.tr.hidden) {
          drawAge(row);
          drawTimeline(row);
        }
        if (row.more !== null) {
          row.more.querySelector("svg").replaceWith(picture(row, true));
          refresh(row);
        }
      }
    }
  }

  // --------------------------------------------------------------- stream

  async function ask(path) {
    const headers = token ? { Authorization: `Bearer ${token}` } : {};
    const answer = await fetch(path, { headers, cache: "no-store" });
    el("login").hidden = answer.status !== 401;
    if (!answer.ok) {
      throw new Error(`${path}: ${answer.status}`);
    }
    return answer;
  }

  // True when everything must be asked for again.
  function take(message) {
    const name = /^event: (.*)$/m.exec(message);
    const data = /^data: (.*)$/m.exec(message);
    if (name !== null && name[1] === "reset") {
      return true;
    }
    if (name !== null && data !== null) {
      const handle = { change: takeChange, beat: takeBeat }[name[1]];
      handle?.(JSON.parse(data[1]));
    }
    return false;
  }

  // Not EventSource: it cannot send a token.
  async function follow() {
    const state = await (await ask("api/v1/state")).json();
    takeState(state);
    const stream = await ask(`api/v1/stream?after=${state.revision}`);
    await catchUp();
    const reader = stream.body.pipeThrough(new TextDecoderStream())
      .getReader();
    let text = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) {
        return;
      }
      text += value;
      for (let end; (end = text.indexOf("\n\n")) >= 0;) {
        const again = take(text.slice(0, end));
        text = text.slice(end + 2);
        if (again) {
          await reader.cancel();
          return;
        }
      }
    }
  }

  async function run() {
    for (;;) {
      try {
        await follow();
      } catch (error) {
        drawFacts();
      }
      await new Promise((done) => setTimeout(done, 2000));
    }
  }

  el("filter").addEventListener("input", filterRows);
  el("bad").addEventListener("change", filterRows);
  el("window").addEventListener("change", () => {
    const choice = el("window").selectedOptions[0].textContent.trim();
    setText(el("window-text"), `the last ${choice}`);
    for (const row of rows.values()) {
      drawTimeline(row);
      drawMore(row);
    }
  });
  el("login").addEventListener("submit", (event) => {
    event.preventDefault();
    token = el("token").value.trim();
    sessionStorage.setItem("carpmon-token", token);
    el("login").hidden = true;
    el("token").value = "";
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/INPUT|SELECT/.test(event.target.tagName)) {
      event.preventDefault();
      el("filter").focus();
    } else if (event.key === "Escape" && event.target === el("filter")) {
      el("filter").value = "";
      filterRows();
    }
  });
  setInterval(drawFacts, 1000);
  run();
})();
