"""Fields of forms: a day as browsers offer it, and choices that are known only as the form is made."""

from collections.abc import Iterable
from typing import Any

from django import forms


class Day(forms.DateField):
    """A day, with the browser's own calendar."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


def offer(form: forms.BaseForm, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    """Let a field of a form offer these choices: pairs of a value and its words, or of a group's words and its pairs."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)
