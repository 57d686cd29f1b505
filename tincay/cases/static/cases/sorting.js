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

  function warn(rule, answers) {
    const place = document.querySelector("[data-warnings]");
    const found = Object.entries(rule.warnings).filter(([, codes]) => chosen(answers, { harms: codes }).length).map(([words]) => words);
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
