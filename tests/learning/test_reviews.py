"""Drafts are sent to others, talked about, approved or sent back; and what holds when something comes between."""

import datetime as dt

import pytest

from bina.foundation import clock
from bina.foundation.errors import Denied, Refused
from bina.journal.models import Entry, Notification
from bina.learning import actions, queries
from bina.learning.models import Course, CourseComment, CourseReview, CourseReviewer, CourseReviewRule, CourseVersion
from bina.learning.rules import NEXT_REVIEW_STATES, ReviewState, can_move_review, can_publish
from bina.people.models import Employee, User
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.learning.folders import files, import_mini, outline, publish_mini

pytestmark = pytest.mark.django_db

OTHER_PAGE = {"01.md": b"## Satu pagi\n\nTeks yang *diperbaiki* setelah telaah.\n\n![Alur melapor](media/a.svg)\n"}


@pytest.fixture
def draft(cast: Cast) -> CourseVersion:
    """The trainer's draft, with Rina as reviewer."""
    version = import_mini(by=cast.trainer.user, agency=cast.agency)
    actions.name_reviewer(by=cast.trainer.user, course=version.course, person=cast.rina.user)
    return version


def fresh(version: CourseVersion) -> CourseVersion:
    return CourseVersion.objects.select_related("course").get(pk=version.pk)


def demand(cast: Cast) -> CourseReviewRule:
    return actions.set_review_rule(
        by=cast.hr.user, agency=cast.agency, demands=True, valid_from=clock.today(), reason="Keputusan rapat mutu."
    )


def approve(cast: Cast, version: CourseVersion, *, by: Employee | None = None) -> CourseReview:
    return actions.decide_review(
        by=(by or cast.rina).user, version=version, approve=True, reason="Sudah jelas.", seen=version.content_hash
    )


def send(cast: Cast, version: CourseVersion) -> CourseReview:
    return actions.ask_for_review(by=cast.trainer.user, version=version, note="Mohon dibaca.")


def told(user: User) -> list[str]:
    return list(Notification.objects.filter(recipient=user).values_list("title", flat=True))


def test_every_state_leads_on_or_ends() -> None:
    reached = {target for targets in NEXT_REVIEW_STATES.values() for target in targets}
    assert set(NEXT_REVIEW_STATES) == set(ReviewState)
    assert reached == set(ReviewState) - {ReviewState.DRAFT}
    for state in ReviewState:
        for target in ReviewState:
            verdict = can_move_review(state.value, target)
            assert bool(verdict) is (target in NEXT_REVIEW_STATES[state])
            assert verdict or str(verdict.sentence)


@pytest.mark.parametrize(
    ("state", "demands", "approved", "may"),
    [("draft", False, False, True), ("draft", True, False, False), ("approved", True, True, True),
     ("draft", True, True, True), ("in_review", False, False, False), ("in_review", True, True, False),
     ("changes_asked", False, False, True), ("changes_asked", True, False, False), ("withdrawn", True, False, False)],
)  # fmt: skip
def test_what_may_be_published(state: str, demands: bool, approved: bool, may: bool) -> None:
    assert bool(can_publish(state, demands_review=demands, has_approval=approved)) is may


def test_without_a_rule_the_author_publishes_as_before(cast: Cast) -> None:
    version = import_mini(by=cast.trainer.user, agency=cast.agency)
    actions.publish_version(by=cast.trainer.user, version=version)
    assert fresh(version).review_state == ReviewState.PUBLISHED


def test_a_demanded_review_stands_before_publishing(cast: Cast, draft: CourseVersion) -> None:
    demand(cast)
    with pytest.raises(Refused, match="belum disetujui"):
        actions.publish_version(by=cast.trainer.user, version=draft)
    send(cast, draft)
    with pytest.raises(Refused, match="sedang ditelaah"):
        actions.publish_version(by=cast.trainer.user, version=draft)
    approve(cast, draft)
    actions.publish_version(by=cast.trainer.user, version=draft)
    assert fresh(draft).course.state == "published"


def test_a_rule_holds_from_its_day(cast: Cast) -> None:
    tomorrow = clock.today() + dt.timedelta(days=1)
    actions.set_review_rule(
        by=cast.hr.user, agency=cast.agency, demands=True, valid_from=tomorrow, reason="Mulai besok."
    )
    assert not queries.demands_review(cast.agency.pk)
    assert queries.demands_review(cast.agency.pk, tomorrow)
    assert not queries.demands_review(None, tomorrow)
    first = demand(cast)
    assert demand(cast).pk == first.pk
    later = actions.set_review_rule(
        by=cast.hr.user, agency=cast.agency, demands=False, valid_from=clock.today(), reason="Dicabut lagi."
    )
    assert queries.review_rule(cast.agency.pk) == later
    with pytest.raises(Refused, match="surut"):
        actions.set_review_rule(
            by=cast.hr.user, agency=cast.agency, demands=True, valid_from=clock.today() - dt.timedelta(days=1), reason="Tidak."
        )  # fmt: skip
    for nobody in (cast.trainer, cast.unit_hr, cast.siti):
        with pytest.raises(Denied):
            actions.set_review_rule(
                by=nobody.user, agency=cast.agency, demands=False, valid_from=clock.today(), reason="Tidak boleh."
            )
    with pytest.raises(Denied):
        actions.set_review_rule(by=cast.hr.user, agency=None, demands=True, valid_from=clock.today(), reason="Semua.")


def test_an_approval_holds_for_one_content(cast: Cast, draft: CourseVersion) -> None:
    demand(cast)
    send(cast, draft)
    approve(cast, draft)
    assert queries.has_approval(fresh(draft))
    other = import_mini(files(None, OTHER_PAGE), by=cast.trainer.user, agency=cast.agency)
    assert other.review_state == ReviewState.DRAFT
    assert not queries.has_approval(other)
    with pytest.raises(Refused, match="belum disetujui"):
        actions.publish_version(by=cast.trainer.user, version=other)
    # The words that were approved come back: the approval was about exactly them.
    again = import_mini(by=cast.trainer.user, agency=cast.agency)
    assert queries.has_approval(again)
    actions.publish_version(by=cast.trainer.user, version=again)


def test_who_wrote_or_sent_does_not_decide(cast: Cast, draft: CourseVersion) -> None:
    send(cast, draft)
    for nobody in (cast.trainer, cast.siti, cast.hr):
        with pytest.raises(Denied):
            approve(cast, draft, by=nobody)
    with pytest.raises(Refused, match="Pemilik atau penyusun"):
        actions.name_reviewer(by=cast.hr.user, course=draft.course, person=cast.trainer.user)
    with pytest.raises(Denied):
        actions.name_reviewer(by=cast.siti.user, course=draft.course, person=cast.dewi.user)


def test_a_draft_without_reviewers_cannot_be_sent(cast: Cast) -> None:
    version = import_mini(by=cast.trainer.user, agency=cast.agency)
    with pytest.raises(Refused, match="Belum ada penelaah"):
        send(cast, version)


def test_second_clicks_change_nothing(cast: Cast, draft: CourseVersion) -> None:
    first = send(cast, draft)
    assert send(cast, fresh(draft)).pk == first.pk
    assert actions.name_reviewer(by=cast.hr.user, course=draft.course, person=cast.rina.user)
    assert CourseReviewer.objects.count() == 1
    said = [
        actions.comment_on_draft(by=cast.rina.user, version=draft, text="Contohnya kurang.", part="halaman", token="t1")
        for _click in range(2)
    ]
    assert said[0].pk == said[1].pk
    for _click in range(2):
        approve(cast, draft)
        actions.resolve_thread(by=cast.trainer.user, thread=said[0], resolved=True)
    assert Entry.objects.filter(verb="course.review_approved").count() == 1
    assert Entry.objects.filter(verb="course.comment_resolved").count() == 1
    assert Entry.objects.filter(verb="course.review_asked").count() == 1
    # The other button in a second tab: the first decision stands.
    with pytest.raises(Refused, match="sudah disetujui"):
        actions.decide_review(
            by=cast.rina.user, version=draft, approve=False, reason="Ternyata belum.", seen=draft.content_hash
        )
    assert fresh(draft).review_state == ReviewState.APPROVED


def test_a_decision_needs_words_and_the_content_that_was_read(cast: Cast, draft: CourseVersion) -> None:
    send(cast, draft)
    with pytest.raises(Refused, match="lima huruf"):
        actions.decide_review(by=cast.rina.user, version=draft, approve=True, reason="ok", seen=draft.content_hash)
    with pytest.raises(Refused, match="berubah sejak"):
        actions.decide_review(by=cast.rina.user, version=draft, approve=True, reason="Sudah jelas.", seen="lain")
    assert fresh(draft).review_state == ReviewState.IN_REVIEW


def test_other_words_end_the_round_and_threads_go_on(cast: Cast, draft: CourseVersion) -> None:
    review = send(cast, draft)
    actions.comment_on_draft(by=cast.rina.user, version=draft, text="Contohnya kurang.", part="halaman", token="t1")
    other = import_mini(files(None, OTHER_PAGE), by=cast.trainer.user, agency=cast.agency)
    review.refresh_from_db()
    assert (review.outcome, review.version) == ("withdrawn", None)
    assert "Telaah draf “Kursus mini” dihentikan" in told(cast.rina.user)
    assert [row.part_title for row in queries.threads_of(other)] == ["Lapor lebih awal"]
    # The reviewer's open tab is about words that are gone.
    with pytest.raises(Refused, match="dibuang atau diganti"):
        approve(cast, draft)
    send(cast, other)
    approve(cast, other)
    assert fresh(other).review_state == ReviewState.APPROVED


def test_a_draft_thrown_away_during_its_review(cast: Cast, client_for: ClientFor) -> None:
    publish_mini(agency=cast.agency)
    version = import_mini(files(None, OTHER_PAGE), by=cast.trainer.user, agency=cast.agency)
    actions.name_reviewer(by=cast.trainer.user, course=version.course, person=cast.rina.user)
    review = send(cast, version)
    page = f"/learning/managed/versions/{version.public_id}/review/"
    assert client_for(cast.rina).get(page).status_code == 200
    actions.discard_draft(by=cast.trainer.user, version=version)
    actions.discard_draft(by=cast.trainer.user, version=version)
    review.refresh_from_db()
    assert review.outcome == "withdrawn"
    assert "dibuang" in review.reason
    assert client_for(cast.rina).get(page).status_code == 404
    assert client_for(cast.rina).get("/learning/reviews/").status_code == 200


def test_a_reviewer_who_leaves_no_longer_counts(cast: Cast, draft: CourseVersion, client_for: ClientFor) -> None:
    send(cast, draft)
    actions.comment_on_draft(by=cast.rina.user, version=draft, text="Contohnya kurang.", token="t1")
    Employee.objects.filter(pk=cast.rina.pk).update(left_on=clock.today())
    left = User.objects.get(pk=cast.rina.user.pk)
    with pytest.raises(Denied):
        actions.decide_review(by=left, version=draft, approve=True, reason="Sudah jelas.", seen=draft.content_hash)
    page = f"/learning/managed/versions/{draft.public_id}/review/"
    assert client_for(left).get(page).status_code in (302, 404)
    shown = client_for(cast.trainer).get(page).content.decode()
    assert "tidak lagi bertugas" in shown
    assert "Contohnya kurang." in shown
    actions.name_reviewer(by=cast.hr.user, course=draft.course, person=cast.dewi.user)
    approve(cast, draft, by=cast.dewi)
    assert fresh(draft).review_state == ReviewState.APPROVED


def test_withdrawing_and_sending_again(cast: Cast, draft: CourseVersion) -> None:
    actions.withdraw_review(by=cast.trainer.user, version=draft)
    assert fresh(draft).review_state == ReviewState.DRAFT
    send(cast, draft)
    actions.withdraw_review(by=cast.trainer.user, version=draft)
    assert fresh(draft).review_state == ReviewState.WITHDRAWN
    with pytest.raises(Refused, match="ditarik"):
        approve(cast, draft)
    assert send(cast, fresh(draft)).outcome == ""


def test_changes_asked_are_answered_with_the_same_or_other_words(cast: Cast, draft: CourseVersion) -> None:
    send(cast, draft)
    actions.decide_review(
        by=cast.rina.user, version=draft, approve=False, reason="Tambah contoh.", seen=draft.content_hash
    )
    assert "Draf “Kursus mini” perlu diperbaiki" in told(cast.trainer.user)
    assert fresh(draft).review_state == ReviewState.CHANGES_ASKED
    send(cast, fresh(draft))
    assert fresh(draft).review_state == ReviewState.IN_REVIEW
    assert told(cast.rina.user).count("Draf “Kursus mini” menunggu telaah Anda") == 2


def test_notices_reach_those_concerned(cast: Cast, draft: CourseVersion) -> None:
    assert "Anda ditunjuk menelaah kursus “Kursus mini”" in told(cast.rina.user)
    send(cast, draft)
    thread = actions.comment_on_draft(
        by=cast.rina.user, version=draft, text="Contohnya kurang.", part="kuis", token="a"
    )
    assert "Catatan baru di draf “Kursus mini”" in told(cast.trainer.user)
    actions.comment_on_draft(by=cast.trainer.user, version=draft, text="Sudah ditambah.", thread=thread, token="b")
    assert "Catatan baru di draf “Kursus mini”" in told(cast.rina.user)
    assert not told(cast.siti.user)
    approve(cast, draft)
    assert "Draf “Kursus mini” disetujui" in told(cast.trainer.user)


def test_an_answer_opens_a_closed_thread(cast: Cast, draft: CourseVersion) -> None:
    thread = actions.comment_on_draft(by=cast.rina.user, version=draft, text="Contohnya kurang.", token="a")
    actions.resolve_thread(by=cast.rina.user, thread=thread, resolved=True)
    actions.comment_on_draft(by=cast.trainer.user, version=draft, text="Belum selesai.", thread=thread, token="b")
    assert CourseComment.objects.get(pk=thread.pk).resolved_at is None
    with pytest.raises(Denied):
        actions.comment_on_draft(by=cast.siti.user, version=draft, text="Saya juga mau.", token="c")
    with pytest.raises(Denied):
        actions.resolve_thread(by=cast.siti.user, thread=thread, resolved=True)
    with pytest.raises(Refused, match="terlalu panjang"):
        actions.comment_on_draft(by=cast.rina.user, version=draft, text="x" * 5_000, token="d")


def test_a_course_gets_another_owner(cast: Cast, draft: CourseVersion) -> None:
    course = draft.course
    with pytest.raises(Refused, match="berhak mengelola"):
        actions.hand_over_course(by=cast.hr.user, course=course, to=cast.siti.user, reason="Pindah tugas.")
    with pytest.raises(Denied):
        actions.hand_over_course(by=cast.siti.user, course=course, to=cast.hr.user, reason="Pindah tugas.")
    for _click in range(2):
        actions.hand_over_course(by=cast.trainer.user, course=course, to=cast.hr.user, reason="Pindah tugas.")
    assert Course.objects.get(pk=course.pk).owner == cast.hr.user
    assert told(cast.hr.user) == ["Kursus “Kursus mini” kini milik Anda"]
    assert Entry.objects.filter(verb="course.handed_over").count() == 1


def test_a_day_to_look_again_is_marked_and_reminded_once(cast: Cast, client_for: ClientFor) -> None:
    course = actions.publish_version(
        by=cast.trainer.user, version=import_mini(by=cast.trainer.user, agency=cast.agency)
    )
    with pytest.raises(Refused, match="sesudah hari ini"):
        actions.look_again_by(by=cast.trainer.user, course=course, day=clock.today(), words="Diperiksa.")
    day = clock.today() + dt.timedelta(days=20)
    for _click in range(2):
        actions.look_again_by(by=cast.trainer.user, course=course, day=day, words="Semua tautan diperiksa.")
    assert Entry.objects.filter(verb="course.look_again_set").count() == 1
    assert [actions.remind_of_course_reviews() for _run in range(2)] == [1, 0]
    assert told(cast.trainer.user)[-1] == "Tinjau ulang “Kursus mini”"
    Course.objects.filter(pk=course.pk).update(review_by=clock.today() - dt.timedelta(days=1))
    assert [actions.remind_of_course_reviews() for _run in range(2)] == [1, 0]
    page = client_for(cast.hr).get("/learning/managed/").content.decode()
    assert "lewat batas tinjau" in page
    assert "1 kursus perlu ditinjau ulang." in page
    assert "Kursus mini" in client_for(cast.hr).get("/learning/managed/?due=1").content.decode()
    assert client_for(cast.siti).get("/learning/courses/kursus-mini/").status_code == 200
    # The owner is gone: those who look after the agency's courses hear of it instead.
    User.objects.filter(pk=cast.trainer.user.pk).update(is_active=False)
    actions.remind_of_course_reviews()
    assert "Batas tinjau ulang “Kursus mini” sudah lewat" in told(cast.hr.user)


def test_reviewers_are_reminded_of_what_waits(cast: Cast, draft: CourseVersion) -> None:
    review = send(cast, draft)
    assert actions.remind_of_course_reviews() == 0
    CourseReview.objects.filter(pk=review.pk).update(asked_at=clock.now() - dt.timedelta(days=8))
    assert [actions.remind_of_course_reviews() for _run in range(2)] == [1, 0]
    Employee.objects.filter(pk=cast.rina.pk).update(left_on=clock.today())
    assert [actions.remind_of_course_reviews() for _run in range(2)] == [1, 0]
    assert "Draf “Kursus mini” tidak punya penelaah lagi" in told(cast.trainer.user)


def test_an_archived_course_points_to_its_successor(cast: Cast, client_for: ClientFor) -> None:
    old = publish_mini(agency=cast.agency)
    new = publish_mini(files({**outline(), "slug": "kursus-baru", "title": "Kursus baru"}))
    client = client_for(cast.trainer)
    without = client.post("/learning/managed/kursus-mini/archive/", {"archive-reason": ""})
    assert without.status_code == 422
    kept = client.post("/learning/managed/kursus-mini/archive/", {"archive-reason": "abc"})
    assert kept.status_code == 409
    assert "abc" in kept.content.decode()
    with pytest.raises(Refused, match="dirinya sendiri"):
        actions.archive_course(by=cast.trainer.user, course=old, reason="Diganti.", successor=old)
    client.post(
        "/learning/managed/kursus-mini/archive/",
        {"archive-reason": "Diganti kursus baru.", "archive-successor": new.slug},
    )
    old.refresh_from_db()
    assert (old.state, old.successor) == ("archived", new)
    page = client_for(cast.siti).get("/learning/courses/kursus-mini/").content.decode()
    assert "Kursus ini diganti oleh" in page
    assert "/learning/courses/kursus-baru/" in page
    assert "Diganti kursus baru." in page
    found = client_for(cast.siti).get("/learning/?q=kursus+mini").content.decode()
    assert "sudah diarsipkan" in found
    assert "sudah diarsipkan" not in client_for(cast.siti).get("/learning/").content.decode()
    client.post("/learning/managed/kursus-mini/restore/")
    old.refresh_from_db()
    assert (old.state, old.successor, old.archive_reason) == ("published", None, "")


def test_the_sheet_and_its_buttons(cast: Cast, draft: CourseVersion, client_for: ClientFor) -> None:
    page = f"/learning/managed/versions/{draft.public_id}/review/"
    trainer, rina = client_for(cast.trainer), client_for(cast.rina)
    assert client_for(cast.siti).get(page).status_code == 404
    assert "Anda boleh menerbitkan kursus Anda sendiri" in trainer.get(page).content.decode()
    trainer.post(page, {"go": "ask", "words": "Mohon dibaca."})
    assert "menunggu putusan" in rina.get("/learning/reviews/").content.decode().lower()
    shown = rina.get(page).content.decode()
    assert "Mohon dibaca." in shown
    assert "Minta perbaikan" in shown
    assert "Minta perbaikan" not in trainer.get(page).content.decode()
    for key in ("halaman", "kuis", "video"):
        assert rina.get(f"/learning/managed/versions/{draft.public_id}/preview/{key}/").status_code == 200
    media = CourseVersion.objects.get(pk=draft.pk).files.get(name="media/a.svg").stored.digest
    assert rina.get(f"/learning/media/{media}/a.svg").status_code == 200
    assert client_for(cast.siti).get(f"/learning/media/{media}/a.svg").status_code == 404
    assert rina.get(f"/learning/managed/{draft.course.slug}/").status_code == 404
    rina.post(page, {"go": "comment", "words": "Contohnya kurang.", "part": "halaman", "token": "abc"})
    refused = rina.post(page, {"go": "return", "words": "Ya", "seen": draft.content_hash})
    assert refused.status_code == 409
    assert ">\nYa</textarea>" in refused.content.decode()
    rina.post(page, {"go": "return", "words": "Tambah satu contoh.", "seen": draft.content_hash})
    shown = trainer.get(page).content.decode()
    assert "Perlu diperbaiki" in shown
    assert "Tambah satu contoh." in shown
    thread = CourseComment.objects.get()
    trainer.post(page, {"go": "comment", "words": "Sudah saya tambah.", "thread": thread.public_id, "token": "x"})
    trainer.post(page, {"go": "resolve", "thread": thread.public_id})
    assert "0 terbuka dari 1" in trainer.get(page).content.decode()
    for bad in ({"go": "resolve", "thread": "x"}, {"go": "fly"}, {}):
        assert trainer.post(page, bad).status_code == 404
    assert trainer.get("/learning/managed/").status_code == 200


def test_the_page_of_those_who_care(cast: Cast, draft: CourseVersion, client_for: ClientFor) -> None:
    page = "/learning/managed/kursus-mini/care/"
    client = client_for(cast.hr)
    assert client_for(cast.siti).get(page).status_code == 404
    shown = client.get(page, {"q": "dewi"}).content.decode()
    assert "Dewi Lestari" in shown
    assert "Tidak ada pegawai lain" in client.get(page, {"q": "anton"}).content.decode()
    client.post(page, {"go": "name", "person": cast.dewi.public_id})
    assert queries.is_reviewer(cast.dewi.user, draft.course)
    row = CourseReviewer.objects.get(user=cast.dewi.user)
    for _click in range(2):
        assert client.post(page, {"go": "dismiss", "reviewer": row.public_id}).status_code == 302
    assert not queries.is_reviewer(cast.dewi.user, draft.course)
    assert client.post(page, {"go": "name", "person": cast.trainer.public_id}).status_code == 409
    assert client.post(page, {"go": "day", "day-day": "kapan-kapan", "day-words": "Teks"}).status_code == 422
    day = clock.today() + dt.timedelta(days=200)
    client.post(page, {"go": "day", "day-day": day.isoformat(), "day-words": "Semua tautan benar."})
    assert Course.objects.get().review_by == day
    kept = client.post(page, {"go": "owner", "owner-owner": cast.hr.user.pk, "owner-reason": "x"})
    assert kept.status_code == 409
    client.post(page, {"go": "owner", "owner-owner": cast.hr.user.pk, "owner-reason": "Pindah tugas."})
    assert Course.objects.get().owner == cast.hr.user
    assert client.post(page, {"go": "fly"}).status_code == 404


def test_the_page_of_rules(cast: Cast, client_for: ClientFor) -> None:
    page = "/learning/reviews/rules/"
    assert client_for(cast.trainer).get(page).status_code == 404
    assert client_for(cast.admin).get(page).status_code == 200
    client = client_for(cast.hr)
    assert "telaah tidak diwajibkan" in client.get(page).content.decode()
    data = {"agency": str(cast.agency.public_id), "demands": "yes", "valid_from": clock.today().isoformat()}
    assert client.post(page, data).status_code == 422
    assert client.post(page, {**data, "reason": "x"}).status_code == 409
    assert client.post(page, {**data, "agency": "everyone", "reason": "Keputusan."}).status_code == 422
    client.post(page, {**data, "reason": "Keputusan rapat mutu."})
    assert "telaah diwajibkan" in client.get(page).content.decode()
    version = import_mini(by=cast.trainer.user, agency=cast.agency)
    manage = client_for(cast.trainer).get("/learning/managed/kursus-mini/").content.decode()
    assert "mewajibkan persetujuan penelaah lain" in manage
    assert "Terbitkan versi 1" not in manage
    refused = client_for(cast.trainer).post(f"/learning/managed/versions/{version.public_id}/publish/")
    assert refused.status_code == 409


def test_what_changed_between_two_versions(cast: Cast, client_for: ClientFor) -> None:
    publish_mini(agency=cast.agency)
    course = outline()
    parts = course["sections"][0]["activities"]
    parts[1]["title"] = "Lapor sejak awal"
    parts.append({"key": "tambahan", "kind": "page", "title": "Satu contoh lagi", "minutes": 3, "file": "02.md"})
    course["sections"][1]["activities"] = [row for row in course["sections"][1]["activities"] if row["key"] != "berkas"]
    changed = {
        "02.md": b"## Contoh\n\nTeks.\n",
        "01.md": b"## Satu pagi\n\nTeks tentang *melapor lebih awal*.\n\n![Alur melapor](media/a.svg)\n",
        "media/a.svg": b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>Lain</title></svg>',
    }
    version = import_mini(files({**course, "passing_grade": 80}, changed), by=cast.trainer.user, agency=cast.agency)
    found = queries.compare(version.course.current_version, version)  # type: ignore[arg-type]
    assert [part.key for part in found.added] == ["tambahan"]
    assert [part.key for part in found.removed] == ["berkas"]
    assert {part.key for part in found.changed} == {"halaman", "uji-akhir"}
    assert found.same == 3
    assert found.files == (("media/a.svg", "diganti"),)
    page = next(part for part in found.changed if part.key == "halaman")
    words = "".join(piece.words for pieces in page.text for piece in pieces if piece.change == "new")
    assert "lebih awal" in words
    shown = client_for(cast.trainer).get(f"/learning/managed/versions/{version.public_id}/changes/").content.decode()
    assert "<ins" in shown
    assert "Satu contoh lagi" in shown
    other = version.course.current_version
    assert other is not None
    same = client_for(cast.trainer).get(
        f"/learning/managed/versions/{other.public_id}/changes/", {"since": str(version.public_id)}
    )
    assert "<del" in same.content.decode()
    assert client_for(cast.siti).get(f"/learning/managed/versions/{version.public_id}/changes/").status_code == 404


def test_lists_cost_the_same_however_long(
    cast: Cast, draft: CourseVersion, client_for: ClientFor, django_assert_max_num_queries: object
) -> None:
    page = f"/learning/managed/versions/{draft.public_id}/review/"
    client = client_for(cast.trainer)
    for number in range(12):
        thread = actions.comment_on_draft(
            by=cast.rina.user, version=draft, text=f"Catatan ke-{number}.", part="halaman", token=f"t{number}"
        )
        actions.comment_on_draft(
            by=cast.trainer.user, version=draft, text="Jawaban.", thread=thread, token=f"a{number}"
        )
    with django_assert_max_num_queries(22):  # type: ignore[operator]
        client.get(page)
