"""The cast with hour rules, so that forms of development are known."""

import pytest

from bina.credentials.actions import load_reference_data
from tests.cast import Cast


@pytest.fixture
def house(cast: Cast) -> Cast:
    """The small agency, with hour rules loaded."""
    load_reference_data()
    return cast
