"""One upload, two clicks at the same moment: one file, one name for both."""

from functools import partial
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from bina.learning import actions, queries
from bina.learning.models import StoredFile, Upload
from bina.learning.rules import UploadState
from tests.cast import Cast
from tests.learning.editing.workshop import folder_of, opened
from tests.learning.uploads.sending import account, uploaded
from tests.racing import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_clicks_at_once_use_an_upload_once(
    author: Client, cast: Cast, settings: Settings, tmp_path: Path
) -> None:  # fmt: skip
    settings.MEDIA_ROOT = tmp_path
    course = opened(cast)
    content = b"%PDF-1.4\n" + b"x" * 900_000
    uploaded(author, content, "lembar.pdf", step=900_009)
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    tabs = [Upload.objects.select_related("owner").get() for _tab in range(3)]
    take = partial(actions.add_uploaded_media, by=account(cast.trainer), course=course)
    assert at_once(*(partial(take, upload=tab) for tab in tabs)) == ["media/lembar.pdf"] * 3
    assert folder_of(course)["media/lembar.pdf"] == content
    assert Upload.objects.get().state == UploadState.USED
    assert not queries.place_of_upload(Upload.objects.get()).exists()
    written = {path for path in tmp_path.rglob("*") if path.is_file()} - before
    assert len(written) == 1, "the content was written once"
    assert StoredFile.objects.filter(size=len(content)).count() == 1
