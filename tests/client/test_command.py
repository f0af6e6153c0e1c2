"""The command against a running abroll: what it prints, how it ends, and that an interrupted order is one film."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.patience import PATIENCE
from tests.steps.clip_web import small_clip
from tests.system.conftest import ROOT, Abroll

PHOTO = ROOT / "infra" / "local" / "samples" / "coffee.jpg"
SCENE = {"visual_description": "A cup on a counter", "duration": 4}


class Shell:
    """Somebody who types commands, with a home of their own."""

    def __init__(self, abroll: Abroll, folder: Path) -> None:
        self.abroll = abroll
        self.folder = folder
        self.environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("ABROLL_")},
            "ABROLL_HOME": str(folder / "home"),
            "ABROLL_URL": abroll.url,
            "ABROLL_KEY": abroll.key,
            "PYTHONPATH": str(ROOT),
        }

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start a command."""
        return subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "shared.client.commands.main", *arguments],
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, said: str = "") -> tuple[int, Any, Any]:
        """Run a command; return its exit code, and the JSON of stdout and of stderr."""
        out, err = (process := self.start(*arguments)).communicate(said, PATIENCE)
        return process.returncode, json.loads(out) if out else None, json.loads(err) if err else None

    def order(self, **fields: Any) -> str:
        """Write an order's file; return its name."""
        body = {"product_title": "Mug", "aspect_ratio": "9:16", "scenes": [SCENE], **fields}
        (self.folder / "order.json").write_text(json.dumps(body), encoding="utf-8")
        return "order.json"


@pytest.fixture
def shell(abroll: Abroll, tmp_path: Path) -> Shell:
    """Return somebody with a key in the environment and nothing kept."""
    return Shell(abroll, tmp_path)


def films(abroll: Abroll, product: str) -> Sequence[Mapping[str, Any]]:
    listed: Sequence[Mapping[str, Any]] = abroll.http.get("/jobs", params={"product_id": product}).json()["jobs"]
    return listed


def test_a_film_from_a_photo(shell: Shell) -> None:
    """With a clip of one's own, by one command; then its further files are fetched, it is listed, billed and told."""
    order = shell.order(product_id="cli-film")
    small_clip(shell.folder)

    further = ("--clip", "2=red.mp4", "--container", "mov", "--preview", "gif")
    code, job, err = shell.run("make", order, "--photo", str(PHOTO), *further, "--yes", "-o", "film.mp4")
    files = shell.run("download", job["id"], "film.mov", "film.gif")

    assert (0, None) == (code, err)
    assert "completed" == job["status"]
    assert b"ftyp" == (shell.folder / "film.mp4").read_bytes()[4:8]
    assert (0, {"files": ["film.mov", "film.gif"]}, None) == files
    assert b"GIF89a" == (shell.folder / "film.gif").read_bytes()[:6]
    assert [job["id"]] == [row["id"] for row in shell.run("ls", "--product", "cli-film")[1]]
    bill, story = shell.run("bill", job["id"])[1], shell.run("timeline", job["id"])[1]
    assert job["cost"]["paid_by_us"] == bill["paid_by_us"]
    assert story["events"]
    assert [] == list((shell.folder / "home" / "purchases").iterdir())


def test_the_pages_example_makes_a_film(shell: Shell) -> None:
    """The Python of the client's page, as it stands there, installed under the name it is published by."""
    page = (ROOT / "shared" / "client" / "README.md").read_text(encoding="utf-8")
    example = page.partition("```python\n")[2].partition("```")[0]
    (shell.folder / "cup.jpg").write_bytes(PHOTO.read_bytes())
    (shell.folder / "abroll_client").symlink_to(ROOT / "shared" / "client")

    done = subprocess.run(
        [sys.executable, "-c", example],
        cwd=shell.folder,
        env=shell.environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )

    assert (0, "") == (done.returncode, done.stderr)
    assert b"ftyp" == (shell.folder / "film.mp4").read_bytes()[4:8]


def test_an_order_of_another_tenant_is_not_gone_on_with(shell: Shell) -> None:
    """Keys that begin alike are two keys: the same file under the other one finds no order that was begun."""
    order = ["make", shell.order(product_id="cli-keys"), "--yes", "--wait", "--timeout", "0"]
    begun = shell.run(*order)[2]["job_id"]

    shell.environ["ABROLL_KEY"] = shell.abroll.key[:-1] + ("0" if shell.abroll.key[-1] != "0" else "1")
    other = shell.run(*order)
    shell.environ["ABROLL_KEY"] = shell.abroll.key
    again = shell.run(*order)

    assert (3, "unauthorized") == (other[0], other[2]["error"])
    told = again[1] or again[2]  # done by now, or not yet
    assert begun in (told.get("id"), told.get("job_id"))


def test_a_film_is_kept_and_deleted(shell: Shell) -> None:
    """Kept, it says no end; nothing is deleted unasked; deleted, it is found no more."""
    job = shell.run("make", shell.order(product_id="cli-gone"), "--yes")[1]["job_id"]
    shell.run("cancel", job)

    kept = shell.run("keep", job)[1]
    unasked = shell.run("delete", job)
    gone = shell.run("delete", job, "--yes")

    assert (None, True) == (kept["expires_at"], kept["keep"])
    assert (1, "not_agreed") == (unasked[0], unasked[2]["error"])
    assert (0, True, job) == (gone[0], gone[1]["deleted"], gone[1]["job_id"])
    assert "not_found" == shell.run("show", job)[2]["error"]


def test_many_are_shown_before_they_are_tried_again_or_stopped(shell: Shell) -> None:
    """By a filter: the price first and nothing bought unasked; with --yes each is, and can be stopped together."""
    order = shell.order(product_id="cli-many", scenes=[{**SCENE, "visual_description": "A cup [[slow:3600]]"}])
    jobs = {shell.run("make", order, "--yes")[1]["job_id"] for _ in range(2)}  # whose clips take the hour
    stopped = shell.run("cancel", "--product", "cli-many", "--yes")
    retry = ("retry", "--status", "cancelled", "--product", "cli-many")

    unasked, done = shell.run(*retry), shell.run(*retry, "--yes")
    again = shell.run("cancel", "--product", "cli-many", "--yes")

    each_is = {word: (0, {(job, word) for job in jobs}) for word in ("cancelled", "retried")}
    assert each_is["cancelled"] == results(stopped) == results(again)
    assert (1, "not_agreed") == (unasked[0], unasked[2]["error"])
    assert "2 films, for at most $" in unasked[2]["message"]
    assert each_is["retried"] == results(done)
    assert 2 == shell.run("retry")[0]


def results(told: tuple[int, Any, Any]) -> tuple[int, set[tuple[str, str]]]:
    """Return a bulk command's exit code, and each film with what became of it."""
    code, out, _ = told
    return code, {(row["id"], row["result"]) for row in out["jobs"]}


def test_a_table_becomes_films_at_the_price_that_was_shown(shell: Shell) -> None:
    """Unseen nothing is ordered; agreed to, each row is a film, its results stand in a file, the batch is listed."""
    table = "product_id;product_title;scenes.0.visual_description;scenes.0.duration;aspect_ratio\r\n"
    table += "a;=Mug;A cup on a counter;4;9:16\r\nb;Pot;A pot on a counter;4;9:16\r\n"
    (shell.folder / "films.csv").write_bytes(b"\xef\xbb\xbf" + table.encode())

    unseen, _, told = shell.run("batch", "films.csv")
    code, batch, _ = shell.run("batch", "films.csv", "--yes", "--title", "Spring", "-o", "results.csv")
    _, listed, _ = shell.run("batches")

    _, films, _ = shell.run("ls", "--batch", batch["batch_id"])
    forgotten, _, _ = shell.run("batches", batch["batch_id"], "--delete")
    _, left, _ = shell.run("batches")

    assert ({batch["batch_id"]}, 0, []) == ({each["batch_id"] for each in films}, forgotten, left)
    assert (1, "not_agreed", 0, "completed") == (unseen, told["error"], code, batch["status"])
    lines = list(csv.DictReader((shell.folder / "results.csv").read_text(encoding="utf-8").splitlines()))
    assert [("a", "'=Mug", "completed"), ("b", "Pot", "completed")] == [
        (line["product_id"], line["product_title"], line["status"]) for line in lines
    ]
    assert (batch["batch_id"], "Spring") == (listed[0]["batch_id"], listed[0]["title"])
    assert float(batch["max_cost_usd"]) >= float(batch["cost"]["paid_by_us"]) > 0


def test_who_can_be_filmed_is_listed(shell: Shell) -> None:
    """Looks and voices with their filters; a filter nobody knows is refused in words."""
    shell.run("accounts", "put", "heygen", said="hg_demo_key")
    found, voices = shell.run("avatars", "ana", "--provider", "heygen"), shell.run("voices", "--language", "English")
    strange = shell.run("avatars", "--provider", "acme")

    assert (0, 0) == (found[0], voices[0])
    assert {"heygen"} == {each["provider"] for each in found[1]["avatars"]}
    assert voices[1]["voices"]
    assert (1, "validation_error") == (strange[0], strange[2]["error"])


def test_what_was_used_is_told(shell: Shell) -> None:
    """A page of films, and their sums."""
    code, told, _ = shell.run("usage", "--limit", "1")

    assert 0 == code
    assert {"films", "film_seconds", "credits_used", "by_vendor"} <= told.keys()


def test_everything_is_taken_away_as_lines(shell: Shell) -> None:
    """Into a file, a line of JSON a record, whole pages through; the key that asks is not in it."""
    done = shell.run("export", "-o", "mine.jsonl")

    text = (shell.folder / "mine.jsonl").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    assert (0, None, None) == done
    assert ["tenant", "changes"] == [lines[0]["kind"], lines[-1]["kind"]]
    assert shell.abroll.key not in text


def test_an_endpoint_is_made_tested_and_removed(shell: Shell) -> None:
    """What was sent there is told with its answer, listed, shown and sent anew; gone, it takes no test."""
    began = datetime.now(UTC).isoformat()
    none = shell.run("webhooks", "test")
    made = shell.run("webhooks", "add", "http://127.0.0.1:9/hook", "--event", "job.failed")[1]
    code, sent, err = shell.run("webhooks", "test")
    again = shell.run("webhooks", "replay", "--since", began, "--endpoint", made["id"])
    shown = shell.run("webhooks", "show", sent["id"])[1]

    listed = shell.run("webhooks", "ls")[1]["webhooks"]
    deliveries = shell.run("webhooks", "deliveries")[1]["deliveries"]
    removed = shell.run("webhooks", "rm", made["id"])
    gone = shell.run("webhooks", "test", made["id"])

    assert [["job.failed"]] == [each["events"] for each in listed if each["id"] == made["id"]]
    assert (1, "given_up", None, "not_delivered") == (code, sent["state"], sent["answer_status"], err["error"])
    assert "endpoint.test" == sent["payload"]["type"] == shown["payload"]["type"]
    assert (0, {"replayed": 1}, None) == again
    assert sent["id"] in [each["id"] for each in deliveries]
    assert (1, "no_endpoint", 0, 1, "not_found") == (none[0], none[2]["error"], removed[0], gone[0], gone[2]["error"])


def test_nothing_is_ordered_unseen(shell: Shell) -> None:
    """Without --yes, and nobody there to ask, the price is said and nothing is bought."""
    code, out, err = shell.run("make", shell.order(product_id="cli-unseen"))

    assert (1, None, "not_agreed") == (code, out, err["error"])
    assert "$" in err["message"]
    assert "--yes" in err["next_move"]
    assert [] == films(shell.abroll, "cli-unseen")


def test_a_price_is_told(shell: Shell) -> None:
    """`price` takes the order on stdin as well."""
    body = json.dumps({"product_title": "Mug", "scenes": [SCENE]})

    code, told, _ = shell.run("price", "-", said=body)

    assert (0, "dry_run") == (code, told["status"])


def test_a_killed_order_is_gone_on_with(shell: Shell) -> None:
    """A kill -9 at any moment of `make`, before the order or after it: a film for each command that came to its end."""
    order = ["make", shell.order(product_id="cli-killed"), "--photo", str(PHOTO), "--yes", "--wait"]
    ended = 0
    for has_job in (False, True, False, True):
        process = shell.start(*order)
        while process.poll() is None and not begun(shell, has_job):
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        ended += process.returncode == 0

    codes = [shell.run(*order)[0], shell.run(*order)[0]]

    assert [0, 0] == codes
    assert ended + 2 == len(films(shell.abroll, "cli-killed"))


def begun(shell: Shell, has_job: bool) -> bool:
    """Tell whether an order's key is on the disk, and whether its job is known."""
    files = (shell.folder / "home" / "purchases").glob("*.json")
    try:
        return any(json.loads(file.read_text("utf-8"))["job"] or not has_job for file in files)
    except FileNotFoundError:
        return False


def test_a_wait_that_ends_early_is_no_failure(shell: Shell) -> None:
    """Exit code 4, the job's id, and the word not to order again; the same command goes on with the job."""
    order = ["make", shell.order(product_id="cli-late"), "--yes", "--wait"]

    code, out, err = shell.run(*order, "--timeout", "0")

    assert (4, None, "still_running") == (code, out, err["error"])
    assert err["job_id"] == shell.run(*order)[1]["id"]
    assert [err["job_id"]] == [row["id"] for row in films(shell.abroll, "cli-late")]


def test_a_refused_order_says_every_field(shell: Shell) -> None:
    """As the API says it; the next try is a new order."""
    code, _, err = shell.run("make", shell.order(aspect_ratio="2:3", captions="maybe"), "--yes")

    assert (1, "validation_error", {"aspect_ratio", "captions"}) == (code, err["error"], set(err["details"]))


@pytest.mark.parametrize(
    "arguments",
    [
        ("make",),
        ("make", "missing.json"),
        ("make", "order.json", "--photo", "missing.jpg"),
        ("make", "order.json", "--clip", "cup.mp4"),
        ("edit", "6f0d9a54-3f0b-4f7a-8f5d-0a4b1c2d3e4f"),
        ("nothing",),
        ("ls", "--status", "lost"),
        ("ls", "-n", "0"),
        ("show",),
        ("wait", "6f0d9a54-3f0b-4f7a-8f5d-0a4b1c2d3e4f", "--timeout", "-1"),
        ("webhooks", "listen"),
        ("webhooks", "listen", "--forward-to", "localhost:3000/hook"),
        ("webhooks", "listen", "--forward-to", "http://127.0.0.1:9/hook", "--events", "job.progress"),
        ("webhooks", "replay"),
    ],
)
def test_wrong_usage_is_2(shell: Shell, arguments: Sequence[str]) -> None:
    """One JSON object on stderr, with the help that helps."""
    shell.order()

    code, out, err = shell.run(*arguments)

    assert (2, None, "usage") == (code, out, err["error"])
    assert "--help" in err["next_move"]


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"\xff\xfe{", b"[" * 100_000, b" " * 1_048_577, b'"order"'])
def test_a_file_that_is_no_order_is_2(shell: Shell, text: bytes) -> None:
    """No JSON, no object, too large: said before anything is sent."""
    (shell.folder / "wrong.json").write_bytes(text)

    code, _, err = shell.run("make", "wrong.json", "--yes")

    assert (2, "usage") == (code, err["error"])


def test_a_wrong_key_is_3(shell: Shell) -> None:
    """Told apart from everything else, for scripts."""
    shell.environ["ABROLL_KEY"] = "abr_live_nobody.secret"

    code, _, err = shell.run("whoami")

    assert (3, "unauthorized") == (code, err["error"])


def test_no_film_of_that_name_is_1(shell: Shell) -> None:
    """Well-formed or not."""
    assert {(1, "not_found")} == {
        (code, err["error"])
        for code, _, err in (shell.run("show", job) for job in ("6f0d9a54-3f0b-4f7a-8f5d-0a4b1c2d3e4f", "../tenant"))
    }


def test_nowhere_to_call_is_said(shell: Shell) -> None:
    """Before login, and with half of it."""
    del shell.environ["ABROLL_URL"]

    code, _, err = shell.run("ls")

    assert (1, "no_address") == (code, err["error"])
    assert "abroll login" in err["next_move"]


def test_login_keeps_the_key_for_this_user_only(shell: Shell) -> None:
    """It is tried first, kept unreadable for others, used afterwards, and forgotten by logout."""
    key, url = shell.environ.pop("ABROLL_KEY"), shell.environ.pop("ABROLL_URL")
    file = shell.folder / "home" / "login.json"

    assert 3 == shell.run("login", "--url", url, said="abr_live_wrong.key\n")[0]
    assert not file.exists()
    assert 0 == shell.run("login", "--url", url, said=f"{key}\n")[0]
    assert 0o600 == file.stat().st_mode & 0o777
    assert 0 == shell.run("whoami")[0]
    assert 0 == shell.run("logout")[0]
    assert not file.exists()
    assert 1 == shell.run("whoami")[0]


def test_a_title_cannot_steer_a_terminal(shell: Shell) -> None:
    """Escape sequences of a film's title are shown, not obeyed."""
    order = shell.order(product_title="Mug \u202e2J", product_id="cli-escape")
    job = shell.run("make", order, "--yes")[1]["job_id"]

    process = shell.start("--human", "show", job)
    out, _ = process.communicate("", PATIENCE)

    assert 0 == process.returncode
    assert "Mug �2J" in out
