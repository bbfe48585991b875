"""What changed between two versions of a course, for readers: parts that came, went and changed, and the words that differ."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from bina.assessment.rules import PartDifference, Piece, differences, word_difference

# Stored with a part, but nothing that its author wrote.
_MADE = ("words", "media", "size", "items", "blueprint", "variants", "_url", "_size")
# Beyond this many characters a stretch that changed is shown whole, old before new: comparing words would take long.
LONGEST_COMPARED = 6_000


@dataclass(frozen=True, slots=True)
class PartFacts:
    """What one part of a version says, as its reader would compare it; ``settings`` are what its author set, in words;
    ``variants`` its texts for other sectors by the name of the sector."""

    key: str
    section: str
    title: str
    kind: str
    settings: Mapping[str, Any]
    payload: Mapping[str, Any]
    body: str
    variants: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PartChange:
    """A part that is in both versions and differs: in settings and short texts, in its long text, in the texts for other
    sectors (by the name of the sector), in its questions."""

    key: str
    title: str
    kind: str
    facts: tuple[PartDifference, ...] = ()
    text: tuple[tuple[Piece, ...], ...] = ()
    variants: tuple[tuple[str, tuple[tuple[Piece, ...], ...]], ...] = ()
    questions: tuple[tuple[str, tuple[PartDifference, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that differs between two versions, in the order of the newer one."""

    whole: tuple[PartDifference, ...]
    added: tuple[PartFacts, ...]
    removed: tuple[PartFacts, ...]
    changed: tuple[PartChange, ...]
    files: tuple[tuple[str, str], ...]
    same: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing that anybody reads is different."""
        return not (self.whole or self.added or self.removed or self.changed or self.files)


def compare_versions(
    before: Sequence[PartFacts],
    after: Sequence[PartFacts],
    *,
    whole: tuple[Mapping[str, Any], Mapping[str, Any]],
    files: tuple[Mapping[str, str], Mapping[str, str]],
) -> Comparison:
    """Compare two versions. ``whole`` holds what is said about each as a whole, ``files`` the digest of each media file."""
    old = {part.key: part for part in before}
    new = {part.key: part for part in after}
    changes = [_change(old[key], part) for key, part in new.items() if key in old]
    changed = tuple(change for change in changes if change is not None)
    return Comparison(
        tuple(differences(*whole)),
        tuple(part for key, part in new.items() if key not in old),
        tuple(part for key, part in old.items() if key not in new),
        changed,
        tuple(_files(*files)),
        len(changes) - len(changed),
    )


def _files(old: Mapping[str, str], new: Mapping[str, str]) -> list[tuple[str, str]]:
    found = [(name, _("baru")) for name in new if name not in old]
    found += [(name, _("diganti")) for name, digest in new.items() if old.get(name, digest) != digest]
    return sorted(found + [(name, _("dihapus")) for name in old if name not in new])


def _change(old: PartFacts, new: PartFacts) -> PartChange | None:
    facts = differences(_facts(old), _facts(new))
    text = text_changes(old.body, new.body)
    variants = _variants(old.variants, new.variants)
    questions = _questions(old.payload.get("items", []), new.payload.get("items", []))
    if not (facts or text or variants or questions):
        return None
    return PartChange(new.key, new.title, new.kind, tuple(facts), tuple(text), tuple(variants), tuple(questions))


def _variants(old: Mapping[str, str], new: Mapping[str, str]) -> list[tuple[str, tuple[tuple[Piece, ...], ...]]]:
    names = [*new, *(name for name in old if name not in new)]
    found = [(name, tuple(text_changes(old.get(name, ""), new.get(name, "")))) for name in names]
    return [(name, changes) for name, changes in found if changes]


def _facts(part: PartFacts) -> dict[str, Any]:
    kept = {name: value for name, value in part.payload.items() if not name.endswith(_MADE)}
    return {_("Judul"): part.title, _("Bagian"): part.section, **part.settings, **kept}


def _questions(
    old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]
) -> list[tuple[str, tuple[PartDifference, ...]]]:
    before, after = ({item["code"]: item for item in items} for items in (old, new))
    found = []
    for code in [*after, *(code for code in before if code not in after)]:
        changed = differences(_words(before.get(code)), _words(after.get(code)))
        if changed:
            found.append((code, tuple(changed)))
    return found


def _words(item: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (item or {}).items() if name not in ("code", "kind")}


def text_changes(before: str, after: str) -> list[tuple[Piece, ...]]:
    """The stretches of a long text that differ, each with the line before it; what stayed between them is left out."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    found = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        gone, came = "".join(old[a:b]), "".join(new[c:d])
        lead = next((line for line in reversed(new[:c]) if line.strip()), "")
        pieces = [Piece(lead)] if lead else []
        if gone and came and len(gone) + len(came) <= LONGEST_COMPARED:
            pieces += word_difference(gone, came)
        else:
            pieces += [Piece(words, change) for words, change in ((gone, "gone"), (came, "new")) if words]
        found.append(tuple(pieces))
    return found
