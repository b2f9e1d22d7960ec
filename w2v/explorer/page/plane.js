// Two planes: that of an analogy, with four words, two arrows and the point A - B + C; and that of two axes, with words
// as points, their cosines to the one direction from left to right, to the other upwards.

import { svg } from "./pieces.js";
import { cosine, text } from "./texts.js";

const WIDE = 380;
const HIGH = 210;

export function plane({ asked: [a, b, c], words, target }) {
  const [answer, ...others] = words;
  const shown = [a, b, c, answer].filter(Boolean);
  const places = [...shown.map((word) => word.place), target];
  // From left to right is the direction of the offset: more of A than of B.
  const xs = places.map((place) => place[0]);
  const ys = places.map((place) => place[1]);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = Math.min((WIDE - 150) / Math.max(right - left, 0.1), (HIGH - 60) / Math.max(bottom - top, 0.1));
  const put = (place) => {
    const [x, y] = place;
    return [WIDE / 2 + (x - (left + right) / 2) * scale, HIGH / 2 + (y - (top + bottom) / 2) * scale];
  };
  const line = (from, to, kind) => {
    const [[x0, y0], [x1, y1]] = [put(from), put(to)];
    const far = Math.hypot(x1 - x0, y1 - y0) || 1;
    const cut = Math.min(9, far / 3) / far;
    return svg("line", { class: kind, x1: x0, y1: y0, x2: x1 - (x1 - x0) * cut, y2: y1 - (y1 - y0) * cut,
      "marker-end": `url(#tip-${kind})` });
  };
  const name = (word, kind) => {
    const [x, y] = put(word.place);
    const beyond = x < WIDE / 2;
    return svg("g", { class: kind }, svg("circle", { cx: x, cy: y, r: kind === "other" ? 3 : 5 }),
      svg("text", { x: x + (beyond ? -10 : 10), y: y + 4, "text-anchor": beyond ? "end" : "start" }, word.word));
  };
  const [tx, ty] = put(target);
  // Of the further answers those whose names have room.
  const kept = shown.slice(0, 4).map((word) => put(word.place));
  const roomy = others.slice(0, 5).filter((word) => {
    const [x, y] = put(word.place);
    const free = kept.every(([left, top]) => Math.abs(top - y) > 15 || Math.abs(left - x) > 110)
      && x > 20 && y > 15 && x < WIDE - 20 && y < HIGH - 15;
    if (free) kept.push([x, y]);
    return free;
  });
  const title = text("planeTitle", { a: a.word, b: b.word, c: c.word, answer: answer?.word ?? "" });
  return svg("svg", { class: "plane", viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": title },
    svg("title", {}, title),
    svg("defs", {}, ...["offset", "carried"].map((kind) => svg("marker", { id: `tip-${kind}`, class: kind,
      viewBox: "0 0 10 10", refX: 8, refY: 5, markerWidth: 7, markerHeight: 7, orient: "auto" },
    svg("path", { d: "M0 0 10 5 0 10Z" })))),
    svg("line", { class: "side", x1: put(b.place)[0], y1: put(b.place)[1], x2: put(c.place)[0], y2: put(c.place)[1] }),
    svg("line", { class: "side", x1: put(a.place)[0], y1: put(a.place)[1], x2: tx, y2: ty }),
    line(b.place, a.place, "offset"),
    line(c.place, target, "carried"),
    svg("circle", { class: "target", cx: tx, cy: ty, r: 9 }),
    ...roomy.map((word) => name(word, "other")),
    ...[a, b, c].map((word) => name(word, "asked")),
    answer ? name(answer, "answer") : null);
}

const SIDE = 400; // of the plane of two axes
const EDGE = 34; // for the names of the axes
const LINE = 13;

// The width of a name at 11.5 px, near enough to keep names apart.
const width = (word) => [...word].reduce((sum, letter) => sum + (letter >= "\u2e80" ? 12 : 6.6), 0);

export function scatter({ asked: [to, from, to2, from2], words }, title) {
  const span = (values) => [Math.min(0, ...values), Math.max(0, ...values)];
  const [left, right] = span(words.map((word) => word.cosine));
  const [low, high] = span(words.map((word) => word.second));
  const across = (value) => EDGE + ((value - left) / (right - left || 1)) * (SIDE - 2 * EDGE);
  const upwards = (value) => SIDE - EDGE - ((value - low) / (high - low || 1)) * (SIDE - 2 * EDGE);
  const points = words.map((word) => ({ word: word.word, x: across(word.cosine), y: upwards(word.second),
    told: `${word.word} (${cosine(word.cosine)}, ${cosine(word.second)})` }));
  // Names go beside their points where there is room; a point without a name has one when it is pointed at.
  const taken = points.map(({ x, y }) => [x - 4, y - 4, x + 4, y + 4]);
  const free = (box, own) => box[0] > 2 && box[2] < SIDE - 2 && box[1] > 2 && box[3] < SIDE - EDGE + 14
    && taken.every((other, at) => at === own || box[2] < other[0] || box[0] > other[2] || box[3] < other[1] || box[1] > other[3]);
  const names = points.map(({ word, x, y }, at) => {
    const long = width(word);
    const sides = [[x + 6, y], [x - 6 - long, y], [x - long / 2, y - 11], [x - long / 2, y + 11]];
    const side = sides.find(([start, middle]) => free([start, middle - LINE / 2, start + long, middle + LINE / 2], at));
    if (!side) return null;
    taken.push([side[0], side[1] - LINE / 2, side[0] + long, side[1] + LINE / 2]);
    return svg("text", { x: side[0], y: side[1] + 4 }, word);
  });
  const end = (word, x, y, anchor, turned = false) => svg("text", { class: "pole", x, y, "text-anchor": anchor,
    transform: turned ? `rotate(-90 ${x} ${y})` : null }, word);
  return svg("svg", { class: "plane scatter", viewBox: `0 0 ${SIDE} ${SIDE}`, role: "img", "aria-label": title },
    svg("title", {}, title),
    svg("line", { class: "side", x1: EDGE, x2: SIDE - EDGE, y1: upwards(0), y2: upwards(0) }),
    svg("line", { class: "side", x1: across(0), x2: across(0), y1: EDGE, y2: SIDE - EDGE }),
    end(`← ${from.word}`, EDGE, SIDE - 6, "start"), end(`${to.word} →`, SIDE - EDGE, SIDE - 6, "end"),
    end(`← ${from2.word}`, 14, SIDE - EDGE, "start", true), end(`${to2.word} →`, 14, EDGE, "end", true),
    ...points.map(({ x, y, told }) => svg("circle", { cx: x, cy: y, r: 3.5 }, svg("title", {}, told))),
    ...names);
}
