// SPDX-License-Identifier: BSD-2-Clause
"use strict";

// Pieces of the page: elements, times, findings, details of a vhid. Text is
// only ever set as text: names come from the wire and from configuration.
const Pieces = (() => {
  const MAX_CARDS = 12;
  const MAX_NAMES = 6;
  const MAX_KEPT = 512; // as many findings as the server keeps
  const rank = { critical: 0, warning: 1, info: 2 };

  function make(name, text, ...classes) {
    const node = document.createElement(name);
    if (text !== undefined && text !== null) {
      node.textContent = text;
    }
    node.classList.add(...classes);
    return node;
  }

  function clock(time) {
    const date = new Date(time);
    const two = (n) => String(n).padStart(2, "0");
    return `${two(date.getHours())}:${two(date.getMinutes())}:` +
      two(date.getSeconds());
  }

  // The date and a blank, unless it is the day of @p at.
  function day(time, at) {
    const text = new Date(time).toLocaleDateString();
    return text === new Date(at).toLocaleDateString() ? "" : `${text} `;
  }

  function duration(ms) {
    const s = Math.max(0, ms / 1000);
    if (s < 10) {
      return `${s.toFixed(1)} s`;
    }
    if (s < 60) {
      return `${Math.round(s)} s`;
    }
    if (s < 3600) {
      return `${Math.floor(s / 60)} min ${Math.floor(s % 60)} s`;
    }
    if (s < 86400) {
      return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
    }
    return `${Math.floor(s / 86400)} d ${Math.floor((s % 86400) / 3600)} h`;
  }

  const dated = (time, at) => day(time, at) + clock(time);

  // ------------------------------------------------------------- findings

  function term(list, name, text, ...classes) {
    if (text !== "") {
      list.append(make("dt", name), make("dd", text, ...classes));
    }
  }

  function evidence(finding) {
    const frames = finding.frames.length === 0 ? ""
      : `frame${finding.frames.length === 1 ? "" : "s"} ` +
        `${finding.frames.join(" ")}, `;
    return `${frames}confidence ${finding.confidence}`;
  }

  // One finding, or several of a kind: a cut link hits every vhid on it.
  function card(group, at) {
    const [finding] = group;
    const box = make("article", null, "finding", finding.severity);
    const over = finding.over !== null;
    const title = make("h3");
    const names = group.slice(0, MAX_NAMES).map((f) => f.name).join(", ") +
      (group.length > MAX_NAMES ? ` and ${group.length - MAX_NAMES} more`
        : "");
    box.dataset.id = finding.id;
    title.append(make("span", finding.severity.toUpperCase(), "badge",
      finding.severity), ` ${finding.code} ${names}`);
    const since = dated(Date.parse(finding.since), at);
    box.append(make("span", over ? `${since} to ` +
      dated(Date.parse(finding.over), at) : `since ${since}`, "side"),
    title, make("p", finding.text, "fact"));
    const list = make("dl");
    term(list, "cause", finding.detail);
    term(list, "do", over ? "" : finding.remedy, "do");
    term(list, "ended", finding.ending);
    term(list, "evidence", evidence(finding));
    box.append(list);
    return box;
  }

  function grouped(findings) {
    const groups = new Map();
    for (const finding of findings) {
      const key = [finding.code, finding.cause, finding.severity,
        ...finding.senders].join(" ");
      if (!groups.has(key)) {
        groups.set(key, []);
      }
      groups.get(key).push(finding);
    }
    return [...groups.values()];
  }

  // Elements for what is on, the worst and latest first.
  function cardsNow(findings, at) {
    const on = findings.filter((f) => f.over === null &&
      f.severity !== "info");
    on.sort((a, b) => rank[a.severity] - rank[b.severity] || b.id - a.id);
    const groups = grouped(on);
    const cards = groups.slice(0, MAX_CARDS).map((g) => card(g, at));
    if (groups.length > MAX_CARDS) {
      const rest = make("p", `${groups.length - MAX_CARDS} more: see the ` +
        "vhids below, api/v1/findings has all.");
      rest.id = "more-findings";
      cards.push(rest);
    }
    return cards.length > 0 ? cards : [make("p", "None now.", "calm")];
  }

  // Ids of what is over and too old to keep: a page may be open for months.
  function surplus(findings) {
    return findings.filter((f) => f.over !== null).map((f) => f.id)
      .sort((a, b) => a - b)
      .slice(0, Math.max(0, findings.length - MAX_KEPT));
  }

  // "10.0.0.2 in 3.4 s"; "?" when it left without a sign of life since.
  function next(who) {
    return who === null ? "–" : `${who.confidence === "low" ? "? " : ""}` +
      `${who.address} in ${duration(who.takeover * 1000)}`;
  }

  // -------------------------------------------------------------- details

  function senderTable(data) {
    const table = make("table");
    const top = make("tr");
    for (const name of ["Sender", "Now", "Adverts", "HMAC good / wrong / –",
      "advbase", "advskew", "Longest gap", "Looks like", "MAC"]) {
      const th = make("th", name);
      th.scope = "col";
      top.append(th);
    }
    const body = make("tbody");
    for (const s of data.senders) {
      const tr = make("tr");
      const th = make("th", s.address, `lane-${s.lane}`);
      th.scope = "row";
      tr.append(th, make("td", s.role), make("td", s.adverts),
        make("td", `${s.hmac.good} / ${s.hmac.bad} / ${s.hmac.unverified}`),
        make("td", s.advbase),
        make("td", s.advskew + (s.demote ? `, demoted ${s.demote}` : "")),
        make("td", duration(s.max_gap * 1000)),
        make("td", s.implementation), make("td", s.mac || "–", "mono"));
      body.append(tr);
    }
    const thead = make("thead");
    thead.append(top);
    table.append(thead, body);
    return table;
  }

  function facts(data, at) {
    const list = make("dl", null, "why");
    const add = (name, text) => {
      const div = make("div");
      div.append(make("dt", name), make("dd", text));
      list.append(div);
    };
    const changes = Object.entries(data.transitions);
    add("Next master", data.next === null ? "not known: nobody else was " +
      "MASTER here" : `${data.next.text} (confidence ` +
      `${data.next.confidence})`);
    add("Changes of master", changes.length === 0 ? "none" : changes.map(
      ([reason, count]) => `${count} × ${reason}`).join("; "));
    add("Last announced (ARP, ND)", data.announced === null ? "not seen"
      : `${data.announced.address} is at ${data.announced.mac}, ` +
        dated(Date.parse(data.announced.time), at));
    add("First heard", dated(Date.parse(data.first), at));
    if (data.replays + data.duplicates + data.other_adverts > 0) {
      add("Also", `${data.replays} replayed, ${data.duplicates} doubled, ` +
        `${data.other_adverts} adverts of senders too many to keep`);
    }
    return list;
  }

  return { make, clock, dated, duration, card, cardsNow, surplus, next,
    senderTable, facts };
})();
