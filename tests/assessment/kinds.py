"""One item of each of the newer kinds, in both languages, with a picture for the one that needs it."""

from typing import Any

from bina.assessment.rules import StoredPicture, read_picture

DRAWING = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 400"><title>Surel</title>'
    b'<rect width="640" height="400" fill="#f5f3ef"/><text x="20" y="40" font-size="18">Kepada: Bu Ratna</text></svg>'
)
PICTURE: StoredPicture = read_picture("surel.svg", DRAWING)
PICTURES = {"surel.svg": PICTURE}

CLOZE: dict[str, Any] = {
    "code": "N-1", "competency": "1.3", "level": 2, "kind": "cloze", "stem": "Lengkapi kalimatnya.",
    "text": "Rumusnya =[[1]](B2:B9) lalu hasilnya [[2]].",
    "gaps": [
        {"accept": ["JUMLAH", "SUM"]},
        {"options": ["diperiksa", "dihapus", "disembunyikan"], "answer": "diperiksa"},
    ],
    "explanation": "Jumlahkan, lalu periksa.",
    "en": {
        "stem": "Complete the sentence.", "text": "The result is [[2]] after the formula =[[1]](B2:B9).",
        "gaps": [{"accept": ["ADD"]}, {"options": ["checked", "deleted", "hidden"]}],
        "explanation": "Add up, then check.",
    },
}  # fmt: skip
SITUATIONAL: dict[str, Any] = {
    "code": "N-2", "competency": "4.2", "level": 2, "kind": "situational", "stem": "Apa yang sebaiknya ia lakukan?",
    "options": [
        {"text": "Menunda sampai besok", "score": 0.25, "feedback": "Warga menunggu."},
        {"text": "Memeriksa lalu mengabari warga", "score": 1, "feedback": "Tepat, cepat dan jujur."},
        {"text": "Meneruskan tanpa memeriksa", "score": 0, "feedback": "Kesalahan ikut terkirim."},
        {"text": "Bertanya kepada rekan dahulu", "score": 0.5, "feedback": "Baik, tetapi lebih lama."},
    ],
    "explanation": "Periksa dulu, lalu beri kabar.",
    "en": {
        "stem": "What should she do?",
        "options": [
            {"text": "Wait until tomorrow", "feedback": "Citizens wait."},
            {"text": "Check and tell the citizen", "feedback": "Right, quick and honest."},
            {"text": "Send it on unchecked", "feedback": "The mistake goes out too."},
            {"text": "Ask a colleague first", "feedback": "Fine, but slower."},
        ],
        "explanation": "Check first, then tell.",
    },
}  # fmt: skip
INBASKET: dict[str, Any] = {
    "code": "N-3", "competency": "4.2", "level": 3, "kind": "inbasket", "stem": "Keputusan mana yang tepat?",
    "documents": [
        {"title": "Surat dinas", "text": "Rapat **Selasa** pukul sembilan."},
        {"title": "Pesan Pak Yusuf", "text": "Saya cuti hari Selasa."},
        {"title": "Jadwal ruang", "text": "| Hari | Ruang |\n|---|---|\n| Rabu | kosong |"},
    ],
    "options": [
        {"text": "Rapat pindah ke Rabu", "correct": True, "feedback": "Tepat."},
        {"text": "Rapat tetap Selasa", "feedback": "Pak Yusuf cuti."},
        {"text": "Rapat dibatalkan", "feedback": "Tidak perlu."},
    ],
    "explanation": "Ketiga berkas dibaca bersama.",
    "en": {
        "stem": "Which decision is right?",
        "documents": [
            {"title": "Official letter", "text": "Meeting on **Tuesday** at nine."},
            {"title": "Message from Pak Yusuf", "text": "I am on leave on Tuesday."},
            {"title": "Room schedule", "text": "| Day | Room |\n|---|---|\n| Wednesday | free |"},
        ],
        "options": [
            {"text": "Move the meeting to Wednesday", "feedback": "Right."},
            {"text": "Keep it on Tuesday", "feedback": "Pak Yusuf is away."},
            {"text": "Cancel the meeting", "feedback": "No need."},
        ],
        "explanation": "The three papers are read together.",
    },
}  # fmt: skip
SPREADSHEET: dict[str, Any] = {
    "code": "N-4", "competency": "1.3", "level": 2, "kind": "spreadsheet", "stem": "Isi jumlah dan rata-ratanya.",
    "table": {
        "header": ["Loket", "Permohonan"],
        "rows": [["Satu", 12000], ["Dua", 12.5], ["Jumlah", None], ["Rata-rata", None]],
    },
    "ask": [
        {"cell": "B4", "label": "Jumlah permohonan", "answer": 12012.5},
        {"cell": "B5", "label": "Rata-rata", "answer": 6006.25, "tolerance": 0.5},
    ],
    "explanation": "Jumlah dibagi dua.",
    "en": {
        "stem": "Fill in the total and the mean.",
        "table": {
            "header": ["Counter", "Applications"],
            "rows": [["One", 12000], ["Two", 12.5], ["Total", None], ["Mean", None]],
        },
        "ask": [{"label": "Total applications"}, {"label": "Mean"}],
        "explanation": "The total divided by two.",
    },
}  # fmt: skip
HOTSPOT: dict[str, Any] = {
    "code": "N-5", "competency": "4.2", "level": 1, "kind": "hotspot", "stem": "Tunjuk bagian yang mencurigakan.",
    "image": "surel.svg", "alt": "Sebuah surel dengan pengirim, isi, dan tombol.",
    "regions": [
        {"x": 2, "y": 5, "w": 60, "h": 10, "label": "Alamat pengirim", "correct": True, "feedback": "Tepat."},
        {"x": 2, "y": 30, "w": 90, "h": 30, "label": "Isi surel", "feedback": "Isinya biasa."},
        {"x": 30, "y": 70, "w": 40, "h": 12, "label": "Tombol", "feedback": "Tombolnya wajar."},
    ],
    "explanation": "Lihat alamatnya.",
    "en": {
        "stem": "Point at what is suspicious.", "alt": "An e-mail with sender, text and button.",
        "regions": [
            {"label": "Sender's address", "feedback": "Right."},
            {"label": "Text of the e-mail", "feedback": "Nothing special."},
            {"label": "Button", "feedback": "The button is fine."},
        ],
        "explanation": "Look at the address.",
    },
}  # fmt: skip
NEW_ITEMS = [CLOZE, SITUATIONAL, INBASKET, SPREADSHEET, HOTSPOT]
STORED_ITEMS = [item | ({"image": PICTURE.digest} if "image" in item else {}) for item in NEW_ITEMS]
