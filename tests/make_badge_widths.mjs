// Make tests/data/badge_maker_widths.json, what shields.io's own library makes of some texts: run once, by hand.
//
//     npm install badge-maker@6.0.0 && node tests/make_badge_widths.mjs
//
// A line a badge: style, label, message, width, height, textLength of the label and of the message, in pixels.

import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const here = createRequire(pathToFileURL(process.cwd() + "/"));
const { makeBadge } = await import(pathToFileURL(here.resolve("badge-maker")));

const ascii = Array.from({ length: 94 }, (_, n) => String.fromCharCode(33 + n)).join("");
const texts = [
  ["tokens", "48.3M"], ["success rate", "98.5%"], ["cache hits", "<0.1%"], ["streak", "1 day"],
  ["top model", "claude-opus-4-5"], ["top model", "openrouter/anthropic/claude-4"], ["active time", "51 h 20 min"],
  ["sessions a week", "999"], ["i", "l"], ["W", "WWWWWWWW"], ["", "no label"], ["a", "1"], ["AVATAR Type", "fi ff 11111"],
  ["caf\u00e9", "na\u00efve \u00c5ngstr\u00f6m"], ["\u0394 \u03b1\u03b2\u03b3", "\u041f\u0440\u0438\u0432\u0435\u0442"],
];
for (let at = 0; at < ascii.length; at += 8) texts.push([ascii.slice(at, at + 8), ascii.slice(at, at + 5)]);
for (let n = 1; n < 20; n++) texts.push(["e".repeat(n), "0".repeat(n)]);

const rows = [];
for (const style of ["flat", "flat-square", "plastic", "for-the-badge", "social"]) {
  for (const [label, message] of texts) {
    if (style === "social" && !label) continue; // theirs keeps an empty box, ours has none
    const svg = makeBadge({ style, label, message });
    const [, width, height] = svg.match(/width="([\d.]+)" height="([\d.]+)"/).map(Number);
    const lengths = [...svg.matchAll(/textLength="([\d.]+)"/g)].map((found) => found[1] / 10);
    rows.push([style, label, message, width, height, label ? lengths[0] : 0, lengths.at(-1)]);
  }
}
writeFileSync("tests/data/badge_maker_widths.json", "[\n" + rows.map((row) => JSON.stringify(row)).join(",\n") + "\n]\n");
