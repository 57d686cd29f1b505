/**
 * Which stories are told in nearly the same words. What a flood is made of falls together, and what somebody wrote once
 * stands for itself.
 *
 * Near: of the pairs of neighbouring words in either, at least half are in both. Each story is compared with few others
 * only: with those that share one of 32 marks, each made of the least of two hashes of all its pairs (MinHash).
 */

import { fold } from "./letters";

const SAME = 0.5;
const MARKS = 32;
const COMPARED = 8;
const MOST_WORDS = 1000;

/** Places in `stories`, in groups: who stands for herself first, then small groups before big ones; else in order. */
export function alike(stories: readonly string[]): number[][] {
  const places = new Map<string, number[]>();
  stories.forEach((story, place) => {
    const words = bare(story);
    places.set(words, [...(places.get(words) ?? []), place]);
  });
  const equal = [...places.values()];
  const first = near([...places.keys()].map(pairs));
  const groups = new Map<number, number[]>();
  equal.forEach((same, index) => groups.set(first[index]!, [...(groups.get(first[index]!) ?? []), ...same]));
  const sorted = [...groups.values()].map((group) => group.sort((a, b) => a - b));
  return sorted.sort((a, b) => a.length - b.length || a[0]! - b[0]!);
}

/** Without marks, signs and what a number says: a flood changes names and digits. */
function bare(story: string): string {
  const words = fold(story).replace(/\p{N}+/gu, "0").match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.slice(0, MOST_WORDS).join(" ");
}

/** Hashes of all pairs of neighbouring words, sorted, each once. */
function pairs(words: string): Uint32Array {
  const list = words.split(" ");
  const hashes = new Set(list.length < 2 ? [hash(words)] : list.slice(1).map((word, index) => hash(`${list[index]} ${word}`)));
  return Uint32Array.from(hashes).sort();
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return value >>> 0;
}

/** Of each story the first one that it belongs to. */
function near(stories: Uint32Array[]): number[] {
  const belongs = stories.map((_, index) => index);
  const root = (index: number): number => {
    while (belongs[index] !== index) index = belongs[index] = belongs[belongs[index]!]!;
    return index;
  };
  const seen = new Map<string, number[]>();
  stories.forEach((story, index) => {
    for (const mark of marks(story)) {
      const others = seen.get(mark) ?? [];
      if (!others.length) seen.set(mark, others);
      let joined = false;
      for (const other of others) {
        const same = root(other) === root(index) || share(stories[other]!, story) >= SAME;
        if (same) belongs[Math.max(root(other), root(index))] = Math.min(root(other), root(index));
        joined ||= same;
      }
      if (!joined && others.length < COMPARED) others.push(index);
    }
  });
  return stories.map((_, index) => root(index));
}

function* marks(story: Uint32Array): Generator<string> {
  for (let mark = 0; mark < MARKS; mark++) yield `${mark} ${least(story, 2 * mark)} ${least(story, 2 * mark + 1)}`;
}

/** The least value of the `which`-th mixing of all hashes. */
function least(story: Uint32Array, which: number): number {
  const factor = (Math.imul(which + 1, 0x9e3779b1) | 1) >>> 0;
  const added = Math.imul(which + 1, 0x85ebca6b) >>> 0;
  let smallest = 0xffffffff;
  for (let index = 0; index < story.length; index++) {
    let mixed = Math.imul(story[index]!, factor) + added;
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35);
    mixed = (mixed ^ (mixed >>> 13)) >>> 0;
    if (mixed < smallest) smallest = mixed;
  }
  return smallest;
}

/** How much of both is in both (Jaccard). */
function share(one: Uint32Array, other: Uint32Array): number {
  let both = 0;
  let [a, b] = [0, 0];
  while (a < one.length && b < other.length) {
    const [left, right] = [one[a]!, other[b]!];
    if (left === right) both++;
    if (left <= right) a++;
    if (right <= left) b++;
  }
  return both / (one.length + other.length - both);
}
