"""The order of files inside an app: who may know whom, and where the files lie that an app has beside the usual ones.

An import points down or stays on its level. A file that is not in ORDER has a line in EXTRA with its level and why
it is there.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PRODUCT = ROOT / "tincay"
APPS = [
    "web", "log", "releases", "people", "directory", "vault", "reports", "intake", "estimates", "visit", "desk",
    "operations", "demo",
]  # fmt: skip
"""From the ground up, as import-linter has them."""
ORDER = [
    "urls", "views", "pages", "forms", "above actions", "permissions", "actions", "below actions", "queries", "models",
]  # fmt: skip
"""From the top down. "Above" and "below" are levels for extra files that are neither of their neighbours."""
ENTRANCES = {"management": "views", "apps": "urls", "templatetags": "pages"}
"""What the framework calls: commands are views without pages, tags are pieces of pages, apps.py starts it all."""
NO_CODE = {"__init__", "migrations"}
WRITING = {"above actions", "actions", "below actions"}
"""Levels that may write rows, of the own app only (tests/test_writers.py)."""

EXTRA = {
    "web.catalogues": ("actions", "makes the catalogues that translators work in: a developers' verb"),
    "web.context": ("pages", "what every page is given"),
    "web.ids": ("models", "where a row lies: knows no row"),
    "web.dates": ("models", "words for dates: knows no row"),
    "web.headers": ("views", "middleware: stands around views"),
    "web.in_the_clear": (
        "views",
        "which of the two servers answers: marks on views, and middleware around them",
    ),
    "web.json_views": ("views", "a view that answers a script"),
    "web.kept_pages": ("pages", "pages that are made once in a while: knows what none of them says"),
    "web.loader": ("views", "how templates are loaded: called by Django"),
    "web.logs": ("models", "what a log line may hold: knows no row"),
    "web.numbers": ("models", "how numbers are read and written: knows no row"),
    "web.packs": ("models", "the country's data, read once: files instead of rows"),
    "web.phones": ("models", "what a number dials: knows no row"),
    "web.process_lock": ("models", "a lock between processes: knows no row"),
    "web.sealed": ("models", "what keeps browser helpers from words: knows no row"),
    "web.security_log": ("models", "what the log says of safety: a closed list, knows no row"),
    "web.sqlite3": ("models", "how tables are made on SQLite: knows no row"),
    "web.postgresql": ("models", "whether a connection lives: knows no row"),
    "web.strict_json": ("models", "the shape of what browsers send: knows no row"),
    "web.time": ("queries", "asks which time it is"),
    "web.transactions": ("models", "what an action runs in: knows no row"),
    "web.work": ("models", "work that a sender's machine does: knows no row"),
    "log.archive": ("queries", "the public copy, as files"),
    "log.checkpointing": ("actions", "the end of the day: signs, then asks the witnesses"),
    "log.checks": ("queries", "compares every row with every other"),
    "log.keys": ("models", "the key file and the witnesses' lines: files instead of rows"),
    "log.resuming": ("actions", "takes the published log in again after a restore"),
    "log.sequencing": (
        "below actions",
        "gives queued leaves their places: called by actions that hold the head",
    ),
    "log.totals": ("queries", "counts steps, coarsely"),
    "log.witnesses": ("below actions", "speaks with witnesses; what they sign is kept by actions"),
    "releases.written_once": ("models", "triggers that migrations make"),
    "people.access": ("below actions", "ways in: sessions, device cookies, what colleagues are told of them"),
    "people.accounts": ("above actions", "what allauth asks us"),
    "people.activity": ("permissions", "middleware: the end of a session in which nobody did anything"),
    "people.crowd": ("models", "when work is asked of strangers' machines: knows no row"),
    "people.devices": ("above actions", "the cookie of a browser that somebody came in with"),
    "people.hashing": ("models", "how many passwords are hashed at once: knows no row"),
    "people.notices": ("permissions", "words of what the frame of every staff page shows"),
    "people.passwords": ("models", "which passwords are refused: knows no row"),
    "people.sessions": ("below actions", "where Django's sessions lie: the framework calls it"),
    "people.calls": ("actions", "who is called, and how often"),
    "people.channels": ("actions", "hands notices to the webhook and to the mail server"),
    "people.rights": ("models", "the names of rights: codes that rows are held against"),
    "people.tenancy": ("models", "what the sets of all models are made of"),
    "directory.numbers": (
        "queries",
        "whom to call: the pack's rows, and which of them somebody here has called",
    ),
    "directory.routing": (
        "models",
        "the signed statement in force: a file, and rows that have to say the same",
    ),
    "directory.signing": ("actions", "the install's own key signs where reports go: a file beside the data"),
    "vault.signed_keys": (
        "queries",
        "which keys of a desk follow from what was signed: rows alone make none",
    ),
    "vault.rekey": ("actions", "a desk's new key, in steps of one conversation"),
    "reports.additions": ("actions", "what she tells later"),
    "reports.application": ("actions", "applies facts to a report and its clocks, and logs them"),
    "reports.count_rows": ("actions", "what is counted, until nothing leads from it to a report"),
    "reports.clocks": ("below actions", "a report's clocks in hand: actions start, meet and save them"),
    "reports.consents": ("actions", "her words about consent"),
    "reports.deadlines": ("actions", "deadlines pause, go on and move"),
    "reports.ending": ("actions", "close, purge, delete: one table"),
    "reports.envelope": ("models", "the shape of what is sent: beside the rows that it becomes"),
    "reports.grants": ("below actions", "her words about consent, as far as they are proven to be hers"),
    "reports.messages": ("actions", "the thread"),
    "reports.new_code": ("actions", "a new code takes the old one's place"),
    "reports.receiving": ("actions", "how a report comes"),
    "reports.rewriting": (
        "below actions",
        "writes rows anew in no order, whosever they are: ending says which",
    ),
    "reports.schedule": ("actions", "a report's scheduled work"),
    "reports.signed_words": ("below actions", "her signature over what she sends later"),
    "reports.steps": ("actions", "one verb a stage"),
    "intake.tallies": ("actions", "counts that all processes share, each for an hour"),
    "intake.attempts": ("actions", "counts tries in a signed cookie"),
    "intake.consents": ("models", "which items a consent hands over: a table"),
    "intake.derivations": ("below actions", "counts and waits in memory: writes no row"),
    "intake.flood": ("actions", "lanes and work: what all processes count together, no row of its own"),
    "intake.labels": ("models", "words of coded answers: knows no row"),
    "intake.plain": (
        "pages",
        "the page's own script, for browsers without one: makes the envelope of the form",
    ),
    "intake.plain_pages": ("pages", "the pages without a script: what stands on which, and the review"),
    "intake.questions": ("models", "the questions, once: data that forms and pages are made from"),
    "intake.sentences": ("models", "what the way in says of how things stand: knows no row"),
    "intake.seal_on_server": ("actions", "seals what a browser without script typed"),
    "intake.seal_later": ("actions", "seals what a browser without script tells later"),
    "estimates.compute": ("models", "works a run out: touches no row"),
    "estimates.publishing": ("queries", "what may be said of a run, and whether it was said before"),
    "estimates.tables": ("models", "the shape of a table of counts: beside the rows that it becomes"),
    "estimates.texts": ("forms", "words of estimates, for forms and pages"),
    "estimates.worker": ("above actions", "a thread that takes runs up, one after another"),
    "desk.opened": ("permissions", "who acts has the desk's key open: the desk's second needs()"),
    "visit.consent_views": ("views", "what she allows: views"),
    "visit.allowing": ("pages", "the pages of consent"),
    "visit.new_code": ("queries", "what a new code takes over, sealed again where there is no script"),
    "visit.sealed": ("models", "sealed words with the wrap that her receipt opens"),
    "visit.reminders": ("pages", "words for who was reminded, and when"),
    "visit.sentences": ("pages", "the sentences of her pages, each with the state that makes it true"),
    "visit.stage_bar": ("pages", "the bar of stages: words for what happened and what comes"),
    "visit.tickets": (
        "below actions",
        "what the server would have to remember of a question, signed: no row",
    ),
    "visit.told_so_far": ("pages", "what she told so far, opened where there is no script"),
    "visit.telling": ("views", "telling more behind the code: pages that stand in a module of their own"),
    "visit.session": ("permissions", "who may come in: the receipt's needs()"),
    "operations.checks": ("above actions", "compares what was kept with what the log says"),
    "operations.emergency": (
        "views",
        "what is served while the database cannot be used: pages without a row",
    ),
    "operations.standing_in": (
        "views",
        "serves the emergency pages until the disk and the database can be used",
    ),
    "operations.health": ("above actions", "how the install is, and its scheduled work"),
    "operations.memory": ("models", "what the system may do with our memory: knows no row"),
    "operations.clock": ("queries", "whether this machine's clock is to be believed"),
    "operations.guards": ("above actions", "what has to be true before a command does anything"),
    "operations.network_file": ("queries", "the shape of the file that enrols a network"),
    "operations.postgres": ("models", "settings of PostgreSQL's own log: knows no row"),
    "operations.scheduled": ("actions", "the list of jobs, and one run of it"),
    "operations.serving": ("views", "starts the two web servers"),
    "operations.timer": ("above actions", "a thread that runs the list"),
    "demo.answers": ("queries", "answers of invented reports"),
    "demo.install": ("actions", "makes the demo through the product's own verbs"),
    "demo.rows": ("models", "the year's rows, worked out from totals: no database"),
    "demo.story": ("actions", "takes each step at its time"),
}


class Module(NamedTuple):
    """One Python file of an app. `name` is its first part below the app: "views" for desk/views/queue.py."""

    app: str
    name: str
    path: Path

    @property
    def level(self) -> str | None:
        """Its place in ORDER; None when nobody said."""
        if self.name in ORDER:
            return self.name
        return ENTRANCES.get(self.name) or EXTRA.get(f"{self.app}.{self.name}", (None,))[0]


def module_of(path: Path) -> Module:
    app, first, *_ = path.relative_to(PRODUCT).parts
    return Module(app, first.removesuffix(".py"), path)


def modules() -> Iterator[Module]:
    """Every Python file of the apps but migrations and empty ones."""
    for app in APPS:
        for path in sorted((PRODUCT / app).rglob("*.py")):
            if not NO_CODE & {part.removesuffix(".py") for part in path.relative_to(PRODUCT / app).parts}:
                yield module_of(path)


def upward_imports(code: str, module: Module) -> Iterator[tuple[int, str]]:
    """Lines of this file that import a file of the same app which stands above it; and which one."""
    level = module.level
    assert level is not None
    own = f"tincay.{module.app}"
    for node in ast.walk(ast.parse(code)):
        for name in _imported(node, own):
            other = Module(module.app, name, module.path).level
            if other is not None and ORDER.index(other) < ORDER.index(level):
                yield node.lineno, name  # type: ignore[attr-defined]


def _imported(node: ast.AST, own: str) -> Iterator[str]:
    """The first parts below the app of what a statement imports."""
    if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
        if node.module == own:
            yield from (alias.name for alias in node.names)
        elif node.module.startswith(f"{own}."):
            yield node.module.removeprefix(f"{own}.").split(".")[0]
    elif isinstance(node, ast.Import):
        for alias in node.names:
            if alias.name.startswith(f"{own}."):
                yield alias.name.removeprefix(f"{own}.").split(".")[0]
