"""The texts of a part for other sectors, written in the browser; the folder keeps them through every form."""

import io
import zipfile

import pytest

from bina.learning import actions
from bina.learning.models import Course
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.learning.editing.workshop import BASE, folder_of, opened, outline_of, part_form
from tests.learning.folders import files, outline, zipped

pytestmark = pytest.mark.django_db

VARIANT = "variants/tambang.md"


def varied() -> dict[str, bytes]:
    """The small course whose page has a text for mining places."""
    course = outline()
    course["sections"][0]["activities"][1]["variants"] = {"mining": VARIANT}
    return files(course, {VARIANT: b"## Di tambang\n\nCerita tentang debu.\n"})


def variants(course: Course, key: str = "halaman") -> dict[str, str]:
    found = outline_of(course).find(key)
    assert found is not None
    return dict(found[2].value.get("variants", {}))


def test_a_part_keeps_its_variants_through_every_form(cast: Cast, client_for: ClientFor) -> None:
    course, client = opened(cast, varied()), client_for(cast.trainer)
    before = folder_of(course)
    client.post(f"{BASE}parts/halaman/", part_form(client, "halaman"))
    assert folder_of(course) == before
    client.post(f"{BASE}parts/halaman/", part_form(client, "halaman", title="Judul lain"))
    assert variants(course) == {"mining": VARIANT}
    typed_text = part_form(client, "halaman", **{"variant-mining": "## Di tambang\r\n\r\nCerita lain.\r\n"})
    client.post(f"{BASE}parts/halaman/", typed_text)
    assert folder_of(course)[VARIANT] == b"## Di tambang\n\nCerita lain.\n"
    # A form of another page, or of a browser that never showed them, takes none away.
    without = {name: value for name, value in part_form(client, "halaman").items() if name != "variant-mining"}
    client.post(f"{BASE}parts/halaman/", {**without, "title": "Judul ketiga"})
    assert variants(course) == {"mining": VARIANT}
    report = actions.make_draft(by=cast.trainer.user, course=course)
    assert report.version is not None, [problem.sentence for problem in report.errors]
    exported = client.get(f"{BASE}export/")
    with zipfile.ZipFile(io.BytesIO(b"".join(exported.streaming_content))) as archive:  # type: ignore[attr-defined]
        assert {name.removeprefix("kursus-mini/"): archive.read(name) for name in archive.namelist()} == folder_of(
            course
        )


def test_a_new_variant_begins_as_the_general_text_and_is_looked_at_before_it_is_kept(
    cast: Cast, client_for: ClientFor
) -> None:
    course, client = opened(cast, varied()), client_for(cast.trainer)
    choice = part_form(client, "halaman", **{"new-variant": "coastal"})
    client.post(f"{BASE}parts/halaman/", choice)
    assert "coastal" not in variants(course), "a choice alone adds nothing"
    answer = client.post(f"{BASE}parts/halaman/", {**choice, "do": "variant-add"})
    assert answer.headers["Location"] == f"{BASE}parts/halaman/#variant-coastal"
    name = variants(course)["coastal"]
    assert folder_of(course)[name] == folder_of(course)["01.md"]
    # Pressed twice, and on a variant that is there, it changes nothing.
    text = part_form(client, "halaman", **{"variant-coastal": "## Di pesisir\n\nCerita tentang es.\n"})
    client.post(f"{BASE}parts/halaman/", text)
    client.post(f"{BASE}parts/halaman/", part_form(client, "halaman") | {"do": "variant-add", "new-variant": "coastal"})
    assert b"tentang es" in folder_of(course)[name]
    client.post(f"{BASE}parts/halaman/", part_form(client, "halaman") | {"do": "variant-add", "new-variant": "bulan"})
    assert set(variants(course)) == {"mining", "coastal"}
    page = client.get(f"{BASE}try/halaman/").content.decode()
    assert "Varian" in page
    assert "tentang es" in client.get(f"{BASE}try/halaman/?variant=coastal").content.decode()
    assert "2 varian" in client.get(BASE).content.decode()


def test_a_variant_is_dropped_with_its_file_and_comes_back_from_the_history(cast: Cast, client_for: ClientFor) -> None:
    course, client = opened(cast, varied()), client_for(cast.trainer)
    before = folder_of(course)
    form = part_form(client, "halaman") | {"do": "variant-drop:mining"}
    assert client.post(f"{BASE}parts/halaman/", form).headers["Location"] == f"{BASE}parts/halaman/#variants"
    assert variants(course) == {}
    assert VARIANT not in folder_of(course)
    client.post(f"{BASE}parts/halaman/", part_form(client, "halaman") | {"do": "variant-drop:mining"})
    client.post(f"{BASE}history/1/restore/")
    assert folder_of(course) == before


def test_a_second_tab_does_not_overwrite_a_variant(cast: Cast, client_for: ClientFor) -> None:
    course, client = opened(cast, varied()), client_for(cast.trainer)
    second = part_form(client, "halaman", **{"variant-mining": "Dari tab kedua.\n"})
    client.post(f"{BASE}parts/halaman/", part_form(client, "halaman", **{"variant-mining": "Dari tab pertama.\n"}))
    told = client.post(f"{BASE}parts/halaman/", second)
    assert told.status_code == 409
    assert "Dari tab kedua." in told.content.decode()
    assert "Dari tab pertama." in told.content.decode()
    assert folder_of(course)[VARIANT] == b"Dari tab pertama.\n"


def test_copies_and_deleted_parts_take_care_of_their_variants(cast: Cast) -> None:
    course, user = opened(cast, varied()), cast.trainer.user
    actions.arrange_course(by=user, course=course, do="copy:halaman")
    copied = variants(course, "lapor-lebih-awal-salinan")
    assert copied == {"mining": "variants/lapor-lebih-awal-salinan-mining.md"}
    assert folder_of(course)[copied["mining"]] == folder_of(course)[VARIANT]
    actions.arrange_course(by=user, course=course, do="delete:lapor-lebih-awal-salinan")
    assert copied["mining"] not in folder_of(course)
    assert VARIANT in folder_of(course)
    actions.arrange_course(by=user, course=course, do="delete:halaman")
    assert VARIANT not in folder_of(course)


def test_what_is_wrong_with_a_variant_is_told_beside_its_part(cast: Cast, client_for: ClientFor) -> None:
    course, client = opened(cast, varied()), client_for(cast.trainer)
    client.post(f"{BASE}parts/halaman/", part_form(client, "halaman", **{"variant-mining": " "}))
    assert "Halaman ini kosong." in client.get(f"{BASE}parts/halaman/").content.decode()
    assert "text-error font-medium" in client.get(BASE).content.decode()
    folder = varied()
    folder["course.yaml"] = folder["course.yaml"].replace(VARIANT.encode(), b"[1, 2]")
    actions.replace_workspace(by=cast.trainer.user, course=course, origin=zipped(folder))
    assert client.post(f"{BASE}parts/halaman/", part_form(client, "halaman")).status_code == 302
    assert folder_of(course) == folder, "what cannot be read stays as its author wrote it"
