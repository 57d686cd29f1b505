"""How many people did overlapping lists miss? Estimates of hidden populations, with what they are worth.

Needs numpy, scipy and threadpoolctl; numba, if it is there, speeds up the latent-class chains. Nothing else of the
product is imported. The command line is `python -m tincay.core.estimate FILE.csv` (see `__main__`).

Tables
    histories.read_table(csv_text) -> Table     count table, or one row of 0/1 per person
    histories.table_of(lists, counts)           2^K counts; entry h: seen on exactly the lists whose bits are set
    Table.keep, drop, merge, within, overlap    cut and merge; `histories.pairs(table)` compares two by two
Methods (each returns a `MethodAnswer`, or raises `NoEstimate` with a reason)
    stepwise.stepwise      log-linear, pairs chosen by p-value, BCa limits with the choice repeated
    bic.by_bic             all hierarchical models by BIC, limits as more models may be chosen
    decomposable.decomposable   average over decomposable graphs (3 to 6 lists)
    latent.latent          hidden classes of visibility; refuses while chains disagree
    threshold.threshold    all pairs first, weak ones let go
    simple.chao, chapman, independence, log_linear, chao_repeats, multiplier
    surveys.recruited_share, recruited_multiplier, scale_up
    linkages.combine       one interval from several likely linkages
    methods.ask(name, table, Settings) and ask_all   by name, refusals as answers; METHODS lists the names
Everything at once
    checks.diagnose(table, Effort) -> Diagnostics    the screens in their order; `.answer`, `.headline`, `.as_json()`
    drawings.draw_ranges, draw_bars, draw_overlaps -> Drawing(svg, table)   drawings without a script
Answers
    answers.MethodAnswer(method, estimate, lower, upper, level, cautions, refusal, details), `.as_json()`
    answers.Caution(code, values) and NoEstimate(reason, values): codes are keys of CAUTIONS and REASONS, to be
    translated by whoever shows them; `.text` and `str()` are plain English

The same table, seed and settings give the same answer for any number of workers. Estimates count people, the
seen included. With `workers` above 1 processes are spawned, so the caller's main module must be importable.
"""
