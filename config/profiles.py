"""The profiles that a request may choose from, and the words that clients use for formats: as data.

A profile says what kind of file is made. Which one a request means is decided in `tasks.validate` and `api` through
`resolve_profile`: by name, else by the most specific matching context, else the default.
"""

from dataclasses import dataclass, field

from contract.errors import UnknownFormat, UnknownProfile
from contract.filters import fold
from contract.request import ProfileChoice


@dataclass(frozen=True)
class Profile:
    """`context` holds what a request's profile context must say (folded) for this profile to match.

    `bom`: begin text files with a byte order mark, for people who open them in Excel.
    """

    name: str
    format: str
    context: dict[str, str] = field(default_factory=dict)
    bom: bool = True


FORMAT_NAMES: dict[str, str] = {
    "excel": "excel",
    "generic_object_excel": "excel",
    "servicedataexcel": "excel",
    "json": "json",
    "dsv": "csv",
    "csv": "csv",
    "parquet": "parquet",
}
"""What clients write in `format` (folded) and the name in `formats.FORMATS` that it means."""

PROFILES: tuple[Profile, ...] = (
    Profile("downloadDataExcelJob", "excel", {"format": "excel"}),
    Profile("downloadDataJSONJob", "json", {"format": "json"}),
    Profile("downloadDataDSV", "csv", {"format": "csv"}),
    Profile("downloadDataDSVSystem", "csv", {"format": "csv", "subtype": "system"}, bom=False),
    Profile("downloadDataParquetJob", "parquet", {"format": "parquet"}),
)
DEFAULT_PROFILE = PROFILES[0]


def resolve_profile(choice: ProfileChoice, *, path: str = "params.rsconnect") -> Profile:
    """The profile that a request chooses.

    Raises UnknownProfile or UnknownFormat (both a Mistake, with their path) where none matches.
    """
    for position, name in enumerate(choice.names):
        found = next((profile for profile in PROFILES if fold(profile.name) == fold(name)), None)
        if found is None:
            known = ", ".join(profile.name for profile in PROFILES)
            raise UnknownProfile(path=f"{path}.profiles[{position}]", name=name, known=known)
        return found
    matches = [
        _most_specific(context, f"{path}.profilecontexts[{position}]") for position, context in enumerate(choice.contexts)
    ]
    return max(matches, key=lambda profile: len(profile.context), default=DEFAULT_PROFILE)


def _most_specific(context: dict[str, str], path: str) -> Profile:
    wanted = dict(context)
    if "format" in context:
        wanted["format"] = FORMAT_NAMES.get(fold(context["format"]), "")
        if not wanted["format"]:
            raise UnknownFormat(path=f"{path}.format", name=context["format"], known=", ".join(FORMAT_NAMES))
    matching = [profile for profile in PROFILES if _matches(profile, wanted)]
    return max(matching, key=lambda profile: len(profile.context), default=DEFAULT_PROFILE)


def _matches(profile: Profile, wanted: dict[str, str]) -> bool:
    return all(fold(wanted.get(key, "")) == value for key, value in profile.context.items())
