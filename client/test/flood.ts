/** A flood as somebody makes it in an evening: ten texts, in which names, numbers and a few words are changed. */

import { read } from "./vectors";

const { templates, written, names, places, fillers } = read<Record<"templates" | "written" | "names" | "places" | "fillers", string[]>>("flood.json");

/** A thousand of ten and five others, mixed; `written` says where the five are. */
export function flood(seed: number, made = 1000): { stories: string[]; written: number[] } {
  const chance = random(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(chance() * list.length)]!;
  const number = (most: number): string => String(1 + Math.floor(chance() * most));
  const fill = (template: string): string =>
    template
      .replace("{name}", pick(names))
      .replace("{place}", pick(places))
      .replace("{number}", number(90))
      .replace("{phone}", `09${number(1e8).padStart(8, "0")}`) + (chance() < 0.5 ? ` ${pick(fillers)}` : "");
  const stories = Array.from({ length: made }, (_, index) => fill(templates[index % templates.length]!));
  for (const story of written) stories.splice(Math.floor(chance() * stories.length), 0, story);
  return { stories, written: written.map((story) => stories.indexOf(story)) };
}

/** Mulberry32: the same flood for the same seed. */
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
