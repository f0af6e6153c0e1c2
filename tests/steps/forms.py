"""A page's form as a browser would send it when nobody has touched it: no script, no button."""

from html.parser import HTMLParser


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.all: list[dict[str, str]] = [{}]
        self._select, self._written = "", ""  # the field whose options, or whose text, come next
        self._text = list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        form, name = self.all[-1], said.get("name", "")
        match tag, said.get("type", "text"):
            case "form", _:
                self.all.append({})
            case "input", "checkbox" | "radio":
                form |= {name: said.get("value", "on")} if "checked" in said else {}
            case "input", kind if kind != "file":
                form[name] = said.get("value", "").replace("\r", "").replace("\n", "")
            case "select", _:
                self._select = name
            case "option", _ if "selected" in said or self._select not in form:
                form[self._select] = said.get("value", "")
                self._written = "" if "value" in said else self._select
            case "textarea", _:
                self._written = name

    def handle_data(self, data: str) -> None:
        if self._written:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("option", "textarea") and self._written:
            self.all[-1][self._written] = "".join(self._text)
            self._written, self._text = "", []


def untouched(page: str, holding: str) -> dict[str, str]:
    """Return the fields of the page's form that has one called `holding`."""
    reader = _Forms()
    reader.feed(page)
    return next(form for form in reader.all if holding in form)
