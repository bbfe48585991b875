"""Pictures of items: what is let in, how it is served, and archives that bring them along."""

import base64
import io
import zipfile
from typing import Any

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from bina.assessment import actions, queries
from bina.assessment.models import Item, ItemBank, ItemImage
from bina.assessment.rules import read_item_archive, read_picture
from bina.foundation.errors import Refused
from tests.assessment.conftest import ITEMS
from tests.assessment.kinds import DRAWING, HOTSPOT, NEW_ITEMS, PICTURE, PICTURES
from tests.cast import Cast
from tests.conftest import ClientFor

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 60


def drawing(inside: str, head: str = "", attributes: str = "") -> bytes:
    return (
        f'{head}<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {attributes}>'
        f"{inside}</svg>"
    ).encode()


@pytest.mark.parametrize(
    "content",
    [
        drawing("<script>alert(1)</script>"),
        drawing("", attributes='onload="alert(1)"'),
        drawing('<rect OnClick="alert(1)"/>'),
        drawing("<foreignObject><p>x</p></foreignObject>"),
        drawing('<image href="https://contoh.example/x.png"/>'),
        drawing('<use href="https://contoh.example/x.svg#a"/>'),
        drawing('<use xlink:href="lain.svg#a"/>'),
        drawing('<a href="#x"><text>x</text></a>'),
        drawing('<rect fill="url(https://contoh.example/x)"/>'),
        drawing('<rect style="fill:u\\72l(https://contoh.example)"/>'),
        drawing("<rect style=\"@import 'x.css'\"/>"),
        drawing('<use href="java&#10;script:alert(1)"/>'),
        drawing('<set attributeName="href" to="javascript:alert(1)"/>'),
        drawing("<style>@import 'x.css'</style>"),
        drawing("x", head='<?xml-stylesheet href="x.css"?>'),
        drawing("&x;", head='<!DOCTYPE svg [<!ENTITY x "y">]>'),
        drawing("<p xmlns='http://www.w3.org/1999/xhtml'>x</p>"),
        b"<svg><rect/></svg>",
        b"<html><svg/></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'><rect>",
    ],
)
def test_drawings_with_anything_active_are_refused(content: bytes) -> None:
    with pytest.raises(Refused, match="SVG polos"):
        read_picture("gambar.svg", content)


def test_plain_drawings_and_photographs_are_let_in() -> None:
    inner = '<defs><linearGradient id="g"/></defs><rect fill="url(#g)"/><use href="#g"/><text>Kontak: Bu Ratna</text>'
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    assert read_picture("a.SVG", drawing(inner, head)).content_type == "image/svg+xml"
    assert read_picture("a.png", PNG).content_type == "image/png"
    assert read_picture("a.jpg", b"\xff\xd8\xff\xe0" + b"\x00" * 9).file_name.endswith(".jpg")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.gif", b"GIF89a", "PNG, JPEG, atau SVG"),
        ("a.png", DRAWING, "tidak sesuai"),
        ("a.svg", PNG, "tidak sesuai"),
        ("a.png", PNG + b"\x00" * 310_000, "300 KB"),
    ],
)
def test_wrong_types_and_sizes_are_refused(name: str, content: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words):
        read_picture(name, content)


def archive(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return stream.getvalue()


def as_yaml(items: list[Any]) -> bytes:
    return yaml.safe_dump(items, allow_unicode=True, sort_keys=False).encode()


GOOD = {"items.yaml": as_yaml([HOTSPOT, ITEMS[0]]), "images/surel.svg": DRAWING}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04rusak", "rusak"),
        (archive({"soal.yaml": b"- {}"}), "tidak memuat berkas"),
        (archive(GOOD | {"images/alat.exe": b"MZ"}), "alat.exe"),
        (archive(GOOD | {"images/x.svg": drawing("<script/>")}), "SVG polos"),
        (archive(GOOD | {"images/x.png": PNG + b"\x00" * 400_000}), "terlalu besar"),
        (archive(GOOD | {"images/x.png": b"\x00" * 30_000_000}), "terlalu besar"),
        (archive(GOOD | {f"images/{n}.svg": DRAWING for n in range(250)}), "batasnya 200"),
        (archive(GOOD | {"../items.yaml": b"- {}"}), "tidak aman"),
        (archive({"items.yaml": b"\x00" * 2_000_000}), "terlalu besar"),
        (archive(GOOD)[:-40], "rusak"),
    ],
)  # fmt: skip
def test_bombs_and_strange_archives_are_refused(content: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words):
        read_item_archive(content)


def test_an_archive_brings_items_with_their_pictures(cast: Cast, bank: ItemBank, client_for: ClientFor) -> None:
    client = client_for(cast.admin)
    url, content = reverse("assessment:import_items"), archive({"soal/__MACOSX/._x": b"x", **GOOD})
    sent = {"bank": "digital", "file": SimpleUploadedFile("soal.zip", content)}
    page = client.post(url, sent).content.decode()
    assert "Ambil 2 butir" in page
    assert not ItemImage.objects.filter(pk=PICTURE.digest).exists()
    assert base64.b64encode(content).decode() in page
    sent = {"bank": "digital", "archive": base64.b64encode(content).decode()}
    assert "2 butir baru" in client.post(url, sent, follow=True).content.decode()
    item = Item.objects.get(code="N-5")
    assert item.current is not None
    assert item.current.payload["image"] == PICTURE.digest
    assert "0 butir baru, 0 versi baru, 2 tetap" in client.post(url, sent, follow=True).content.decode()
    assert client.post(url, {"bank": "digital", "archive": "§"}).status_code == 404


def test_an_item_without_its_picture_is_left_out(reference_data: None) -> None:
    bank = ItemBank.objects.create(code="uji", name="Uji")
    report = actions.import_items(by=None, bank=bank, items=[HOTSPOT, ITEMS[0]])
    assert [line.outcome for line in report.lines] == ["error", "new"]
    assert not ItemImage.objects.exists()


def test_what_was_exported_comes_back_the_same(reference_data: None) -> None:
    bank = ItemBank.objects.create(code="uji", name="Uji")
    actions.import_items(by=None, bank=bank, items=NEW_ITEMS, pictures=PICTURES)
    exported = queries.export_items(Item.objects.filter(bank=bank))
    assert exported.ending == ".zip"
    found = read_item_archive(exported.content)
    lines = queries.check_items(bank, found.entries, found.pictures)
    assert [line.outcome for line in lines] == ["same"] * len(NEW_ITEMS)
    other = ItemBank.objects.create(code="lain", name="Lain")
    actions.import_items(by=None, bank=other, items=found.entries, pictures=found.pictures)
    assert queries.export_items(Item.objects.filter(bank=other)).content == exported.content
    plain = queries.export_items(Item.objects.filter(bank=bank, kind="cloze"))
    assert plain.ending == ".yaml"


def test_pictures_are_for_signed_in_people_and_can_do_nothing(
    bank: ItemBank, cast: Cast, client_for: ClientFor
) -> None:
    found = ItemImage.objects.filter(content_type="image/svg+xml").first()
    assert found is not None
    url = reverse("assessment:image", args=[found.pk])
    assert Client().get(url).status_code == 302
    response = client_for(cast.siti).get(url)
    assert response.content == bytes(found.content)
    assert response["Content-Type"] == "image/svg+xml"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "private" in response["Cache-Control"]
    assert "immutable" in response["Cache-Control"]
    assert client_for(cast.siti).get(reverse("assessment:image", args=["tidak-ada"])).status_code == 404
    assert client_for(cast.siti).post(url).status_code == 405
