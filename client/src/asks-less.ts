/** <asks-less>: what is not asked of a child leaves the list, once the phone has opened who it is about. docs/client.md. */

import { aboutChild, type Told } from "./envelope";
import { all, show } from "./texts";

export class AsksLess extends HTMLElement {
  private readonly look = (event: Event): void => {
    const { documents } = (event as CustomEvent<{ documents: { answers?: Told }[] }>).detail;
    if (documents.some(({ answers = {} }) => aboutChild(answers))) for (const row of all(document, "[data-grown]")) show(row, false);
  };

  connectedCallback(): void {
    this.addEventListener("opened", this.look);
  }
}
