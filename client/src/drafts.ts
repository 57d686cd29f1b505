/** What was typed and not sent yet, by the control's id: in memory while pages take each other's place, until the way out. */

import { recordData } from "./record";
import type { SealedReply } from "./sealed-reply";
import { all } from "./texts";

const drafts = new Map<string, string>();
let owner = "";

const controls = (): HTMLInputElement[] => all<HTMLInputElement>(document, "main [data-name][id]").filter((control) => !control.closest("sealed-reply"));
const replies = (): SealedReply[] => all<SealedReply>(document, "main sealed-reply[id]");
const ticked = ({ type }: HTMLInputElement): boolean => type === "checkbox" || type === "radio";

/** Before another page takes the place of this one. */
function keep(): void {
  for (const reply of replies()) drafts.set(reply.id, reply.take());
  for (const control of controls()) drafts.set(control.id, ticked(control) ? String(control.checked) : control.value);
}

/** In the page that took its place. Another person's code brings nothing back. */
function putBack(): void {
  const { record } = (document.getElementById("record") ? recordData() : {}) as { record?: string };
  if (record && owner && record !== owner) drafts.clear();
  owner = record ?? owner;
  for (const reply of replies()) if (drafts.get(reply.id)) reply.put(drafts.get(reply.id)!);
  for (const control of controls()) {
    const draft = drafts.get(control.id);
    if (draft === undefined) continue;
    if (ticked(control)) control.checked = draft === "true";
    else control.value = draft;
  }
}

/** Words would be lost with this document: here, or of a page that this one took the place of. */
function unsent(): boolean {
  const typed = new Map(drafts);
  for (const control of all<HTMLInputElement>(document, "main [data-name][id]")) {
    typed.set((control.closest("sealed-reply[id]") ?? control).id, ticked(control) ? "" : control.value.trim());
  }
  return [...typed.values()].some((draft) => !["", "true", "false"].includes(draft));
}

export function keepDrafts(): void {
  document.addEventListener("turn", keep);
  document.addEventListener("page", putBack);
  document.addEventListener("leaving", () => drafts.clear());
  addEventListener("pagehide", () => drafts.clear());
  addEventListener("beforeunload", (event) => {
    if (!unsent()) return;
    event.preventDefault();
    event.returnValue = ""; // for browsers of before 2024
  });
}
