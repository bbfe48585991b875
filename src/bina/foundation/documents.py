"""Official PDF documents: a typst source and a dictionary go in, bytes come out."""

import json
from pathlib import Path
from typing import Any

import typst


def render_pdf(template: Path, data: dict[str, Any], files: dict[str, bytes] | None = None) -> bytes:
    """Compile the typst file ``template`` with ``data`` (read there as JSON from ``sys.inputs.data``) to PDF.

    ``files`` are extra inputs by name (a QR picture, a crest), offered beside the template.
    Raises typst.TypstError when the template itself is wrong.
    """
    sources: dict[str, bytes] = {"main.typ": template.read_bytes(), **(files or {})}
    compiled: bytes = typst.compile(  # type: ignore[call-overload]  # its stubs do not know several sources yet
        sources, sys_inputs={"data": json.dumps(data, ensure_ascii=False)}, format="pdf"
    )
    return compiled
