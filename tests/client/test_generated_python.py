"""A client for Python that openapi-python-client makes out of the description: it has every call, and makes a film."""

import compileall
import json
import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.patience import PATIENCE
from tests.system.conftest import ROOT, Abroll

DESCRIPTION = ROOT / "shared" / "door" / "openapi.json"
PLAIN = "post_hooks: []\n"  # what it would run afterwards only makes its files prettier
FILM = """
import json, sys, time
from io import BytesIO
from abroll_client import AuthenticatedClient
from abroll_client.api.default import get_jobs_job, post_create_job, post_tenant_uploads
from abroll_client.models import Accepted, DryRun, FilmBody, Job, Problem, SceneBody, Uploaded
from abroll_client.types import File

given = json.loads(sys.argv[1])
client = AuthenticatedClient(base_url=given["url"], token=given["key"], timeout=given["patience"])
photo = post_tenant_uploads.sync(client=client, body=File(payload=BytesIO(open(given["photo"], "rb").read())))
assert isinstance(photo, Uploaded), photo
scene = SceneBody(visual_description="A mug on a table", duration=4)
body = FilmBody(product_title="Mug", image=photo.image, scenes=[scene])
made = post_create_job.sync(client=client, body=body, idempotency_key="generated-mug")
again = post_create_job.sync(client=client, body=body, idempotency_key="generated-mug")
assert isinstance(made, Accepted) and isinstance(again, Accepted), (made, again)
body.dry_run = True
priced = post_create_job.sync(client=client, body=body)
until = time.monotonic() + given["patience"]
while True:
    job = get_jobs_job.sync(made.job_id, client=client)
    assert isinstance(job, Job), job
    if job.final_video_url or job.error or time.monotonic() > until:
        break
    time.sleep(0.2)
refused = post_create_job.sync(client=client, body=FilmBody(product_title="Mug", scenes=[]))
print(json.dumps({
    "priced": isinstance(priced, DryRun), "same": made.job_id == again.job_id, "ended": job.status,
    "film": job.final_video_url, "refused": isinstance(refused, Problem) and refused.error,
}))
"""


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the client. A form of a body it cannot write (CSV) is a warning; the call has its others."""
    root = tmp_path_factory.mktemp("generated")
    (root / "plain.yaml").write_text(PLAIN, encoding="utf-8")
    asked = ["--path", str(DESCRIPTION), "--config", str(root / "plain.yaml"), "--output-path", str(root / "python")]
    done = subprocess.run(
        [sys.executable, "-m", "openapi_python_client", "generate", *asked],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    return root / "python"


def test_every_call_is_in_it(generated: Path) -> None:
    """Each operation of the description has its module, and all that was made compiles."""
    paths = json.loads(DESCRIPTION.read_text(encoding="utf-8"))["paths"]
    calls = {call["operationId"] for each in paths.values() for call in each.values()}

    assert calls <= {each.stem for each in (generated / "abroll_client" / "api").rglob("*.py")}
    assert compileall.compile_dir(generated, quiet=1)


def test_it_makes_a_film(generated: Path, abroll: Abroll, tmp_path: Path) -> None:
    """It uploads a photo, orders twice under one key, prices, and reads until the film is there; a refusal is one."""
    photo = BytesIO()
    Image.new("RGB", (640, 640), "#c05030").save(photo, "PNG")
    (tmp_path / "photo.png").write_bytes(photo.getvalue())
    given = {"url": abroll.url, "key": abroll.key, "photo": str(tmp_path / "photo.png"), "patience": PATIENCE}

    ran = subprocess.run(
        [sys.executable, "-c", FILM, json.dumps(given)],
        cwd=generated,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=PATIENCE * 4,
        check=False,
    )

    assert 0 == ran.returncode, ran.stderr
    told: dict[str, Any] = json.loads(ran.stdout)
    assert (True, True, "completed") == (told["priced"], told["same"], told["ended"])
    assert told["film"].startswith("http")
    assert "validation_error" == told["refused"]
