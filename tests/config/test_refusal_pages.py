"""What somebody reads when the database cannot keep what was sent."""

import pytest
from django.db import DataError
from django.urls import reverse

from bina.assessment import queries
from tests.cast import Cast
from tests.conftest import ClientFor


def test_what_no_text_can_hold_is_told_and_no_server_error(
    cast: Cast, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unkeepable(user: object) -> None:
        raise DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")

    monkeypatch.setattr(queries, "desk_of", unkeepable)
    response = client_for(cast.siti).get(reverse("assessment:home"))
    assert response.status_code == 400
    assert "tidak dapat disimpan" in response.content.decode()


def test_a_zero_character_is_no_server_error_on_either_database(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.trainer)
    assert client.get(reverse("assessment:items"), {"text": "a\0b"}).status_code in (200, 400)
    assert client.get(reverse("assessment:items"), {"text": "surat"}).status_code == 200
