// All that the page shows is in its address, after the #: a link shows the same thing, and the server never sees it.

const DEFAULTS = {
  view: "neighbors", word: "", a: "", b: "", c: "", first: "", second: "", words: "", from: "", to: "", from2: "", to2: "",
  text: "", top: "30", least: "0", model: "0", colour: "cluster", lang: "", told: "", at: "",
};
export const WORDS = ["word", "a", "b", "c", "first", "second", "from", "to", "from2", "to2"];
const listeners = [];
let leave = () => {};
export let state = read();

export function onChange(listener) {
  listeners.push(listener);
}

// Before a new entry of the history begins, the old one is completed.
export function onLeave(complete) {
  leave = complete;
}

// Changes what is shown. A new question is a new entry of the history, a movement of the map is none.
export function change(changes, { quietly = false } = {}) {
  if (!quietly) leave();
  const next = { ...state, ...changes };
  if (Object.keys(DEFAULTS).every((key) => next[key] === state[key])) return;
  state = next;
  const parts = new URLSearchParams(Object.entries(state).filter(([key, value]) => value !== DEFAULTS[key]));
  const address = `#${parts}`;
  if (quietly) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  if (!quietly) for (const listener of listeners) listener({ back: false });
}

function read() {
  const found = new URLSearchParams(location.hash.slice(1));
  return Object.fromEntries(Object.entries(DEFAULTS).map(([key, value]) => [key, found.get(key) ?? value]));
}

addEventListener("popstate", () => {
  state = read();
  for (const listener of listeners) listener({ back: true });
});
