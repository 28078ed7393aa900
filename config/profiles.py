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
    """The profile that a request chooses: the first that it names, else the most specific one of its contexts.

    Raises UnknownProfile or UnknownFormat (both a Mistake, with their path) where any of what it says matches none.
    """
    named, matches = _asked(choice, path)
    if named:
        return named[0]
    return max(matches, key=lambda profile: len(profile.context), default=DEFAULT_PROFILE)


def check_profile(choice: ProfileChoice, *, path: str = "params.rsconnect") -> list[str]:
    """The places of what a request says of its profile and is not followed: one profile makes the file.

    Raises as `resolve_profile`.
    """
    named, matches = _asked(choice, path)
    chosen = resolve_profile(choice, path=path)
    others = [f"{path}.profiles[{position}]" for position, profile in enumerate(named) if profile is not chosen]
    for position, profile in enumerate(matches):
        if "format" in choice.contexts[position] and profile.format != chosen.format:
            others.append(f"{path}.profilecontexts[{position}].format")
    return others


def _asked(choice: ProfileChoice, path: str) -> tuple[list[Profile], list[Profile]]:
    """The profiles that a request names, and that of each of its contexts."""
    named = [_by_name(name, f"{path}.profiles[{position}]") for position, name in enumerate(choice.names)]
    contexts = enumerate(choice.contexts)
    return named, [_most_specific(context, f"{path}.profilecontexts[{position}]") for position, context in contexts]


def _by_name(name: str, path: str) -> Profile:
    found = next((profile for profile in PROFILES if fold(profile.name) == fold(name)), None)
    if found is None:
        raise UnknownProfile(path=path, name=name, known=", ".join(profile.name for profile in PROFILES))
    return found


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
