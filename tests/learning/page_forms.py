"""What a browser would send of the form on a page, read from its HTML."""

from html.parser import HTMLParser


class _Form(HTMLParser):
    def __init__(self, field: str) -> None:
        super().__init__()
        self.field = field
        self.forms: list[list[tuple[str, str]]] = []
        self.is_open = False
        self.area = ""
        self.chosen = ""
        self.has_option = False

    def _add(self, name: str, value: str) -> None:
        if self.is_open and name:
            self.forms[-1].append((name, value))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append([])
            self.is_open = True
        elif tag == "input" and found.get("type") not in {"file", "submit"}:
            if found.get("type") not in {"checkbox", "radio"} or "checked" in found:
                self._add(found.get("name", ""), found.get("value", ""))
        elif tag == "textarea":
            self.area = found.get("name", "")
            self._add(self.area, "")
        elif tag == "select":
            self.chosen, self.has_option = found.get("name", ""), False
        elif tag == "option" and self.chosen and ("selected" in found or not self.has_option):
            if self.has_option and self.is_open:
                self.forms[-1].pop()
            self.has_option = True
            self._add(self.chosen, found.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self.area and self.is_open:
            name, before = self.forms[-1].pop()
            self.forms[-1].append((name, before + data))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.is_open = False
        elif tag == "textarea" and self.area:
            if self.is_open:
                name, text = self.forms[-1].pop()
                self.forms[-1].append((name, text.removeprefix("\n").replace("\n", "\r\n")))
            self.area = ""
        elif tag == "select":
            self.chosen = ""


def form_on(page: str, having: str) -> dict[str, list[str]]:
    """The values of the first form that has a field called ``having``."""
    parser = _Form(having)
    parser.feed(page)
    rows = next(form for form in parser.forms if any(name == having for name, _value in form))
    found: dict[str, list[str]] = {}
    for name, value in rows:
        found.setdefault(name, []).append(value)
    return found
