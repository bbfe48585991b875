"""Small packages of our own writing: a SCORM 1.2 and a SCORM 2004 course about answering letters, easy to bend."""

import io
import zipfile
from collections.abc import Mapping

from bina.demo.packaging import files_of

MANIFEST_12 = b"""<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="surat" version="1.1" xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2"
          xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2">
  <metadata><schema>ADL SCORM</schema><schemaversion>1.2</schemaversion></metadata>
  <organizations default="urutan">
    <organization identifier="urutan">
      <title>Membalas surat warga</title>
      <item identifier="BUKA" identifierref="R1"><title>Membaca dahulu</title></item>
      <item identifier="BAB2"><title>Berlatih</title>
        <item identifier="LATIHAN" identifierref="R2" parameters="?babak=2"><title>Menulis balasan</title>
          <adlcp:masteryscore>70</adlcp:masteryscore><adlcp:datafromlms>kelas-a</adlcp:datafromlms></item>
      </item>
    </organization>
  </organizations>
  <resources>
    <resource identifier="R1" type="webcontent" adlcp:scormtype="sco" href="isi/buka.html"><file href="isi/buka.html"/></resource>
    <resource identifier="R2" type="webcontent" adlcp:scormtype="sco" href="isi/latihan.html"><file href="isi/latihan.html"/></resource>
  </resources>
</manifest>
"""
MANIFEST_2004 = b"""<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="arsip" version="2" xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"
          xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3" xmlns:imsss="http://www.imsglobal.org/xsd/imsss">
  <metadata><schema>ADL SCORM</schema><schemaversion>2004 4th Edition</schemaversion></metadata>
  <organizations default="O">
    <organization identifier="O"><title>Menata arsip</title>
      <item identifier="A1" identifierref="R1"><title>Memilah berkas</title>
        <imsss:sequencing><imsss:objectives><imsss:primaryObjective objectiveID="P" satisfiedByMeasure="true">
          <imsss:minNormalizedMeasure>0.6</imsss:minNormalizedMeasure></imsss:primaryObjective></imsss:objectives></imsss:sequencing>
      </item>
    </organization>
  </organizations>
  <resources xml:base="isi/">
    <resource identifier="R1" type="webcontent" adlcp:scormType="sco" href="mulai.html"><file href="mulai.html"/></resource>
  </resources>
</manifest>
"""
# Looks for the API in its own window and then upwards, as packages of that time do, and resumes by location.
PAGE_12 = b"""<!DOCTYPE html><html lang="id"><head><meta charset="utf-8"><title>Membalas surat</title><script>
function find(w) { var n = 0; while (!w.API && w.parent && w.parent !== w && n++ < 10) w = w.parent; return w.API; }
var api, at;
window.onload = function () {
  api = find(window); api.LMSInitialize(""); at = Number(api.LMSGetValue("cmi.core.lesson_location")) || 1; show();
  document.getElementById("nama").textContent = api.LMSGetValue("cmi.core.student_name");
};
function show() { document.getElementById("halaman").textContent = "Halaman " + at + " dari 3"; }
function next() { at = Math.min(3, at + 1); api.LMSSetValue("cmi.core.lesson_location", String(at));
  api.LMSSetValue("cmi.suspend_data", "dibaca=" + at); api.LMSSetValue("cmi.core.lesson_status", "incomplete");
  api.LMSSetValue("cmi.core.exit", "suspend"); api.LMSCommit(""); show(); }
function finish(score) {
  api.LMSSetValue("cmi.interactions.0.id", "balasan"); api.LMSSetValue("cmi.interactions.0.type", "choice");
  api.LMSSetValue("cmi.interactions.0.student_response", "a"); api.LMSSetValue("cmi.interactions.0.result", "correct");
  api.LMSSetValue("cmi.core.score.raw", String(score)); api.LMSSetValue("cmi.core.lesson_status", "completed");
  api.LMSSetValue("cmi.core.session_time", "00:00:04"); api.LMSFinish(""); }
</script></head><body><h1 id="halaman">...</h1><p id="nama"></p>
<button id="lanjut" onclick="next()">Lanjut</button><button id="lulus" onclick="finish(90)">Lulus</button>
<button id="gagal" onclick="finish(40)">Gagal</button></body></html>
"""
PAGE_2004 = b"""<!DOCTYPE html><html lang="id"><head><meta charset="utf-8"><title>Menata arsip</title><script>
function find(w) { var n = 0; while (!w.API_1484_11 && w.parent && w.parent !== w && n++ < 10) w = w.parent; return w.API_1484_11; }
var api, at;
window.onload = function () { api = find(window); api.Initialize(""); at = Number(api.GetValue("cmi.location")) || 1; show(); };
function show() { document.getElementById("halaman").textContent = "Langkah " + at; }
function next() { at += 1; api.SetValue("cmi.location", String(at)); api.SetValue("cmi.completion_status", "incomplete");
  api.SetValue("cmi.exit", "suspend"); api.Commit(""); show(); }
function finish() { api.SetValue("cmi.objectives.0.id", "memilah"); api.SetValue("cmi.objectives.0.success_status", "passed");
  api.SetValue("cmi.score.scaled", "0.85"); api.SetValue("cmi.completion_status", "completed");
  api.SetValue("cmi.session_time", "PT5S"); api.Terminate(""); }
</script></head><body><h1 id="halaman">...</h1><button id="lanjut" onclick="next()">Lanjut</button>
<button id="selesai" onclick="finish()">Selesai</button></body></html>
"""


def archive_of(files: Mapping[str, bytes | None]) -> bytes:
    """A zip of some files; None leaves one out."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            if content is not None:
                archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def scorm_12(changes: Mapping[str, bytes | None] | None = None) -> bytes:
    """The SCORM 1.2 package with two SCOs; ``changes`` replace, add or (None) leave out files."""
    files = {"imsmanifest.xml": MANIFEST_12, "isi/buka.html": PAGE_12, "isi/latihan.html": PAGE_12}
    return archive_of({**files, **(changes or {})})


def scorm_2004(changes: Mapping[str, bytes | None] | None = None) -> bytes:
    """The SCORM 2004 package with one SCO."""
    return archive_of({"imsmanifest.xml": MANIFEST_2004, "isi/mulai.html": PAGE_2004, **(changes or {})})


def h5p(changes: Mapping[str, bytes | None] | None = None) -> bytes:
    """The H5P content of our own writing: six cards with a statement each; ``changes`` as above."""
    return archive_of({**files_of("benar-salah"), **(changes or {})})
