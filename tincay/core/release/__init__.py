"""Safe statistics: from coded rows to tables and invented rows that may be published.

The public surface, all of it importable without Django:

- `domain.read_domain(json) -> Domain`, `domain.Domain.of([Column(...)])`: what may be counted;
  `profiles.ctdc.DOMAIN` is the CTDC global synthetic dataset's 27 columns.
- `rows.read_rows(lines, domain, unit=…, most=…) -> Rows`: coded rows, bounded rows a person.
- `budget.Budget(limit).charge(purpose, micro_rho)`, `budget.read_rho`, `budget.epsilon`: the budget.
- `publish.measure_and_publish(rows, micro_rho=…, seed=…, charge=…, most=…) -> ReleaseContent`: the one call. It
  calls `charge(micro_rho)` once, before it looks at the rows: write the spend down durably there, and raise to
  refuse. Of the content: `.tables.answer(column="value") -> PublishedFigure`, `.tables.stored`, `.refusals`,
  `.rows`, `.rows_refusal`.
- `export.files(release, "csv" | "json" | "xlsx", checks) -> {name: bytes}`; `export.write_measurement` and
  `read_measurement`, then `publish.publish`, give the same release again from its stored noisy tables.
- `attacks.suite.examine(release, truth=None) -> AttackVerdict`: every publication must pass (`.passed`); who
  has the rows adds `.also(attacks.audit.noise_of(release.measurement, rows))`, which says 0 or 1 and no more.
- `suppress.screen(counts, columns, period=…)`: for internal screens, not for publication.

`python -m tincay.core.release release …` and `… attack …` are the command line. Each mechanism has its
argument beside it: noise.md, budget.md, estimate.md, synth.md, tables.md, suppress.md, attacks/attacks.md.
"""
