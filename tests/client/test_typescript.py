"""The TypeScript client: it compiles strictly over the described calls, makes a film, and proves webhooks.

It is built by npm from its lock file; where there is no Node 20, or no package registry, that is said.
"""

import base64
import json
import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from tests.patience import PATIENCE
from tests.steps.clip_web import small_clip
from tests.system.conftest import ROOT, Abroll

SOURCE = Path("infra/clients/typescript")
DESCRIPTION = Path("shared/door/openapi.json")
LEAST_NODE = 20
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # the specification's own example
FILM = """
import { Abroll, AbrollError, verify } from "./dist/abroll.js";
const { url, key, signed, clip } = JSON.parse(process.argv[2]);
const abroll = new Abroll({ url, key });
const own = await abroll.uploadClip(Buffer.from(clip, "base64"));
const unfetched = await abroll.fetchClip("http://127.0.0.1:1/no").catch((failed) => failed);
const filmed = { visual_description: "A mug on a table", duration: 4 };
const order = { product_title: "Mug", preview: "gif", scenes: [filmed, { clip: own }] };
const priced = await abroll.price(order);
const outputs = [{ aspect_ratio: "9:16" }, { aspect_ratio: "1:1", brand: "none" }];
const dressed = await abroll.price({ ...order, outputs });
const unworn = await abroll.price({ ...order, outputs: [{ aspect_ratio: "9:16", brand: "easter" }] })
  .catch((failed) => failed);
const made = await abroll.create(order, "typescript-mug");
const again = await abroll.create(order, "typescript-mug");
const film = await abroll.wait(made.job_id);
const refused = await abroll.create({ ...order, colour: "red" }).catch((failed) => failed);
const genuine = await verify(signed.body, new Headers(signed.headers), [signed.secret]);
const forged = await verify(signed.body + " ", new Headers(signed.headers), [signed.secret]).catch((failed) => failed);
const files = [await abroll.download(made.job_id), await abroll.download(made.job_id, "gif")];
const none = await abroll.download(made.job_id, "webm").catch((failed) => failed);
const edit = await abroll.edit(made.job_id, { container: "mov", dry_run: true });
const said = await abroll.feedback(made.job_id, { score: 9, says: "Clear.", about: ["sound", "words"] });
const kept = await abroll.keep(made.job_id);
const free = await abroll.keep(made.job_id, false);
const gone = [await abroll.delete(made.job_id), await abroll.delete(made.job_id)];
const table = "product_title,scenes.0.visual_description,scenes.0.duration\\nMug,A mug on a table,4\\n";
const rows = await abroll.priceBatch(table);
const sent = await abroll.createBatch([order], { title: "Mugs" }, "typescript-mugs");
const stopped = await abroll.cancelBatch(sent.batch_id).catch((failed) => failed);
const ended = await abroll.waitForBatch(sent.batch_id);
const batch = { rows: rows.rows, same: (await abroll.batch(sent.batch_id)).title, ended: ended.status,
  stopped: stopped.status ?? stopped.code,
  lines: (await abroll.batchResults(sent.batch_id)).trim().split("\\n").length,
  films: (await abroll.list({ batch: sent.batch_id })).jobs.length, all: (await abroll.batches()).batches.length,
  deleted: (await abroll.deleteBatch(sent.batch_id)).deleted };
const sought = await abroll.get(made.job_id).catch((failed) => failed);
console.log(JSON.stringify({ batch, unfetched: unfetched.code, none: none.code, edit: edit.status,
  said, job: made.job_id,
  heads: files.map((each) => Buffer.from(each).subarray(0, 12).toString("latin1")),
  stays: [kept.expires_at === null, free.expires_at === null],
  gone: gone.map((each) => each.deleted), sought: sought.code,
  dressed: dressed.outputs.map((each) => [each.aspect_ratio, each.brand]), unworn: Object.keys(unworn.details),
  status: priced.status, same: made.job_id === again.job_id, ended: film.status, film: film.final_video_url,
  refused: [refused instanceof AbrollError, refused.code, Object.keys(refused.details)],
  genuine: genuine.type, forged: forged.code,
}));
"""

TYPED = """
import type { DryRun, Film, Job } from "./dist/abroll.js";
const outputs: NonNullable<Film["outputs"]> = [{ aspect_ratio: "9:16" }, { aspect_ratio: "9:16", brand: "christmas" }];
export const order: Film = { product_title: "Mug", outputs };
export const worn = (dry: DryRun, job: Job): (string | null)[] =>
  [...dry.outputs, ...job.outputs].map((each) => each.brand);
// @ts-expect-error A kit is called by its name.
export const numbered: Film = { product_title: "Mug", outputs: [{ aspect_ratio: "9:16", brand: 7 }] };
// @ts-expect-error Nothing is called so.
export const misspelt: Film = { product_title: "Mug", outputs: [{ aspect_ratio: "9:16", kit: "christmas" }] };
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which the client was built as its README says."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        pytest.skip("there is no Node on this machine")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    if int(re.sub(r"\D.*", "", version.strip().lstrip("v"))) < LEAST_NODE:
        pytest.skip(f"Node is {version.strip()}, and the client needs {LEAST_NODE}")
    root = tmp_path_factory.mktemp("typescript")
    folder = root / SOURCE
    shutil.copytree(ROOT / SOURCE, folder, ignore=shutil.ignore_patterns("node_modules", "dist", "schema.ts"))
    (root / DESCRIPTION).parent.mkdir(parents=True)
    shutil.copy(ROOT / DESCRIPTION, root / DESCRIPTION)
    fetched = subprocess.run(
        [npm, "ci", "--no-progress", "--ignore-scripts"], cwd=folder, capture_output=True, text=True, check=False
    )
    if fetched.returncode:
        pytest.skip(f"npm cannot fetch the compiler here: {fetched.stderr[-300:]}")
    made = subprocess.run([npm, "run", "-s", "build"], cwd=folder, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    return folder


def test_it_makes_a_film_and_proves_a_webhook(built: Path, abroll: Abroll) -> None:
    """Price, order twice under one key, wait, judge, keep, delete; a refusal by field; a webhook, and a changed one."""
    body = json.dumps({"type": "job.completed", "data": {}})
    now = datetime.now(tz=UTC)
    stamp = str(int(now.timestamp()))
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": stamp,
        "webhook-signature": Webhook(SECRET).sign("msg_1", now, body),
    }
    clip = base64.b64encode(small_clip(built)).decode()
    signed = {"body": body, "headers": headers, "secret": SECRET}
    given = {"url": abroll.url, "key": abroll.key, "signed": signed, "clip": clip}
    (built / "film.mjs").write_text(FILM, encoding="utf-8")

    ran = subprocess.run(
        [shutil.which("node") or "", "film.mjs", json.dumps(given)],
        cwd=built,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=PATIENCE * 4,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    told: dict[str, Any] = json.loads(ran.stdout)
    assert ("dry_run", True, "completed") == (told["status"], told["same"], told["ended"])
    assert [["9:16", None], ["1:1", None]] == told["dressed"]
    assert ["outputs.0.brand"] == told["unworn"]
    assert told["film"].startswith("http")
    assert ["ftyp", "GIF8"] == [told["heads"][0][4:8], told["heads"][1][:4]]
    assert ("dry_run", "not_found") == (told["edit"], told["none"])
    word = told["said"]["feedback"][0]
    assert (told["job"], 9, "Clear.", ["sound", "words"]) == (
        told["said"]["job_id"],
        *(word[name] for name in ("score", "says", "about")),
    )
    assert told["unfetched"] in ("validation_error", "not_a_clip")
    assert [True, "validation_error", ["colour"]] == told["refused"]
    assert ([True, False], [True, True]) == (told["stays"], told["gone"])
    batch = told["batch"]
    assert batch["ended"] in ("completed", "cancelled")
    assert batch["films"] == (1 if batch["ended"] == "completed" else 0)
    told_of = tuple(batch[name] for name in ("rows", "same", "lines", "deleted"))
    assert (1, "Mugs", 2, True) == told_of
    assert told["sought"] in ("job_deleted", "not_found")
    assert ("job.completed", "not_genuine") == (told["genuine"], told["forged"])


def test_a_films_kit_has_a_type(built: Path) -> None:
    """An output of an order, a price and a job has a kit; what is misspelt or no text does not compile."""
    (built / "typed.ts").write_text(TYPED, encoding="utf-8")
    strict = ("--noEmit", "--strict", "--module", "NodeNext", "--target", "ES2022", "--lib", "ES2022,DOM")
    sparing = "--skipDefaultLibCheck"  # the compiler's own 50,000 lines; ours are checked, half the time is saved

    ran = subprocess.run(
        [shutil.which("node") or "", "node_modules/typescript/bin/tsc", *strict, sparing, "typed.ts"],
        cwd=built,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, "") == (ran.returncode, ran.stdout)


def test_its_lock_names_no_registry() -> None:
    """Versions and hashes are pinned; where packages come from is the machine's own affair."""
    lock = json.loads((ROOT / SOURCE / "package-lock.json").read_text(encoding="utf-8"))

    packages = {name: row for name, row in lock["packages"].items() if name}
    assert packages
    assert all("integrity" in row and "resolved" not in row for row in packages.values())
