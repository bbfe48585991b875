"""Reading the reports of a round: what was found about a person, for the person and the superior, and the organiser's sums."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from bina.assessment.models import RatingRound, RoundRater, RoundSubject
from bina.assessment.queries.ratings import Z90, requirements_of
from bina.assessment.queries.rounds import round_competencies
from bina.assessment.rules import LAYOUT_NOTES, Layout, RaterState, RoundKind, RoundState, View
from bina.people.queries import is_superior_of, subordinates_of, users_with
from bina.people.rules import Permission

if TYPE_CHECKING:
    from uuid import UUID

    from bina.competencies.models import Competency
    from bina.people.models import Employee, User

# How far one's own view must lie from that of others, in levels, to be worth a sentence; and beyond their doubt.
CLEAR_DIFFERENCE = 0.5
DOUBT = 1.0


@dataclass(frozen=True, slots=True)
class ReportCell:
    """What one kind of rater says of one competency: the level with its 90 % interval."""

    name: str
    mean: float
    standard_deviation: float

    @property
    def low(self) -> float:
        """Lower end of the 90 % interval."""
        return self.mean - Z90 * self.standard_deviation

    @property
    def high(self) -> float:
        """Upper end of the 90 % interval."""
        return self.mean + Z90 * self.standard_deviation


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One competency of a report."""

    competency: "Competency"
    required: int | None
    cells: tuple[ReportCell, ...]
    note: str
    own: ReportCell | None
    others: ReportCell | None

    @property
    def difference(self) -> float:
        """Own view less that of others, in levels; 0 where one of them is missing or the doubt is larger."""
        if self.own is None or self.others is None:
            return 0.0
        apart = self.own.mean - self.others.mean
        doubt = (self.own.standard_deviation**2 + self.others.standard_deviation**2) ** 0.5
        return apart if abs(apart) >= max(CLEAR_DIFFERENCE, DOUBT * doubt) else 0.0


@dataclass(frozen=True, slots=True)
class Comments:
    """Comments of one kind of rater: what should go on, and what could grow."""

    name: str
    keep: tuple[str, ...]
    grow: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoundReport:
    """Everything a report says."""

    subject: RoundSubject
    lines: tuple[ReportLine, ...]
    often: tuple[tuple[str, str], ...]
    rarely: tuple[tuple[str, str], ...]
    comments: tuple[Comments, ...]
    groups_hidden: bool

    @property
    def shared_note(self) -> str:
        """The note about groups where it is the same for every competency, so that it need be read only once."""
        notes = {row.note for row in self.lines}
        return notes.pop() if len(notes) == 1 else ""

    @property
    def blind_spots(self) -> list[ReportLine]:
        """Where one sees oneself clearly above what others see, the widest first."""
        return sorted((row for row in self.lines if row.difference > 0), key=lambda row: -row.difference)

    @property
    def hidden_strengths(self) -> list[ReportLine]:
        """Where others see clearly more than oneself, the widest first."""
        return sorted((row for row in self.lines if row.difference < 0), key=lambda row: row.difference)

    @property
    def below_standard(self) -> list[ReportLine]:
        """Where others see less than the job asks for."""
        return [row for row in self.lines if row.required and row.others and row.others.mean < row.required]


def report_visible_to(user: "User", public_id: "UUID | str") -> RoundSubject | None:
    """A report, for its person and for the superior of today; whoever rated as peer or subordinate never reads it.

    Such a reader would know one of the answers and be closer to the others.
    """
    found = (
        RoundSubject.objects.filter(public_id=public_id, round__state=RoundState.REPORTED)
        .select_related("round", "employee__unit", "employee__position", "employee__agency")
        .first()
    )
    if found is None or user.employee is None:
        return None
    if found.employee_id == user.employee_id:
        return found
    if not is_superior_of(user.employee, found.employee):
        return None
    return None if _rated_beside_others(found, user) else found


def _rated_beside_others(subject: RoundSubject, user: "User") -> bool:
    return RoundRater.objects.filter(
        subject=subject, rater_id=user.employee_id, view__in=[View.PEER, View.SUBORDINATE], state=RaterState.DONE
    ).exists()


def readers_of(employee: "Employee") -> set[int]:
    """People who may look up somebody's levels by a role they hold, and would find the evidence of a round there."""
    accounts = users_with(Permission.SEE_LEVELS, employee.unit.path).filter(employee__isnull=False)
    return set(accounts.values_list("employee_id", flat=True))


def team_reports(user: "User") -> list[RoundSubject]:
    """Reports about direct subordinates that the account may read, newest first."""
    if user.employee is None:
        return []
    rows = (
        RoundSubject.objects.filter(employee__in=subordinates_of(user.employee).order_by().values("pk"))
        .filter(round__state=RoundState.REPORTED)
        .exclude(
            raters__in=RoundRater.objects.filter(
                rater_id=user.employee_id, view__in=[View.PEER, View.SUBORDINATE], state=RaterState.DONE
            )
        )
    )
    return list(rows.select_related("round", "employee__position").defer("report").order_by("-round", "employee")[:60])


def report_of(subject: RoundSubject) -> RoundReport:
    """The report as it was made at closing, in the reader's language."""
    stored = subject.report
    rows = {row.pk: row for row in round_competencies(subject.round)}
    needed = requirements_of(subject.employee)
    has_groups = RoundKind(subject.round.kind) is not RoundKind.PAIR
    lines = tuple(
        _line(rows[entry["competency"]], needed.get(entry["competency"]), entry, has_groups)
        for entry in stored.get("lines", [])
        if entry["competency"] in rows
    )
    comments = stored.get("comments", {})
    return RoundReport(
        subject, lines, _behaviours(rows, stored.get("often", [])), _behaviours(rows, stored.get("rarely", [])),
        tuple(
            Comments(name, tuple(comments[key]["keep"]), tuple(comments[key]["grow"]))
            for key, name in (("others", _("Rekan dan bawahan")), ("superior", _("Atasan")), ("self", _("Diri sendiri")))
            if key in comments and (comments[key]["keep"] or comments[key]["grow"])
        ),
        has_groups and all(entry["layout"] == Layout.HIDDEN for entry in stored.get("lines", [])),
    )  # fmt: skip


def _line(competency: "Competency", required: int | None, entry: dict[str, Any], has_groups: bool) -> ReportLine:
    cells = entry["cells"]
    names = {
        "self": _("Diri sendiri"), "superior": _("Atasan"), "peer": _("Rekan"), "subordinate": _("Bawahan"),
        "others": _("Rekan dan bawahan"),
    }  # fmt: skip
    layout = Layout(entry["layout"])
    shown = {
        Layout.APART: ("self", "superior", "peer", "subordinate"),
        Layout.PEERS: ("self", "superior", "peer"),
        Layout.SUBORDINATES: ("self", "superior", "subordinate"),
        Layout.TOGETHER: ("self", "superior", "others"),
        Layout.HIDDEN: ("self", "superior"),
    }[layout]
    found = {key: ReportCell(names[key], *cells[key]) for key in cells}
    return ReportLine(
        competency, required, tuple(found[key] for key in shown if key in found),
        str(LAYOUT_NOTES.get(layout, "")) if has_groups else "", found.get("self"),
        _others(found.get("others"), found.get("superior")),
    )  # fmt: skip


def _others(group: ReportCell | None, superior: ReportCell | None) -> ReportCell | None:
    """What all others say together, weighed by how sure they are."""
    known = [cell for cell in (group, superior) if cell is not None]
    if not known:
        return None
    weights = [cell.standard_deviation**-2 for cell in known]
    mean = sum(weight * cell.mean for weight, cell in zip(weights, known, strict=True)) / sum(weights)
    return ReportCell(_("Orang lain"), mean, sum(weights) ** -0.5)


def _behaviours(rows: "dict[int, Competency]", places: list[list[int]]) -> tuple[tuple[str, str], ...]:
    texts = {
        (pk, line.number): (line.behaviour, str(row)) for pk, row in rows.items() for line in row.descriptors.all()
    }
    return tuple(texts[place[0], place[1]] for place in places if (place[0], place[1]) in texts)


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One competency over all people of a round; None where fewer than three people stand behind a figure."""

    competency: "Competency"
    own: float | None
    superior: float | None
    others: float | None
    people: int


@dataclass(frozen=True, slots=True)
class RoundSummary:
    """What the organiser reads of a finished round: nothing about single people."""

    lines: tuple[SummaryLine, ...]
    people: int
    with_groups: int
    reliability: float | None
    disagreement: float | None
    severity_sd: float | None
    severity_raters: int


def summary_of(round_: RatingRound) -> RoundSummary | None:
    """The sums of a reported round."""
    if round_.state != RoundState.REPORTED:
        return None
    stored = round_.summary
    rows = {row.pk: row for row in round_competencies(round_)}
    return RoundSummary(
        tuple(
            SummaryLine(
                rows[entry["competency"]], entry["self"], entry["superior"], entry["others"], entry["people"]
            )
            for entry in stored.get("lines", [])
            if entry["competency"] in rows
        ),
        stored.get("people", 0), stored.get("with_groups", 0), stored.get("reliability"), stored.get("disagreement"),
        stored.get("severity_sd"), stored.get("severity_raters", 0),
    )  # fmt: skip
