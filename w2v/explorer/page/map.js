// The map of one file of vectors: moved with pointer, wheel, fingers and keys; says "pick" and "move".

import { drawLabels } from "./labels.js";
import { pointsOn } from "./points.js";
import { el } from "./pieces.js";

export const CLOSEST = 3000; // the twelve months lie within a thousandth of the map
const MARGIN = 0.2; // of the width and height, drawn beyond each edge: so far points are moved without being drawn again
const still = matchMedia("(prefers-reduced-motion: reduce)");

export class WordMap extends EventTarget {
  constructor(words) {
    super();
    this.words = words;
    this.count = 0;
    this.camera = { x: 0, y: 0, zoom: 1 };
    this.lit = new Map(); // row -> whether it is what was asked for
    this.arrows = [];
    this.regions = [];
    this.hovered = -1;
    this.picked = { time: -Infinity }; // when and where a word was clicked
    this.told = () => ""; // what is said of a word beside its name
    this.covered = []; // boxes of what stands above the map
    this.top = 0;
    this.bottom = 0; // pixels that are covered from side to side
    this.focused = false;
    this.follow = null; // goes to what was asked for; a better map does so again
    this.canvas = el("canvas", { class: "points" });
    this.over = el("canvas", { class: "labels", tabindex: 0, role: "application" });
    this.box = el("div", { class: "map" }, this.canvas, this.over);
    this.points = pointsOn(this.canvas);
    this.drawn = null; // what the points were drawn for
    this.canvas.addEventListener("webglcontextrestored", () => this.redraw());
    this.context = this.over.getContext("2d");
    this.fingers = new Map();
    this.lasso = false; // whether the next drag selects; with Shift held, each does
    this.loop = null; // the places on the screen that it went through
    this.listen();
    new ResizeObserver(() => this.resize()).observe(this.box);
  }

  // Takes places, float32 [2 * count]; points already there glide to their new ones.
  place(places) {
    const before = this.places;
    this.count = places.length / 2;
    if (!before) {
      this.points.put("size", Float32Array.from({ length: this.count }, (_, i) =>
        Math.max(1.7, 5.5 - 0.42 * Math.log(i + 1))));
      this.show(places);
      return;
    }
    const from = before.slice();
    const mixed = new Float32Array(places.length);
    this.glide(900, (part) => {
      for (let i = 0; i < places.length; i++) mixed[i] = from[i] + (places[i] - from[i]) * part;
      this.show(mixed);
    }, "places", () => this.follow?.());
  }

  show(places) {
    this.places = places;
    this.points.put("place", places);
    this.redraw();
  }

  paint(colours) {
    this.points.put("colour", colours);
    this.redraw();
  }

  // Takes names of regions, { level, x, y, size, names }.
  divide(regions) {
    this.regions = regions;
    this.refresh();
  }

  // Lights words, [row, whether it was asked for], and draws arrows, [row, row], as far as they are on the map.
  light(rows, arrows = []) {
    this.lit = new Map(rows.filter(([row]) => row < this.count));
    this.arrows = arrows.filter((ends) => ends.every((row) => row < this.count));
    this.refresh();
  }

  // The size of the part that nothing covers, and its middle.
  get free() {
    return Math.max(this.high - this.top - this.bottom, 50);
  }

  get middle() {
    return [this.wide / 2, this.top + this.free / 2];
  }

  get scale() {
    return (this.camera.zoom * Math.min(this.wide, this.free)) / 2.1;
  }

  // Looks where the title, the legend and the buttons stand.
  measure() {
    const { left, top } = this.box.getBoundingClientRect();
    this.covered = [...this.box.querySelectorAll(".title, .legend, .zoom")].map((one) => {
      const box = one.getBoundingClientRect();
      return [box.left - left - 4, box.top - top - 4, box.right - left + 4, box.bottom - top + 4];
    }).filter(([x0, , x1]) => x1 - x0 > 8);
    const title = this.box.querySelector(".title");
    const legend = this.box.querySelector(".legend");
    this.top = title ? title.offsetTop + title.offsetHeight : 0;
    this.bottom = legend?.offsetHeight ? this.high - legend.offsetTop : 0;
    this.refresh();
  }

  onScreen(row) {
    return this.onPlace(this.places[2 * row], this.places[2 * row + 1]);
  }

  onPlace(left, up) {
    const { scale, camera } = this;
    const [x, y] = this.middle;
    return [x + (left - camera.x) * scale, y - (up - camera.y) * scale];
  }

  // The rows inside a closed line on the screen, by the number of times that a ray from each crosses it.
  inside(loop) {
    const found = [];
    for (let row = 0; row < this.count; row++) {
      const [x, y] = this.onScreen(row);
      let odd = false;
      for (let i = 0, j = loop.length - 1; i < loop.length; j = i++) {
        const [[x0, y0], [x1, y1]] = [loop[i], loop[j]];
        if (y0 > y !== y1 > y && x < x0 + ((y - y0) / (y1 - y0)) * (x1 - x0)) odd = !odd;
      }
      if (odd) found.push(row);
    }
    return found;
  }

  sees(row) {
    const [x, y] = this.onScreen(row);
    return x >= 0 && y >= 0 && x <= this.wide && y <= this.high;
  }

  nearest(x, y, reach) {
    // On the map, not on the screen: 68,000 pairs of numbers made for a pointer that moves would be felt.
    const { scale, camera, places, middle } = this;
    const left = camera.x + (x - middle[0]) / scale;
    const up = camera.y - (y - middle[1]) / scale;
    let best = -1;
    let least = (reach / scale) ** 2;
    for (let row = 0; row < this.count; row++) {
      const away = (places[2 * row] - left) ** 2 + (places[2 * row + 1] - up) ** 2;
      if (away < least) {
        best = row;
        least = away;
      }
    }
    return best;
  }

  // Goes where the first of these words is in the middle, and the eight after it are in view; but where half of them
  // lie together, and others so far off that these would be a heap, only lines lead to the others.
  visit(rows) {
    this.follow = () => this.visit(rows);
    const known = rows.filter((row) => row < this.count).slice(0, 9);
    if (!known.length) return;
    const at = (row, side) => this.places[2 * row + side];
    const [x, y] = [at(known[0], 0), at(known[0], 1)];
    const away = known.map((row) => Math.hypot(at(row, 0) - x, at(row, 1) - y)).sort((a, b) => a - b);
    const near = away[Math.min(4, away.length - 1)];
    const reach = Math.max(...away.filter((one) => one <= 4 * near), 0.0003);
    this.fly({ x, y, zoom: Math.min(Math.max(0.88 / reach, 0.5), CLOSEST) });
  }

  // Goes where all these words are in view.
  frame(rows) {
    this.follow = () => this.frame(rows);
    const known = rows.filter((row) => row < this.count);
    if (!known.length) return;
    const span = (side) => {
      const found = known.map((row) => this.places[2 * row + side]);
      return [Math.min(...found), Math.max(...found)];
    };
    const [[left, right], [low, high]] = [span(0), span(1)];
    const least = Math.min(this.wide, this.free);
    const zoom = Math.min(1.45 * this.wide / least / (right - left), 1.6 * this.free / least / (high - low), 14);
    this.fly({ x: (left + right) / 2, y: (low + high) / 2, zoom: Math.max(zoom, 0.6) });
  }

  fly(to, end) {
    const from = { ...this.camera };
    this.glide(still.matches ? 0 : 450, (part) => {
      this.camera = {
        x: from.x + (to.x - from.x) * part,
        y: from.y + (to.y - from.y) * part,
        zoom: from.zoom * (to.zoom / from.zoom) ** part,
      };
      this.refresh();
    }, "camera", end);
  }

  glide(time, step, name, end = () => {}) {
    const mine = ((this.glides ??= {})[name] = {});
    const begun = performance.now();
    const go = () => {
      if (this.glides[name] !== mine) return;
      const part = time && !still.matches ? Math.min(1, (performance.now() - begun) / time) : 1;
      step(part * part * (3 - 2 * part));
      if (part < 1) requestAnimationFrame(go);
      else end();
    };
    go();
  }

  zoom(factor, x = this.middle[0], y = this.middle[1]) {
    const zoom = Math.min(Math.max(this.camera.zoom * factor, 0.5), CLOSEST);
    // What is under the pointer stays there.
    const gone = (1 / this.camera.zoom - 1 / zoom) / (this.scale / this.camera.zoom);
    this.camera = {
      x: this.camera.x + (x - this.middle[0]) * gone,
      y: this.camera.y - (y - this.middle[1]) * gone,
      zoom,
    };
    this.refresh();
    this.moved();
  }

  pan(dx, dy) {
    this.camera = { ...this.camera, x: this.camera.x - dx / this.scale, y: this.camera.y + dy / this.scale };
    this.refresh();
    this.moved();
  }

  // Goes where all words are in view.
  home() {
    this.follow = null;
    this.fly({ x: 0, y: 0, zoom: 1 }, () => this.moved());
  }

  // The reader moved the map: it stays there, and the address says where.
  moved() {
    this.follow = null;
    this.dispatchEvent(new Event("move"));
  }

  pick(row) {
    if (row >= 0) this.dispatchEvent(new CustomEvent("pick", { detail: row }));
  }

  listen() {
    const { over, fingers } = this;
    const at = (event) => [event.offsetX, event.offsetY];
    let gone = 0;
    over.addEventListener("pointerdown", (event) => {
      over.setPointerCapture(event.pointerId);
      if (!fingers.size) gone = 0;
      this.loop = !fingers.size && (this.lasso || event.shiftKey) ? [at(event)] : null;
      fingers.set(event.pointerId, at(event));
      (this.glides ??= {}).camera = null;
    });
    over.addEventListener("pointermove", (event) => {
      const [x, y] = at(event);
      if (!fingers.has(event.pointerId)) return this.hover(this.nearest(x, y, 12));
      const [x0, y0] = fingers.get(event.pointerId);
      const others = [...fingers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
      fingers.set(event.pointerId, [x, y]);
      gone += Math.hypot(x - x0, y - y0);
      if (this.loop) {
        this.loop.push([x, y]);
        return this.refresh();
      }
      if (others.length === 1) {
        const [ox, oy] = others[0];
        const before = Math.hypot(x0 - ox, y0 - oy);
        if (before > 10) this.zoom(Math.hypot(x - ox, y - oy) / before, (x + ox) / 2, (y + oy) / 2);
        this.pan((x - x0) / 2, (y - y0) / 2);
      } else if (!others.length && gone > 4) this.pan(x - x0, y - y0);
    });
    const lift = (event) => {
      const alone = fingers.size === 1 && fingers.delete(event.pointerId);
      fingers.delete(event.pointerId);
      const { loop } = this;
      this.loop = null;
      this.refresh();
      if (loop?.length > 3) return this.dispatchEvent(new CustomEvent("lasso", { detail: this.inside(loop) }));
      if (alone && event.type === "pointerup" && gone <= 4) {
        const [x, y] = at(event);
        // The second half of a double click hits another word, since the map moves on the first.
        if (event.timeStamp - this.picked.time < 500 && Math.hypot(x - this.picked.x, y - this.picked.y) < 8) return;
        const row = this.nearest(x, y, event.pointerType === "touch" ? 26 : 14);
        if (row >= 0) this.picked = { x, y, time: event.timeStamp };
        this.pick(row);
      }
    };
    over.addEventListener("pointerup", lift);
    over.addEventListener("pointercancel", lift);
    over.addEventListener("pointerleave", () => this.hover(-1));
    over.addEventListener("wheel", (event) => {
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 20 : 1;
      this.zoom(Math.exp(-Math.max(-120, Math.min(120, event.deltaY * lines)) * 0.0025), ...at(event));
    }, { passive: false });
    over.addEventListener("dblclick", (event) => event.timeStamp - this.picked.time > 1000 && this.zoom(2, ...at(event)));
    over.addEventListener("focus", () => this.focus(over.matches(":focus-visible")));
    over.addEventListener("blur", () => this.focus(false));
    const keys = {
      ArrowLeft: () => this.pan(60, 0), ArrowRight: () => this.pan(-60, 0),
      ArrowUp: () => this.pan(0, 60), ArrowDown: () => this.pan(0, -60),
      "+": () => this.zoom(1.4), "=": () => this.zoom(1.4), "-": () => this.zoom(1 / 1.4), 0: () => this.home(),
      Enter: () => this.pick(this.nearest(...this.middle, 200)),
    };
    over.addEventListener("keydown", (event) => {
      if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.focus(true);
      keys[event.key]();
    });
  }

  focus(on) {
    this.focused = on;
    this.refresh();
  }

  hover(row) {
    if (row === this.hovered) return;
    this.hovered = row;
    this.over.style.cursor = row >= 0 ? "pointer" : "";
    this.refresh();
  }

  resize() {
    this.wide = this.box.clientWidth;
    this.high = this.box.clientHeight;
    this.size(Math.min(devicePixelRatio || 1, 3));
    this.measure();
    this.draw();
  }

  size(dense) {
    this.dense = dense;
    this.drawn = null;
    for (const [canvas, part] of [[this.canvas, 1 + 2 * MARGIN], [this.over, 1]]) {
      canvas.width = Math.max(1, Math.round(this.wide * dense * part));
      canvas.height = Math.max(1, Math.round(this.high * dense * part));
    }
  }

  redraw() {
    this.drawn = null;
    this.refresh();
  }

  refresh() {
    if (this.due) return;
    this.due = requestAnimationFrame(() => this.draw());
  }

  draw() {
    cancelAnimationFrame(this.due);
    this.due = 0;
    if (!this.places || !this.wide) return;
    this.drawPoints();
    this.context.setTransform(this.dense, 0, 0, this.dense, 0, 0);
    this.context.clearRect(0, 0, this.wide, this.high);
    drawLabels(this.context, this);
  }

  // Draws the points, or moves what is drawn already to where it belongs now.
  drawPoints() {
    const { camera, scale } = this;
    const alpha = this.lit.size ? 0.42 : 0.85;
    const y = camera.y + (this.middle[1] - this.high / 2) / scale;
    const { drawn } = this;
    const [right, down] = drawn ? [(drawn.x - camera.x) * scale, (y - drawn.y) * scale] : [0, 0];
    if (drawn?.scale === scale && drawn.alpha === alpha
      && Math.abs(right) < MARGIN * this.wide && Math.abs(down) < MARGIN * this.high) {
      this.canvas.style.transform = `translate(${right}px, ${down}px)`;
      return;
    }
    this.canvas.style.transform = "";
    this.drawn = { x: camera.x, y, scale, alpha };
    this.points.draw(this.count, {
      x: camera.x,
      y,
      scale: scale * this.dense,
      grown: this.dense * Math.min(3, camera.zoom ** 0.3) * Math.min(1.5, Math.max(0.95, (9000 / this.count) ** 0.25)),
      alpha,
    });
  }

  // A picture of what is seen, as a canvas of its own; `dense` is how many of its pixels are one of the page.
  picture(dense = this.dense) {
    const before = this.dense;
    this.size(dense);
    this.draw();
    const canvas = el("canvas", { width: this.over.width, height: this.over.height });
    const context = canvas.getContext("2d");
    context.fillStyle = "#0d1424";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(this.canvas, (canvas.width - this.canvas.width) / 2, (canvas.height - this.canvas.height) / 2);
    context.drawImage(this.over, 0, 0);
    this.size(before);
    this.draw();
    return canvas;
  }
}
