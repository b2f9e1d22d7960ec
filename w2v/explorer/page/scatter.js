// The plane of two axes: words as points, their cosines to the one direction from left to right, to the other upwards.

import { svg } from "./pieces.js";
import { cosine } from "./texts.js";

const WIDE = 400;
const HIGH = 400;
const EDGE = 34; // for the names of the axes
const LINE = 13;

// The width of a name at 11.5 px, near enough to keep names apart.
const width = (word) => [...word].reduce((sum, letter) => sum + (letter >= "\u2e80" ? 12 : 6.6), 0);

export function scatter({ asked: [to, from, to2, from2], words }, title) {
  const span = (values) => [Math.min(0, ...values), Math.max(0, ...values)];
  const [left, right] = span(words.map((word) => word.cosine));
  const [low, high] = span(words.map((word) => word.second));
  const across = (value) => EDGE + ((value - left) / (right - left || 1)) * (WIDE - 2 * EDGE);
  const upwards = (value) => HIGH - EDGE - ((value - low) / (high - low || 1)) * (HIGH - 2 * EDGE);
  const points = words.map((word) => ({ word: word.word, x: across(word.cosine), y: upwards(word.second),
    told: `${word.word} (${cosine(word.cosine)}, ${cosine(word.second)})` }));
  // Names go beside their points where there is room; a point without a name has one when it is pointed at.
  const taken = points.map(({ x, y }) => [x - 4, y - 4, x + 4, y + 4]);
  const free = (box, own) => box[0] > 2 && box[2] < WIDE - 2 && box[1] > 2 && box[3] < HIGH - EDGE + 14
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
  return svg("svg", { class: "plane scatter", viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": title },
    svg("title", {}, title),
    svg("line", { class: "side", x1: EDGE, x2: WIDE - EDGE, y1: upwards(0), y2: upwards(0) }),
    svg("line", { class: "side", x1: across(0), x2: across(0), y1: EDGE, y2: HIGH - EDGE }),
    end(`← ${from.word}`, EDGE, HIGH - 6, "start"), end(`${to.word} →`, WIDE - EDGE, HIGH - 6, "end"),
    end(`← ${from2.word}`, 14, HIGH - EDGE, "start", true), end(`${to2.word} →`, 14, EDGE, "end", true),
    ...points.map(({ x, y, told }) => svg("circle", { cx: x, cy: y, r: 3.5 }, svg("title", {}, told))),
    ...names);
}
