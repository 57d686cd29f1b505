"""What the phone's own code makes of words that are told later: taken by the server, read by the desk."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cast import NOW, Network, Reporter, again, base64_text, new_message_key
from tests.cast.ground import url64
from tests.patience import PATIENCE
from tincay.core.officials import ANSWERS
from tincay.directory.routing import in_force
from tincay.reports.additions import receive_addition
from tincay.reports.envelope import AdditionIn
from tincay.reports.models import Report
from tincay.reports.signed_words import record_json
from tincay.vault.queries import texts_in, wraps_for_receipt
from tincay.web.strict_json import read

pytestmark = [pytest.mark.client, pytest.mark.django_db]
CLIENT = Path(__file__).resolve().parents[1] / "client"
PHONE = """
import { makeAddition } from "./src/addition";
import { herWords } from "./src/authorship";
import { fromBase64url } from "./src/bytes";
import { Routing } from "./src/routing";
import { signingPublic } from "./src/sign";
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { told, all, receipt, key, kind, statements, before, routed, officials } = JSON.parse(Buffer.concat(chunks));
const signingSeed = fromBase64url(receipt.seed);
const words = await herWords(await signingPublic(signingSeed), statements);
const held = { locator: new Uint8Array(32), identity: receipt.identity, signingSeed };
const reported = { kind, words, before, routing: await Routing.read(routed), officials };
process.stdout.write(JSON.stringify(await makeAddition(told, all, held, key, reported)));
"""
BUILD = """
import { build } from "esbuild";
await build({
  stdin: { contents: process.argv[1], resolveDir: process.cwd() }, bundle: true, format: "esm", platform: "node",
  target: "node20", outfile: process.argv[2], logLevel: "warning",
  alias: { "@noble/post-quantum/hybrid.js": "./src/stubs/absent.ts", "@noble/curves/nist.js": "./src/stubs/absent.ts" },
});
"""


@pytest.fixture(scope="module")
def phone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The phone's code with the library's curves: a file for Node."""
    assert shutil.which("node"), "no Node: ./run client finds one"
    built = tmp_path_factory.mktemp("phone") / "phone.mjs"
    command = ["node", "--input-type=module", "-e", BUILD, PHONE, str(built)]
    subprocess.run(command, cwd=CLIENT, check=True, timeout=PATIENCE)
    return built


def made(phone: Path, reporter: Reporter, told: Mapping[str, Any], **before: Any) -> AdditionIn:
    report = reporter.report
    assert report
    asked = {
        "told": told,
        "all": {**before, **told},
        "receipt": {"identity": reporter.keys.identity, "seed": url64(reporter.keys.signing_seed)},
        "key": new_message_key(),
        "kind": "warning",
        "statements": record_json(again(report))["statements"],
        "before": [
            {
                "kind": row.compartment.kind,
                "of": row.compartment.recipient,
                "sealed": base64_text(bytes(row.sealed)),
                "texts": texts_in(report.id, row.compartment.recipient),
            }
            for row in wraps_for_receipt(report.id)
        ],
        "routed": in_force().for_page,
        "officials": sorted(ANSWERS),
    }
    done = subprocess.run(
        ["node", str(phone)],
        input=json.dumps(asked).encode(),
        capture_output=True,
        check=True,
        timeout=PATIENCE,
    )
    return read(AdditionIn, done.stdout)


def add(phone: Path, reporter: Reporter, told: Mapping[str, Any], **before: Any) -> Report:
    addition = made(phone, reporter, told, **before)
    assert reporter.report
    receive_addition(report=again(reporter.report), addition=addition, sealed_by="browser", now=NOW)
    return again(reporter.report)


def test_the_server_takes_what_the_phone_adds_and_the_desk_reads_it(
    phone: Path, reporter: Reporter, network: Network
) -> None:
    reporter.send(words="Lời kể", grants=[reporter.grant("store_sealed")])
    told = {"words": ["Còn nữa"], "danger": ["now"], "contact": ["0900"]}
    report = add(phone, reporter, told, place=["M01"])
    assert report.priority == "p0"
    assert [one["words"] for one in network.helper.open(report)] == ["Lời kể", "Còn nữa"]
    assert network.helper.open(report, "contact")[-1]["fields"] == {"contact": "0900"}
    report = add(phone, reporter, {"words": ["Rồi đi"], "place": ["M02"]})
    assert report.desk.code == "ben-song-tiep-nhan"
    told_so_far = ["Lời kể", "Còn nữa", "Rồi đi"]
    assert [one["words"] for one in network.stranger.open(report)] == told_so_far
    assert network.helper.open(report) == []
    fresh = reporter.change_code()
    report = add(phone, fresh, {"words": ["Với mã mới"]}, place=["M02"])
    assert [one["words"] for one in network.stranger.open(report)] == [*told_so_far, "Với mã mới"]


def test_after_her_words_were_erased_the_server_takes_new_ones(
    phone: Path, reporter: Reporter, network: Network
) -> None:
    report = reporter.send(words="Lời kể", retention_class="r0_now")
    network.helper.bring(report, "answered")
    report = add(phone, reporter, {"words": ["Còn nữa"]}, place=["M01"])
    assert [one["words"] for one in network.helper.open(report)] == ["Còn nữa"]
