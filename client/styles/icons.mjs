// Pick the icons that the pages use out of lucide-static (ISC) into one sprite: `node styles/icons.mjs` in client/.
// Add a name here, run it, commit tincay/web/icons.svg.
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const names = `accessibility activity ambulance arrow-down arrow-left arrow-right arrow-up baby ban bandage banknote bed bell book-open
brain briefcase building-2 calendar calendar-clock calendar-days car check chevron-down chevron-right circle circle-check circle-slash
circle-question-mark clock coffee copy download ear ellipsis eye eye-off factory file-check file-text fingerprint-pattern flag footprints
gamepad-2 gavel globe graduation-cap hand hand-heart hand-helping heart heart-handshake history hotel hourglass house
id-card image-off inbox info key key-round landmark languages life-buoy link list-checks lock lock-open log-out map-pin
megaphone menu message-circle message-square minus moon music pause phone pill plane plus printer mail-open refresh-cw scale
school scissors search send settings shield ship siren smartphone square-check stethoscope store sun syringe trash-2
triangle-alert truck undo-2 unlink user users utensils video volume-2 wallet wifi x zap`.split(/\s+/);

const here = dirname(fileURLToPath(import.meta.url));
const icons = join(dirname(createRequire(import.meta.url).resolve("lucide-static/package.json")), "icons");
const inside = (svg) => svg.replace(/<!--.*?-->/gs, "").replace(/^[\s\S]*?<svg[\s\S]*?>|<\/svg>\s*$/g, "").replace(/\s*\n\s*/g, "").replace(/ \/>/g, "/>");

const symbols = await Promise.all(
  names.map(async (name) => `<symbol id="${name}" viewBox="0 0 24 24">${inside(await readFile(join(icons, `${name}.svg`), "utf8"))}</symbol>`),
);
const head = `<!-- Lucide icons, ISC License, Copyright (c) Lucide Icons and Contributors; see docs/licences.md. Built by client/styles/icons.mjs -->`;
await writeFile(join(here, "../../tincay/web/icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${head}\n${symbols.join("\n")}\n</svg>\n`);
