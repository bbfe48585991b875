"""One small demo installation for all tests of this folder; each test works on a copy."""

from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from tests.config.installation import Installation, empty_installation

Copies = Callable[[], Installation]


@pytest.fixture(scope="session")
def small_installation(tmp_path_factory: pytest.TempPathFactory) -> Generator[Installation]:
    """A demo with 400 people, made by the command itself."""
    installation = empty_installation(tmp_path_factory.mktemp("installation") / "data")
    answer = installation.bina("demo", "--employees", "400")
    assert answer.returncode == 0, answer.stderr
    yield installation
    installation.forget()


@pytest.fixture
def installation(small_installation: Installation, tmp_path: Path) -> Generator[Installation]:
    """A copy to do anything with."""
    copy = small_installation.copy(tmp_path / "data")
    yield copy
    copy.forget()


@pytest.fixture
def fresh_installation(tmp_path: Path) -> Generator[Installation]:
    """An installation in which nothing has happened yet."""
    fresh = empty_installation(tmp_path / "fresh")
    yield fresh
    fresh.forget()
