// The pictures of an explanation, as `w2v.explanation.parts` describes them.

import { el, svg } from "./pieces.js";

const WIDE = 560;

// How wide a word is drawn at 14 pixels, about: letters of Chinese and Japanese are twice as wide.
const width = (word) => [...word].reduce((sum, letter) => sum + (letter > "\u2e7f" ? 14 : 7.8), 0);

const shade = (number, most) => {
  const part = Math.min(1, Math.abs(number) / (most || 1));
  return `rgba(${number < 0 ? "77, 127, 224" : "230, 159, 0"}, ${(0.08 + 0.92 * part).toFixed(3)})`;
};

const tip = svg("defs", {}, svg("marker", { id: "tip", viewBox: "0 0 10 10", refX: 9, refY: 5, markerWidth: 7, markerHeight: 7,
  orient: "auto-start-reverse" }, svg("path", { d: "M0 0 10 5 0 10Z" })));

const drawn = (high, caption, ...parts) => el("figure", {},
  svg("svg", { class: "drawn", viewBox: `0 0 ${WIDE} ${high}`, role: "img", "aria-label": caption }, tip.cloneNode(true), ...parts),
  el("figcaption", {}, caption));

function lookup({ caption, word, id, rows, row }) {
  const [cell, left] = [26, 120];
  // The places that are shown: the first, that of the id and its neighbours, the last.
  const near = [0, 1, id - 1, id, id + 1, rows - 1].filter((at) => at >= 0 && at < rows);
  const places = [...new Set(near)].sort((a, b) => a - b).flatMap((at, i, all) => (i && at > all[i - 1] + 1 ? [null, at] : [at]));
  const most = Math.max(...row.map(Math.abs));
  const step = (WIDE - left - 10) / row.length;
  const line = (at, i) => {
    const y = 66 + i * 20;
    if (at == null) return svg("text", { x: left - 12, y: y + 12, "text-anchor": "end" }, "⋮");
    return svg("g", { class: at === id ? "chosen" : "row" },
      svg("text", { x: left - 12, y: y + 12, "text-anchor": "end" }, at === id ? `${word}  ${at}` : String(at)),
      svg("rect", { x: left, y, width: step * row.length, height: 15 }),
      ...(at === id ? row.map((number, k) => svg("rect", { x: left + k * step, y, width: step + 0.3, height: 15, fill: shade(number, most) },
        svg("title", {}, String(number)))) : []));
  };
  const x = (i) => left + i * cell;
  const one = places.indexOf(id);
  return drawn(76 + places.length * 20, caption,
    svg("text", { x: left - 12, y: 29, "text-anchor": "end" }, "one-hot"),
    ...places.map((at, i) => (at == null ? svg("text", { x: x(i) + cell / 2, y: 29, "text-anchor": "middle" }, "…")
      : svg("g", { class: at === id ? "chosen" : "cell" }, svg("rect", { x: x(i), y: 12, width: cell - 3, height: 24, rx: 3 }),
        svg("text", { x: x(i) + (cell - 3) / 2, y: 29, "text-anchor": "middle" }, at === id ? "1" : "0")))),
    ...places.map(line),
    svg("path", { class: "way", "marker-end": "url(#tip)",
      d: `M${x(one) + 11} 38 V52 H${left - 112} V${66 + one * 20 + 8} H${left - 16 - width(`${word}  ${id}`)}` }));
}

function pairs({ caption, words, center, contexts }) {
  const gap = 14;
  const wide = words.map(width);
  const scale = Math.min(1, (WIDE - 20) / (wide.reduce((sum, one) => sum + one + gap, 0)));
  let at = (WIDE - scale * wide.reduce((sum, one) => sum + one + gap, 0)) / 2;
  const middles = wide.map((one) => {
    const middle = at + (one * scale) / 2;
    at += (one + gap) * scale;
    return middle;
  });
  const texts = words.map((word, i) => svg("text", { x: middles[i], y: 100, "text-anchor": "middle",
    class: i === center ? "chosen" : contexts.includes(i) ? "near" : "far" }, word));
  for (const one of texts) one.style.fontSize = `${14 * scale}px`;
  return drawn(118, caption, ...texts,
  ...contexts.map((to) => svg("path", { class: "way", "marker-end": "url(#tip)",
    d: `M${middles[center]} 82 C${middles[center]} ${70 - 14 * Math.abs(to - center)}, ${middles[to]} ${70 - 14 * Math.abs(to - center)}, ${middles[to]} 82` })));
}

function arrows({ caption, names, targets, before, after }) {
  const high = 300;
  const all = [...before, ...after];
  const [xs, ys] = [0, 1].map((side) => all.map((place) => place[side]));
  const [left, right, low, top] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = Math.min((WIDE - 160) / (right - left || 1), (high - 60) / (top - low || 1));
  const put = ([x, y]) => [WIDE / 2 + (x - (left + right) / 2) * scale, high / 2 - (y - (low + top) / 2) * scale];
  const taken = [];
  const parts = names.map((name, i) => {
    const [[x, y], [toX, toY]] = [put(before[i]), put(after[i])];
    const kind = i === 0 ? "chosen" : targets[i] ? "near" : "far";
    // A name that would stand on another moves down.
    let line = y + 4;
    while (taken.some(([tx, ty, tw]) => Math.abs(ty - line) < 14 && x + 8 < tx + tw && tx < x + 8 + width(name))) line += 14;
    taken.push([x + 8, line, width(name)]);
    return svg("g", { class: kind },
      svg("line", { class: "way", x1: x, y1: y, x2: toX, y2: toY, "marker-end": "url(#tip)" }),
      svg("circle", { cx: x, cy: y, r: i ? 4 : 6 }),
      svg("text", { x: x + 8, y: line }, name));
  });
  return drawn(high, caption, ...parts);
}

export const PICTURES = { lookup, pairs, arrows };
