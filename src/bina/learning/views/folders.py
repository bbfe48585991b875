"""Folders of courses on their way out."""

import tempfile
from collections.abc import Callable
from typing import IO

from django.http import FileResponse


def zip_response(write: Callable[[IO[bytes]], None], name: str) -> FileResponse:
    """What ``write`` puts into a stream, as a zip to download under a name; never whole in memory."""
    stream = tempfile.TemporaryFile()  # noqa: SIM115  closed by the response when it is sent
    write(stream)
    stream.seek(0)
    return FileResponse(stream, as_attachment=True, filename=name, content_type="application/zip")
