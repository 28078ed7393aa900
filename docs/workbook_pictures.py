"""Makes the pictures of a workbook in docs/images from a real export of made-up objects, through LibreOffice and poppler.

.venv/bin/python docs/workbook_pictures.py
"""

import json
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path

IMAGES = Path(__file__).parent / "images"
TENANT = "demo"
REQUEST = {
    "params": {
        "query": {
            "filters": {
                "typesCriterion": ["connectorstate"],
                "propertiesCriterion": [{"entitytype": {"exacts": ["product", "sku"]}}],
            }
        },
        "fields": {"attributes": ["_ALL"]},
        "options": {"maxRecords": 300},
    },
    "fileName": "ConnectorStates",
}
PICTURES = {"workbook": (2, 1420, 470), "triage": (4, 1000, 590), "summary": (5, 930, 1330)}
"""The page of the sheet, a sheet a page, and the width and height of what is shown of it, in dots at 65 an inch."""


def main() -> None:
    """Load, export, print to PDF, cut the pictures out."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        book = _workbook(folder)
        whole_sheets = 'pdf:calc_pdf_Export:{"SinglePageSheets":{"type":"boolean","value":"true"}}'
        _run("soffice", "--headless", "--convert-to", whole_sheets, "--outdir", folder, book)
        for picture, (page, width, height) in PICTURES.items():
            shown = ("-x", "0", "-y", "0", "-W", str(width), "-H", str(height))
            cut = ("-r", "65", "-f", str(page), "-l", str(page), *shown, "-singlefile", "-png")
            _run("pdftoppm", *cut, book.with_suffix(".pdf"), IMAGES / picture)


def _workbook(folder: Path) -> Path:
    from cli.export import export
    from config.settings import load_settings
    from database.engine import connect
    from database.loader import load_objects
    from database.migrate import upgrade
    from tasks.demo_objects import demo_objects

    url = load_settings(home=folder).objects_url
    upgrade(url, "objects")
    engine = connect(url)
    load_objects(engine, TENANT, demo_objects(2_000, until=datetime.now(UTC)))
    engine.dispose()
    (folder / "request.json").write_text(json.dumps(REQUEST))
    export(folder / "request.json", TENANT, folder / "ConnectorStates.xlsx", folder)
    return folder / "ConnectorStates.xlsx"


def _run(*words: str | Path) -> None:
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 (words of our own)


if __name__ == "__main__":
    main()
