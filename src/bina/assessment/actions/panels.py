"""Standard setting: a panel is called together, judges twice with a discussion between, and its cut is adopted."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from bina.assessment import entries
from bina.assessment.models import CutScore, ItemBank, Panelist, PanelJudgement, StandardPanel
from bina.assessment.queries.items import may_manage_bank
from bina.assessment.queries.panels import (
    booklet_for,
    competency_ids_within,
    judgements_of,
    panel_result,
    panels_judging,
    places_to_judge,
    reach_of,
    seats_awaited,
    sent_count,
)
from bina.assessment.rules import (
    FEWEST_PANEL_ITEMS,
    MOST_PANEL_ITEMS,
    PanelMethod,
    PanelState,
    can_adopt_cuts,
    can_end_round,
    can_judge,
    can_move_panel,
    can_open_panel,
    can_remind_panel,
    can_send_judgements,
    judgement_problem,
    line_of_bank,
    panel_reminder_due,
    round_of,
)
from bina.competencies.actions import adopt_level_cuts, withdraw_level_cuts
from bina.competencies.queries import published_framework
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.verdict import denied
from bina.journal.actions import record

if TYPE_CHECKING:
    from bina.competencies.models import Competency
    from bina.journal.registry import Verb
    from bina.people.models import Employee, User


def _require_keeper(by: "User", bank: ItemBank) -> None:
    if not may_manage_bank(by, bank):
        denied(_("Hanya pengelola bank soal ini yang dapat menyelenggarakan penetapan batasnya.")).require()


@transaction.atomic
def create_panel(
    *,
    by: "User",
    bank: ItemBank,
    title: str,
    method: str,
    levels: Sequence[int],
    item_count: int,
    competency: "Competency | None" = None,
) -> StandardPanel:
    """Prepare a panel on the items of a bank: about one competency or area, or the whole.

    Raises Denied for anybody who does not keep the bank, Refused for a method, level or number of items that cannot be.
    """  # fmt: skip
    _require_keeper(by, bank)
    level_count = published_framework(bank.framework_code).level_count
    wanted = sorted(set(levels))
    if not wanted or wanted[0] < 1 or wanted[-1] > level_count:
        raise Refused(_("Pilih sedikitnya satu tingkat dari 1 sampai %(n)s.") % {"n": level_count})
    if method not in list(PanelMethod):
        raise Refused(_("Pilih cara menilai."))
    if not FEWEST_PANEL_ITEMS <= item_count <= MOST_PANEL_ITEMS:
        raise Refused(
            _("Jumlah butir harus antara %(least)s dan %(most)s.")
            % {"least": FEWEST_PANEL_ITEMS, "most": MOST_PANEL_ITEMS}
        )
    if competency is not None and not competency_ids_within(bank, competency):
        raise Refused(_("Lingkup itu tidak ada di kamus kompetensi bank soal ini."))
    now = clock.now()
    panel = StandardPanel.objects.create(
        bank=bank, competency=competency, title=title.strip()[:160], method=method, levels=wanted, item_count=item_count,
        created_at=now, moved_at=now,
    )  # fmt: skip
    _note(entries.PANEL_CREATED, by, panel)
    return panel


@transaction.atomic
def invite_panelists(*, by: "User", panel: StandardPanel, people: Sequence["Employee"]) -> int:
    """Invite people to a panel that has not begun its second round; how many are new.

    Raises Denied without the right, Refused later on.
    """
    locked = _locked(by, panel)
    if locked.state not in (PanelState.DRAFT, PanelState.ROUND_1):
        raise Refused(_("Panelis hanya dapat ditambah sebelum putaran 1 berakhir."))
    known = set(locked.panelists.values_list("employee_id", flat=True))
    new = [person for person in people if person.pk not in known]
    Panelist.objects.bulk_create(
        (Panelist(panel=locked, employee=person, invited_at=clock.now()) for person in new), ignore_conflicts=True
    )
    if new:
        _note(entries.PANELISTS_INVITED, by, locked, data={"people": len(new)})
    return len(new)


@transaction.atomic
def remove_panelist(*, by: "User", panelist: Panelist) -> None:
    """Take somebody out of a panel who has not sent any judgement. Raises Denied without the right, Refused otherwise."""
    locked = _locked(by, panelist.panel)
    row = Panelist.objects.select_for_update().filter(pk=panelist.pk).first()
    if row is None:
        return
    if row.sent_1_at is not None or locked.state not in (PanelState.DRAFT, PanelState.ROUND_1):
        raise Refused(_("Panelis yang sudah mengirim penilaian tidak dapat dikeluarkan."))
    row.delete()
    _note(entries.PANELIST_REMOVED, by, locked)


@transaction.atomic
def open_panel(*, by: "User", panel: StandardPanel) -> None:
    """Begin the first round: the booklet is put together and stays as it is. A second call changes nothing.

    Raises Denied without the right, Refused with too few people or items.
    """
    locked = _locked(by, panel)
    if locked.state == PanelState.ROUND_1:
        return
    can_move_panel(locked.state, PanelState.ROUND_1).require()
    booklet = booklet_for(locked)
    can_open_panel(panelists=locked.panelists.count(), items=len(booklet)).require()
    locked.booklet = booklet
    _move(locked, PanelState.ROUND_1)
    _note(entries.PANEL_OPENED, by, locked, data={"items": len(booklet)})


@transaction.atomic
def end_round(*, by: "User", panel: StandardPanel, number: int) -> None:
    """End a round: what was sent counts, and where people stand now is kept beside it. A second call changes nothing.

    Raises Denied without the right, Refused while fewer than three panelists have sent theirs.
    """
    locked = _locked(by, panel)
    if round_of(locked.state) != number:
        if (number == 1 and locked.state == PanelState.DISCUSSION) or (
            number == 2 and locked.state == PanelState.CLOSED
        ):
            return
        raise Refused(_("Putaran itu tidak sedang berjalan."))
    can_end_round(sent=sent_count(locked, number)).require()
    locked.reach = [list(pair) for pair in reach_of(locked)]
    _move(locked, PanelState.DISCUSSION if number == 1 else PanelState.CLOSED)
    _note(entries.PANEL_ROUND_ENDED, by, locked, data={"round": number, "sent": sent_count(locked, number)})


@transaction.atomic
def begin_second_round(*, by: "User", panel: StandardPanel) -> None:
    """Let the panel judge again after its discussion, beginning from what each one said first.

    A second call changes nothing. Raises Denied without the right, Refused from another state.
    """
    locked = _locked(by, panel)
    if locked.state == PanelState.ROUND_2:
        return
    can_move_panel(locked.state, PanelState.ROUND_2).require()
    first = PanelJudgement.objects.filter(panelist__panel=locked, panelist__sent_1_at__isnull=False, round=1)
    PanelJudgement.objects.bulk_create(
        (
            PanelJudgement(panelist_id=panelist, round=2, level=level, place=place, value=value)
            for panelist, level, place, value in first.values_list("panelist_id", "level", "place", "value")
        ),
        ignore_conflicts=True,
    )
    _move(locked, PanelState.ROUND_2)
    _note(entries.PANEL_SECOND_ROUND, by, locked)


@transaction.atomic
def remind_panel(*, by: "User", panel: StandardPanel) -> None:
    """Remind the panelists who have not sent the judgements of the running round, at most once a day.

    Raises Denied without the right, Refused between rounds, when nobody is waited for, or for the second time today.
    """
    locked = _locked(by, panel)
    can_remind_panel(
        locked.state, waiting=len(seats_awaited(locked)), reminded=locked.reminded_on, today=clock.today()
    ).require()
    _remind(by, locked)


def tend_panels() -> int:
    """Daily: remind the panelists of rounds in which somebody is waited for; how many panels. Repeating changes nothing."""
    told, today = 0, clock.today()
    for pk in panels_judging().values_list("pk", flat=True):
        with transaction.atomic():
            panel = panels_judging().select_for_update(of=("self",)).filter(pk=pk).first()
            if panel is None or not panel_reminder_due(
                began=clock.day_of(panel.moved_at), reminded=panel.reminded_on, today=today
            ):
                continue
            if seats_awaited(panel):
                _remind(None, panel)
                told += 1
    return told


def _remind(by: "User | None", panel: StandardPanel) -> None:
    panel.reminded_on = clock.today()
    panel.save(update_fields=["reminded_on"])
    _note(entries.PANEL_REMINDED, by, panel, data={"round": round_of(panel.state)})


@transaction.atomic
def cancel_panel(*, by: "User", panel: StandardPanel, reason: str) -> None:
    """Give a panel up, with a reason; nothing of it counts. A second call changes nothing.

    Raises Denied without the right, Refused without a reason or once its cut is adopted.
    """
    locked = _locked(by, panel)
    _require_reason(reason)
    if locked.state == PanelState.CANCELLED:
        return
    can_move_panel(locked.state, PanelState.CANCELLED).require()
    _move(locked, PanelState.CANCELLED)
    _note(entries.PANEL_CANCELLED, by, locked, reason)


@transaction.atomic
def agree_to_secrecy(*, by: "User", panelist: Panelist) -> None:
    """A panelist promises to keep the items secret; before that none is shown. A second call changes nothing."""
    row = _own_seat(by, panelist)
    if row.agreed_at is None:
        row.agreed_at = clock.now()
        row.save(update_fields=["agreed_at"])


@transaction.atomic
def judge(*, by: "User", panelist: Panelist, place: int, values: Mapping[int, int]) -> None:
    """Keep a judgement as a draft: percents for the item at a place of the booklet, or at place 0 the pages of a bookmark.

    Raises Denied for anybody else's seat, Refused for what cannot be, or when the round is over or already sent.
    """
    row = _own_seat(by, panelist)
    panel, number = row.panel, round_of(row.panel.state)
    can_judge(panel.state, has_agreed=row.agreed_at is not None, has_sent=row.has_sent(number or 1)).require()
    if place not in places_to_judge(panel):
        raise Refused(_("Butir itu tidak ada di panel ini."))
    problem = judgement_problem(panel.method, panel.levels, values, len(panel.booklet))
    if problem:
        raise Refused(problem)
    PanelJudgement.objects.bulk_create(
        (
            PanelJudgement(panelist=row, round=number or 1, level=level, place=place, value=values[level])
            for level in panel.levels
        ),
        update_conflicts=True,
        unique_fields=["panelist", "round", "level", "place"],
        update_fields=["value"],
    )


@transaction.atomic
def send_judgements(*, by: "User", panelist: Panelist) -> None:
    """Make one's judgements of the round final. A second call changes nothing.

    Raises Denied for anybody else's seat, Refused while something is missing or no round is running.
    """
    row = _own_seat(by, panelist)
    panel, number = row.panel, round_of(row.panel.state)
    if number is not None and row.has_sent(number):
        return
    can_judge(panel.state, has_agreed=row.agreed_at is not None, has_sent=False).require()
    given = judgements_of(row, number or 1)
    missing = sum(len(given.get(place, {})) < len(panel.levels) for place in places_to_judge(panel))
    can_send_judgements(missing=missing).require()
    name = f"sent_{number}_at"
    setattr(row, name, clock.now())
    row.save(update_fields=[name])
    _note(entries.PANEL_JUDGED, by, panel, data={"round": number})


@transaction.atomic
def adopt_cuts(*, by: "User", panel: StandardPanel, reason: str) -> list[CutScore]:
    """Adopt what a closed panel has found: from today its cuts decide how tests of the bank are read as levels.

    The levels of those who took them are computed anew in the background. A second call changes nothing.
    Raises Denied without the right, Refused without a reason, from another state, or where the cuts make no scale.
    """
    locked = _locked(by, panel)
    _require_reason(reason)
    if locked.state == PanelState.ADOPTED:
        return list(locked.cuts.filter(withdrawn_at=None))
    can_move_panel(locked.state, PanelState.ADOPTED).require()
    found = panel_result(locked).final
    can_adopt_cuts([each.cut for each in found]).require()
    cuts = CutScore.objects.bulk_create(
        CutScore(
            bank=locked.bank, competency=locked.competency, panel=locked, level=each.level, value=each.cut,
            standard_error=each.standard_error, reason=reason.strip()[:300], valid_from=clock.today(),
        )
        for each in found
        if each.cut is not None and each.standard_error is not None
    )  # fmt: skip
    _move(locked, PanelState.ADOPTED)
    adopt_level_cuts(
        by=by, line=line_of_bank(locked.bank_id), framework=published_framework(locked.bank.framework_code),
        competency=locked.competency, cuts={cut.level: cut.value for cut in cuts}, title=locked.title,
        origin_id=locked.public_id, reason=reason.strip(), agency_id=locked.bank.agency_id, result_url=_page(locked),
    )  # fmt: skip
    data = {"cuts": {str(cut.level): round(cut.value, 3) for cut in cuts}}
    _note(entries.CUTS_ADOPTED, by, locked, reason, data)
    return cuts


@transaction.atomic
def withdraw_cuts(*, by: "User", panel: StandardPanel, reason: str) -> None:
    """Take the adopted cuts of a panel back; what was in force before counts again. A second call changes nothing.

    Raises Denied without the right, Refused without a reason or when nothing of it is adopted.
    """
    locked = _locked(by, panel)
    _require_reason(reason)
    if locked.state == PanelState.CLOSED and locked.cuts.exists():
        return
    can_move_panel(locked.state, PanelState.CLOSED).require()
    locked.cuts.filter(withdrawn_at=None).update(withdrawn_at=clock.now())
    withdraw_level_cuts(
        by=by, origin_id=locked.public_id, reason=reason.strip(), agency_id=locked.bank.agency_id,
        result_url=_page(locked),
    )  # fmt: skip
    _move(locked, PanelState.CLOSED)
    _note(entries.CUTS_WITHDRAWN, by, locked, reason)


def _page(panel: StandardPanel) -> str:
    return reverse("assessment:panel", args=[panel.public_id])


def _locked(by: "User", panel: StandardPanel) -> StandardPanel:
    _require_keeper(by, panel.bank)
    return StandardPanel.objects.select_for_update(of=("self",)).select_related("bank", "competency").get(pk=panel.pk)


def _own_seat(by: "User", panelist: Panelist) -> Panelist:
    """The seat and its panel, locked so that a round does not end between looking and writing."""
    if by.employee_id is None or by.employee_id != panelist.employee_id:
        denied(_("Hanya panelisnya sendiri yang dapat menilai di tempat ini.")).require()
    StandardPanel.objects.select_for_update().get(pk=panelist.panel_id)
    return Panelist.objects.select_for_update(of=("self",)).select_related("panel__bank").get(pk=panelist.pk)


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused(_("Tuliskan alasannya agar pengelola lain mengerti."))


def _move(panel: StandardPanel, state: PanelState) -> None:
    can_move_panel(panel.state, state).require()
    panel.state, panel.moved_at = state.value, clock.now()
    panel.save()


def _note(
    verb: "Verb", by: "User | None", panel: StandardPanel, reason: str = "", data: Mapping[str, object] | None = None
) -> None:
    record(
        verb, by=by, kind="panel", object_id=panel.public_id, name=panel.title, agency_id=panel.bank.agency_id,
        reason=reason.strip(), data=dict(data or {}),
    )  # fmt: skip
