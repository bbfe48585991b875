"""Variants by the sector of a place: the folder, who reads which text, and that results are one."""

import datetime as dt
import io
import zipfile
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bina.learning import actions, queries
from bina.learning.actions.places import load_place_sectors
from bina.learning.models import ActivityVariant, Course, Enrolment, PlaceSector
from bina.learning.rules import Sector
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.learning.folders import dumped, files, import_mini, outline, publish_mini, zipped
from tests.learning.walking import enrolled, part, read_page

pytestmark = pytest.mark.django_db
TEXTS = {
    "variants/kebun.md": b"## Di kebun\n\nCerita tentang *sawit*.\n\n![Alur](media/a.svg)\n",
    "variants/tambang.md": b"## Di tambang\n\nCerita tentang debu.\n",
}


def varied(**changes: Any) -> dict[str, bytes]:
    """The small course whose page comes in two variants."""
    course = outline()
    course["sections"][0]["activities"][1]["variants"] = {
        "plantation": "variants/kebun.md", "mining": "variants/tambang.md", **changes,
    }  # fmt: skip
    return files(course, TEXTS)


@pytest.fixture
def course(cast: Cast) -> Course:
    """The course with variants; the sectors of provinces are loaded."""
    load_place_sectors()
    return publish_mini(varied())


def page_of(client: Any, enrolment: Enrolment, query: str = "") -> str:
    answer = client.get(f"/learning/{enrolment.public_id}/halaman/{query}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_learner_reads_the_variant_of_the_place_and_may_look_at_others(
    course: Course, cast: Cast, client_for: ClientFor
) -> None:
    enrolment = enrolled(cast.siti, course)
    siti = client_for(cast.siti)
    page = page_of(siti, enrolment)
    assert "sawit" in page
    assert "Varian Perkebunan dan kehutanan" in page
    assert "untuk tempat kerja Anda, Kalimantan Barat" in page
    assert "perkiraan" in page, "where the sector is known from is said"
    assert "debu" in page_of(siti, enrolment, "?variant=mining")
    assert "Satu pagi" in page_of(siti, enrolment, "?variant=general")
    assert "sawit" in page_of(siti, enrolment, "?variant=nonsense")
    read_page(cast.siti.user, enrolment)
    enrolment.refresh_from_db()
    assert enrolment.progress_marks["halaman"] == "c", "one result, whatever was read"


def test_without_a_fitting_variant_the_general_text_is_read(course: Course, cast: Cast, client_for: ClientFor) -> None:
    PlaceSector.objects.create(
        agency=cast.agency, sector="coastal", source="RPJMD", is_assumption=False, valid_from=dt.date(2025, 6, 1)
    )
    page = page_of(client_for(cast.siti), enrolled(cast.siti, course))
    assert "Satu pagi" in page
    assert "belum ada varian khusus untuk Kota Pontianak" in page


def test_the_newest_row_in_force_of_the_nearest_place_decides(cast: Cast) -> None:
    assert queries.place_of(cast.siti).sector is Sector.GENERAL
    load_place_sectors()
    load_place_sectors()
    assert PlaceSector.objects.filter(province="61").count() == 1
    assert queries.place_of(cast.siti).sector is Sector.PLANTATION
    PlaceSector.objects.create(province_id="61", sector="mining", source="BPS", valid_from=dt.date(2025, 7, 1))
    assert queries.place_of(cast.siti).sector is Sector.MINING
    PlaceSector.objects.create(
        agency=cast.agency,
        sector="metropolitan",
        source="x",
        valid_from=dt.date(2024, 1, 1),
        valid_to=dt.date(2024, 12, 31),
    )
    assert queries.place_of(cast.siti).sector is Sector.MINING, "a row that has ended no longer counts"
    PlaceSector.objects.create(agency=cast.agency, sector="metropolitan", source="x", valid_from=dt.date(2025, 1, 1))
    assert queries.place_of(cast.siti).name == "Kota Pontianak"
    assert queries.place_of(None).sector is Sector.GENERAL


def test_rows_that_were_changed_stay_when_the_data_are_loaded_again(cast: Cast) -> None:
    load_place_sectors()
    PlaceSector.objects.filter(province="61").update(sector="coastal", is_assumption=False)
    load_place_sectors()
    assert PlaceSector.objects.get(province="61").sector == "coastal"


def test_the_folder_keeps_its_variants(course: Course) -> None:
    version = course.current_version
    assert version is not None
    out = actions.export_course(version)
    with zipfile.ZipFile(io.BytesIO(out)) as archive:
        kept = {name.removeprefix("kursus-mini/"): archive.read(name) for name in archive.namelist()}
    assert kept == varied()
    report = actions.import_course_folder(out, by=None)
    assert report.is_known
    assert ActivityVariant.objects.count() == 2
    assert "courses" not in ActivityVariant.objects.get(sector="plantation").body_html
    assert "/learning/media/" in ActivityVariant.objects.get(sector="plantation").body_html


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"antariksa": "variants/kebun.md"}, "Sektor “antariksa” tidak dikenal"),
    ({"general": "variants/kebun.md"}, "Sektor “general” tidak dikenal"),
    ({"coastal": "variants/tidak-ada.md"}, "tidak ada di dalam folder"),
    ({"coastal": "awal.yaml"}, "tidak dapat dipakai di sini"),
    ({"coastal": 7}, "harus menyebut nama berkas"),
]


@pytest.mark.parametrize(("changes", "words"), FAULTS)
def test_variants_that_cannot_work_are_refused_by_line(cast: Cast, changes: dict[str, Any], words: str) -> None:
    report = actions.import_course_folder(zipped(varied(**changes)), by=None)
    found = [problem for problem in report.errors if words in problem.sentence]
    assert found, [problem.sentence for problem in report.errors]
    assert found[0].line


@pytest.mark.parametrize("value", ["kebun.md", [], {}])
def test_variants_are_named_by_sector(cast: Cast, value: Any) -> None:
    course = outline()
    course["sections"][0]["activities"][1]["variants"] = value
    report = actions.import_course_folder(zipped(files(course)), by=None)
    assert any("tiap sektor" in problem.sentence for problem in report.errors)


def test_kinds_with_results_of_their_own_have_no_variants(cast: Cast) -> None:
    course = outline()
    course["sections"][0]["activities"][2]["variants"] = {"mining": "variants/tambang.md"}
    report = actions.import_course_folder(zipped(files(course, TEXTS)), by=None)
    assert any("“variants” tidak dikenal" in problem.sentence for problem in report.errors)


def test_a_variant_in_the_language_of_the_folder_says_so_on_a_page_in_another(
    cast: Cast, client_for: ClientFor
) -> None:
    load_place_sectors()
    english = {
        "title": "Mini course", "summary": "A short course.", "description": "Short.", "sections": ["Beginning", "Practice"],
        "activities": {"halaman": {"title": "Reporting early"}},
    }  # fmt: skip
    both = {**varied(), "course.en.yaml": dumped(english), "01.en.md": b"## One morning\n\nText about *reporting*.\n"}
    enrolment = enrolled(cast.siti, publish_mini(both))
    actions.choose_language(by=cast.siti.user, enrolment=enrolment, language="en")
    siti = client_for(cast.siti)
    page = page_of(siti, enrolment)
    assert "One morning" in page, "words in the reader's language go before examples of the place"
    assert "varian untuk tempat kerja Anda ada di bawah" in page
    varied_page = page_of(siti, enrolment, "?variant=plantation")
    assert "sawit" in varied_page
    assert "hanya tersedia dalam Bahasa Indonesia" in varied_page
    assert '<div class="contents" lang="id">' in varied_page
    assert '<div class="contents" lang="en">' in page


def test_an_author_looks_at_every_variant(course: Course, cast: Cast, client_for: ClientFor) -> None:
    version = course.current_version
    assert version is not None
    url = f"/learning/managed/versions/{version.public_id}/preview/halaman/"
    admin = client_for(cast.admin)
    assert "Satu pagi" in admin.get(url).content.decode()
    assert "debu" in admin.get(f"{url}?variant=mining").content.decode()


def test_whoever_compares_versions_reads_what_changed_in_a_variant(
    course: Course, cast: Cast, client_for: ClientFor
) -> None:
    changed = {**varied(), "variants/tambang.md": b"## Di tambang\n\nCerita tentang lumpur.\n"}
    version = import_mini(changed)
    found = queries.compare(course.current_version, version)  # type: ignore[arg-type]
    assert [part.key for part in found.changed] == ["halaman"]
    assert [name for name, _stretches in found.changed[0].variants] == ["Pertambangan dan energi"]
    page = client_for(cast.admin).get(f"/learning/managed/versions/{version.public_id}/changes/").content.decode()
    assert "Varian Pertambangan dan energi" in page
    assert "lumpur" in page
    assert "sawit" not in page, "what stayed is left out"


def test_parts_without_variants_ask_nothing_more(course: Course, cast: Cast) -> None:
    enrolment = enrolled(cast.siti, course)
    video = part(enrolment, "video")
    with CaptureQueriesContext(connection) as captured:
        assert queries.variant_for(cast.siti, video) is None
    assert len(captured) == 0
    assert part(enrolment, "halaman").payload["words"] == 6, "haste is measured by the shortest text"
