/* What a finger did and what stood under it, seen from outside: shares no code and no state with the product.

   Runs before every script of the page. Each line goes to Python (`recorded`); `recorder` answers what is asked at the
   end of a gesture. Time is the page's own (Date.now), which the test moves. */
(() => {
  const CONTROLS = "a[href],button,input,select,textarea,summary,label";
  const ASKS = "dialog,[role=dialog],[role=alertdialog]";
  const MOVED = 8;
  const later = window.setTimeout.bind(window);
  const frame = window.requestAnimationFrame.bind(window);
  const lines = [];
  const id = Math.random();
  let mouse = 0;
  let leaving = false;
  let working = 0;
  let scrolls = 0;
  let scrolling = false;

  const tell = (kind, more) => {
    lines.push(JSON.stringify({ kind, at: Date.now(), ...more }));
    while (window.recorded && lines.length) window.recorded(lines.shift());
  };

  // What takes time on a machine but none on the page: until it is done, no time passes.
  const counted = (owner, name) => {
    const own = owner && owner[name];
    if (!own) return;
    owner[name] = function (...args) {
      working += 1;
      const done = () => void later(() => (working -= 1), 0);
      const made = own.apply(this, args);
      Promise.resolve(made).then(done, done);
      return made;
    };
  };
  counted(window, "fetch");
  for (const name of ["text", "json", "arrayBuffer"]) counted(Response.prototype, name);
  for (const name of Object.getOwnPropertyNames(SubtleCrypto.prototype)) {
    if (name !== "constructor") counted(SubtleCrypto.prototype, name);
  }

  // --- where each visible control has been, and since when

  const since = new WeakMap();

  const seen = (element) => {
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return null;
    const box = element.getBoundingClientRect();
    return box.width && box.height ? box : null;
  };

  const look = () => {
    for (const element of document.querySelectorAll(CONTROLS)) {
      const box = seen(element);
      const before = since.get(element);
      const words = element.textContent;
      if (!box) since.delete(element);
      else if (!before || Math.abs(before.x - box.x) > MOVED || Math.abs(before.y - box.y) > MOVED || before.words !== words)
        since.set(element, { x: box.x, y: box.y, words, at: Date.now() });
    }
  };

  // Taps may be held by `pointer-events`: what the eye sees there is asked for without it.
  const taking = new CSSStyleSheet();
  taking.replaceSync("*{pointer-events:auto !important}");
  const topmost = (x, y) => {
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, taking];
    const found = document.elementFromPoint(x, y);
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== taking);
    return found && found.closest(CONTROLS);
  };

  const chooses = (control) => control.type === "checkbox" || control.type === "radio";
  const told = (control) => control.dataset.name ?? "";

  const described = (element) => {
    if (!element) return null;
    const control = element.localName === "label" ? element.control ?? element : element;
    const at = since.get(element);
    return {
      name: told(control),
      value: chooses(control) ? control.value : "",
      tag: control.localName,
      go: element.dataset.go ?? "",
      leaves: element.matches("[data-leave]"),
      dials: (element.getAttribute("href") ?? "").startsWith("tel:"),
      asks: Boolean(element.closest(ASKS)),
      text: (element.innerText ?? "").trim().slice(0, 60),
      step: element.closest("[data-step]")?.dataset.step ?? "",
      shown: at ? Date.now() - at.at : 0,
    };
  };

  addEventListener("pointerdown", (event) => {
    look();
    tell("down", { x: event.clientX, y: event.clientY, on: described(topmost(event.clientX, event.clientY)) });
  }, true);
  addEventListener("pointerup", () => tell("up", {}), true);
  addEventListener("pointercancel", () => tell("cancel", {}), true);
  addEventListener("mouseup", () => (mouse += 1), true);
  addEventListener("contextmenu", () => (mouse += 1), true);
  addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target.closest(CONTROLS) : null;
    tell("click", { trusted: event.isTrusted, on: described(target) });
  }, true);
  addEventListener("keydown", (event) => tell("key", { key: event.key, on: described(document.activeElement?.closest(CONTROLS)) }), true);
  addEventListener("change", (event) => {
    const control = event.target;
    if (!told(control)) return;
    tell("change", { name: told(control), value: control.value, on: chooses(control) ? control.checked : control.value !== "", trusted: event.isTrusted, radio: control.type === "radio" });
  }, true);
  addEventListener("input", (event) => {
    const control = event.target;
    if (told(control) && !chooses(control) && control.localName !== "select") tell("typed", { name: told(control), text: control.value, trusted: event.isTrusted });
  }, true);
  window.navigation?.addEventListener("navigate", (event) => {
    if (!event.destination.sameDocument && /^https?:/.test(event.destination.url) && event.downloadRequest === null) leaving = true;
  });
  addEventListener("pagehide", () => (leaving = true), true);

  const watch = new MutationObserver(look);
  const begin = () => {
    watch.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    addEventListener("scroll", look, true);
    addEventListener("resize", look);
  };
  begin();

  const painted = () => new Promise((done) => frame(() => frame(() => done(true))));

  // The browser scrolls by its own clock, on after a key or a finger: what is looked at meanwhile is no place to tap.
  addEventListener("scroll", () => {
    scrolls += 1;
    scrolling = true;
  }, true);
  addEventListener("scrollend", () => (scrolling = false), true);
  const still = async () => {
    // What is taken out of the page while it scrolls never ends: then it is still when no frame moves it any more.
    for (let seen = scrolls, frames = 0; scrolling && frames < 30; frames += 1) {
      await painted();
      if (scrolls !== seen) frames = 0;
      seen = scrolls;
    }
    scrolling = false;
    return true;
  };
  tell("document", { path: location.pathname });

  // --- what the test asks

  const controls = () => Array.from(document.querySelectorAll(CONTROLS));
  window.recorder = {
    id: () => id,
    look,
    rest: (ms) => new Promise((done) => later(() => done(true), ms)),
    stay: () => (leaving = false),
    painted,
    /* The next frame was drawn, and what scrolls has scrolled. */
    drawn: () => painted().then(still),
    /* Where she is, and how far down. */
    place_in_page: () => [[id, api.path(), api.step(), JSON.stringify(api.standing())], [scrollX, scrollY]],
    list_open: () => Boolean(document.querySelector("select:open")),
    mouse: () => [id, mouse],
    /* Every touch becomes mouse events in the end; where one led to another page, it has come. */
    landed: async ([page, before]) => {
      for (let looked = 0; looked < 1000 && page === id && mouse === before; looked += 1) await new Promise((done) => later(done, 3));
    },
    /* Every control that can be seen, by its place in the list of all. */
    visible: () => controls().flatMap((element, index) => {
      const box = seen(element);
      if (!box || element.disabled) return [];
      return [{ index, x: box.x + box.width / 2, y: box.y + box.height / 2, ...described(element), main: element.matches(".button:not(.button-quiet)"), type: element.type ?? "", checked: (element.control ?? element).checked ?? false,
        empty: element.localName === "textarea" && !element.value && !element.readOnly, href: element.getAttribute("href") ?? "", code: element.matches("[data-code]"), retype: element.matches("[data-retype]") }];
    }),
    /* Brings it into view, as a finger would; says where it is and whether anything had to move for that. */
    place: (index) => {
      const element = controls()[index];
      const before = scrollY;
      const bar = document.querySelector(".leave")?.getBoundingClientRect().top ?? innerHeight;
      const at = element.getBoundingClientRect();
      const inBar = Boolean(element.closest(".leave"));
      if (!inBar && (at.top < 0 || at.bottom > bar)) element.scrollIntoView({ block: "center", behavior: "instant" });
      look();
      const box = element.getBoundingClientRect();
      return { x: box.x, y: box.y, width: box.width, height: box.height, moved: scrollY !== before };
    },
    standing: () => Array.from(document.querySelectorAll("[data-name]")).flatMap((control) => {
      if (chooses(control)) return control.checked ? [{ name: told(control), value: control.value, default: control.defaultChecked }] : [];
      const first = control.localName === "select" && control.value;
      return first ? [{ name: told(control), value: control.value, default: control.options[0].value === control.value }] : [];
    }),
    fields: () => Object.fromEntries(Array.from(document.querySelectorAll("[data-name]")).filter((control) => !chooses(control) && control.localName !== "select").map((control) => [told(control), control.value])),
    /* 24 digits, as far as they lie in the page, and whether they can be seen. */
    code: () => Array.from(document.querySelectorAll("[data-receipt-digits]")).map((place) => ({ digits: place.textContent.replace(/\D/g, ""), visible: Boolean(seen(place)) })).find(({ digits }) => digits.length === 24) ?? null,
    lines: () => (document.body && !document.body.hidden ? document.body.innerText : "").split("\n").map((line) => line.trim()).filter(Boolean),
    rows: () => Object.fromEntries(Array.from(document.querySelectorAll("a[href*='/allow/']")).filter(seen).map((link) => [link.getAttribute("href").split("/allow/")[1].split("/")[0], link.innerText])),
    stages: () => Array.from(document.querySelectorAll(".stages li.done b")).filter(seen).map((step) => step.firstChild.textContent.trim()),
    opened: () => Array.from(document.querySelectorAll("[data-words] p")).filter(seen).map((one) => one.textContent),
    everything: () => document.documentElement.outerHTML + Array.from(document.querySelectorAll("input,textarea")).map((control) => control.value).join(" "),
    step: () => Array.from(document.querySelectorAll("[data-step]")).find(seen)?.dataset.step ?? "",
    path: () => location.pathname,
    /* Everything that is asked after each gesture. */
    snapshot: () => Object.fromEntries(["id", "path", "step", "standing", "fields", "code", "lines", "rows", "stages", "opened", "visible"].map((name) => [name, api[name]()])),
    /* When the page has done what the last gesture began: "quiet"; "busy" while it waits for time to pass. */
    settled: async () => {
      let quiet = 0;
      for (let looked = 0, waits = 0; quiet < 2; looked += 1) {
        await new Promise((done) => later(done, 2));
        const busy = document.querySelector("[aria-busy=true],[aria-busy='']");
        // A question was answered with staying, or what was asked for is no page.
        if (leaving && looked > 1000) leaving = false;
        if (leaving || document.readyState !== "complete" || working) quiet = 0;
        else if (busy && waits++ > 40) return "busy";
        else if (!busy) quiet += 1;
      }
      await api.drawn();
      look();
      return "quiet";
    },
  };
  const api = window.recorder;
})();
