"""What the deployment's files say, read as text and JSON: no HCL parser is among the project's packages."""

import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
INFRA = ROOT / "infra"


def table() -> dict[str, Any]:
    """Return infra/functions.json."""
    found: dict[str, Any] = json.loads((INFRA / "functions.json").read_text("utf-8"))
    return found


def functions() -> dict[str, Any]:
    """Return the table's functions by name."""
    found: dict[str, Any] = table()["functions"]
    return found


def indexes() -> dict[str, Any]:
    """Return infra/firestore.indexes.json."""
    found: dict[str, Any] = json.loads((INFRA / "firestore.indexes.json").read_text("utf-8"))
    return found


def terraform() -> dict[str, str]:
    """Return every Terraform file's text by its name below infra/, without comments: the project's and the owner's."""
    return {
        path.relative_to(INFRA).as_posix(): re.sub(r"(?m)(^|\s)#.*$", "", path.read_text("utf-8"))
        for path in (*sorted(INFRA.glob("*.tf")), *sorted(INFRA.glob("owner/*.tf")))
    }


def builds() -> dict[str, str]:
    """Return the text of each of Cloud Build's files by its name."""
    return {path.name: path.read_text("utf-8") for path in sorted(ROOT.glob("cloudbuild*.yaml"))}


def block(text: str, opening: str) -> str:
    """Return what stands between the braces that `opening` ends with."""
    start = text.index(opening) + len(opening)
    depth, at = 1, start
    while depth:
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        at += 1
    return text[start : at - 1]
