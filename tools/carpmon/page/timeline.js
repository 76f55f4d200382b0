// SPDX-License-Identifier: BSD-2-Clause
"use strict";

// Draws who advertised when. One lane a sender; where two advertise at once
// a band crosses the lanes: the picture of a split brain.
const Timeline = (() => {
  const NS = "http://www.w3.org/2000/svg";
  const LANE = 11;
  const GAP = 3;
  const AXIS = 16;

  function shape(name, attributes, ...classes) {
    const node = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(attributes)) {
      node.setAttribute(key, value);
    }
    node.classList.add(...classes);
    return node;
  }

  // Stretches in which at least two lanes have a span.
  function overlaps(spans) {
    const edges = [];
    for (const span of spans) {
      edges.push([span.start, 1, span.lane], [span.end, -1, span.lane]);
    }
    edges.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const open = new Map();
    const found = [];
    let since = null;
    for (const [time, step, lane] of edges) {
      const left = (open.get(lane) || 0) + step;
      if (left > 0) {
        open.set(lane, left);
      } else {
        open.delete(lane);
      }
      if (open.size >= 2 && since === null) {
        since = time;
      } else if (open.size < 2 && since !== null) {
        if (time > since) {
          found.push([since, time]);
        }
        since = null;
      }
    }
    return found;
  }

  // Spans that touch the window, clipped to it.
  function visible(row, from, now) {
    const spans = [];
    for (const span of row.timeline) {
      const start = Math.max(Date.parse(span.from), from);
      const end = Math.min(span.to === null ? now : Date.parse(span.to), now);
      if (end >= from && end >= start) {
        spans.push({ ...span, start, end });
      }
    }
    return spans;
  }

  function stepOf(length) {
    const steps = [10, 60, 180, 600, 3600, 14400];
    return 1000 * (steps.find((s) => length / s / 1000 <= 6) || 14400);
  }

  function drawAxis(svg, from, now, height, atText) {
    const step = stepOf(now - from);
    const zone = new Date(now).getTimezoneOffset() * 60000;
    let time = Math.ceil((from - zone) / step) * step + zone;
    for (; time < now; time += step) {
      const x = `${((time - from) / (now - from)) * 100}%`;
      svg.append(shape("line", { x1: x, x2: x, y1: 0, y2: height }, "tick"));
      const label = shape("text", { x, y: height + 12 }, "time");
      label.textContent = atText(time);
      svg.append(label);
    }
  }

  // Names of the senders in the order of the lanes drawn.
  function lanesOf(row, spans) {
    const used = new Set(spans.map((span) => span.lane));
    const lanes = row.senders.filter((s) => used.has(s.lane));
    return lanes.length > 0 ? lanes : row.senders.slice(0, 1);
  }

  function describe(lanes, spans, both, clock) {
    const parts = lanes.map((lane) => {
      const own = spans.filter((s) => s.lane === lane.lane);
      const times = own.slice(-4).map((s) =>
        `${clock(s.start)} to ${s.to === null ? "now" : clock(s.end)}` +
        (s.kind === "unseen" ? " unseen here" : "") +
        (s.bad ? " with a wrong HMAC" : ""));
      return `${lane.address}: ${times.join(", ") || "silent"}`;
    });
    if (both.length > 0) {
      parts.push(`two at once: ${both.slice(-4).map(([a, b]) =>
        `${clock(a)} to ${clock(b)}`).join(", ")}`);
    }
    return parts.join("; ");
  }

  // The row's picture as an <svg>; with names and an axis when it is big.
  // Nothing is known of the time before @p started.
  function draw(row, { seconds, now, started, clock, big = false }) {
    const from = now - seconds * 1000;
    const spans = visible(row, from, now);
    const both = overlaps(spans);
    const lanes = lanesOf(row, spans);
    const lane = big ? LANE + 12 : LANE;
    const height = lanes.length * (lane + GAP) - GAP;
    const svg = shape("svg", { role: "img",
      height: height + (big ? AXIS : 0) }, "lanes");
    svg.setAttribute("aria-label", describe(lanes, spans, both, clock));
    const place = (time) => ((time - from) / (now - from)) * 100;
    if (big) {
      drawAxis(svg, from, now, height, clock);
    }
    const top = (i) => i * (lane + GAP) + (lane - LANE);
    const known = Math.max(0, place(started));
    lanes.forEach((sender, i) => {
      svg.append(shape("rect", { x: `${known}%`, y: top(i),
        width: `${Math.max(0, 100 - known)}%`, height: LANE }, "track"));
    });
    for (const [start, end] of both) {
      svg.append(shape("rect", { x: `${place(start)}%`, y: -2,
        width: `${Math.max(place(end) - place(start), 0.35)}%`,
        height: height + 4 }, "overlap"));
    }
    lanes.forEach((sender, i) => {
      const y = top(i);
      if (big) {
        const name = shape("text", { x: 0, y: y - 2 }, "name");
        name.textContent = sender.address;
        svg.append(name);
      }
      for (const span of spans.filter((s) => s.lane === sender.lane)) {
        const width = Math.max(place(span.end) - place(span.start), 0.35);
        const rect = shape("rect", { x: `${place(span.start)}%`, y,
          width: `${width}%`, height: LANE, rx: 1 }, "span",
        `lane-${span.lane}`);
        rect.classList.toggle("unseen", span.kind === "unseen");
        rect.classList.toggle("wrong", span.bad);
        svg.append(rect);
      }
    });
    return svg;
  }

  return { draw, overlaps };
})();
