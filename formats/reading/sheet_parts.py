"""Which part of the package holds which sheet of a workbook.

Source: ECMA-376 part 1, 18.2.19 (sheet), part 2, 9.3 (relationships).
"""

import zipfile
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

_WORKBOOK = PurePosixPath("xl/workbook.xml")
_RELATIONSHIPS = "xl/_rels/workbook.xml.rels"


def sheet_parts(path: Path) -> dict[str, str]:
    """The names of the parts by the titles of their sheets, of a workbook that `bounds.check_workbook` has let through: none of
    its parts declares an entity."""
    with zipfile.ZipFile(path) as package:
        if {str(_WORKBOOK), _RELATIONSHIPS} - set(package.namelist()):
            return {}
        sheets = ElementTree.fromstring(package.read(str(_WORKBOOK))).findall(".//{*}sheet")  # noqa: S314 - see above
        related = ElementTree.fromstring(package.read(_RELATIONSHIPS)).findall(".//{*}Relationship")  # noqa: S314
        targets = {one.get("Id"): _WORKBOOK.parent / one.get("Target", "") for one in related}
    # An absolute target replaces the folder, and begins with a slash that names of parts do not have.
    return {sheet.get("name", ""): str(targets[key]).lstrip("/") for sheet in sheets if (key := _key(sheet)) in targets}


def _key(sheet: ElementTree.Element) -> str | None:
    """The value of the attribute `id`, which is in one namespace or, in the strict form, another."""
    return next((value for name, value in sheet.attrib.items() if name.endswith("}id")), None)
