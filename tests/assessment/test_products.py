"""Work products: who looks at them, what counts, what comes back, and what goes when they are withdrawn."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from bina.assessment import actions, queries
from bina.assessment.models import WorkProduct
from bina.competencies.models import Evidence
from bina.competencies.queries import competencies_by_code
from bina.foundation import clock
from bina.foundation.errors import Denied, Refused
from bina.journal.models import Notification
from bina.people.models import Assignment, Employee, SuperiorOverride
from tests.assessment.tasks import upload
from tests.cast import Cast

ACCOUNT = "Saya menyusun rumus dan tampilannya, rekan saya mengisi datanya."
LINK = "https://contoh.go.id/dasbor"


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def competency_id(code: str = "1.3") -> int:
    return competencies_by_code()[code].pk


def product_facts(title: str = "Dasbor pengaduan", **changes: Any) -> actions.ProductFacts:
    known = competencies_by_code()
    values: dict[str, Any] = {
        "title": title, "description": "Dasbor mingguan.", "link": LINK, "made_on": clock.today() - dt.timedelta(days=20),
        "claims": ((str(known["1.3"].public_id), ACCOUNT),),
    }  # fmt: skip
    return actions.ProductFacts(**{**values, **changes})


def sent(person: Employee, **changes: Any) -> WorkProduct:
    product = actions.save_product(by=person.user, product=None, facts=product_facts(**changes))
    return actions.submit_product(by=person.user, product=product)


def titles_for(person: Employee) -> list[str]:
    return list(Notification.objects.filter(recipient__employee=person).values_list("title", flat=True))


def test_a_verified_product_is_evidence_once_and_withdrawn_with_it(cast: Cast) -> None:
    product = sent(cast.siti)
    actions.submit_product(by=cast.siti.user, product=product)
    assert product.holder == cast.budi
    assert sum("mengirim hasil kerja" in title for title in titles_for(cast.budi)) == 1
    judged: dict[int, int | None] = {competency_id(): 2}
    actions.verify_product(by=cast.budi.user, product=product, judged=judged, comment="Bagus.")
    actions.verify_product(by=cast.budi.user, product=product, judged=judged)
    piece = Evidence.objects.get()
    assert (piece.source, piece.value, piece.observed_on) == ("work_product", 2.5, product.made_on)
    assert 0.5 < piece.standard_deviation < 0.6
    assert any("terverifikasi" in title for title in titles_for(cast.siti))
    with pytest.raises(Refused, match="sudah diperiksa"):
        actions.return_product(by=cast.budi.user, product=product, comment="Terlambat")
    with pytest.raises(Denied):
        actions.withdraw_product(by=cast.budi.user, product=product)
    actions.withdraw_product(by=cast.siti.user, product=product)
    actions.withdraw_product(by=cast.siti.user, product=product)
    piece.refresh_from_db()
    assert piece.withdrawn_at is not None
    assert not queries.products_of(cast.siti).exists()


def test_the_same_file_or_link_counts_once(cast: Cast) -> None:
    sent(cast.siti)
    twin = actions.save_product(by=cast.siti.user, product=None, facts=product_facts("Lagi"))
    with pytest.raises(Refused, match="sudah Anda kirim sebagai “Dasbor pengaduan”"):
        actions.submit_product(by=cast.siti.user, product=twin)
    for title in ("Satu", "Dua"):
        product = actions.save_product(
            by=cast.siti.user, product=None, facts=product_facts(title, link=""), uploads=[upload()]
        )
        if title == "Satu":
            actions.submit_product(by=cast.siti.user, product=product)
        else:
            with pytest.raises(Refused, match="“Satu”"):
                actions.submit_product(by=cast.siti.user, product=product)
    assert sent(cast.dewi).state == "submitted", "a colleague may show the share of a common work"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"link": ""}, "tautan atau lampirkan"),
        ({"claims": ()}, "sedikitnya satu kompetensi"),
        ({"made_on": None}, "Tanggal hasil kerja"),
        ({"made_on": dt.date(2050, 1, 1)}, "Tanggal hasil kerja"),
        ({"made_on": dt.date(2010, 1, 1)}, "lima tahun"),
    ],
)
def test_what_is_missing_is_said_and_the_draft_is_kept(cast: Cast, changes: dict[str, Any], words: str) -> None:
    product = actions.save_product(by=cast.siti.user, product=None, facts=product_facts(**changes))
    with pytest.raises(Refused, match=words):
        actions.submit_product(by=cast.siti.user, product=product)
    product.refresh_from_db()
    assert product.state == "draft"


@pytest.mark.parametrize(
    "link", ["http://contoh.go.id/x", "javascript:alert(1)", "https://", "https://nama:sandi@contoh.go.id", "https://[x", "ftp://a.b"]
)  # fmt: skip
def test_unsafe_links_are_refused(cast: Cast, link: str) -> None:
    with pytest.raises(Refused):
        actions.save_product(by=cast.siti.user, product=None, facts=product_facts(link=link))
    assert not WorkProduct.objects.exists()


def test_only_the_superior_decides_and_only_few_see_it(cast: Cast) -> None:
    product = actions.save_product(
        by=cast.siti.user, product=None, facts=product_facts(), uploads=[upload("Laporan.txt")]
    )
    file = product.files.get()
    assert queries.product_to_read(cast.budi.user, product.public_id) is None, "a draft is its maker's alone"
    actions.submit_product(by=cast.siti.user, product=product)
    for reader in (cast.budi, cast.hr, cast.siti):
        assert queries.file_visible_to(reader.user, file.public_id) is not None
    for stranger in (cast.dewi, cast.head, cast.division_head, cast.unit_hr, cast.trainer, cast.leader, cast.rina):
        assert queries.file_visible_to(stranger.user, file.public_id) is None
        assert queries.product_to_read(stranger.user, product.public_id) is None
    for other in (cast.hr, cast.siti, cast.division_head):
        with pytest.raises(Denied):
            actions.verify_product(by=other.user, product=product, judged={competency_id(): 4})
        with pytest.raises(Denied):
            actions.refuse_product(by=other.user, product=product, reason="x")
    assert not Evidence.objects.exists()


def test_nonsense_judgements_are_refused_in_words(cast: Cast) -> None:
    product = sent(cast.siti)
    pk = competency_id()
    for judged, words in (
        ({}, "Nilai setiap kompetensi"),
        ({pk: 9}, "tidak ada pada"),
        ({pk: None}, "kembalikan atau tolak"),
    ):
        with pytest.raises(Refused, match=words):
            actions.verify_product(by=cast.budi.user, product=product, judged=judged)
    with pytest.raises(Refused, match="sebabnya"):
        actions.return_product(by=cast.budi.user, product=product, comment="  ")


def test_a_returned_product_is_completed_and_sent_again(cast: Cast) -> None:
    product = sent(cast.siti)
    actions.return_product(by=cast.budi.user, product=product, comment="Tunjukkan bagian Anda.")
    actions.return_product(by=cast.budi.user, product=product, comment="Tunjukkan bagian Anda.")
    assert sum("dikembalikan untuk dilengkapi" in title for title in titles_for(cast.siti)) == 1
    product = actions.save_product(by=cast.siti.user, product=product, facts=product_facts(description="Lengkap."))
    assert actions.submit_product(by=cast.siti.user, product=product).state == "submitted"
    with pytest.raises(Refused, match="menunggu diperiksa"):
        actions.save_product(by=cast.siti.user, product=product, facts=product_facts())
    actions.refuse_product(by=cast.budi.user, product=product, reason="Bukan pekerjaan Anda.")
    with pytest.raises(Refused, match="tidak diterima"):
        actions.submit_product(by=cast.siti.user, product=product)


def test_without_an_account_it_goes_one_up_and_by_override_elsewhere(cast: Cast) -> None:
    cast.budi.user.delete()
    cast.budi = Employee.objects.get(pk=cast.budi.pk)
    product = sent(cast.siti)
    assert queries.verifier_of(cast.siti) == cast.division_head
    assert queries.products_to_verify(cast.division_head.user) == [product]
    assert queries.products_to_verify(cast.head.user) == []
    SuperiorOverride.objects.create(employee=cast.siti, superior=cast.rina, reason="proyek", valid_from=clock.today())
    cast.rina = Employee.objects.get(pk=cast.rina.pk)
    assert queries.products_to_verify(cast.rina.user) == [product]
    assert queries.products_to_verify(cast.division_head.user) == []
    actions.verify_product(by=cast.rina.user, product=product, judged={competency_id(): 1})
    assert Evidence.objects.get().value == 1.5


def test_where_nobody_is_above_reviewers_decide(cast: Cast) -> None:
    Assignment.objects.filter(position__is_head=True).update(valid_to=clock.today() - dt.timedelta(days=1))
    product = sent(cast.siti)
    assert (product.holder, queries.verifier_of(cast.siti)) == (None, None)
    assert queries.products_to_verify(cast.hr.user) == [product]
    assert any("mengirim hasil kerja" in title for title in titles_for(cast.hr))
    actions.verify_product(by=cast.hr.user, product=product, judged={competency_id(): 3})
    assert Evidence.objects.get().value == 3.5


def test_after_a_week_the_superior_is_reminded_once(cast: Cast) -> None:
    product = sent(cast.siti)
    assert actions.remind_of_tasks_and_products() == 0
    WorkProduct.objects.filter(pk=product.pk).update(submitted_at=clock.now() - dt.timedelta(days=8))
    assert actions.remind_of_tasks_and_products() == 1
    assert actions.remind_of_tasks_and_products() == 0
    assert any("menunggu diperiksa" in title for title in titles_for(cast.budi))


def test_files_go_with_the_product(
    cast: Cast, tmp_path: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    product = actions.save_product(by=cast.siti.user, product=None, facts=product_facts(), uploads=[upload()])
    assert len(list(tmp_path.rglob("*.txt"))) == 1
    with django_capture_on_commit_callbacks(execute=True):
        actions.withdraw_product(by=cast.siti.user, product=product)
    assert not list(tmp_path.rglob("*.txt"))
