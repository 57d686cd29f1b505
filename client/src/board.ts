/** <things-board>: the hundred things to tap in place of typing. It leaves no trail of what was tapped. docs/client.md. */

import { drawn } from "./drawn";
import type { Things } from "./receipt";
import { all, count, focusOn, json, onGo, show } from "./texts";

const MOST = 12;
/** A trembling finger taps the same thing twice; twice on purpose takes longer. */
const TREMBLE_MS = 500;

export class ThingsBoard extends HTMLElement {
  private tapped: string[] = [];
  private last: { on?: EventTarget | null; at: number } = { at: 0 };

  connectedCallback(): void {
    show(this, true);
    onGo(this, { board: () => this.open(), drop: () => this.keep(this.tapped.slice(0, -1)), anew: () => this.keep([]) });
    this.addEventListener("click", (event) => this.onTap(event));
    addEventListener("pagehide", () => this.keep([]));
    this.keep([]);
  }

  disconnectedCallback(): void {
    this.keep([]);
  }

  /** What was tapped, as digits; "" while nothing was. */
  get code(): string {
    return this.tapped.join("");
  }

  private open(): void {
    const { things, groups } = json<{ things: Things; groups: string[] }>(this.dataset["config"]);
    const place = this.querySelector("[data-groups]")!;
    const names = things.names[document.documentElement.lang] ?? Object.values(things.names)[0]!;
    if (!place.childElementCount) place.append(...groups.map((group, i) => this.group(group, i, things.pictures, names)));
    for (const part of all(this, "[data-board]")) show(part, true);
    for (const part of all(this, "[data-go=board]")) show(part, false);
    const heading = this.querySelector<HTMLElement>("[data-board] h2");
    focusOn(heading);
    heading?.scrollIntoView();
  }

  private group(title: string, tens: number, pictures: readonly string[], names: readonly string[]): HTMLElement {
    const heading = Object.assign(document.createElement("h3"), { textContent: title });
    const list = document.createElement("ul");
    for (let number = tens * 10; number < tens * 10 + 10; number++) {
      const button = Object.assign(document.createElement("button"), { type: "button" });
      button.dataset["thing"] = String(number).padStart(2, "0");
      if (drawn(pictures[number]!)) {
        const picture = Object.assign(document.createElement("span"), { textContent: pictures[number]! });
        picture.setAttribute("aria-hidden", "true");
        button.append(picture);
      }
      button.append(names[number]!);
      list.appendChild(document.createElement("li")).append(button);
    }
    const section = document.createElement("section");
    section.append(heading, list);
    return section;
  }

  private onTap({ target, timeStamp, detail }: MouseEvent): void {
    const button = (target as Element).closest<HTMLElement>("[data-thing]");
    if (!button) return;
    const trembles = detail > 0 && this.last.on === button && timeStamp - this.last.at < TREMBLE_MS;
    this.last = { on: button, at: timeStamp };
    if (!trembles && this.tapped.length < MOST) this.keep([...this.tapped, button.dataset["thing"]!]);
  }

  private keep(tapped: string[]): void {
    this.tapped = tapped;
    for (const place of all(this, "[data-chosen]")) count(place, tapped.length);
    for (const part of all(this, "[data-full]")) show(part, tapped.length === MOST);
    for (const button of all<HTMLButtonElement>(this, "[data-go=drop],[data-go=anew]")) button.disabled = !tapped.length;
  }
}
