"""The analyst's room of the demo: a calibration beside an earlier one, correlations, and panels: adopted, ended, judging."""

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from bina.assessment import actions
from bina.assessment.actions.comparison import compared_with_the_last
from bina.assessment.models import CalibrationRun, ItemBank, Panelist, PanelJudgement, StandardPanel
from bina.assessment.rules import CalibrationState, PanelMethod
from bina.competencies.models import Competency
from bina.competencies.queries import FOLLOWING_CUTS
from bina.demo.accounts import account
from bina.demo.chance import Chance
from bina.demo.world import FRAMEWORKS
from bina.foundation import clock
from bina.foundation.models import Progress
from bina.people.models import Employee, User

if TYPE_CHECKING:
    from numpy.random import Generator

EARLIER_DAYS = 120
DRIFTED = ((3, 1.2), (11, -1.3), (19, 1.1))  # which items have become easier or harder since, by how many levels
PANEL = 9
# Who of the story sits in a panel.
JUDGING = ("sugeng", "mardiana", "kristina")
WHY_ADOPTED = "Disepakati panel setelah putaran kedua; sebarannya kecil."


def analyse_items(chance: Chance) -> None:
    """Calibrate the digital bank once, beside an earlier calibration; estimate how its competencies go together; let one
    panel end and another judge."""
    bank = ItemBank.objects.get(code="digital")
    admin = User.objects.get(email=account("admin").email)
    earlier = _earlier_run(bank)
    run = actions.calculate_calibration(str(actions.request_calibration(by=admin, bank=bank).public_id))
    if run.state == CalibrationState.DONE:
        _fill(earlier, run, chance.numbers("calibration"))
        run.comparison = compared_with_the_last(run)
        run.save(update_fields=["comparison"])
    else:
        # A demo of a few people has too few answers, today as well as earlier.
        earlier.delete()
    actions.calculate_correlation_estimate(str(actions.request_correlation_estimate(by=admin, bank=bank).public_id))
    numbers = chance.numbers("panels")
    people = _panelists()
    _held(admin, _panel(admin, bank, "4", PanelMethod.ANGOFF, [2, 3], people), numbers, people)
    running = _panel(admin, bank, "1", PanelMethod.ANGOFF, [2], people)
    _judge(running, 1, numbers, [person for person in people if person.email != account("kristina").email])


def adopt_cuts(chance: Chance) -> None:
    """Let one panel have its cuts adopted before levels are computed, so that they need no second computation."""
    bank = ItemBank.objects.get(code="digital")
    admin = User.objects.get(email=account("admin").email)
    people = _panelists()
    panel = _panel(admin, bank, "3.1", PanelMethod.ANGOFF, [1, 2, 3, 4], people)
    _held(admin, panel, chance.numbers("adopted panel"), people)
    actions.adopt_cuts(by=admin, panel=panel, reason=WHY_ADOPTED)
    # What follows an adoption is the computation of the whole demo; the job finds nothing left to do.
    Progress.objects.filter(kind=FOLLOWING_CUTS).update(state=Progress.State.DONE)


def _held(admin: User, panel: StandardPanel, numbers: "Generator", people: list[Employee]) -> None:
    """Both rounds of a panel, from its first judgement to its end."""
    for number in (1, 2):
        _judge(panel, number, numbers, people)
        actions.end_round(by=admin, panel=panel, number=number)
        if number == 1:
            actions.begin_second_round(by=admin, panel=panel)
    panel.refresh_from_db()


def _earlier_run(bank: ItemBank) -> CalibrationRun:
    """A place for the calibration of some months ago, which must come before the one of today."""
    moment = clock.now() - dt.timedelta(days=EARLIER_DAYS)
    return CalibrationRun.objects.create(
        bank=bank, state=CalibrationState.DONE.value, requested_at=moment, finished_at=moment
    )


def _fill(earlier: CalibrationRun, run: CalibrationRun, numbers: "Generator") -> None:
    """What half of the answers would have said some months ago: the same items, less sure, and a few that drifted."""
    shift = dict(DRIFTED)
    lines = []
    for place, line in enumerate(run.lines):
        wide, steep = 1.4 * (line["b_error"] or 0.2), 1.4 * (line["a_error"] or 0.1)
        lines.append(
            line
            | {
                "b": round(line["b"] + shift.get(place, 0.0) + float(numbers.normal(0, 0.35 * wide)), 6),
                "a": round(max(0.3, line["a"] + float(numbers.normal(0, 0.5 * steep))), 6),
                "b_error": round(wide, 6), "a_error": round(steep, 6), "answers": line["answers"] // 2,
            }
        )  # fmt: skip
    earlier.lines, earlier.persons, earlier.answers = lines, run.persons // 2, run.answers // 2
    earlier.summary = run.summary
    earlier.save()


def _panelists() -> list[Employee]:
    """People of the demo city who know the work: those of the story first."""
    named = [Employee.objects.get(email=account(key).email) for key in JUDGING]
    others = (
        Employee.objects.filter(agency=named[0].agency, left_on=None, legal_status="01")
        .exclude(email__endswith="@contoh.go.id.test")
        .order_by("pk")
    )
    return [*named, *others[: PANEL - len(named)]]


def _panel(
    admin: User, bank: ItemBank, scope: str, method: PanelMethod, levels: list[int], people: list[Employee]
) -> StandardPanel:
    competency = Competency.objects.get(framework__code=FRAMEWORKS[0], code=scope)
    panel = actions.create_panel(
        by=admin, bank=bank, title=f"Batas {competency.name}", method=method, levels=levels, item_count=15,
        competency=competency,
    )  # fmt: skip
    actions.invite_panelists(by=admin, panel=panel, people=people)
    actions.open_panel(by=admin, panel=panel)
    panel.refresh_from_db()
    return panel


def _judge(panel: StandardPanel, number: int, numbers: "Generator", people: list[Employee]) -> None:
    """Everybody judges near what the model expects, each with a habit of their own; the second time closer together."""
    now, spread = clock.now(), 0.4 if number == 1 else 0.2
    seats = {seat.employee_id: seat for seat in Panelist.objects.filter(panel=panel)}
    rows = []
    for person in people:
        habit = float(numbers.normal(0, spread))
        for place, item in enumerate(panel.booklet, start=1):
            lowest = 0
            for level in panel.levels:
                chance = 1 / (1 + np.exp(-item["a"] * (level - item["b"] - habit + float(numbers.normal(0, 0.45)))))
                lowest = max(lowest, min(99, 5 * round(20 * float(chance))))
                rows.append(
                    PanelJudgement(
                        panelist=seats[person.pk], round=number, level=level, place=place, value=lowest
                    )
                )  # fmt: skip
    PanelJudgement.objects.filter(panelist__panel=panel, round=number).delete()
    PanelJudgement.objects.bulk_create(rows)
    sent = Panelist.objects.filter(pk__in=[seats[person.pk].pk for person in people])
    sent.update(**{"agreed_at": now, f"sent_{number}_at": now})
