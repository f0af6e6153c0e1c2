"""The types of the fields customers send: lengths, ranges and forms, each with a sentence of its own when wrong."""

import re
import unicodedata
from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from shared.pipeline.plan.ssml import Passage, read_script

LONGEST_URL = 8192  # signed links carry their signer's whole session
PERSONA = r"[a-z0-9][a-z0-9_-]{0,39}"  # of a name in a path and in an order
A_PERSONA = "must be a persona's name: 1 to 40 of a-z, 0-9, - and _, the first a letter or digit"
TEMPLATE = r"[a-z0-9][a-z0-9_-]{0,39}"  # of a template's name in a path
A_TEMPLATE = "must be a template's name: 1 to 40 of a-z, 0-9, - and _, the first a letter or digit"
A_LABEL = f"{A_TEMPLATE}; @3 behind it names the third version"  # as an order names a template
A_BRAND = "must be a brand kit's name: 1 to 40 of a-z, 0-9, - and _, the first a letter or digit"
OF_VERSION = r"(@[1-9][0-9]{0,5})?"  # of a template, as an order may name it
SCHEMES = "schemes"  # key of the validation context: which schemes a link may have

JUDGE = "judge"  # key of the validation context: what is wrong with where a link leads
Judge = Callable[[str], str | None]


def _written(text: str) -> str:
    if all(unicodedata.category(character)[0] in "ZC" for character in text):
        raise ValueError("is blank: give a text, or leave the field out")
    return text


def _written_or_none(text: str) -> str:
    return _written(text) if text else text


def _spoken(script: str) -> str:
    said = "".join(part.said for part in read_script(_written(script)) if isinstance(part, Passage))
    if all(unicodedata.category(character)[0] in "ZCP" for character in said):
        raise ValueError("has no words to speak: give some, or leave the field out")
    return script


def _one_line(text: str) -> str:
    if not _written(text).isprintable():
        raise ValueError("must be one line of printable characters")
    return text


def _unreserved(name: str) -> str:
    if name.startswith("__") and name.endswith("__"):  # Firestore keeps such field names for itself
        raise ValueError("must not have a name between double underscores")
    return name


def _link(text: str, info: ValidationInfo) -> str:
    schemes = (info.context or {}).get(SCHEMES, ("https",))
    wanted = (
        f"must be a link that begins with {' or '.join(f'{scheme}://' for scheme in sorted(schemes, reverse=True))}"
    )
    try:
        parts = urlsplit(text)
        port_fits = parts.port != 0
    except ValueError as wrong:
        raise ValueError(f"{wanted} and has a valid host and port") from wrong
    if parts.scheme not in schemes or not parts.hostname or not port_fits:
        raise ValueError(wanted)
    if any(not "!" <= character <= "~" for character in text) or "\\" in text:
        raise ValueError("must be a link written in plain characters, others percent-encoded")
    if parts.username is not None or parts.password is not None:
        raise ValueError("must be a link without a user name and password in it")
    judge: Judge | None = (info.context or {}).get(JUDGE)
    if judge and (why := judge(text)):
        raise ValueError(f"must be a link to the public internet: {why}")
    return text


def no_file(move: str) -> Callable[[object], object]:
    """Return a check that a link is no file written into a data: address; `move` is what to do instead."""

    def check(given: object) -> object:
        if isinstance(given, str) and given[:5].lower() == "data:":  # before its length: a whole photo may stand in it
            raise ValueError(f"holds the file itself: {move}")
        return given

    return check


def of_form(pattern: str, says: str) -> Callable[[str], str]:
    """Return a check that a whole text is of a form; `says` is the sentence for one that is not."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(says)
        return text

    return check


def is_persona(name: str) -> bool:
    """Tell whether a persona can have this name."""
    return re.fullmatch(PERSONA, name) is not None


def is_template(name: str) -> bool:
    """Tell whether a template can have this name."""
    return re.fullmatch(TEMPLATE, name) is not None


def read_version(text: str | None) -> int | None:
    """Return the number of a version that a query names, if it names one. Raises ValueError."""
    if text is None:
        return None
    of_form(OF_VERSION, "must be a whole number from 1")(f"@{text}")
    return int(text)


def is_template_label(text: str) -> bool:
    """Tell whether an order can name a template so, with or without a version."""
    return re.fullmatch(TEMPLATE + OF_VERSION, text) is not None


Text120 = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(_written)]
Text500 = Annotated[str, Field(max_length=500), AfterValidator(_written)]
Removable = Annotated[str, Field(max_length=500), AfterValidator(_written_or_none)]
Text1000 = Annotated[str, Field(max_length=1000), AfterValidator(_written)]
Script = Annotated[str, Field(max_length=5000), AfterValidator(_spoken)]
Name = Annotated[str, Field(max_length=255), AfterValidator(_one_line)]
MetadataName = Annotated[str, Field(max_length=40), AfterValidator(_one_line), AfterValidator(_unreserved)]
Label = Annotated[str, Field(max_length=40), AfterValidator(_one_line)]
Link = Annotated[str, Field(max_length=LONGEST_URL), AfterValidator(_link)]
ImageLink = Annotated[
    Link, BeforeValidator(no_file("POST it to /tenant/uploads, and give the id it answers as image instead"))
]
SceneImageLink = Annotated[Link, BeforeValidator(no_file("put it where a link leads to it; a scene takes no upload"))]
UPLOAD_ID = "must be the id that POST /tenant/uploads answers"
Upload = Annotated[str, AfterValidator(of_form(r"[A-Za-z0-9_-]{1,128}", UPLOAD_ID))]
Color = Annotated[
    str, AfterValidator(of_form(r"#[0-9a-fA-F]{6}", 'must be a color like "#1a2b3c"')), AfterValidator(str.lower)
]
Locale = Annotated[
    str, AfterValidator(of_form(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", 'must be a language tag like "en-US"'))
]
PersonaName = Annotated[
    str,
    Field(json_schema_extra={"pattern": f"^{PERSONA}$"}),
    AfterValidator(of_form(PERSONA, A_PERSONA)),
]
TemplateName = Annotated[
    str,
    Field(json_schema_extra={"pattern": f"^{TEMPLATE}{OF_VERSION}$"}),
    AfterValidator(of_form(TEMPLATE + OF_VERSION, A_LABEL)),
]
BrandName = Annotated[
    str,
    Field(
        description="The brand kit it is filled in from, alone or with @version; left out, the kit `default` where "
        "there is one; `none` takes none.",
        json_schema_extra={"pattern": f"^{TEMPLATE}{OF_VERSION}$"},
    ),
    AfterValidator(of_form(TEMPLATE + OF_VERSION, f"{A_BRAND}; @3 behind it names the third version")),
]
Dollars = Annotated[float, Field(gt=0, le=10_000)]
Seconds = Annotated[float, Field(ge=4, le=8)]
Scale = Annotated[float, Field(ge=0.1, le=1)]
Offset = Annotated[float, Field(ge=-1, le=1)]
Speed = Annotated[float, Field(ge=0.5, le=1.5)]
Pitch = Annotated[int, Field(ge=-50, le=50)]
Style = Annotated[
    str, AfterValidator(of_form(r"[A-Za-z][A-Za-z0-9_-]{0,39}", 'must be a speaking style\'s word like "cheerful"'))
]
