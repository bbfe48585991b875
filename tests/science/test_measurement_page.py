"""The page that says how well Bina measures is made anew when what it tells about has changed."""

import shutil
from pathlib import Path

import pytest
from tools import measurement


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the tool and the science with a page that was made from them."""
    (tmp_path / "tools").mkdir()
    shutil.copy(measurement.ROOT / "tools" / "measurement.py", tmp_path / "tools")
    rules = Path("src") / "bina" / "assessment" / "rules"
    (tmp_path / rules).mkdir(parents=True)
    shutil.copy(measurement.ROOT / rules / "adaptive.py", tmp_path / rules)
    shutil.copytree(measurement.ROOT / "src" / "bina" / "science", tmp_path / "src" / "bina" / "science")
    page = tmp_path / "docs" / "reference" / "measurement.md"
    page.parent.mkdir(parents=True)
    page.write_text(measurement.HEAD.format(digest=measurement.digest_of(tmp_path)))
    return tmp_path


def test_the_page_is_not_older_than_the_science() -> None:
    assert measurement.is_current(measurement.ROOT)
    assert measurement.main("check") == 0


@pytest.mark.parametrize("changed", ["tools/measurement.py", "src/bina/science/psychometrics/adaptive/exposure.py"])
def test_a_change_of_the_tool_or_the_science_makes_it_old(
    house: Path, changed: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(measurement, "ROOT", house)
    assert measurement.main("check") == 0
    file = house / changed
    file.write_text(file.read_text() + "\nMORE = 1\n")
    assert measurement.main("check") == 1
    assert "run `python -m tools.measurement`" in capsys.readouterr().out


def test_a_file_that_goes_or_is_renamed_makes_it_old(house: Path) -> None:
    file = house / "src" / "bina" / "science" / "arrays.py"
    file.rename(file.with_name("tables.py"))
    assert not measurement.is_current(house)
    shutil.rmtree(house / "docs")
    assert not measurement.is_current(house)
