"""Which words of the xAPI Video Profile are told here, and what is meant by them: published with the vocabulary of the house."""

from django.utils.translation import gettext_lazy as _

from bina.learning.rules.video_profile import PROFILE, SESSION_TERM, VERBS, VIDEO_TYPE, extension
from bina.records.registry import Profile, Term, speak

VIDEO_TERMS = speak(
    Profile(
        _("Profil Video xAPI"), PROFILE,
        _("Yang dilakukan peserta pada video diceritakan menurut profil ini: keikutsertaannya adalah registrasi, kegiatannya "
          "bagian kursus. Ditulis dari laporan pemutar Bina."),
        (
            (_("Kata kerja"), (
                Term("initialized", VERBS["initialized"], _("Detik pertama diputar di satu halaman; awal sebuah sesi.")),
                Term("played", VERBS["played"], _("Mulai atau lanjut diputar.")),
                Term("paused", VERBS["paused"], _("Berhenti, juga karena videonya habis.")),
                Term("seeked", VERBS["seeked"], _("Meloncat ke tempat lain.")),
                Term("completed", VERBS["completed"], _("Bagian yang diminta sudah diputar; sekali dalam satu keikutsertaan.")),
                Term("terminated", VERBS["terminated"], _("Halamannya ditinggalkan; akhir sesi.")),
            )),
            (_("Jenis kegiatan"), (Term("video", VIDEO_TYPE, _("Sebuah video dalam kursus, juga bila hanya suaranya yang diputar.")),)),
            (_("Tambahan pada hasil"), (
                Term("time", extension("time"), _("Detik ke berapa dalam video.")),
                Term("time-from", extension("time-from"), _("Detik asal loncatan.")),
                Term("time-to", extension("time-to"), _("Detik tujuan loncatan.")),
                Term("progress", extension("progress"), _("Bagian yang sudah diputar, 0 sampai 1, dihitung sekali walau diulang.")),
                Term("played-segments", extension("played-segments"),
                     _("Potongan yang diputar dalam keikutsertaan ini menurut urutannya, misalnya 0.000[.]12.000[,]14.000[.]21.000.")),
            )),
            (_("Tambahan pada konteks"), (
                Term("session-id", SESSION_TERM, _("Id pernyataan initialized dari sesi yang sama.")),
                Term("length", extension("length"), _("Panjang video dalam detik.")),
                Term("completion-threshold", extension("completion-threshold"), _("Bagian yang diminta diputar, 0 sampai 1.")),
            )),
        ),
    )
)  # fmt: skip
