// Puts the page together: the address says what is to be shown, and everything is shown from it.

import { change, onChange, onLeave, state, WORDS } from "./address.js";
import { answers, ask, askCosines, askMap, askShared, events } from "./ask.js";
import { byCluster, byCosine, byFrequency, byNumber, extent } from "./colours.js";
import { CLOSEST, WordMap } from "./map.js";
import { bdi, chip, complain, el, notice, say, svg, wordBox, wordButton } from "./pieces.js";
import { savePage, savePicture, saveTable } from "./saving.js";
import { cosine, number, percent, preferred, speak, text, whole } from "./texts.js";
import { plainTable, split, VIEWS } from "./views.js";

const $ = (id) => document.getElementById(id);
const models = []; // { number, name, words, dim, map, clusters, names, rows }
let tables = [];
let running = null;
let asked = "";
let viewed = "";
let searchBox = null;
let selection = ""; // what the lasso selected, in words

const shown = () => (state.model === "both" && models.length > 1 ? models : [models[state.model] ?? models[0]]);
const first = () => shown()[0].number;

async function start() {
  speak(state.lang || preferred());
  for (const [number, model] of (await ask("models")).entries()) models.push({ number, ...model });
  $("model-choice").hidden = models.length < 2;
  events.addEventListener("stopped", () => ($("stopped").hidden = false));
  events.addEventListener("answered", () => ($("stopped").hidden = true));
  await Promise.all(models.map(begin));
  onChange(apply);
  onLeave(record);
  apply({ back: false });
  document.body.dataset.ready = "yes"; // for those who wait for the page: the tests
  models.forEach(follow);
}

// Fetches words, places and clusters of one model, and makes its map.
async function begin(model) {
  const [{ words, counts }, names, column] = await Promise.all(
    ["words", "names", "column"].map((part) => ask(part, { model: model.number })));
  Object.assign(model, { names, counts, column, rows: words.length, map: new WordMap(words) });
  const { map } = model;
  model.both = models.map(({ name }) => name);
  model.heading = el("span", { class: "name" });
  model.state = el("span", { class: "state", role: "status" });
  model.legend = el("div", { class: "legend" });
  const button = (key, sign, act) => el("button", { type: "button", "data-label": key, onclick: act }, sign);
  map.box.append(el("p", { class: "title" }, model.heading, model.state), model.legend, el("div", { class: "zoom" },
    button("lasso", svg("svg", { viewBox: "0 0 20 20", width: 18, height: 18, "aria-hidden": "true" }, svg("path", {
      d: "M4 15.5C1 12 1.5 3.5 10 3.5s9.5 7.5 4 10.5-9 0-10.5 2.5", fill: "none", stroke: "currentColor",
      "stroke-width": 1.6, "stroke-dasharray": "3 2" })), () => (map.lasso = true)),
    button("zoomIn", "+", () => map.zoom(1.6)), button("zoomOut", "−", () => map.zoom(1 / 1.6)),
    button("showAll", "⤢", () => map.home())));
  const found = await askMap(model.number, 0, model.rows);
  Object.assign(model, { version: found.version, clusters: found.clusters, settled: found.settled, kept: found.kept });
  map.place(found.places);
  map.told = (row) => told(model, row);
  map.addEventListener("pick", ({ detail }) => visit(words[detail]));
  map.addEventListener("move", () => remember(model));
  map.addEventListener("lasso", ({ detail }) => select(model, detail));
}

// Takes each better map as the server has it.
async function follow(model) {
  let divided = 0; // the version of the map that the regions are of
  while (!model.settled || divided < model.version) {
    try {
      if (!model.settled) {
        const found = await askMap(model.number, model.version, model.rows);
        Object.assign(model, { version: found.version, settled: found.settled, kept: found.kept });
        if (found.places) model.map.place(found.places);
        caption(model);
      }
      const { version, regions } = await ask("regions", { model: model.number });
      divided = version;
      model.map.divide(version === model.version ? regions : []);
      await new Promise((resolve) => setTimeout(resolve, document.hidden ? 5000 : 1200));
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 3000));
    }
  }
}

// The address says where the reader moved the map to: some time after, or when what is shown is left.
let waiting = 0;
let moved = null;
function remember(model) {
  clearTimeout(waiting);
  moved = model;
  waiting = setTimeout(record, 250);
}

function record() {
  clearTimeout(waiting);
  const model = moved;
  moved = null;
  if (!model || model !== shown()[0]) return;
  const { x, y, zoom } = model.map.camera;
  change({ at: [x.toFixed(6), y.toFixed(6), zoom.toFixed(2)].join(" ") }, { quietly: true });
}

const visit = (word) => change({ view: "neighbors", word, at: "" });
visit.point = (row) => {
  for (const model of shown().slice(0, 1)) model.map.hover(row < model.rows ? row : -1);
};

// Shows what the address says; `back` is whether the reader went back or forward to it.
function apply({ back }) {
  if (back) moved = null;
  speak(state.lang || preferred());
  $("lang").value = document.documentElement.lang;
  $("by-column").hidden = $("by-column").disabled = !models[0].column;
  $("by-column").textContent = models[0].column?.name ?? "";
  $("colour").value = [...$("colour").options].some(({ value, disabled }) => value === state.colour && !disabled) ? state.colour : "cluster";
  $("model").replaceChildren(...models.map((model) => el("option", { value: String(model.number) }, model.name)),
    ...(models.length > 1 ? [el("option", { value: "both" }, text("both"))] : []));
  $("model").value = shown().length > 1 ? "both" : String(first());
  search();
  const sought = current() === VIEWS.neighbors ? state.word : "";
  if (searchBox.value !== sought) searchBox.value = sought;
  tabs();
  form();
  const visible = shown();
  document.querySelector("main").classList.toggle("both", visible.length > 1 || !!current().wide);
  if ($("maps").dataset.shown !== visible.map((model) => model.number).join()) {
    $("maps").dataset.shown = visible.map((model) => model.number).join();
    $("maps").replaceChildren(...visible.map((model) => model.map.box));
    window.w2vMaps = visible.map((model) => model.map); // for the console, and for tests
    speak(document.documentElement.lang); // the buttons of the maps too
  }
  for (const model of visible) {
    colour(model);
    caption(model);
    if (state.colour === "cosine") measure(model);
  }
  const [x, y, zoom] = state.at.split(" ").map(Number);
  const placed = state.at && [x, y, zoom].every(Number.isFinite) && zoom > 0;
  if (placed) for (const model of visible) model.map.follow = null;
  if (placed) for (const model of visible) model.map.camera = { x, y, zoom: Math.min(Math.max(zoom, 0.5), CLOSEST) };
  question(!placed, back);
}

function colour(model) {
  const ramp = (low, high) => [el("span", { class: "ramp" }, low, el("i", {}), high)];
  const chosen = $("colour").value;
  const near = chosen === "cosine" ? model.near : null;
  const column = chosen === "column" ? model.column : null;
  // What is one of a few, with a button for each that shows it alone.
  const groups = (members, names) => {
    model.map.paint(byCluster(members, model.only ?? -1));
    return names.map((words, number) => {
      const label = words.length > 1 ? text("cluster", { number: number + 1, names: words.join(", ") }) : words[0] ?? "–";
      return el("button", { type: "button", "aria-label": label, "aria-pressed": String(model.only === number),
        title: label, onclick: () => {
          model.only = model.only === number ? -1 : number;
          colour(model);
          model.legend.children[number].focus();
        } }, chip(number), bdi(words[0] ?? "–"));
    });
  };
  const numbers = (painted, ...ends) => {
    model.map.paint(painted);
    return ramp(...ends);
  };
  if (model.painted !== chosen) model.only = -1;
  model.painted = chosen;
  const legend = near ? numbers(byCosine(near), "0", `${text("cosine")} ${number(0.6, 1)}`)
    : chosen === "frequency" ? numbers(byFrequency(model.rows), text("rare"), text("frequent"))
    : column?.numbers ? numbers(byNumber(column.numbers), ...extent(column.numbers).map((end) => number(end, 2)))
    : column ? groups(column.members, [...column.classes.map((name) => [name]),
      ...(column.members.includes(column.classes.length) ? [[text("other")]] : [])])
    : groups(model.clusters, model.names);
  model.legend.replaceChildren(...legend);
  model.map.measure();
}

// Asks for the cosines of all words on the map to the word that is asked about.
async function measure(model) {
  const word = current() === VIEWS.neighbors ? state.word : "";
  if (model.nearTo === word) return;
  model.nearTo = word;
  model.near = word ? await askCosines(model.number, word).catch(() => null) : null;
  if (model.nearTo === word) colour(model);
}

function caption(model) {
  const many = model.rows < model.words ? ` (${text("only", { count: whole(model.rows) })})` : "";
  model.heading.textContent = `${model.name} · ${whole(model.words)} × ${model.dim}${many}`;
  const kept = model.kept && text("kept", { ten: percent(model.kept[0]), fifty: percent(model.kept[1]) });
  model.state.textContent = [model.settled ? "" : text("drawing"), kept].filter(Boolean).join(" · ");
  model.map.over.setAttribute("aria-label",
    `${text("mapOf", { name: model.name })}. ${text("mapHelp", { words: whole(model.rows) })}`);
  model.map.measure();
}

function search() {
  if ($("search").dataset.lang === document.documentElement.lang) return;
  $("search").dataset.lang = document.documentElement.lang;
  const { box, input } = wordBox({ label: text("search"), hidden: true, hint: text("searchHint"), model: first, choose: (word) => {
    visit(word);
    input.select();
  } });
  searchBox = input;
  input.id = "search-word";
  box.querySelector("label").htmlFor = input.id;
  $("search").replaceChildren(box);
}

function tabs() {
  const chosen = Object.keys(VIEWS).find((key) => VIEWS[key] === current());
  const keys = Object.keys(VIEWS).filter((key) => answers(key) && (models.length > 1 || !VIEWS[key].pair));
  $("tabs").replaceChildren(...keys.map((key, at) => el("button", {
    type: "button", role: "tab", id: `tab-${key}`, "aria-controls": "view", "aria-selected": String(key === chosen),
    tabindex: key === chosen ? 0 : -1, onclick: () => open(key),
    onkeydown: (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = keys[(at + step + keys.length) % keys.length];
      open(next);
      $(`tab-${next}`).focus();
    },
  }, text(key))));
  $("view").setAttribute("aria-labelledby", `tab-${chosen}`);
}

// Opens a view; one that has no words yet gets the first example whose words are all there.
function open(key) {
  const words = key === state.view ? state.words : ""; // those of another view are others
  const example = VIEWS[key].ready({ ...state, words }) ? null : VIEWS[key].examples?.find((words) =>
    words.flatMap(split).every((word) => shown()[0].map.words.includes(word)));
  const fields = VIEWS[key].fields.map(([field]) => field);
  change({ view: key, at: "", words, ...Object.fromEntries((example ?? []).map((word, at) => [fields[at], word])) });
}

const current = () => (!answers(state.view) || (VIEWS[state.view]?.pair && models.length < 2) ? VIEWS.neighbors
  : VIEWS[state.view] ?? VIEWS.neighbors);

// How many answers, and how often they must occur where counts are known.
function limits() {
  const choice = (key, label, values, shown) => {
    const select = el("select", { "aria-label": text(label), onchange: () => change({ [key]: select.value }) }, ...values.map((value) =>
      el("option", { value }, shown(value))));
    select.value = values.includes(state[key]) ? state[key] : values[0];
    return el("label", {}, text(label), select);
  };
  return el("div", { class: "limits" }, choice("top", "top", ["10", "30", "100", "200"], (value) => whole(value)),
    shown().every((model) => model.counts)
      ? choice("least", "least", ["0", "10", "30", "100", "1000"], (value) => (value === "0" ? text("any") : whole(value)))
      : null);
}

function form() {
  const view = current();
  const inputs = [];
  const fields = view.fields.map(([key, label, { free = false, hint = "" } = {}]) => {
    if (!free) {
      const { box, input } = wordBox({ label: text(label), value: state[key], model: first });
      inputs.push([key, input]);
      return box;
    }
    const input = el("input", { id: `words-${key}`, type: "text", placeholder: hint && text(hint), spellcheck: "false",
      autocapitalize: "off", maxlength: 2000 });
    input.value = state[key];
    inputs.push([key, input]);
    return el("div", { class: "field wide" }, el("label", { for: input.id }, text(label)), input);
  });
  const held = document.activeElement?.closest?.("#form") ? [...$("form").querySelectorAll("input")].indexOf(document.activeElement) : -1;
  $("form").replaceChildren(el("p", { class: "intro" }, text(view.intro)), ...fields,
    ...(fields.length ? [el("button", { type: "submit", class: "ask" }, text("ask"))] : []),
    ...(view.limited && view.ready(state) ? [limits()] : []));
  $("form").dataset.view = state.view;
  $("form").onsubmit = (event) => {
    event.preventDefault();
    const values = Object.fromEntries(inputs.map(([key, input]) => [key, input.value.trim()]));
    if (!view.ready({ ...state, ...values })) notice(text("fill"));
    change({ ...values, at: "" });
  };
  if (held >= 0) $("form").querySelectorAll("input")[held]?.focus();
}

async function question(move, back) {
  const view = current();
  const wanted = JSON.stringify([state.view, document.documentElement.lang, state.model,
    [...WORDS, "words", "text", "told", "top", "least"].map((key) => state[key])]);
  if (wanted === asked) { // the colour, say, was changed
    if (back && move) for (const { map, look } of shown()) (look ?? (() => map.home()))();
    return;
  }
  asked = wanted;
  selection = "";
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  tables = [];
  $("csv").disabled = true;
  if (viewed !== state.view) { // the answer of another question
    viewed = state.view;
    $("answers").replaceChildren();
    for (const model of shown()) model.map.light([]);
  }
  if (!view.ready(state)) {
    $("answers").className = "";
    $("answers").replaceChildren(...(view.fields.length ? [] : [beginnings(shown()[0])]));
    notice(view.fields.length ? text("fill") : "");
    for (const model of shown()) {
      model.map.light([]);
      model.look = null;
      if (back && move) model.map.home();
    }
    return;
  }
  notice(view.wide ? text("working") : "");
  const parts = await Promise.all((view.pair ? models.slice(0, 1) : shown()).map(async (model) => {
    try {
      return { model, ...view.show(await view.fetch(model.number, state, signal), state, model, visit) };
    } catch (error) {
      if (!signal.aborted) complain(error, instead);
      if (error.kind === "stopped") asked = "";
      return { model, nodes: [], lit: [] };
    }
  }));
  if (signal.aborted) return;
  $("answers").className = parts.length > 1 ? "beside" : "";
  $("answers").replaceChildren(...parts.map(({ model, nodes }) => el("section", { "aria-label": model.name },
    ...(parts.length > 1 ? [el("h2", {}, model.name)] : []), ...nodes)));
  for (const { model, lit, arrows = [], words = [], visit: around, frame } of parts) {
    model.map.light(lit, arrows);
    model.cosines = new Map(words.map((word) => [word.row, word.cosine]));
    model.look = around ? () => model.map.visit(around) : frame ? () => model.map.frame(frame) : null;
    if (move) model.look?.();
  }
  tables = parts.filter((part) => part.table).map(({ model, table }) => ({ name: model.name, rows: table }));
  $("csv").disabled = !tables.length;
  const said = parts.find((part) => part.say);
  if (said && parts.every((part) => part.say)) say(said.say);
}

// What is said of a word that is pointed at.
function told(model, row) {
  const near = model.cosines?.get(row);
  const count = model.counts?.[row];
  return [near == null ? "" : cosine(near), count == null ? "" : text("times", { count: whole(count) })].filter(Boolean).join("  ");
}

// What was asked, in a line.
function inWords() {
  const view = current();
  if (selection) return selection;
  if (!view.ready(state)) return "";
  const words = view.fields.length ? view.fields.filter(([key]) => state[key]).map(([key, label]) => `${text(label)} ${state[key]}`)
    : [state.word];
  const least = view.limited && state.least !== "0" ? [`${text("least")} ${state.least}`] : [];
  return `${text(VIEWS[state.view] ? state.view : "neighbors")}: ${[...words, ...least].join(" · ")}`;
}

// Shows the words that the reader drew a line around; the question before is asked anew by whatever comes next.
async function select(model, rows) {
  model.map.lasso = false;
  running?.abort();
  const { signal } = (running = new AbortController());
  asked = "";
  const words = rows.map((row) => ({ word: model.map.words[row], row, cosine: null, count: model.counts?.[row] ?? null }));
  model.map.light(rows.slice(0, 300).map((row) => [row, false]));
  const title = text("selected", { count: whole(words.length) });
  tables = [{ name: model.name, rows: [["word", "count"], ...words.map(({ word, count }) => [word, count])] }];
  selection = title;
  $("csv").disabled = !words.length;
  notice("");
  $("answers").className = "";
  const among = el("div", {});
  const sum = words.slice(0, 12).map(({ word }) => (/^[\p{L}\p{N}_]+$/u.test(word) ? word : `"${word}"`))
    .join(" + "); // stands for all of them
  const poles = words.length && answers("axis") ? el("p", { class: "poles" }, ...[["from", text("fromThese")], ["to", text("toThese")]].map(
    ([pole, said]) => el("button", { type: "button", onclick: () => change({ view: "axis", [pole]: sum, words: "", at: "" }) }, said))) : null;
  $("answers").replaceChildren(el("section", {}, el("h2", {}, title), among, poles, plainTable(words.slice(0, 300), visit)));
  if (!words.length) return;
  const middle = await ask("middle", { model: model.number, words: words.slice(0, 64).map(({ word }) => word), top: 8 }, signal)
    .catch(() => null);
  if (middle && !signal.aborted) among.replaceChildren(el("p", { class: "about" }, text("middle"), " ",
    ...middle.words.flatMap(({ word }) => [wordButton(word, visit), " "])));
}

// Words to begin with: those in the middle of each cluster.
function beginnings(model) {
  return el("div", { class: "begin" }, el("h2", {}, text("beginWith")), el("ul", {}, ...model.names.map((names, number) =>
    el("li", {}, chip(number), ...names.map((word) => wordButton(word, visit))))));
}

// Asks again with another word in the place of one that is not known.
function instead(word, other) {
  const keys = WORDS.filter((key) => state[key] === word);
  const among = (text) => text.split(/([\s,;，、()"']+)/).map((one) => (one === word ? other : one)).join("");
  change(keys.length ? Object.fromEntries(keys.map((key) => [key, other]))
    : current().fields.length ? { words: among(state.words) } : { word: among(state.word) });
}

$("skip").addEventListener("click", () => $("panel").focus());
$("colour").addEventListener("change", () => change({ colour: $("colour").value }));
$("lang").addEventListener("change", () => change({ lang: $("lang").value }));
$("model").addEventListener("change", () => change({ model: $("model").value, at: "" }));
$("png").addEventListener("click", () => savePicture(shown(), inWords(), parseInt($("scale").value)));
$("csv").addEventListener("click", () => saveTable(tables, inWords()));
$("share").addEventListener("click", async () => savePage(await askShared(), location.hash));
$("link").addEventListener("click", async () => {
  await navigator.clipboard?.writeText(location.href).catch(() => {});
  notice(text("copied"));
});
$("retry").addEventListener("click", () => ask("models").then(() => location.reload(), () => {}));
addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.target.matches("input, select, textarea")) return;
  event.preventDefault();
  $("search-word").focus();
});

start().catch((error) => {
  $("stopped").hidden = error.kind !== "stopped";
  notice(error.message);
  throw error;
});
