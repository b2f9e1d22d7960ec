// Small parts of the page. Words become text nodes, never markup: a vocabulary may hold anything.

import { ask } from "./ask.js";
import { CLUSTERS } from "./colours.js";
import { text } from "./texts.js";

const SVG = "http://www.w3.org/2000/svg";

function build(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

export const el = (name, attributes = {}, ...children) =>
  build(document.createElement(name), attributes, children);
export const svg = (name, attributes = {}, ...children) =>
  build(document.createElementNS(SVG, name), attributes, children);

// Isolates a word, so that one written from right to left does not turn its surroundings.
export const bdi = (word) => el("bdi", {}, word);

// A word to click on.
export const wordButton = (word, take, more = {}) =>
  el("button", { type: "button", class: "word", onclick: () => take(word), ...more }, bdi(word));

// A dot in the colour of a cluster.
export function chip(number) {
  const dot = el("i", { "aria-hidden": "true" });
  dot.style.background = CLUSTERS[number % CLUSTERS.length];
  return dot;
}

let boxes = 0;

// A field for a word, with completion (the ARIA pattern of a combobox with a list).
export function wordBox({ label, value = "", hint = "", hidden = false, model, choose }) {
  const id = `box${++boxes}`;
  const list = el("ul", { id: `${id}-list`, role: "listbox", "aria-label": label, hidden: true });
  const input = el("input", {
    id, type: "text", role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false",
    "aria-controls": list.id, placeholder: hint, autocomplete: "off", autocapitalize: "off", spellcheck: "false",
    maxlength: 512,
  });
  input.value = value;
  const box = el("div", { class: "field" },
    el("label", { for: id, class: hidden ? "unseen" : null }, label), el("div", { class: "combo" }, input, list));
  let at = -1;
  let running = null;
  let waiting = 0;

  function close() {
    clearTimeout(waiting);
    running?.abort();
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function take(word) {
    input.value = word;
    close();
    choose?.(word);
  }

  // Takes a completion; that of a sum goes on.
  function complement(word) {
    const before = beginning();
    if (!before) return take(word);
    input.value = before + word;
    close();
  }

  // What stands before the last word of a sum, "king - " of "king - ma"; only where sums are asked for.
  const beginning = () => (choose ? /^.*(\s[-+*]\s+|^\s*-\s+|[*(]\s*)/.exec(input.value)?.[0] ?? "" : "");

  function mark(next) {
    const options = [...list.children];
    if (!options.length) return;
    at = (next + options.length) % options.length;
    options.forEach((option, number) => option.setAttribute("aria-selected", String(number === at)));
    input.setAttribute("aria-activedescendant", options[at].id);
    options[at].scrollIntoView({ block: "nearest" });
  }

  async function complete() {
    running?.abort();
    const start = input.value.slice(beginning().length);
    if (!start.trim()) return close();
    const mine = (running = new AbortController());
    const found = await ask("complete", { model: model(), start, top: 8 }, mine.signal).catch(() => null);
    if (!found || mine.signal.aborted || document.activeElement !== input) return;
    list.replaceChildren(...found.words.map((word, number) => el("li", {
      id: `${id}-${number}`, role: "option", "aria-selected": "false",
      onpointerdown: (event) => { event.preventDefault(); complement(word); },
    }, bdi(word))));
    at = -1;
    list.hidden = !found.words.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    input.removeAttribute("aria-activedescendant");
  }

  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(complete, 60);
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // Chinese and Japanese are typed with keys that mean something else here
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) complete();
      else mark(event.key === "ArrowDown" ? at + 1 : at < 0 ? -1 : at - 1);
    } else if (event.key === "Enter") {
      if (at >= 0) {
        event.preventDefault();
        complement(list.children[at].textContent);
      } else if (choose && input.value.trim()) {
        event.preventDefault();
        take(input.value.trim());
      } else close();
    } else if (event.key === "Escape") close();
  });
  return { box, input };
}

// A cell whose number is shown as a bar too: from the left, or from the middle where signs matter; `whole` fills it.
export function bar(value, { signed = false, whole = 1, shown }) {
  const length = Math.min(1, Math.abs(value) / (whole || 1));
  const fill = el("span", { class: value < 0 ? "fill below" : "fill" });
  fill.style.width = `${(signed ? 50 : 100) * length}%`;
  if (signed) fill.style.marginInlineStart = value < 0 ? `${50 - 50 * length}%` : "50%";
  const track = el("span", { class: signed ? "bar signed" : "bar", "aria-hidden": "true" }, fill);
  return el("td", { class: "number" }, el("div", {}, track, el("span", { class: "value" }, shown)));
}

export function notice(message, ...more) {
  const place = document.getElementById("notice");
  place.className = "";
  place.replaceChildren(message, ...more);
}

// Tells those who hear the page what those who see it see.
export function say(message) {
  notice(message);
  document.getElementById("notice").className = "unseen";
}

// What is said where a question went wrong; a suggestion is a button that asks it again.
export function complain(error, again) {
  if (error.kind === "aborted" || error.kind === "stopped") return;
  if (error.kind !== "unknown") return notice(error.kind === "slow" ? text("slow") : error.message);
  const parts = [text("unknown", { word: error.word })];
  if (error.suggestions?.length) {
    parts.push(` ${text("didYouMean")} `);
    error.suggestions.forEach((word) =>
      parts.push(wordButton(word, () => again(error.word, word)), " "));
    parts.push("?");
  }
  notice(...parts);
}
