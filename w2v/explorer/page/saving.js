// What is seen, as files.

import { el } from "./pieces.js";

function save(blob, name) {
  const address = URL.createObjectURL(blob);
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

export function savePicture(maps) {
  const pictures = maps.map((map) => map.picture());
  const canvas = el("canvas", {
    width: pictures.reduce((sum, picture) => sum + picture.width, 0),
    height: Math.max(...pictures.map((picture) => picture.height)),
  });
  let left = 0;
  for (const picture of pictures) {
    canvas.getContext("2d").drawImage(picture, left, 0);
    left += picture.width;
  }
  canvas.toBlob((blob) => save(blob, "w2v-map.png"), "image/png");
}

// One table after the other, with the name of its vectors in front where there are two. A spreadsheet takes a cell
// that begins with = + - or @ for a formula: such a word gets an apostrophe in front, which it shows as nothing.
export function csv(tables) {
  const cell = (value) => {
    const shown = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value ?? "");
    return /[",\r\n]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
  };
  return tables.flatMap(({ name, rows }) => rows.map((row, number) =>
    (tables.length > 1 ? [number ? name : "vectors", ...row] : row).map(cell).join(","))).join("\r\n") + "\r\n";
}

export function saveTable(tables) {
  // The mark in front tells a spreadsheet that this is UTF-8.
  save(new Blob(["\ufeff", csv(tables)], { type: "text/csv;charset=utf-8" }), "w2v-answer.csv");
}
