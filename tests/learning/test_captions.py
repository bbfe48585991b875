"""Captions: what they say when, and faults with their lines."""

import pytest

from bina.learning import actions
from bina.learning.rules import read_captions
from tests.learning.folders import files, zipped

SOUND = """WEBVTT - Kursus contoh

NOTE ditulis tim contoh

1
00:01.000 --> 00:04.000 align:start
Selamat pagi.

00:00:04.000 --> 00:00:09.500
<v Siti>Lapor lebih awal
menolong semua.

STYLE
::cue { color: white }
"""


def test_cues_are_read_in_order() -> None:
    cues, faults = read_captions(SOUND)
    assert faults == []
    assert [(cue.start, cue.end, cue.line) for cue in cues] == [(1.0, 4.0, 6), (4.0, 9.5, 9)]
    assert cues[1].text.endswith("menolong semua.")


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_any_ending_of_lines_and_a_mark_at_the_beginning(ending: str) -> None:
    assert read_captions("\ufeff" + SOUND.replace("\n", ending))[1] == []


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("1\n00:00:01,000 --> 00:00:04,000\nHalo\n", 1, "tampaknya SRT"),
        ("Halo", 1, "WEBVTT"),
        ("WEBVTTX\n\n00:01.000 --> 00:02.000\nx", 1, "WEBVTT"),
        ("WEBVTT\n", 1, "tidak memuat satu pun baris waktu"),
        ("WEBVTT\n\n00:01,000 --> 00:02,000\nHalo", 3, "titik, bukan koma"),
        ("WEBVTT\n\n00:01.000 -> 00:02.000\nHalo", 3, "tidak didahului baris waktu"),
        ("WEBVTT\n\n1:01.000 --> 00:02.000\nHalo", 3, "tidak dapat dibaca"),
        ("WEBVTT\n\n00:61.000 --> 01:02.000\nHalo", 3, "tidak dapat dibaca"),
        ("WEBVTT\n\n00:05.000 --> 00:02.000\nHalo", 3, "tidak sesudah waktu awalnya"),
        ("WEBVTT\n\n00:05.000 --> 02:10.000\nHalo", 3, "lebih dari 60 detik"),
        ("WEBVTT\n\n00:05.000 --> 00:06.000\na\n\n00:01.000 --> 00:02.000\nb", 6, "urutkan menurut waktu"),
        ("WEBVTT\n\n00:05.000 --> 00:06.000\n\n00:07.000 --> 00:08.000\nb", 3, "tidak diikuti kalimat"),
        ("WEBVTT\n\n00:05.000 --> 00:06.000\na\n00:07.000 --> 00:08.000\nb", 4, "Kurang satu baris kosong"),
        ("WEBVTT\n\n00:05.000 --> 00:06.000\n<script>x</script>", 4, "bukan skrip"),
        ("WEBVTT\n\n00:05.000 --> 00:06.000\n<b onclick=x>", 4, "bukan skrip"),
    ],
)
def test_faults_name_their_line(text: str, line: int, words: str) -> None:
    found = [fault for fault in read_captions(text)[1] if words in fault.sentence]
    assert found, read_captions(text)[1]
    assert found[0].line == line


def test_endless_faults_come_to_an_end() -> None:
    text = "WEBVTT\n\n" + "00:02.000 --> 00:01.000\nx\n\n" * 20_000
    assert len(read_captions(text)[1]) == 50


def test_the_import_says_file_and_line(reference_data: None) -> None:
    report = actions.import_course_folder(
        zipped(files(changes={"media/v.vtt": b"WEBVTT\n\n00:01,000 --> 00:02,000\nHalo\n"})), by=None
    )
    assert [(problem.file, problem.line) for problem in report.errors] == [("media/v.vtt", 3)]
