"""The order that a SCORM package asks for, as far as a course can keep it: which part waits for which, and which are optional.

Sources: SCORM 1.2 Content Aggregation Model 2.3 (prerequisites), SCORM 2004 4th Edition Sequencing and Navigation (control modes,
precondition rules, rollup). What is carried out is carried out by the course itself, on the server, for every device; everything
else is named, so that nobody relies on it.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bina.assessment.rules.exchange.trees import first, local_name, named

# What a package may ask for and no course here does.
LEFT_OUT: dict[str, str | Promise] = {
    "prerequisites": _("syarat antarbagian dengan “atau”, “bukan”, atau jumlah"),
    "forwardOnly": _("larangan kembali ke bagian sebelumnya"),
    "skip": _("melewati bagian dengan syarat selain lulus atau nilai bagian lain"),
    "precondition": _("syarat yang bergantung pada beberapa tujuan sekaligus, atau menutup bagian untuk selamanya"),
    "postCondition": _(
        "perpindahan otomatis dengan syarat lain, mengulang semuanya, atau keluar dari sekelompok bagian"
    ),
    "limit": _("batas waktu atau tanggal, dan batas percobaan bagi sekelompok bagian"),
    "rollup": _("kelulusan yang dihitung dari sebagian bagian"),
    "random": _("urutan atau pilihan acak"),
}
BLOCKING = frozenset({"disabled", "hiddenFromChoice", "stopForwardTraversal"})
REACHED = frozenset({"satisfied", "completed"})
# What may follow by itself when a part says goodbye, and what it may look at: its own standing.
MOVES = {"retry": "retry", "continue": "continue", "previous": "previous", "exitParent": "exit", "exitAll": "exit"}
OWN_STANDING = frozenset(
    {"satisfied", "completed", "attempted", "always", "attemptLimitExceeded", "objectiveStatusKnown"}
)
MOST_ATTEMPTS = 1_000
_PREREQUISITE = re.compile(r'\s*"?([^\s"&|~=<>{},()*]+)"?(?:\s*=\s*"?(?:passed|completed|p|c)"?)?\s*', re.I)


@dataclass(frozen=True, slots=True)
class Move:
    """What follows when a part says goodbye: ``do`` (retry, continue, previous, exit) when all (or any) of ``conditions`` hold;
    a condition that begins with “not ” holds when the rest of it does not."""

    do: str
    conditions: tuple[str, ...]
    is_any: bool = False


@dataclass(slots=True)
class Order:
    """What a package asks for: ``needs`` gives for a part those that come before it, ``least`` the score (1 to 100) that such
    a one must reach, ``covers`` for a part and a score the parts that it makes unnecessary, ``optional`` the parts that do not
    count, ``left_out`` what is not carried out (keys of LEFT_OUT).

    ``attempts`` limits how often a part may be begun, ``closes`` says with what it is over for good (satisfied or completed),
    ``after`` what follows its goodbye, the first rule that holds.
    """

    needs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    least: dict[tuple[str, str], int] = field(default_factory=dict)
    covers: dict[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    optional: set[str] = field(default_factory=set)
    attempts: dict[str, int] = field(default_factory=dict)
    closes: dict[str, str] = field(default_factory=dict)
    after: dict[str, tuple[Move, ...]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)

    def leave_out(self, name: str) -> None:
        """Note something that is not carried out, once."""
        if name not in self.left_out:
            self.left_out.append(name)


def read_order(
    root: Element, organization: Element, startable: Sequence[str], mastery: Mapping[str, float | None] | None = None
) -> Order:
    """The order of one organization. ``startable`` are the identifiers of the parts that can be started, in their order; a part
    never waits for one that comes after it. ``mastery`` gives the share (0 to 1) with which a part is passed, where it says."""
    return _Reader(root, organization, startable, mastery or {}).read()


class _Reader:
    def __init__(
        self, root: Element, organization: Element, startable: Sequence[str], mastery: Mapping[str, float | None]
    ) -> None:
        self._organization, self._mastery = organization, mastery
        self._place = {name: place for place, name in enumerate(startable)}
        collection = first(root, "sequencingCollection")
        rows = list(collection) if collection is not None else []
        self._shared = {row.get("ID", ""): row for row in rows if local_name(row) == "sequencing"}
        self._writers = self._who_writes()
        self._order = Order()
        self._needs: dict[str, set[str]] = {}

    def read(self) -> Order:
        """Walk the tree once."""
        self._walk(self._organization, [])
        for name, before in self._needs.items():
            rows = sorted((one for one in before if self._place[one] < self._place[name]), key=self._place.__getitem__)
            if rows:
                self._order.needs[name] = tuple(rows)
        asked = {(name, before) for name, rows in self._order.needs.items() for before in rows}
        self._order.least = {pair: score for pair, score in self._order.least.items() if pair in asked}
        return self._order

    def _parts(self, item: Element, name: str) -> Iterator[Element]:
        """Elements of one name in an item's own sequencing, then in the shared one that it refers to."""
        own = next((child for child in item if local_name(child) == "sequencing"), None)
        if own is None:
            return
        found = list(named(own, name))
        shared = self._shared.get(own.get("IDRef", ""))
        yield from found or (named(shared, name) if shared is not None else ())

    def _leaves(self, item: Element) -> list[str]:
        found = [item.get("identifier", "")] if item.get("identifier", "") in self._place else []
        for child in _items(item):
            found += self._leaves(child)
        return found

    def _walk(self, item: Element, before: list[str]) -> None:
        """``before`` are parts that everything in this item waits for."""
        leaves = self._leaves(item)
        self._note_what_is_left(item)
        for leaf in leaves:
            self._needs.setdefault(leaf, set()).update(before)
        for waited in self._asked_before(item):
            for leaf in leaves:
                self._needs[leaf].update(one for one in waited if one not in leaves)
        if self._does_not_count(item):
            self._order.optional.update(leaves)
        mode = next(self._parts(item, "controlMode"), None)
        in_order = mode is not None and _is(mode, "flow", default=False) and not _is(mode, "choice", default=True)
        if mode is not None and _is(mode, "forwardOnly", default=False):
            self._order.leave_out("forwardOnly")
        earlier: list[str] = []
        stops: set[str] = set()
        for child in _items(item):
            inside = self._leaves(child)
            self._walk(child, [*(earlier[-1:] if in_order else []), *sorted(stops)])
            earlier += inside
            if self._stops_until_reached(child):
                stops.update(inside)

    def _asked_before(self, item: Element) -> Iterator[list[str]]:
        """Parts that must be done before an item opens: by a prerequisite of 1.2, or by a precondition that looks at what
        another part reached."""
        text = next(("".join(child.itertext()) for child in item if local_name(child) == "prerequisites"), "")
        if text.strip():
            found = [_PREREQUISITE.fullmatch(part) for part in text.split("&")]
            names = [match[1] for match in found if match is not None and match[1] in self._known]
            if len(names) == len(found):
                yield [leaf for name in names for leaf in self._leaves(self._known[name])]
            else:
                self._order.leave_out("prerequisites")
        for rule in self._parts(item, "preConditionRule"):
            action = _action(rule)
            if action == "skip":
                self._skip(item, rule)
            elif action == "stopForwardTraversal":
                continue
            elif action in BLOCKING:
                yield from self._waited_for(item, rule)
            else:
                self._order.leave_out("precondition")

    def _waited_for(self, item: Element, rule: Element) -> Iterator[list[str]]:
        conditions = self._conditions(rule)
        for condition in conditions:
            writer = self._looked_at(item, condition)
            score = _score_asked(condition)
            is_reached = condition.get("operator") == "not" and condition.get("condition") in REACHED
            if writer is None:
                if not self._closes(item, rule, condition):
                    self._order.leave_out("precondition")
            elif is_reached:
                yield [writer]
            elif score:
                for leaf in self._leaves(item):
                    self._order.least[leaf, writer] = max(score, self._order.least.get((leaf, writer), 0))
                yield [writer]
            elif not (_is_unknown(condition) and any(_score_asked(row) for row in conditions)):
                self._order.leave_out("precondition")

    def _looked_at(self, item: Element, condition: Element) -> str | None:
        """The one part whose result a condition looks at; None for the item's own standing, or what nobody writes alone."""
        target = self._reads(item).get(condition.get("referencedObjective", ""))
        writers = self._writers.get(target, []) if target else []
        return writers[0] if condition.get("referencedObjective") and len(writers) == 1 else None

    def _closes(self, item: Element, rule: Element, condition: Element) -> bool:
        """Whether a condition on a part's own standing was taken: over for good, begun often enough, or reached by the way only."""
        name = item.get("identifier", "")
        said, is_not = condition.get("condition", ""), condition.get("operator") == "not"
        if condition.get("referencedObjective") or is_not or name not in self._place:
            return False
        if said in REACHED:
            self._order.closes[name] = said
        elif said == "attempted":
            self._order.attempts[name] = 1
        elif said == "always" and _action(rule) == "hiddenFromChoice" and self._place[name]:
            before = list(self._place)[self._place[name] - 1]
            self._needs.setdefault(name, set()).add(before)
        else:
            # The limit itself stands elsewhere in the item.
            return said == "attemptLimitExceeded" and next(self._parts(item, "limitConditions"), None) is not None
        return True

    def _skip(self, item: Element, rule: Element) -> None:
        """A part that another one makes unnecessary is written as done with it; what one has done oneself is never asked again."""
        for condition in self._conditions(rule, "skip"):
            said, is_not = condition.get("condition", ""), condition.get("operator") == "not"
            writer, leaves = self._looked_at(item, condition), self._leaves(item)
            if (
                writer is None
                and said in REACHED | {"attempted"}
                and not (is_not or condition.get("referencedObjective"))
            ):
                continue
            score = 0
            if writer is not None and writer not in leaves and not is_not:
                share = self._mastery.get(writer)
                if said == "satisfied" and share:
                    score = math.ceil(100 * share - 1e-9)
                elif said == "objectiveMeasureGreaterThan":
                    score = _above(condition)
            known = self._order.covers.get(writer or "")
            if not 1 <= score <= 100 or (known and known[0] != score):
                self._order.leave_out("skip")
            else:
                assert writer is not None
                self._order.covers[writer] = (score, (*(known[1] if known else ()), *leaves))

    def _conditions(self, rule: Element, code: str = "precondition") -> list[Element]:
        """The conditions of a rule that blocks when one of them holds; of others (all at once) none can be carried out."""
        around = first(rule, "ruleConditions")
        rows = list(named(rule, "ruleCondition"))
        combination = around.get("conditionCombination", "all") if around is not None else "all"
        if len(rows) > 1 and combination != "any":
            self._order.leave_out(code)
            return []
        return rows

    def _stops_until_reached(self, item: Element) -> bool:
        """Whether what follows an item waits until the item itself is satisfied or completed."""
        for rule in self._parts(item, "preConditionRule"):
            if _action(rule) != "stopForwardTraversal":
                continue
            rows = self._conditions(rule)
            if rows and all(
                row.get("operator") == "not" and row.get("condition") in REACHED and not row.get("referencedObjective")
                for row in rows
            ):
                return True
            self._order.leave_out("precondition")
        return False

    def _reads(self, item: Element) -> Mapping[str, str]:
        """Which shared objective an item's own objectives look at."""
        found = {}
        for kind in ("primaryObjective", "objective"):
            for objective in self._parts(item, kind):
                for row in named(objective, "mapInfo"):
                    if _is(row, "readSatisfiedStatus", default=True):
                        found[objective.get("objectiveID", "")] = row.get("targetObjectiveID", "")
        return found

    def _who_writes(self) -> dict[str, list[str]]:
        """The parts that write what they reached into a shared objective."""
        writers: dict[str, list[str]] = {}
        self._known = {item.get("identifier", ""): item for item in named(self._organization, "item")}
        for name, item in self._known.items():
            if name not in self._place:
                continue
            for kind in ("primaryObjective", "objective"):
                for objective in self._parts(item, kind):
                    for row in named(objective, "mapInfo"):
                        if _is(row, "writeSatisfiedStatus", default=False):
                            writers.setdefault(row.get("targetObjectiveID", ""), []).append(name)
        return writers

    def _does_not_count(self, item: Element) -> bool:
        """Whether an item is kept out of what its course comes to."""
        delivery = next(self._parts(item, "deliveryControls"), None)
        if delivery is not None and not _is(delivery, "tracked", default=True):
            return True
        rollup = next(self._parts(item, "rollupRules"), None)
        return rollup is not None and not (
            _is(rollup, "rollupObjectiveSatisfied", default=True)
            or _is(rollup, "rollupProgressCompletion", default=True)
        )

    def _note_what_is_left(self, item: Element) -> None:
        for name, code in (("exitConditionRule", "postCondition"), ("randomizationControls", "random")):
            if next(self._parts(item, name), None) is not None:
                self._order.leave_out(code)
        for rule in self._parts(item, "postConditionRule"):
            self._move_after(item, rule)
        for limits in self._parts(item, "limitConditions"):
            self._limit(item, limits)
        for rule in self._parts(item, "rollupRule"):
            words = {row.get("condition") for row in named(rule, "rollupCondition")}
            is_usual = rule.get("childActivitySet", "all") == "all" and words <= REACHED | {"attempted"}
            if not is_usual or _action(rule, "rollupAction") not in {"satisfied", "completed"}:
                self._order.leave_out("rollup")

    def _move_after(self, item: Element, rule: Element) -> None:
        name, do = item.get("identifier", ""), MOVES.get(_action(rule))
        rows = list(named(rule, "ruleCondition"))
        is_own = rows and all(
            row.get("condition") in OWN_STANDING and not row.get("referencedObjective") for row in rows
        )
        if do is None or not is_own or name not in self._place:
            self._order.leave_out("postCondition")
            return
        around = first(rule, "ruleConditions")
        is_any = around is not None and around.get("conditionCombination", "all") == "any"
        said = tuple(f"{'not ' if row.get('operator') == 'not' else ''}{row.get('condition')}" for row in rows)
        self._order.after[name] = (*self._order.after.get(name, ()), Move(do, said, is_any))

    def _limit(self, item: Element, limits: Element) -> None:
        """How often a part may be begun; its time limit is told to the part itself, everything else is left out."""
        name = item.get("identifier", "")
        told = limits.get("attemptLimit", "").strip()
        count = int(told) if told.isascii() and told.isdigit() and len(told) <= 4 else 0
        if name in self._place and 0 < count <= MOST_ATTEMPTS:
            self._order.attempts[name] = min(count, self._order.attempts.get(name, count))
        elif told:
            self._order.leave_out("limit")
        if set(limits.attrib) - {"attemptLimit", "attemptAbsoluteDurationLimit"} or name not in self._place:
            self._order.leave_out("limit")


def _threshold(condition: Element) -> float | None:
    try:
        share = float(condition.get("measureThreshold", ""))
    except ValueError:
        return None
    return share if -1 <= share <= 1 else None


def _above(condition: Element) -> int:
    """The least whole score above a threshold; 0 where there is none."""
    share = _threshold(condition)
    return 0 if share is None else max(1, math.floor(100 * share + 1e-9) + 1)


def _score_asked(condition: Element) -> int:
    """The score that a part must reach so that a rule which closes another one no longer holds; 0 where it asks for none."""
    share, is_not = _threshold(condition), condition.get("operator") == "not"
    score = 0
    if condition.get("condition") == "objectiveMeasureLessThan" and not is_not and share is not None:
        score = max(1, math.ceil(100 * share - 1e-9))
    elif condition.get("condition") == "objectiveMeasureGreaterThan" and is_not:
        score = _above(condition)
    return score if score <= 100 else 0


def _is_unknown(condition: Element) -> bool:
    return condition.get("operator") == "not" and condition.get("condition") in {
        "objectiveMeasureKnown", "objectiveStatusKnown",
    }  # fmt: skip


def _items(item: Element) -> list[Element]:
    return [child for child in item if local_name(child) == "item"]


def _is(element: Element, name: str, *, default: bool) -> bool:
    value = element.get(name)
    return default if value is None else value.strip().lower() in {"true", "1"}


def _action(rule: Element, name: str = "ruleAction") -> str:
    found = first(rule, name)
    return found.get("action", "") if found is not None else ""
