// What stands above the points: names that do not overlap, the lit words, and arrows.

export const FONT = 'system-ui, "Noto Sans", "Noto Sans CJK SC", sans-serif';
const INK = "#dfe7f5";
const ACCENT = "#ffd166";
const GROUND = "#0d1424";
const DIMMED = "rgba(223, 231, 245, .66)";
const LEVELS = [2, 5, 14]; // up to which zoom the regions of a level have names

export function drawLabels(context, map) {
  const { wide, high } = map;
  const taken = [...map.covered];
  context.lineJoin = "round";
  context.textBaseline = "middle";

  const inside = (box) => box[0] >= 2 && box[1] >= 2 && box[2] <= wide - 2 && box[3] <= high - 2;

  function fits(box) {
    return inside(box) && taken.every((other) => box[2] < other[0] || box[0] > other[2] || box[3] < other[1] || box[1] > other[3]);
  }

  // Writes a name beside its point, on whichever side there is room; says whether there was.
  function write(row, { size, bold = false, ink = INK, gap = 6, force = false, more = "" }) {
    const [x, y] = map.onScreen(row);
    context.font = `${bold ? 600 : 400} ${size}px ${FONT}`;
    const word = map.words[row];
    const shown = (word.length > 28 ? `${word.slice(0, 27)}…` : word) + (more && `   ${more}`);
    const width = context.measureText(shown).width;
    const half = size * 0.62;
    const sides = [
      [x + gap, y], [x - gap - width, y], [x - width / 2, y - gap - half], [x - width / 2, y + gap + half],
    ];
    const boxes = sides.map(([left, middle]) => [left - 2, middle - half, left + width + 2, middle + half]);
    let side = boxes.findIndex(fits);
    if (side < 0) {
      if (!force) return false;
      side = Math.max(0, boxes.findIndex(inside));
    }
    taken.push(boxes[side]);
    context.strokeStyle = GROUND;
    context.lineWidth = 3.5;
    context.strokeText(shown, ...sides[side]);
    context.fillStyle = ink;
    context.fillText(shown, ...sides[side]);
    return true;
  }

  // The names of regions: the further off one looks, the larger they are.
  function regions() {
    const level = LEVELS.findIndex((zoom) => map.camera.zoom < zoom);
    for (const region of map.regions.filter((one) => one.level === level)) {
      const [x, y] = map.onPlace(region.x, region.y);
      const size = 17 - 1.5 * level;
      context.font = `650 ${size}px ${FONT}`;
      const lines = level ? [region.names.slice(0, 2).join(" · ")] : region.names.slice(0, 2);
      const width = Math.max(...lines.map((line) => context.measureText(line).width));
      const half = lines.length * size * 0.62;
      const box = [x - width / 2 - 5, y - half, x + width / 2 + 5, y + half];
      if (!fits(box)) continue;
      taken.push(box);
      context.strokeStyle = GROUND;
      context.lineWidth = 5;
      context.fillStyle = "#fff";
      lines.forEach((line, number) => {
        const place = [x - context.measureText(line).width / 2, y + (number - (lines.length - 1) / 2) * size * 1.2];
        context.strokeText(line, ...place);
        context.fillText(line, ...place);
      });
    }
  }

  const { lit, arrows, hovered } = map;
  // What was asked for is drawn last, above the others.
  const rows = [...lit.keys()].filter((row) => map.sees(row)).sort((a, b) => lit.get(a) - lit.get(b));
  const asked = rows.filter((row) => lit.get(row));
  if (asked.length === 1 && !arrows.length) lines(context, map, asked[0]);
  for (const [from, to] of arrows) arrow(context, map.onScreen(from), map.onScreen(to));
  for (const row of rows) {
    const [x, y] = map.onScreen(row);
    const main = lit.get(row);
    dot(context, x, y, main ? 6 : 3.6, main ? ACCENT : "#ffffff");
    taken.push([x - 5, y - 5, x + 5, y + 5]);
  }
  for (const row of asked) write(row, { size: 16, bold: true, ink: ACCENT, gap: 10, force: true });
  if (hovered >= 0 && !lit.get(hovered)) {
    dot(context, ...map.onScreen(hovered), 5, ACCENT);
    write(hovered, { size: 15, bold: true, ink: "#fff", gap: 9, force: true, more: map.told(hovered) });
  }
  for (const row of rows.filter((row) => !lit.get(row) && row !== hovered)) write(row, { size: 13, bold: true, ink: "#fff", gap: 7 });
  if (!lit.size) regions();
  // One word for each part of the screen, the most frequent there: as one zooms in, rarer ones find room.
  // The most frequent of all come last: in any language they are function words, which say nothing of their place.
  const functional = Math.min(150, Math.floor(map.count / 100));
  const [across, down] = lit.size ? [200, 90] : [120, 56];
  const columns = Math.ceil(wide / across);
  const tries = new Uint8Array(columns * Math.ceil(high / down)).fill(6); // left to each part
  let left = tries.length;
  const { scale, camera, places, middle: [mx, my] } = map;
  for (let turn = 0; turn < map.count && left; turn++) {
    const row = (turn + functional) % map.count;
    const x = mx + (places[2 * row] - camera.x) * scale;
    const y = my - (places[2 * row + 1] - camera.y) * scale;
    if (!(x >= 0 && y >= 0 && x < wide && y < high)) continue;
    const cell = Math.floor(y / down) * columns + Math.floor(x / across);
    if (!tries[cell] || lit.has(row) || row === hovered) continue;
    tries[cell] = write(row, { size: 12, ink: DIMMED }) ? 0 : tries[cell] - 1;
    left -= !tries[cell];
  }
  if (map.loop) outline(context, map.loop);
  if (map.focused) cross(context, wide / 2, high / 2);
}

function dot(context, x, y, radius, colour) {
  context.beginPath();
  context.arc(x, y, radius, 0, 7);
  context.fillStyle = colour;
  context.strokeStyle = GROUND;
  context.lineWidth = 2;
  context.stroke();
  context.fill();
}

// Thin lines from a word to its neighbours, wherever they are.
function lines(context, map, word) {
  context.strokeStyle = "rgba(255, 209, 102, .35)";
  context.lineWidth = 1;
  context.beginPath();
  for (const row of map.lit.keys()) {
    context.moveTo(...map.onScreen(word));
    context.lineTo(...map.onScreen(row));
  }
  context.stroke();
}

function arrow(context, [x0, y0], [x1, y1]) {
  const angle = Math.atan2(y1 - y0, x1 - x0);
  const [x, y] = [x1 - 9 * Math.cos(angle), y1 - 9 * Math.sin(angle)];
  context.strokeStyle = context.fillStyle = ACCENT;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x, y);
  context.stroke();
  context.beginPath();
  context.moveTo(x, y);
  for (const turn of [2.7, -2.7]) context.lineTo(x + 11 * Math.cos(angle + turn), y + 11 * Math.sin(angle + turn));
  context.fill();
}

function outline(context, loop) {
  context.beginPath();
  for (const place of loop) context.lineTo(...place);
  context.closePath();
  context.fillStyle = "rgba(255, 209, 102, .15)";
  context.fill();
  context.strokeStyle = ACCENT;
  context.lineWidth = 1.5;
  context.stroke();
}

function cross(context, x, y) {
  context.strokeStyle = ACCENT;
  context.lineWidth = 1.5;
  context.beginPath();
  for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
    context.moveTo(x + 5 * dx, y + 5 * dy);
    context.lineTo(x + 13 * dx, y + 13 * dy);
  }
  context.stroke();
}
