// What stands above the points: names that do not overlap, the lit words, and arrows.

const FONT = 'system-ui, "Noto Sans", "Noto Sans CJK SC", sans-serif';
const INK = "#dfe7f5";
const ACCENT = "#ffd166";
const GROUND = "#0d1424";

export function drawLabels(context, map) {
  const { wide, high } = map;
  // The title, the legend and the buttons stand above the map.
  const taken = [[0, 0, 230, 32], [0, high - 46, wide, high], [wide - 52, high - 138, wide, high]];
  context.lineJoin = "round";
  context.textBaseline = "middle";

  const inside = (box) => box[0] >= 2 && box[1] >= 2 && box[2] <= wide - 2 && box[3] <= high - 2;

  function fits(box) {
    return inside(box) && taken.every((other) => box[2] < other[0] || box[0] > other[2] || box[3] < other[1] || box[1] > other[3]);
  }

  // Writes a name beside its point, on whichever side there is room; says whether there was.
  function write(row, { size, bold = false, ink = INK, gap = 6, force = false }) {
    const [x, y] = map.onScreen(row);
    context.font = `${bold ? 600 : 400} ${size}px ${FONT}`;
    const word = map.words[row];
    const shown = word.length > 28 ? `${word.slice(0, 27)}…` : word;
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
    write(hovered, { size: 15, bold: true, ink: "#fff", gap: 9, force: true });
  }
  for (const row of rows.filter((row) => !lit.get(row) && row !== hovered)) write(row, { size: 13, bold: true, ink: "#fff", gap: 7 });
  // Frequent words first: they stand at the beginning. As one zooms in, fewer are in view, and rarer ones find room.
  // The most frequent of all come last: in any language they are function words, which say nothing of their place.
  const functional = Math.min(150, Math.floor(map.count / 100));
  const most = Math.round((wide * high) / (lit.size ? 20000 : 9000));
  const dimmed = lit.size ? "rgba(223, 231, 245, .6)" : INK;
  let written = 0;
  let tried = 0;
  for (let turn = 0; turn < map.count && written < most && tried < 8 * most; turn++) {
    const row = (turn + functional) % map.count;
    if (lit.has(row) || row === hovered || !map.sees(row)) continue;
    tried++;
    if (write(row, { size: 12, ink: dimmed })) written++;
  }
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
