"""Changes to the content of a pathway's draft: each gives a new content, the old one stays as it is."""

import copy
import re
from collections.abc import Mapping
from typing import Any

from django.utils.text import slugify

from bina.learning.rules.pathway_file import steps_of

Content = dict[str, Any]


def free_key(content: Mapping[str, Any], title: str) -> str:
    """A key for a new step that no other step has, made of its title."""
    taken = {step["key"] for step in steps_of(content)}
    base = re.sub(r"-+", "-", slugify(title))[:50].strip("-") or "langkah"
    return next(key for key in (base, *(f"{base}-{n}" for n in range(2, 1_000))) if key not in taken)


def with_about(content: Content, **words: str) -> Content:
    """Other words about the pathway: title, summary, description, audience."""
    return {**copy.deepcopy(content), **{name: text.strip() for name, text in words.items()}}


def with_stage(content: Content, title: str) -> Content:
    """One more stage at the end."""
    changed = copy.deepcopy(content)
    changed.setdefault("stages", []).append({"title": title.strip(), "steps": []})
    return changed


def with_stage_words(content: Content, place: int, *, title: str, waits: bool, needed: int | None) -> Content:
    """Another title or rule for the stage at a place (from 0); a place that does not exist changes nothing."""
    changed = copy.deepcopy(content)
    if 0 <= place < len(changed["stages"]):
        stage = changed["stages"][place]
        rules = {**({"waits": True} if waits and place else {}), **({"needed": needed} if needed else {})}
        changed["stages"][place] = {"title": title.strip(), **rules, "steps": stage["steps"]}
    return changed


def without_stage(content: Content, place: int) -> Content:
    """The stage at a place goes, with its steps; what waited for these steps waits no more."""
    changed = copy.deepcopy(content)
    if 0 <= place < len(changed["stages"]):
        gone = {step["key"] for step in changed["stages"].pop(place)["steps"]}
        _forget(changed, gone)
        if changed["stages"]:
            changed["stages"][0].pop("waits", None)
    return changed


def with_stage_moved(content: Content, place: int, by: int) -> Content:
    """The stage at a place goes one up (-1) or down (1); at the end of the list it stays."""
    changed = copy.deepcopy(content)
    stages, to = changed["stages"], place + by
    if 0 <= place < len(stages) and 0 <= to < len(stages):
        stages[place], stages[to] = stages[to], stages[place]
        stages[0].pop("waits", None)
    return changed


def with_step(content: Content, step: Mapping[str, Any], place: int) -> Content:
    """A step in the stage at a place: a new one at its end, a known one (by key) with other words, where it stands."""
    changed = copy.deepcopy(content)
    for number, stage in enumerate(changed["stages"]):
        for position, known in enumerate(stage["steps"]):
            if known["key"] == step["key"]:
                if number == place:
                    stage["steps"][position] = dict(step)
                    return changed
                stage["steps"].pop(position)
                break
    changed["stages"][place]["steps"].append(dict(step))
    return changed


def without_step(content: Content, key: str) -> Content:
    """A step goes; what waited for it waits no more."""
    changed = copy.deepcopy(content)
    _forget(changed, {key})
    for stage in changed["stages"]:
        stage["steps"] = [step for step in stage["steps"] if step["key"] != key]
    return changed


def with_step_moved(content: Content, key: str, by: int) -> Content:
    """A step goes one up (-1) or down (1); beyond its stage it enters the next one; at the end of the way it stays."""
    changed = copy.deepcopy(content)
    stages = changed["stages"]
    for place, stage in enumerate(stages):
        for position, step in enumerate(stage["steps"]):
            if step["key"] != key:
                continue
            to = position + by
            if 0 <= to < len(stage["steps"]):
                stage["steps"][position], stage["steps"][to] = stage["steps"][to], step
            elif 0 <= place + by < len(stages):
                stage["steps"].pop(position)
                other = stages[place + by]["steps"]
                other.insert(len(other) if by < 0 else 0, step)
            return changed
    return changed


def _forget(content: Content, keys: set[str]) -> None:
    for step in steps_of(content):
        needs = [key for key in step.get("needs", ()) if key not in keys]
        step.pop("needs", None)
        if needs:
            step["needs"] = needs
