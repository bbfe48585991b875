"""A fictive tool beside the cast; its addresses are answered in the process, no line is opened."""

import pytest

from bina.foundation.errors import Refused
from bina.integrations.lti.actions import fetching
from bina.integrations.lti.models import Tool
from tests.cast import Cast
from tests.integrations.lti_tool import FictiveTool, registered


def connect(monkeypatch: pytest.MonkeyPatch, fictive: FictiveTool) -> FictiveTool:
    """Let Bina reach a fictive tool at its addresses."""

    def answer(address: str) -> fetching.Answer:
        fictive.asked.append(address)
        if address not in fictive.answers:
            raise Refused("alat.contoh.example tidak menjawab dalam 6 detik.")
        return fetching.Answer(*fictive.answers[address])

    monkeypatch.setattr(fetching, "fetch", answer)
    return fictive


@pytest.fixture
def tool(cast: Cast) -> Tool:
    """The tool, registered for the agency of the cast."""
    return registered(cast.agency)


@pytest.fixture
def fictive(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> FictiveTool:
    """The tool's own side."""
    return connect(monkeypatch, FictiveTool(tool))
