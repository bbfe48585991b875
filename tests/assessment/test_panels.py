"""Standard setting: a panel judges twice without names, its cut is adopted and can be taken back; who may do what."""

import numpy as np
import pytest
from django.urls import reverse

from bina.assessment import actions, queries
from bina.assessment.models import CutScore, ItemBank, Panelist, PanelJudgement, StandardPanel
from bina.assessment.rules import PanelState
from bina.competencies.models import Competency, CompetencyLevel
from bina.foundation import clock
from bina.foundation.errors import Denied, Refused
from bina.journal.models import Notification
from bina.journal.queries import history_of
from bina.people.models import Employee
from tests.assessment.conftest import Hands, seat_of
from tests.cast import Cast
from tests.conftest import ClientFor

pytestmark = pytest.mark.django_db


@pytest.fixture
def panel(bank: ItemBank, cast: Cast) -> StandardPanel:
    """A panel of four on ten items of area 4 for levels 2 and 3, not yet begun."""
    area = Competency.objects.get(framework__code="digcomp-3.0", code="4", parent=None)
    panel = actions.create_panel(
        by=cast.admin, bank=bank, title="Batas area 4", method="angoff", levels=[3, 2], item_count=10, competency=area
    )
    actions.invite_panelists(by=cast.admin, panel=panel, people=[cast.siti, cast.dewi, cast.rina, cast.trainer])
    return panel


def judge_all(panel: StandardPanel, people: list[Employee], shift: int = 0) -> None:
    """Everybody judges every item as the model would, each a little stricter than the one before, and sends it."""
    for number, person in enumerate(people):
        seat = seat_of(panel, person)
        actions.agree_to_secrecy(by=person.user, panelist=seat)
        for place in range(1, len(panel.booklet) + 1):
            base = 75 - 4 * place + 3 * number + shift
            actions.judge(by=person.user, panelist=seat, place=place, values={2: base, 3: base + 15})
        actions.send_judgements(by=person.user, panelist=seat)


def closed(panel: StandardPanel, cast: Cast) -> StandardPanel:
    people = [cast.siti, cast.dewi, cast.rina]
    actions.open_panel(by=cast.admin, panel=panel)
    panel.refresh_from_db()
    judge_all(panel, people)
    actions.end_round(by=cast.admin, panel=panel, number=1)
    actions.begin_second_round(by=cast.admin, panel=panel)
    panel.refresh_from_db()
    for person in people:
        actions.send_judgements(by=person.user, panelist=seat_of(panel, person))
    actions.end_round(by=cast.admin, panel=panel, number=2)
    panel.refresh_from_db()
    return panel


def test_two_rounds_make_a_cut_that_is_adopted_and_taken_back(panel: StandardPanel, cast: Cast, bank: ItemBank) -> None:
    found = closed(panel, cast)
    result = queries.panel_result(found)
    low, high = result.final
    assert (low.level, high.level, low.judges) == (2, 3, 3)
    assert low.cut is not None
    assert high.cut is not None
    assert low.standard_error is not None
    assert low.cut < high.cut
    assert 0 < low.standard_error < 1
    assert list(result.changes) == [2, 3]
    assert result.changes[2][0] == 0
    assert result.changes[2][1] == pytest.approx(1)
    # A stricter expectation of right answers is a higher cut.
    assert list(low.judge_cuts) == sorted(low.judge_cuts)
    cuts = actions.adopt_cuts(by=cast.admin, panel=found, reason="Rapat panel 12 Juni.")
    assert [cut.level for cut in cuts] == [2, 3]
    assert actions.adopt_cuts(by=cast.admin, panel=found, reason="Klik kedua.") == cuts
    assert [cut.value for cut in queries.cuts_in_force(bank)] == pytest.approx([low.cut, high.cut])
    area_test = next(row for row in queries.precision_of_tests(bank) if row.blueprint.code == "digital-area-4")
    assert [cut.is_adopted for cut in area_test.cuts] == [False, True, True, False]
    other = next(row for row in queries.precision_of_tests(bank) if row.blueprint.code == "digital-area-1")
    assert not any(cut.is_adopted for cut in other.cuts)
    actions.withdraw_cuts(by=cast.admin, panel=found, reason="Panel terlalu kecil.")
    actions.withdraw_cuts(by=cast.admin, panel=found, reason="Klik kedua.")
    assert queries.cuts_in_force(bank) == []
    assert StandardPanel.objects.get().state == PanelState.CLOSED
    verbs = [entry.verb for entry in history_of("panel", found.public_id)]
    assert verbs[:2] == ["panel.cuts_withdrawn", "panel.cuts_adopted"]
    assert verbs.count("panel.judged") == 6
    assert verbs.count("panel.cuts_withdrawn") == 1


def test_a_cut_on_the_scale_is_where_the_model_expects_the_judged_points(panel: StandardPanel, cast: Cast) -> None:
    actions.open_panel(by=cast.admin, panel=panel)
    panel.refresh_from_db()
    a, b = (np.array([row[name] for row in panel.booklet]) for name in ("a", "b"))
    at_even_odds = b + np.log(0.65 / 0.35) / a
    assert list(at_even_odds) == sorted(at_even_odds)
    for person in (cast.siti, cast.dewi, cast.rina):
        seat = seat_of(panel, person)
        actions.agree_to_secrecy(by=person.user, panelist=seat)
        for place in range(1, 11):
            chances = [100 / (1 + np.exp(-a[place - 1] * (level - b[place - 1]))) for level in (2, 3)]
            actions.judge(
                by=person.user, panelist=seat, place=place,
                values={2: round(chances[0]), 3: round(chances[1])},
            )  # fmt: skip
        actions.send_judgements(by=person.user, panelist=seat)
    actions.end_round(by=cast.admin, panel=panel, number=1)
    panel.refresh_from_db()
    low, high = queries.panel_result(panel).final
    assert low.cut == pytest.approx(2, abs=0.03)
    assert high.cut == pytest.approx(3, abs=0.03)


def test_bookmarks_make_a_cut_too(bank: ItemBank, cast: Cast) -> None:
    panel = actions.create_panel(
        by=cast.admin, bank=bank, title="Penanda", method="bookmark", levels=[2], item_count=12
    )
    people = [cast.siti, cast.dewi, cast.rina]
    actions.invite_panelists(by=cast.admin, panel=panel, people=people)
    actions.open_panel(by=cast.admin, panel=panel)
    panel.refresh_from_db()
    for person, page in zip(people, (5, 6, 7), strict=True):
        seat = seat_of(panel, person)
        actions.agree_to_secrecy(by=person.user, panelist=seat)
        with pytest.raises(Refused, match="1 sampai 12"):
            actions.judge(by=person.user, panelist=seat, place=0, values={2: 13})
        actions.judge(by=person.user, panelist=seat, place=0, values={2: page})
        actions.send_judgements(by=person.user, panelist=seat)
    actions.end_round(by=cast.admin, panel=panel, number=1)
    panel.refresh_from_db()
    (found,) = queries.panel_result(panel).final
    row = panel.booklet[5]
    assert found.cut == pytest.approx(row["b"] + np.log(0.65 / 0.35) / row["a"])
    assert found.judges == 3


def test_a_panel_needs_three_people_and_items(bank: ItemBank, cast: Cast) -> None:
    panel = actions.create_panel(by=cast.admin, bank=bank, title="Kecil", method="angoff", levels=[2], item_count=5)
    actions.invite_panelists(by=cast.admin, panel=panel, people=[cast.siti, cast.dewi])
    with pytest.raises(Refused, match="sedikitnya 3 panelis"):
        actions.open_panel(by=cast.admin, panel=panel)
    assert actions.invite_panelists(by=cast.admin, panel=panel, people=[cast.siti, cast.rina]) == 1
    actions.open_panel(by=cast.admin, panel=panel)
    actions.open_panel(by=cast.admin, panel=panel)
    panel.refresh_from_db()
    assert len(panel.booklet) == 5
    with pytest.raises(Refused, match="sedikitnya 3 panelis mengirim"):
        actions.end_round(by=cast.admin, panel=panel, number=1)
    with pytest.raises(Refused, match="tidak sedang berjalan"):
        actions.end_round(by=cast.admin, panel=panel, number=2)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"levels": []}, "sedikitnya satu tingkat"),
        ({"levels": [9]}, "dari 1 sampai"),
        ({"method": "lotere"}, "cara menilai"),
        ({"item_count": 500}, "antara 5 dan 60"),
    ],
)
def test_a_panel_that_cannot_be_is_refused(bank: ItemBank, cast: Cast, changed: dict[str, object], words: str) -> None:
    given = {"bank": bank, "title": "X", "method": "angoff", "levels": [2], "item_count": 10} | changed
    with pytest.raises(Refused, match=words):
        actions.create_panel(by=cast.admin, **given)  # type: ignore[arg-type]  # bad input on purpose
    assert not StandardPanel.objects.exists()


def test_only_keepers_organise_and_only_the_panelist_judges(panel: StandardPanel, cast: Cast, bank: ItemBank) -> None:
    for account in (cast.siti.user, cast.hr.user, cast.trainer.user):
        with pytest.raises(Denied):
            actions.create_panel(by=account, bank=bank, title="X", method="angoff", levels=[2], item_count=10)
        for action in (actions.open_panel, actions.begin_second_round):
            with pytest.raises(Denied):
                action(by=account, panel=panel)
        with pytest.raises(Denied):
            actions.adopt_cuts(by=account, panel=panel, reason="Saya mau.")
    actions.open_panel(by=cast.admin, panel=panel)
    seat = seat_of(panel, cast.siti)
    with pytest.raises(Denied):
        actions.judge(by=cast.dewi.user, panelist=seat, place=1, values={2: 50, 3: 60})
    with pytest.raises(Refused, match="kerahasiaan"):
        actions.judge(by=cast.siti.user, panelist=seat, place=1, values={2: 50, 3: 60})


def test_judgements_are_drafts_until_they_are_sent(panel: StandardPanel, cast: Cast) -> None:
    actions.open_panel(by=cast.admin, panel=panel)
    panel.refresh_from_db()
    seat, user = seat_of(panel, cast.siti), cast.siti.user
    actions.agree_to_secrecy(by=user, panelist=seat)
    for values, words in (
        ({2: 50}, "0 sampai 100"), ({2: 50, 3: 101}, "0 sampai 100"), ({2: 60, 3: 50}, "tidak boleh lebih kecil"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=words):
            actions.judge(by=user, panelist=seat, place=1, values=values)
    with pytest.raises(Refused, match="tidak ada di panel"):
        actions.judge(by=user, panelist=seat, place=11, values={2: 50, 3: 60})
    actions.judge(by=user, panelist=seat, place=1, values={2: 50, 3: 60})
    actions.judge(by=user, panelist=seat, place=1, values={2: 40, 3: 60})
    assert queries.judgements_of(seat, 1) == {1: {2: 40, 3: 60}}
    with pytest.raises(Refused, match="9 butir yang belum"):
        actions.send_judgements(by=user, panelist=seat)
    for place in range(2, 11):
        actions.judge(by=user, panelist=seat, place=place, values={2: 40, 3: 60})
    actions.send_judgements(by=user, panelist=seat)
    actions.send_judgements(by=user, panelist=seat)
    with pytest.raises(Refused, match="sudah dikirim"):
        actions.judge(by=user, panelist=seat, place=1, values={2: 1, 3: 2})
    with pytest.raises(Refused, match="tidak dapat dikeluarkan"):
        actions.remove_panelist(by=cast.admin, panelist=seat)
    actions.remove_panelist(by=cast.admin, panelist=seat_of(panel, cast.trainer))
    assert Panelist.objects.count() == 3


def test_the_second_round_begins_from_the_first_and_ends_once(panel: StandardPanel, cast: Cast) -> None:
    found = closed(panel, cast)
    assert PanelJudgement.objects.filter(round=2).count() == 3 * 10 * 2
    actions.end_round(by=cast.admin, panel=found, number=2)
    seat = seat_of(panel, cast.siti)
    with pytest.raises(Refused, match="tidak sedang menilai"):
        actions.judge(by=cast.siti.user, panelist=seat, place=1, values={2: 50, 3: 60})
    with pytest.raises(Refused, match="alasan"):
        actions.adopt_cuts(by=cast.admin, panel=found, reason=" ")
    actions.cancel_panel(by=cast.admin, panel=found, reason="Diulang.")
    with pytest.raises(Refused, match="tidak dapat langsung"):
        actions.adopt_cuts(by=cast.admin, panel=found, reason="Tetap.")
    assert not CutScore.objects.exists()


def test_the_share_of_people_who_reach_a_cut_is_told(panel: StandardPanel, cast: Cast) -> None:
    competencies = Competency.objects.filter(parent__code="4", parent__framework__code="digcomp-3.0")
    CompetencyLevel.objects.all().delete()
    CompetencyLevel.objects.bulk_create(
        CompetencyLevel(employee=person, competency=competency, mean=mean, computed_on=clock.today())
        for person, mean in zip(cast.everyone[:10], (0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5), strict=True)
        for competency in competencies
    )
    found = closed(panel, cast)
    assert sum(people for _tenths, people in found.reach) == 10
    assert queries.share_reaching(found, 2.0) == pytest.approx(0.7)
    low, _high = queries.panel_result(found).final
    assert low.cut is not None
    assert low.share == queries.share_reaching(found, low.cut)


def test_a_later_calibration_does_not_move_what_a_panel_found(panel: StandardPanel, cast: Cast, bank: ItemBank) -> None:
    found = closed(panel, cast)
    before = [each.cut for each in queries.panel_result(found).final]
    for version in queries.booklet_versions(found):
        version.b += 1
        version.save()
    found.refresh_from_db()
    assert [each.cut for each in queries.panel_result(found).final] == before


def test_pages_of_organiser_and_panelist(panel: StandardPanel, cast: Cast, client_for: ClientFor) -> None:
    organiser, panelist = client_for(cast.admin), client_for(cast.siti)
    page = reverse("assessment:panel", args=[panel.public_id])
    step = reverse("assessment:panel_step", args=[panel.public_id])
    seat = reverse("assessment:judging", args=[panel.public_id])
    assert panelist.get(seat).status_code == 404
    assert panelist.get(page).status_code == 404
    assert panelist.post(step, {"step": "open"}).status_code == 404
    assert "4 panelis" in organiser.get(page).content.decode()
    organiser.post(step, {"step": "open"})
    assert Notification.objects.filter(recipient=cast.siti.user, url=seat).count() == 1
    assert "Batas area 4" in panelist.get(reverse("assessment:home")).content.decode()
    first = reverse("assessment:judge_item", args=[panel.public_id, 1])
    assert panelist.get(first).status_code == 404
    assert "rahasia" in panelist.get(seat).content.decode()
    panelist.post(reverse("assessment:agree_to_secrecy", args=[panel.public_id]), {"agree": "1"})
    assert "Berapa dari 100 orang" in panelist.get(first).content.decode()
    wrong = panelist.post(first, {"level-2": "80", "level-3": "7x"})
    assert wrong.status_code == 422
    assert 'value="7x"' in wrong.content.decode()
    for place in range(1, 11):
        address = reverse("assessment:judge_item", args=[panel.public_id, place])
        assert panelist.post(address, {"level-2": "40", "level-3": "70"}).status_code == 302
    assert "Kirim penilaian" in panelist.get(seat).content.decode()
    panelist.post(reverse("assessment:send_judgements", args=[panel.public_id]))
    assert "sudah terkirim" in panelist.get(seat).content.decode()
    assert "tidak seorang pun melihat" in organiser.get(page).content.decode()
    panel.refresh_from_db()
    judge_all(panel, [cast.dewi, cast.rina])
    organiser.post(step, {"step": "end_1"})
    text = organiser.get(page).content.decode()
    assert "Hasil putaran 1" in text
    shown = panelist.get(seat).content.decode()
    assert "Apa kata panel" in shown
    assert cast.dewi.full_name not in shown
    organiser.post(step, {"step": "second"})
    assert "penilaian Anda 40" in panelist.get(first).content.decode()
    for person in (cast.siti, cast.dewi, cast.rina):
        client_for(person).post(reverse("assessment:send_judgements", args=[panel.public_id]))
    organiser.post(step, {"step": "end_2"})
    # The items are secret again, what the panel found stays.
    assert panelist.get(first).status_code == 404
    shown = panelist.get(seat).content.decode()
    assert "Apa kata panel" in shown
    assert first not in shown
    assert "Tuliskan alasannya" in organiser.post(step, {"step": "adopt"}, follow=True).content.decode()
    organiser.post(step, {"step": "adopt", "reason": "Disepakati panel."})
    assert "sejak" in organiser.get(page).content.decode()
    assert "Batas area 4" in organiser.get(reverse("assessment:panels")).content.decode()
    sheet = organiser.get(reverse("assessment:panel_report", args=[panel.public_id]))
    assert sheet.content[:2] == b"PK"


def test_people_are_invited_by_number_or_address(
    panel: StandardPanel, cast: Cast, client_for: ClientFor, bank: ItemBank
) -> None:
    client = client_for(cast.admin)
    address = reverse("assessment:invite_panelists", args=[panel.public_id])
    text = client.post(
        address, {"names": f"{cast.budi.employee_number}\n{cast.head.email}\nbukan-siapa-siapa"}
    ).content.decode()
    assert "bukan-siapa-siapa" in text
    assert panel.panelists.count() == 6
    assert client_for(cast.hr).post(address, {"names": cast.budi.email}).status_code == 404


def test_a_panel_is_prepared_in_the_browser(bank: ItemBank, cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.admin)
    address = reverse("assessment:new_panel")
    assert client_for(cast.siti).get(address).status_code == 404
    bad = client.post(address, {"bank": bank.code, "title": "Panel saya", "method": "angoff", "item_count": "20"})
    assert 'value="Panel saya"' in bad.content.decode()
    client.post(
        address,
        {"bank": bank.code, "title": "Panel saya", "method": "angoff", "item_count": "20", "levels": ["2", "3"]},
    )
    assert StandardPanel.objects.get().levels == [2, 3]


def reminders_of(person: Employee) -> int:
    return Notification.objects.filter(recipient=person.user, title__startswith="Pengingat").count()


def test_the_organiser_reminds_once_a_day_and_only_those_who_owe(
    panel: StandardPanel, cast: Cast, client_for: ClientFor
) -> None:
    with pytest.raises(Refused, match="selama sebuah putaran"):
        actions.remind_panel(by=cast.admin, panel=panel)
    actions.open_panel(by=cast.admin, panel=panel)
    panel.refresh_from_db()
    judge_all(panel, [cast.siti])
    with pytest.raises(Denied):
        actions.remind_panel(by=cast.hr.user, panel=panel)
    organiser = client_for(cast.admin)
    page, step = (reverse(f"assessment:{name}", args=[panel.public_id]) for name in ("panel", "panel_step"))
    assert "3 panelis belum mengirim" in organiser.get(page).content.decode()
    told = organiser.post(step, {"step": "remind"}, follow=True).content.decode()
    assert "Panelis yang belum mengirim diingatkan" in told
    assert "Sudah diingatkan hari ini" in told
    assert "paling banyak sekali sehari" in organiser.post(step, {"step": "remind"}, follow=True).content.decode()
    assert [reminders_of(person) for person in (cast.siti, cast.dewi, cast.rina)] == [0, 1, 1]
    judge_all(panel, [cast.dewi, cast.rina, cast.trainer])
    assert "belum mengirim" not in organiser.get(page).content.decode()


def test_the_house_reminds_every_third_day_for_a_while(panel: StandardPanel, cast: Cast, hands: Hands) -> None:
    actions.open_panel(by=cast.admin, panel=panel)
    panel.refresh_from_db()
    judge_all(panel, [cast.siti])
    told = []
    for _day in range(22):
        told.append(actions.tend_panels())
        # A second run of the same day changes nothing.
        assert actions.tend_panels() == 0
        hands.forward(days=1)
    assert [day for day, count in enumerate(told) if count] == [3, 6, 9, 12, 15]
    assert reminders_of(cast.dewi) == 5
    assert reminders_of(cast.siti) == 0
    # Another round begins anew; what was discussed in between is nobody's debt.
    judge_all(panel, [cast.dewi, cast.rina])
    actions.end_round(by=cast.admin, panel=panel, number=1)
    hands.forward(days=5)
    assert actions.tend_panels() == 0
    actions.begin_second_round(by=cast.admin, panel=panel)
    hands.forward(days=3)
    assert actions.tend_panels() == 1
    assert reminders_of(cast.siti) == 1


def test_who_has_left_is_not_waited_for(panel: StandardPanel, cast: Cast, hands: Hands) -> None:
    actions.open_panel(by=cast.admin, panel=panel)
    panel.refresh_from_db()
    judge_all(panel, [cast.siti, cast.dewi, cast.rina])
    Employee.objects.filter(pk=cast.trainer.pk).update(left_on=clock.today())
    hands.forward(days=4)
    assert actions.tend_panels() == 0
    with pytest.raises(Refused, match="Semua panelis sudah"):
        actions.remind_panel(by=cast.admin, panel=panel)
