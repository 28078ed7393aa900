"""The registry of formats, the names of columns, and what all formats share."""

import subprocess
import sys

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.catalogue import COLUMNS
from config.profiles import FORMAT_NAMES, PROFILES
from contract.filters import fold
from formats import FORMATS
from formats.formulas import restored_text
from formats.headers import SYSTEM, flat_name, named_by
from tests.examples import examples

AREAS = st.sampled_from(["property", "attribute"])
ODD_NAMES = [
    "id",
    "properties.x",
    "Attributes.Properties.y",
    "createdDate#text",
    "a>>b",
    "",
    " ",
    " a",
    "*",
    "^a$",
    "^.*$",
    "^$",
]
NAMES = st.text(max_size=12) | st.sampled_from([*(known.name for known in COLUMNS), *SYSTEM, *ODD_NAMES])


def test_every_format_that_a_profile_names_is_there():
    """A profile cannot lead nowhere."""
    assert set(FORMAT_NAMES.values()) | {profile.format for profile in PROFILES} == set(FORMATS)


def test_the_registry_loads_no_heavy_library():
    """The web process imports it."""
    heavy = ("polars", "pyarrow", "numpy", "pandas", "prefect")
    code = f"import sys, formats, tasks.validate; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@examples()
@given(AREAS, NAMES)
def test_a_column_name_leads_back_to_the_name_it_was_made_of(area: str, name: str):
    """With its area: a flat file can be loaded again."""
    assert named_by(flat_name(area, name)) == (area, name)


@examples()
@given(AREAS, NAMES, AREAS, NAMES)
def test_different_names_get_different_columns(area: str, name: str, other_area: str, other: str):
    """Also for readers that do not tell case apart, and beside the system columns and the exact texts of dates."""
    one, two = fold(flat_name(area, name)), fold(flat_name(other_area, other))
    assert (one == two) == ((area, fold(name)) == (other_area, fold(other)))
    assert one not in {fold(system) for system in SYSTEM}
    assert one not in {fold(known.name) + "#text" for known in COLUMNS}


@pytest.mark.parametrize("area", ["property", "attribute"])
@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_column_is_found_by_its_name_and_no_other_is(area: str, name: str):
    """Polars takes `*` and `^...$` for patterns, and gives a column without a name one."""
    column = flat_name(area, name)
    frame = pl.DataFrame({"other": [1], column: [2]})
    assert frame.select(pl.col(column)).to_dict(as_series=False) == {column: [2]}


@pytest.mark.parametrize("name", [known.name for known in COLUMNS])
def test_a_catalogue_name_is_its_own_column_name(name: str):
    """What people know by name stands there by that name."""
    area = next(known.area for known in COLUMNS if known.name == name)
    assert flat_name(area, name) == name


@pytest.mark.parametrize(
    ("cell", "text"),
    [("'=1", "=1"), ("''=1", "'=1"), ("'x", "'x"), ("-1", "-1"), ("'-1", "-1"), ("'\tx", "\tx"), ("'", "'"), ("", "")],
)
def test_a_neutralised_text_leads_back(cell: str, text: str):
    """Only an apostrophe that stands before a formula is taken away."""
    assert restored_text(cell) == text
