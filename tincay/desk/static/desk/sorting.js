/* What the helper's browser does with opened answers: warn, suggest a class and why, fill the count row when
   she agreed to be counted. The rule is data in the page (tincay/cases/sorting.py); nothing here decides. */
"use strict";

(() => {
  const json = (id) => {
    const script = document.getElementById(id);
    return script ? JSON.parse(script.textContent) : null;
  };
  const chosen = (answers, wanted) =>
    Object.entries(wanted).flatMap(([name, codes]) => (answers[name] || []).filter((code) => codes.includes(code)).map((code) => [name, code]));

  const speaksOf = (warnings, answers) =>
    Object.entries(warnings).filter(([, codes]) => chosen(answers, { harms: codes }).length).map(([words]) => words);

  /* The queue: content warnings beside each row, once words can be opened. The words themselves stay sealed. */
  async function warnInQueue() {
    const list = document.querySelector("[data-warnings-from]:not([data-warned])");
    if (!list || document.documentElement.dataset.keyring !== "open") return;
    list.dataset.warned = "";
    const answer = await fetch(list.dataset.warningsFrom);
    if (!answer.ok) return;
    const { warnings, reports } = await answer.json();
    for (const [id, sealed] of Object.entries(reports)) {
      const link = list.querySelector(`a[href*="/r/${id}/"]`);
      if (!link) continue;
      const element = document.createElement("sealed-words");
      const json = document.createElement("script");
      json.type = "application/json";
      json.textContent = JSON.stringify(sealed);
      element.append(json);
      element.hidden = true;
      element.addEventListener("opened", (event) => {
        const found = speaksOf(warnings, event.detail?.documents?.[0]?.answers || {});
        if (!found.length || link.parentElement.querySelector("[data-warning]")) return;
        const said = document.createElement("small");
        said.dataset.warning = "";
        said.textContent = `${list.dataset.speaksOf} ${found.join(", ")}`;
        link.parentElement.append(said);
      });
      link.parentElement.append(element);
    }
  }
  document.addEventListener("keyring", () => {
    if (document.documentElement.dataset.keyring === "open") return warnInQueue();
    for (const said of document.querySelectorAll("[data-warning]")) said.remove();
  });
  new MutationObserver(warnInQueue).observe(document.documentElement, { childList: true, subtree: true });

  function warn(rule, answers) {
    const place = document.querySelector("[data-warnings]");
    const found = speaksOf(rule.warnings, answers);
    if (!place || !found.length) return;
    place.querySelector("[data-warning-list]").textContent = found.join(", ");
    place.hidden = false;
  }

  function suggest(form, rule, answers, labels) {
    for (const [name, wanted] of rule.suggestions) {
      const why = chosen(answers, wanted);
      if (!why.length) continue;
      const choice = [...form.elements.classification.options].find((option) => option.value === name);
      if (!choice) return;
      form.querySelector("[data-suggested]").textContent = choice.textContent;
      form.querySelector("[data-why]").textContent = why.map(([question, code]) => labels?.[question]?.[code] ?? code).join(", ");
      form.querySelector("[data-suggestion]").hidden = false;
      if (!form.elements.classification.value) form.elements.classification.value = name;
      return;
    }
  }

  function count(form, rule, answers) {
    if (!rule.counted) return;
    const row = {};
    for (const [column, question] of Object.entries(rule.counted)) {
      const code = (answers[question] || [])[0];
      if (code) row[column] = code;
    }
    const age = (answers.age_band || [])[0];
    if (age && age !== "ns") row.age_group = rule.children.includes(age) ? "child" : "adult";
    form.elements.count.value = JSON.stringify(row);
  }

  document.addEventListener("opened", (event) => {
    if (!(event.target instanceof Element) || event.target.dataset.kind !== "narrative") return;
    const rule = json("sorting-rule");
    const first = (event.detail?.documents || [])[0];
    if (!rule || !first || typeof first.answers !== "object" || !first.answers) return;
    warn(rule, first.answers);
    const form = document.querySelector("form[data-sorting]");
    if (!form) return;
    suggest(form, rule, first.answers, json("answer-labels"));
    count(form, rule, first.answers);
  });
})();
