"""Forms of instruments: their words, their files, and their questions, sections and scales."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bina.assessment.rules.instruments import (
    CONDITION_NAMES,
    QUESTION_KIND_NAMES,
    STEPS,
    Comparison,
    Content,
    Question,
    content_of,
    options_of,
)
from bina.foundation.fields import offer


class InstrumentForm(forms.Form):
    """The words around the questions of an instrument."""

    title = forms.CharField(label=_("Judul"), max_length=200)
    title_en = forms.CharField(label=_("Judul (Inggris)"), max_length=200, required=False)
    intro = forms.CharField(
        label=_("Pengantar"), max_length=2_000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Untuk apa survei ini dan berapa lama mengisinya."),
    )  # fmt: skip
    intro_en = forms.CharField(
        label=_("Pengantar (Inggris)"), max_length=2_000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class NewInstrumentForm(InstrumentForm):
    """An instrument to be written from the start."""

    agency = forms.ChoiceField(label=_("Instansi"))

    def __init__(self, *args: Any, agencies: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "agency", agencies)


class InstrumentFileForm(forms.Form):
    """A file that holds an instrument."""

    agency = forms.ChoiceField(label=_("Instansi"))
    title = forms.CharField(
        label=_("Judul"),
        max_length=200,
        required=False,
        help_text=_("Boleh kosong bila berkasnya menyebut judul (YAML)."),
    )
    file = forms.FileField(
        label=_("Berkas instrumen"),
        help_text=_("YAML, CSV, atau XLSX; paling besar 1 MB. Berkas diperiksa dulu, pertanyaan demi pertanyaan."),
    )

    def __init__(self, *args: Any, agencies: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "agency", agencies)


class _ConditionForm(forms.Form):
    """When something is asked: an earlier question, how its answer is looked at, and the answers or a number."""

    source = forms.ChoiceField(label=_("Hanya ditanyakan bila"), required=False)
    comparison = forms.ChoiceField(label=_("Syaratnya"), choices=list(CONDITION_NAMES.items()), required=False)
    values = forms.MultipleChoiceField(
        label=_("Jawaban"), required=False,
        help_text=_("Pilih satu atau beberapa jawaban dari pertanyaan di atas. Di komputer tahan Ctrl untuk memilih beberapa."),
    )  # fmt: skip
    bound = forms.DecimalField(
        label=_("Atau angka pembanding"), required=False, help_text=_("Untuk “paling sedikit” dan “paling banyak”.")
    )

    def offer_sources(self, questions: Sequence[Question]) -> None:
        """Offer questions as sources, and their answers in groups."""
        closed = [row for row in questions if row["kind"] != "text"]
        sources = [(row["key"], row["text"][:90]) for row in closed]
        offer(self, "source", [("", _("selalu ditanyakan")), *sources])
        answers = [
            (row["text"][:90], [(f"{row['key']}={key}", words) for key, words in options_of(row)])
            for row in closed
            if options_of(row)
        ]
        offer(self, "values", answers)

    def condition(self) -> dict[str, Any] | None:
        """The condition that was chosen; None when there is none. Answers of other questions are left out."""
        data = self.cleaned_data
        if not data.get("source"):
            return None
        comparison = data.get("comparison") or Comparison.IN.value
        if comparison in (Comparison.AT_LEAST, Comparison.AT_MOST):
            values = [f"{data['bound'].normalize():f}"] if data.get("bound") is not None else []
        else:
            prefix = f"{data['source']}="
            values = [value.removeprefix(prefix) for value in data.get("values", ()) if value.startswith(prefix)]
        return {"question": data["source"], "is": comparison, "values": values}

    @staticmethod
    def typed_condition(condition: Mapping[str, Any] | None) -> dict[str, Any]:
        """What the fields hold for a stored condition."""
        if not condition:
            return {}
        is_number = condition["is"] in (Comparison.AT_LEAST, Comparison.AT_MOST)
        return {
            "source": condition["question"], "comparison": condition["is"],
            "values": [] if is_number else [f"{condition['question']}={value}" for value in condition["values"]],
            "bound": condition["values"][0] if is_number and condition["values"] else None,
        }  # fmt: skip


def _both(value: object) -> tuple[str, str]:
    if isinstance(value, Mapping):
        return str(value.get("id") or ""), str(value.get("en") or "")
    return str(value or ""), ""


class QuestionForm(_ConditionForm):
    """One question of an instrument."""

    text = forms.CharField(label=_("Pertanyaan"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    text_en = forms.CharField(
        label=_("Pertanyaan (Inggris)"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    kind = forms.ChoiceField(label=_("Jenis"), choices=list(QUESTION_KIND_NAMES.items()))
    section = forms.ChoiceField(label=_("Bagian"), required=False)
    options = forms.CharField(
        label=_("Pilihan"), required=False, max_length=8_000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Untuk “pilih satu” dan “pilih beberapa”: satu per baris. Terjemahan boleh menyusul sesudah tanda |."),
    )  # fmt: skip
    lowest = forms.CharField(label=_("Label nilai terendah"), max_length=80, required=False)
    highest = forms.CharField(label=_("Label nilai tertinggi"), max_length=80, required=False)
    lowest_en = forms.CharField(label=_("Label nilai terendah (Inggris)"), max_length=80, required=False)
    highest_en = forms.CharField(label=_("Label nilai tertinggi (Inggris)"), max_length=80, required=False)
    min = forms.FloatField(label=_("Angka paling kecil"), required=False)
    max = forms.FloatField(label=_("Angka paling besar"), required=False)
    required = forms.BooleanField(label=_("Wajib dijawab"), required=False)
    profile = forms.BooleanField(
        label=_("Menggambarkan orangnya (misalnya masa kerja)"), required=False,
        help_text=_("Tidak ikut dalam unduhan jawaban satu per satu, agar orang tidak dapat dikenali."),
    )  # fmt: skip
    field_order = ("text", "text_en", "kind", "section", "options", "lowest", "highest", "lowest_en", "highest_en", "min",
                   "max", "required", "profile", "source", "comparison", "values", "bound")  # fmt: skip

    def __init__(self, *args: Any, content: Content, question: Question | None, **options: Any) -> None:
        if question:
            options["initial"] = self._typed(question)
        super().__init__(*args, **options)
        self._content, self._old = content, question
        sections = [(row["key"], row["title"]) for row in content.sections]
        offer(self, "section", [("", _("Tanpa bagian")), *sections])
        # All others, for the section may change with the same form; order is looked at when the instrument is checked.
        self.offer_sources([row for row in content.ordered if row != question])

    def _typed(self, question: Question) -> dict[str, Any]:
        anchors = question.get("anchors") or {}
        (lowest, lowest_en), (highest, highest_en) = _both(anchors.get("lowest")), _both(anchors.get("highest"))
        lines = [
            f"{row['text']} | {row['text_en']}" if row.get("text_en") else row["text"]
            for row in question.get("options", ())
        ]
        plain = {
            name: question.get(name)
            for name in ("text", "text_en", "kind", "section", "min", "max", "required", "profile")
        }
        return {
            **plain, "options": "\n".join(lines), "lowest": lowest, "lowest_en": lowest_en, "highest": highest,
            "highest_en": highest_en, **self.typed_condition(question.get("show_if")),
        }  # fmt: skip

    def question(self) -> Question:
        """The question that was typed; it keeps its key and the keys of options whose words stayed."""
        data = self.cleaned_data
        used = {row["key"] for row in self._content.questions}
        number = next(n for n in range(1, len(used) + 2) if f"p{n}" not in used)
        key = self._old["key"] if self._old else f"p{number}"
        raw = {name: data[name] for name in ("text", "text_en", "kind", "section", "min", "max", "required", "profile")}
        raw["key"] = key
        raw["anchors"] = {
            "lowest": {"id": data["lowest"], "en": data["lowest_en"]},
            "highest": {"id": data["highest"], "en": data["highest_en"]},
        }
        raw["options"] = self._options(data["options"])
        raw["show_if"] = self.condition()
        return content_of({"questions": [raw]}).questions[0]

    def _options(self, text: str) -> list[dict[str, str]]:
        kept = {row["text"]: row["key"] for row in (self._old or {}).get("options", ())}
        taken = set(kept.values())
        rows = []
        for line in text.splitlines():
            words, _bar, english = (part.strip() for part in line.partition("|"))
            if not words:
                continue
            key = kept.get(words) or next(f"o{n}" for n in range(1, 100) if f"o{n}" not in taken)
            taken.add(key)
            rows.append({"key": key, "text": words, "text_en": english})
        return rows


class SectionForm(_ConditionForm):
    """One section of an instrument: what stands on one page."""

    title = forms.CharField(label=_("Judul bagian"), max_length=200)
    title_en = forms.CharField(label=_("Judul bagian (Inggris)"), max_length=200, required=False)
    about = forms.CharField(label=_("Pengantar bagian"), max_length=500, required=False)
    about_en = forms.CharField(label=_("Pengantar bagian (Inggris)"), max_length=500, required=False)
    field_order = ("title", "title_en", "about", "about_en", "source", "comparison", "values", "bound")

    def __init__(self, *args: Any, content: Content, section: Mapping[str, Any] | None, **options: Any) -> None:
        if section:
            options["initial"] = {**section, **self.typed_condition(section.get("show_if"))}
        super().__init__(*args, **options)
        self._content, self._old = content, section
        self.offer_sources([row for row in content.ordered if not section or row.get("section") != section["key"]])

    def section(self) -> dict[str, Any]:
        """The section that was typed; it keeps its key."""
        data = self.cleaned_data
        used = {row["key"] for row in self._content.sections}
        number = next(n for n in range(1, len(used) + 2) if f"bagian_{n}" not in used)
        names = ("title", "title_en", "about", "about_en")
        raw = {name: data[name] for name in names} | {
            "key": self._old["key"] if self._old else f"bagian_{number}", "show_if": self.condition(),
        }  # fmt: skip
        return content_of({"sections": [raw]}).sections[0]


class ScaleForm(forms.Form):
    """One scale: questions that add up to one score, some of them turned round."""

    name = forms.CharField(label=_("Nama skala"), max_length=200)
    name_en = forms.CharField(label=_("Nama skala (Inggris)"), max_length=200, required=False)
    code = forms.CharField(
        label=_("Kode"), max_length=60,
        help_text=_("Huruf, angka, dan garis bawah. Skala dengan kode yang sama dapat dibandingkan antarversi."),
    )  # fmt: skip
    items = forms.MultipleChoiceField(
        label=_("Pertanyaan skala ini"), widget=forms.CheckboxSelectMultiple,
        help_text=_("Paling sedikit dua pertanyaan dengan banyak langkah yang sama."),
    )  # fmt: skip
    reversed = forms.MultipleChoiceField(
        label=_("Yang dibalik"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Pertanyaan yang setuju berarti kurang, misalnya “Saya sering menunggu”."),
    )  # fmt: skip

    def __init__(self, *args: Any, content: Content, scale: Mapping[str, Any] | None, **options: Any) -> None:
        if scale:
            options["initial"] = dict(scale)
        super().__init__(*args, **options)
        rows = [(row["key"], row["text"]) for row in content.ordered if row["kind"] in STEPS]
        for name in ("items", "reversed"):
            offer(self, name, rows)

    def scale(self) -> dict[str, Any]:
        """The scale that was typed."""
        return content_of({"scales": [self.cleaned_data]}).scales[0]
