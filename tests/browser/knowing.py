"""A person who knows (or does not know): answers the question on the screen from the files the questions came from."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from playwright.sync_api import Page

SOURCE = Path(__file__).resolve().parents[2] / "src" / "bina"


def _items() -> Iterator[dict[str, Any]]:
    files = [*SOURCE.glob("assessment/data/bank/*.yaml"), *SOURCE.glob("learning/data/courses/*/*.yaml")]
    for path in files:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        if isinstance(content, list):
            yield from (item for item in content if isinstance(item, dict) and "kind" in item)


ITEMS = list(_items())
RIGHT = {option["text"].strip() for item in ITEMS for option in item.get("options", []) if option.get("correct")}
PAIRS = {pair["left"].strip(): pair["right"].strip() for item in ITEMS for pair in item.get("pairs", [])}


def answer_question(page: Page, root: str = "form .question", *, knows: bool = True) -> None:
    """Answer every question inside ``root``: rightly, or with the first thing at hand. Ordering is left alone."""
    for question in page.locator(root).all():
        kind = question.get_attribute("data-kind")
        if kind in {"single", "multiple"}:
            labels = question.locator("label:has(input)").all()
            wanted = [label for label in labels if label.locator("span").first.inner_text().strip() in RIGHT]
            chosen = wanted if knows and wanted else [label for label in labels if label not in wanted][:1]
            for label in chosen if kind == "multiple" else chosen[:1]:
                label.locator("input").check()
        elif kind == "matching":
            for select in question.locator("select").all():
                left = question.locator(f"label[for='{select.get_attribute('id')}']").inner_text().strip()
                options = select.locator("option").all_inner_texts()
                right = PAIRS.get(left, "")
                wanted_option = next((text for text in options if right and text.strip().endswith(right)), options[1])
                select.select_option(label=wanted_option if knows else options[1])
        elif kind == "numeric":
            stem = question.locator("[id$=-stem]").inner_text()
            item = next((row for row in ITEMS if row["kind"] == "numeric" and _same(row["stem"], stem)), None)
            number = str(item["answer"]).replace(".", ",") if item and knows else "1"
            question.locator("input[inputmode=decimal]").fill(number)


def _same(source: str, shown: str) -> bool:
    """Whether a Markdown text and what is shown of it begin with the same words."""

    def letters(text: str) -> str:
        return "".join(character for character in text if character.isalnum())

    return letters(source)[:60] == letters(shown)[:60]
