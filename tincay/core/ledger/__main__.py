"""`python -m tincay.core.ledger`: check a proof file, a promise or a copy of the log, without any server."""

import argparse
import sys
import tarfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tincay.core.ledger.audit import Audited, audit, check_promise
from tincay.core.ledger.evidence import check_day, verify_evidence
from tincay.core.ledger.leaf import open_leaf
from tincay.core.ledger.note import parse_note
from tincay.core.ledger.policy import Policy, Seen, parse_policy
from tincay.core.ledger.promise import open_promise
from tincay.core.ledger.proof import parse_proof


def main(argv: Sequence[str] | None = None) -> int:
    """0 when everything holds, 1 when something does not, 2 when a file could not be read."""
    arguments = _parser().parse_args(argv)
    try:
        lines = arguments.answer(arguments)
    except (ValueError, tarfile.TarError) as wrong:
        print(f"KHÔNG HỢP LỆ · invalid: {wrong}")
        return 1
    except OSError as wrong:
        print(f"Không đọc được · cannot read: {wrong.filename}", file=sys.stderr)
        return 2
    print("HỢP LỆ · valid")
    print("\n".join(lines))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tincay.core.ledger", description=__doc__)
    commands = parser.add_subparsers(required=True)
    verify = commands.add_parser("verify", help="a proof file (log-proof.txt)")
    verify.add_argument("--opening", type=Path, help="the opening, when the proof file does not hold it")
    promise = commands.add_parser("promise", help="a promise; with --log also whether it was kept")
    copy = commands.add_parser("audit", help="a copy of the whole log, as downloaded")
    for command, answer in ((verify, _verify), (promise, _promise), (copy, _audit)):
        command.add_argument("file", type=Path)
        command.add_argument("--policy", type=Path, help="whom you trust; otherwise the file's own policy")
        command.add_argument("--log", type=Path, help="a downloaded copy of the log")
        command.add_argument(
            "--earlier", type=Path, action="append", default=[], help="a checkpoint you kept"
        )
        command.set_defaults(answer=answer)
    return parser


def _verify(arguments: argparse.Namespace) -> list[str]:
    policy = _policy(arguments)
    if arguments.opening:
        return _verify_apart(arguments, policy)
    verified = verify_evidence(_text(arguments.file), policy)
    kept = [verified.policy.check(parse_note(_text(path))) for path in arguments.earlier]
    if arguments.log:
        kept += _audited(arguments.log, arguments, verified.policy).history
    check_day(verified, kept)
    facts = [f"{name}: {value}" for name, value in verified.opened.event.items()]
    return [*facts, f"leaf {verified.index}", *_seen(verified.seen, verified.policy)]


def _verify_apart(arguments: argparse.Namespace, policy: Policy | None) -> list[str]:
    if policy is None:
        raise ValueError("a bare proof needs --policy")
    proof = parse_proof(_text(arguments.file))
    opened = open_leaf(_text(arguments.opening))
    return [f"leaf {proof.index}", *_seen(proof.verify(opened.leaf_hash, policy), policy)]


def _promise(arguments: argparse.Namespace) -> list[str]:
    audited = _audited(arguments.log, arguments, _policy(arguments)) if arguments.log else None
    policy = audited.policy if audited else _policy(arguments)
    if policy is None:
        raise ValueError("a promise needs --policy or --log")
    if not policy.logs:
        raise ValueError("the policy names no log")
    promise = open_promise(_text(arguments.file), policy.logs[0])
    if audited is None:
        return [f"week {promise.week}"]
    index = check_promise(promise, audited)
    return [f"week {promise.week}", _standing(index, audited)]


def _standing(index: int | None, audited: Audited) -> str:
    if index is not None:
        return f"leaf {index}"
    if audited.seen.latest is None:
        return "Chưa thể biết: bên ngoài chưa ai thấy · cannot be told: nobody outside has seen it"
    return "not due yet"


def _audit(arguments: argparse.Namespace) -> list[str]:
    audited = _audited(arguments.file, arguments, _policy(arguments))
    earlier = f"{len(audited.history)} earlier checkpoints"
    return [f"{len(audited.leaf_hashes)} leaves", earlier, *_seen(audited.seen, audited.policy)]


def _audited(path: Path, arguments: argparse.Namespace, policy: Policy | None) -> Audited:
    return audit(_files(path), trusted=policy, earlier=[_text(kept) for kept in arguments.earlier])


def _seen(seen: Seen, policy: Policy) -> list[str]:
    lines = [f"log {seen.log.vkey}", f"size {seen.checkpoint.size}"]
    lines += [f"witness {name} {_time(time)}" for name, time in seen.times.items()]
    if not policy.has_quorum:
        lines.append("Chưa có nhân chứng bên ngoài · nobody outside has seen it")
    elif not seen.quorum_met:
        lines.append("Chưa đủ nhân chứng · fewer witnesses than the policy asks for")
    return lines


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _policy(arguments: argparse.Namespace) -> Policy | None:
    return parse_policy(_text(arguments.policy)) if arguments.policy else None


def _text(path: Path) -> str:
    """The file as it is: no translation of line ends, which would hide a changed character."""
    return path.read_bytes().decode()


def _files(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as archive:
        members = ((member.name, archive.extractfile(member)) for member in archive if member.isfile())
        return {name: content.read() for name, content in members if content}


if __name__ == "__main__":
    sys.exit(main())
