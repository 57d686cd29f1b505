/** What is not asked of a child, and not asked in a report about an official. */

import { aboutChild, aboutOfficial } from "./envelope";
import { read } from "./steps";
import { all, show } from "./texts";

/** Takes away what does not belong to her answers, with what was chosen there, and says why. */
export function leaveOut(root: HTMLElement, officials: readonly string[]): void {
  const told = read(root);
  const is: Record<string, boolean> = { child: aboutChild(told), official: aboutOfficial(told, officials) };
  for (const part of all(root, "[data-told]")) show(part, !!is[part.dataset["told"]!]);
  for (const part of all(root, "[data-unless]")) {
    const left = part.dataset["unless"]!.split(" ").some((what) => is[what]);
    show(part, !left);
    if (left) for (const control of all<HTMLInputElement>(part, "input")) control.checked = false;
  }
}
