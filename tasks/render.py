"""From tables or documents to the file, under a temporary name in the job's folder."""

from files.spool import space_for
from formats import FORMATS
from formats.tables import Content
from tasks.plan import ExportPlan, Rendered

_ZIP = "zip"
_ZIP_MEDIA_TYPE = "application/zip"


def render(plan: ExportPlan, content: Content) -> Rendered:
    """The file that the plan's format makes; a zip where the format holds one table and there are several.

    Raises DiskFull, and FormatLimit where the result does not fit the format.
    """
    kind = FORMATS[plan.profile.format]
    with space_for("the file of the export"):
        written = kind.write(content, plan.folder / f"render.{kind.extension}")
    extension = written.path.suffix.removeprefix(".")
    return Rendered(
        path=written.path,
        rows=written.rows,
        extension=extension,
        media_type=_ZIP_MEDIA_TYPE if extension == _ZIP else kind.media_type,
        warnings=written.warnings,
        made=written.made,
    )
