// The questions that the page asks. Each view has
//   fields   the words it needs, by their keys in the address
//   ready    whether there is enough to ask
//   fetch    the question
//   pair     whether it is asked of two models together
//   limited  whether the number of answers, and their smallest count, can be chosen
//   show     the answer -> { nodes, lit, arrows, visit, table, say }

import { change } from "./address.js";
import { ask } from "./ask.js";
import { PICTURES } from "./pictures.js";
import { plane, scatter } from "./plane.js";
import { bar, bdi, el, wordButton } from "./pieces.js";
import { cosine, number, percent, text, TOLD, toldIn, whole } from "./texts.js";

export const split = (words) => words.split(/[\s,;，、]+/).filter(Boolean);

// A table of words with columns of numbers, { head, of, signed, whole }, and with counts where there is room.
function table(caption, words, visit, columns = [{ head: text("cosine"), of: (word) => word.cosine }], marked = null) {
  const counted = columns.length < 2 && words.some((word) => word.count != null);
  return el("table", {}, el("caption", {}, caption),
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, text("word")),
      ...columns.map((column) => el("th", { scope: "col", class: "number" }, column.head)),
      counted ? el("th", { scope: "col", class: "count" }, text("count")) : null)),
    el("tbody", {}, ...words.map((word) => el("tr", { class: word.word === marked ? "marked" : null },
      el("th", { scope: "row" }, wordButton(word.word, visit,
        { onpointerenter: () => visit.point?.(word.row), onpointerleave: () => visit.point?.(-1) })),
      ...columns.map((column) => bar(column.of(word), { ...column, shown: cosine(column.of(word)) })),
      counted ? el("td", { class: "count" }, word.count == null ? "" : whole(word.count)) : null))));
}

// Words with their counts alone.
export const plainTable = (words, visit) => table(text("words"), words, visit, []);

const main = (words) => words.map((word) => [word.row, true]);
const rest = (words) => words.map((word) => [word.row, false]);
const exported = (words, ...columns) => [["word", ...columns], ...words.map((word) =>
  [word.word, ...columns.map((column) => word[column])])];

function about(word, model) {
  const made = word.row >= model.words;
  const parts = [made ? text("ofSubwords") : text("rank", { rank: whole(word.row + 1), total: whole(model.words) })];
  if (word.row >= model.rows && !made) parts.push(text("notOnMap"));
  if (word.count != null) parts.unshift(text("occurs", { count: whole(word.count) }));
  return el("p", { class: "about" }, el("strong", {}, bdi(word.word)), " ", parts.join(" · "));
}

const aboutSum = (sum) => el("p", { class: "about" }, el("strong", {}, bdi(sum)), " ", text("sumNote"));

// The words of a sentence, lit on the map.
function spoken(sentence, { map }) {
  const words = sentence.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const frame = [...new Set(words.map((word) => map.words.indexOf(word)))].filter((row) => row >= 0);
  return { lit: rest(frame.map((row) => ({ row }))), frame };
}

// One part of an explanation: a paragraph, lines of code, a table, or a picture.
function part(one) {
  const { kind, text: words, columns, rows, digits } = one;
  if (kind in PICTURES) return PICTURES[kind](one);
  if (kind === "text") return el("p", {}, words);
  if (kind === "code") return el("pre", { tabindex: 0 }, words);
  // A column with one decimal fraction is one of fractions; a column of numbers stands at the right.
  const wide = Math.max(...rows.map((row) => row.length));
  const column = Array.from({ length: wide }, (_, at) => rows.map((row) => row[at]));
  const decimal = column.map((cells) => cells.some((cell) => typeof cell === "number" && !Number.isInteger(cell)));
  const right = column.map((cells) => cells.some((cell) => typeof cell === "number"));
  const shown = (cell, at) => (typeof cell === "number" && decimal[at] ? number(cell, digits) : String(cell));
  const cells = (name, row) => row.map((cell, at) =>
    el(name, { class: right[at] ? "right" : null, scope: name === "th" ? "col" : null }, bdi(shown(cell, at))));
  return el("div", { class: "scroll", tabindex: 0 }, el("table", {},
    columns.length ? el("thead", {}, el("tr", {}, ...cells("th", columns))) : null,
    el("tbody", {}, ...rows.map((row) => el("tr", {}, ...cells("td", row))))));
}

export const VIEWS = {
  neighbors: {
    intro: "neighborsIntro",
    limited: true,
    fields: [],
    ready: (state) => state.word,
    fetch: (model, state, signal) => 
      ask("neighbors", { model, word: state.word, least: state.least, top: state.top }, signal),
    show: ({ asked, sum, words }, state, model, visit) => ({
      nodes: [sum ? aboutSum(state.word) : about(asked[0], model), table(text("neighborsOf", { word: state.word }), words, visit)],
      words,
      lit: [...main(asked), ...rest(words)],
      [sum ? "frame" : "visit"]: [...asked, ...words].map((word) => word.row),
      table: exported(words, "cosine", "count"),
      say: words.length ? text("found", { count: whole(words.length), word: words[0].word }) : text("nothing"),
    }),
  },

  analogy: {
    intro: "analogyIntro",
    limited: true,
    fields: [["a", "a"], ["b", "b"], ["c", "c"]],
    examples: [["king", "man", "woman"], ["paris", "france", "italy"], ["walking", "walked", "swam"],
      ["rey", "hombre", "mujer"], ["国王", "男人", "女人"], ["東京", "日本", "中国"]],
    ready: (state) => state.a && state.b && state.c,
    fetch: (model, { a, b, c, least, top }, signal) => ask("analogy", { model, a, b, c, least, top }, signal),
    show: (answer, state, model, visit) => {
      const { asked, words } = answer;
      const [a, b, c] = asked;
      const best = words.slice(0, 1);
      return {
        nodes: [
          el("p", { class: "verdict" }, text("isTo", { a: a.word, b: b.word }), " ",
            el("strong", {}, bdi(best[0]?.word ?? "?")), " ", text("toC", { c: c.word })),
          el("figure", {}, plane(answer), el("figcaption", {}, text("planeNote"))),
          table(`${a.word} − ${b.word} + ${c.word}`, words, visit),
        ],
        words,
        lit: [...main([...asked, ...best])],
        arrows: best.length ? [[b.row, a.row], [c.row, best[0].row]] : [],
        visit: null,
        frame: [...asked, ...best].map((word) => word.row),
        table: exported(words, "cosine", "count"),
        say: best.length ? text("found", { count: whole(words.length), word: best[0].word }) : text("nothing"),
      };
    },
  },

  odd: {
    intro: "oddIntro",
    fields: [["words", "words", { free: true, hint: "separate" }]],
    examples: [["breakfast lunch dinner paris"], ["king queen prince apple"], ["rey reina príncipe manzana"],
      ["国王 女王 王子 苹果"]],
    ready: (state) => split(state.words).length >= 3,
    fetch: (model, state, signal) => ask("odd", { model, words: split(state.words) }, signal),
    show: ({ words }, state, model, visit) => ({
      nodes: [
        el("p", { class: "verdict" }, el("strong", {}, text("oddFound", { word: words[0].word }))),
        table(text("oddIntro"), words, visit, [{ head: text("oddCosine"), of: (word) => word.cosine }], words[0].word),
      ],
      words,
      lit: [...main(words.slice(0, 1)), ...rest(words.slice(1))],
      frame: words.map((word) => word.row),
      table: exported(words, "cosine", "count"),
      say: text("oddFound", { word: words[0].word }),
    }),
  },

  compare: {
    intro: "compareIntro",
    limited: true,
    fields: [["first", "a"], ["second", "b"]],
    examples: [["king", "queen"], ["paris", "london"], ["rey", "reina"], ["北京", "上海"]],
    ready: (state) => state.first && state.second,
    fetch: (model, { first: a, second: b, least, top }, signal) => ask("compare", { model, a, b, least, top }, signal),
    show: (answer, state, model, visit) => {
      const [a, b] = answer.asked;
      const said = text("compareFound", { a: a.word, b: b.word, cosine: cosine(answer.cosine) });
      return {
        nodes: [
          el("p", { class: "verdict" }, el("strong", { class: "large" }, cosine(answer.cosine)), " ", said),
          el("ul", { class: "ranks" }, ...[[a, b, 0], [b, a, 1]].map(([one, other, i]) => el("li", {},
            text("rankAmong", { a: one.word, b: other.word, rank: whole(answer.ranks[i]) })))),
          table(text("nearBoth"), answer.words, visit,
            [{ head: a.word, of: (word) => word.cosine }, { head: b.word, of: (word) => word.second }]),
        ],
        lit: [...main([a, b]), ...rest(answer.words)],
        frame: [a, b].map((word) => word.row),
        table: [["word", a.word, b.word], ...answer.words.map((word) => [word.word, word.cosine, word.second])],
        say: said,
      };
    },
  },

  axis: {
    intro: "axisIntro",
    fields: [["from", "negative"], ["to", "positive"], ["from2", "negative2"], ["to2", "positive2"],
      ["words", "axisWords", { free: true }]],
    examples: [["bad", "good"], ["man", "woman"], ["malo", "bueno"], ["男人", "女人"]],
    ready: ({ from, to, from2, to2 }) => from && to && !from2 === !to2,
    fetch: (model, { from, to, from2, to2, words }, signal) => ask("axis", { model, positive: [to, to2].filter(Boolean),
      negative: [from, from2].filter(Boolean), words: split(words), top: 40 }, signal),
    show: (answer, state, model, visit) => {
      const { asked, words } = answer;
      const [to, from, to2, from2] = asked;
      const signed = (head, of) => ({ head, of, signed: true, whole: Math.max(...words.map((word) => Math.abs(of(word)))) });
      const said = to2
        ? text("axesFound", { negative: from.word, positive: to.word, negative2: from2.word, positive2: to2.word })
        : text("axisFound", { negative: from.word, positive: to.word });
      return {
        nodes: to2 ? [
          el("figure", {}, scatter(answer, said), el("figcaption", {}, text("axesNote", { cosine: cosine(answer.between) }))),
          table(said, words, visit, [signed(`→ ${to.word}`, (word) => word.cosine), signed(`↑ ${to2.word}`, (word) => word.second)]),
        ] : [
          el("p", { class: "poles" }, el("span", {}, "← ", bdi(from.word)), el("span", {}, bdi(to.word), " →")),
          table(said, words, visit, [signed(text("cosine"), (word) => word.cosine)]),
        ],
        lit: [...main(asked), ...rest(words)],
        arrows: [[from, to], ...(to2 ? [[from2, to2]] : [])].map((ends) => ends.map((word) => word.row)),
        frame: [...asked, ...words].map((word) => word.row),
        table: exported(words, "cosine", ...(to2 ? ["second"] : []), "count"),
        say: said,
      };
    },
  },

  changes: {
    intro: "changesIntro",
    fields: [],
    pair: true,
    wide: true,
    ready: () => true,
    fetch: (model, state, signal) => ask("changes", { top: 100 }, signal),
    show: ({ words, common }, state, model, visit) => {
      const list = (near) => el("td", {}, ...near.flatMap((word) => [wordButton(word, visit), " "]));
      return {
        nodes: [el("p", { class: "about" }, text("changesAmong", { count: whole(common) })),
          el("table", { class: "changes" }, el("caption", {}, text("changes")),
            el("thead", {}, el("tr", {}, ...[text("word"), text("shared"), ...model.both].map((head) => el("th", { scope: "col" }, head)))),
            el("tbody", {}, ...words.map((word) => el("tr", {},
              el("th", { scope: "row" }, wordButton(word.word, visit)),
              el("td", {}, percent(word.cosine)), list(word.before), list(word.after)))))],
        lit: [],
        table: [["word", "shared", ...model.both], ...words.map((word) =>
          [word.word, word.cosine, word.before.join(" "), word.after.join(" ")])],
        say: text("changes"),
      };
    },
  },

  explain: {
    intro: "explainIntro",
    wide: true,
    fields: [["text", "sentence", { free: true }]],
    examples: [["the king lived in the castle"], ["el rey vivía en el castillo"], ["the king"], ["el rey"], ["国王 女王"]],
    ready: (state) => state.text.trim(),
    fetch: (model, state, signal) =>
      ask("explanation", { model, text: state.text, language: toldIn(state) }, signal),
    show: ({ steps }, state, model) => ({
      nodes: [el("p", { class: "languages" }, ...Object.entries(TOLD).map(([tag, name]) =>
        el("button", { type: "button", lang: tag, "aria-pressed": String(tag === toldIn(state)),
          onclick: () => change({ told: tag }) }, name))),
      el("div", { class: "told", lang: toldIn(state) }, ...steps.flatMap((step) => [el("h2", {}, step.title), ...step.parts.map(part)]))],
      ...spoken(state.text, model),
      table: steps.flatMap((step) => [[step.title], ...step.parts.filter(({ kind }) => !(kind in PICTURES)).flatMap((one) =>
        (one.kind === "table" ? [...(one.columns.length ? [one.columns] : []), ...one.rows] : [[one.text]]))]),
      say: steps[0].title,
    }),
  },
};
