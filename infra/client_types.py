"""The client's types, printed from the OpenAPI description; `--write` refreshes `shared/client/schemas.py`."""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DESCRIPTION = ROOT / "shared" / "door" / "openapi.json"
TYPES = ROOT / "shared" / "client" / "schemas.py"
HEADER = '"""What abroll takes and answers, as types; printed by `python -m infra.client_types --write`."""'
OPTIONS = (
    *("--input-file-type", "openapi", "--output-model-type", "typing.TypedDict", "--no-use-closed-typed-dict"),
    *("--target-python-version", "3.11", "--enum-field-as-literal", "all", "--use-union-operator"),
    *("--use-standard-collections", "--use-schema-description", "--use-single-line-docstring"),
    *("--formatters", "ruff-check", "ruff-format", "--custom-file-header", HEADER),
)


def printed() -> str:
    """Return the types' module."""
    with tempfile.TemporaryDirectory() as folder:
        module = Path(folder) / "schemas.py"
        named = ("--input", str(DESCRIPTION), "--output", str(module))
        command = [sys.executable, "-m", "datamodel_code_generator", *named, *OPTIONS]
        subprocess.run(command, check=True, cwd=ROOT)  # noqa: S603 - our own interpreter, our own words
        return module.read_text(encoding="utf-8")


def main() -> None:
    """Print the module, or write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="refresh the file")
    if parser.parse_args().write:
        TYPES.write_text(printed(), encoding="utf-8")
    else:
        sys.stdout.write(printed())


if __name__ == "__main__":
    main()
