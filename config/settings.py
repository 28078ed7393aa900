"""Every setting, as `STATESHEET_*` in the environment or in `statesheet.toml` in the home folder.

Read at the edges only (cli, api's application factory, flows); everything below gets what it needs as arguments.
"""

import difflib
import json
import os
from collections.abc import Callable, Collection, Iterable
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import unquote
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, InitSettingsSource, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from config import urls
from config.logs import LogFormat
from config.settings_file import in_file, read_settings_file
from contract.errors import BadSetting
from contract.jobs import JobStatus
from contract.tenants import RULE, is_tenant_name

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_PREFIX = "STATESHEET_"
_HOME = "~/.statesheet"

_OPTIONS = frozenset(_PREFIX + name for name in ("TENANT", "CREDENTIAL", "CLIENT_ID", "CLIENT_SECRET"))
"""Variables that are no settings and are read: by options of commands."""

_MOST_DAYS = 36_525
"""A hundred years. Longer times, and infinite ones, are more than dates and waiting in Python can hold."""
_MOST_SECONDS = _MOST_DAYS * 86_400

Days = Annotated[float, Field(gt=0, le=_MOST_DAYS)]
Seconds = Annotated[float, Field(gt=0, le=_MOST_SECONDS)]

Listed = Annotated[tuple[str, ...], NoDecode]
"""A list that the environment writes with commas."""


def _checked(check: Callable[[str], None]) -> AfterValidator:
    """Takes what is empty, and what `check` does not raise ValueError for."""

    def checked(value: str) -> str:
        if value:
            check(value)
        return value

    return AfterValidator(checked)


Database = Annotated[str, _checked(urls.check_database), AfterValidator(urls.under_full_name)]
Hooks = Annotated[tuple[Annotated[str, _checked(urls.check_web)], ...], NoDecode]


def _decoded(value: object) -> object:
    """An object that the environment writes as JSON. Decoded here: pydantic-settings does not say of which variable it is."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value or "{}")
    except (ValueError, RecursionError) as error:
        raise ValueError("it is an object in JSON, with names and texts in double quotes") from error


Decoded = (NoDecode, BeforeValidator(_decoded))


def _of_statuses(wording: dict[str, str]) -> dict[str, str]:
    known = [one.value for one in JobStatus]
    unknown = next((name for name in wording if name not in known), None)
    if unknown is not None:
        raise ValueError(f"{unknown!r} is no status of a job; those are {', '.join(map(repr, known))}")
    return wording


Wording = Annotated[dict[str, str], AfterValidator(_of_statuses)]
"""Words of somebody's own, by the status of a job that they stand for."""


def _split(value: object) -> object:
    """The parts of a list that is one text: between commas, or as JSON, where a part holds a comma itself."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        try:
            return tuple(json.loads(value))
        except (ValueError, RecursionError) as error:
            raise ValueError("it is a list in JSON, with texts in double quotes, or has commas between its parts") from error
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _home(value: str | Path | None) -> Path:
    """The folder that is meant, the default one where nothing is said. Raises BadSetting."""
    try:
        home = Path(value or _HOME).expanduser().absolute()
    except RuntimeError as error:
        reason = f"the system knows no home folder for {Path(value or _HOME).parts[0]}; name the whole path"
        raise BadSetting(name="STATESHEET_HOME", reason=reason) from error
    if "?" in str(home) or unquote(str(home)) != str(home):  # addresses of databases would lead elsewhere
        reason = f"{home} has a question mark, or a % before two digits (or A to F), in its name"
        raise BadSetting(name="STATESHEET_HOME", reason=reason)
    return home


class TenantSettings(BaseModel):
    """What `[tenants.NAME]` of the settings file may say; a tenant named there exists even before objects are loaded."""

    model_config = {"extra": "forbid", "frozen": True}

    webhooks: Hooks = Field(default=(), repr=False)
    apprise: Listed = Field(default=(), repr=False)
    request_status: Wording = {}

    _split_lists = field_validator("webhooks", "apprise", mode="before")(_split)


class Settings(BaseSettings):
    """The settings of one process. Paths are absolute, sizes in bytes, times in the unit that the name says."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, extra="forbid", frozen=True, hide_input_in_errors=True)

    home: Path = Field(Path(_HOME), description="Folder of the databases, the results and the settings file.")
    host: str = Field("127.0.0.1", description="Address that the API listens on.")
    port: int = Field(9095, ge=0, le=65535, description="Port that the API listens on; 0 takes a free one.")
    prefect_port: int = Field(4200, ge=1, le=65535, description="Port of the embedded Prefect server, or the next free one.")
    public_url: Annotated[str, _checked(urls.check_web)] = Field(
        "", description="What links begin with; empty: the address that the API listens on."
    )
    database_url: Database = Field(
        "", repr=False, description="SQLAlchemy URL of the objects; empty: SQLite in the home folder."
    )
    jobs_database_url: Database = Field("", repr=False, description="SQLAlchemy URL of the jobs; empty: beside the objects.")
    result_store: Annotated[str, _checked(urls.check_store)] = Field(
        "", description="Folder or URL (s3://, gs://, az://) of the results; empty: in the home folder."
    )
    timezone: str = Field("UTC", description="Zone of the dates in workbooks.")
    max_records: int = Field(5_000_000, ge=1, description="Most records that one request may ask for.")
    max_answer_records: int = Field(10_000, ge=1, description="Most objects in one answer of a service that reads the store.")
    max_answer_bytes: int = Field(32_000_000, ge=1, description="Largest file that a service sends inside its answer.")
    sync_records: int = Field(10_000, ge=1, description="Most records of a download that is waited for (downloadDataExcel).")
    sync_seconds: Seconds = Field(60, description="Seconds that such a download is waited for.")
    max_body_bytes: int = Field(10_000_000, ge=1, description="Largest request body.")
    request_seconds: Seconds = Field(20, description="Seconds that a request may take to come in; large bodies get more.")
    stall_seconds: Seconds = Field(120, description="Seconds that a client may stop reading its answer.")
    max_connections: int = Field(1_000, ge=1, description="Most connections that the API holds at once.")
    max_queued: int = Field(1_000, ge=1, description="Most jobs of one tenant that may wait.")
    concurrency: int = Field(2, ge=1, description="Exports that the embedded worker runs at once.")
    large_records: int = Field(
        200_000, ge=1, description="Records from which an export leaves one process of the worker to smaller ones."
    )
    progress_seconds: Seconds = Field(
        300, description="Seconds that an export may go without progress before it is stopped and run again."
    )
    retention_days: Days = Field(7, description="Days that a result is kept.")
    quota_bytes: int = Field(0, ge=0, description="Most bytes of results that one tenant may keep; 0: no bound.")
    link_seconds: int = Field(3600, ge=1, le=_MOST_SECONDS, description="Seconds that a signed download link works.")
    session_seconds: int = Field(
        43_200, ge=60, le=_MOST_SECONDS, description="Seconds that a browser stays signed in to the pages."
    )
    audit_days: Days = Field(400, description="Days that the audit is kept.")
    webhooks: Hooks = Field((), repr=False, description="Addresses that get a POST for every ended job, with commas between.")
    apprise: Listed = Field((), repr=False, description="Apprise addresses told of every ended job, with commas between.")
    webhook_secret: SecretStr = Field(SecretStr(""), description="Key of the signature header of webhooks.")
    request_status: Annotated[Wording, *Decoded] = Field(
        {}, description="Wording of requestStatus in notifications, by job status."
    )
    tenants: Annotated[dict[str, TenantSettings], *Decoded] = Field(
        {}, repr=False, description="Settings of single tenants (settings file only)."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level that is logged.")
    log_format: LogFormat = Field("text", description="How the stack logs: `text` for people, `json`: an object a line.")

    _split_lists = field_validator("webhooks", "apprise", mode="before")(_split)

    _absolute = field_validator("home", mode="before")(_home)

    @field_validator("tenants")
    @classmethod
    def _names(cls, value: dict[str, TenantSettings]) -> dict[str, TenantSettings]:
        impossible = next((name for name in value if not is_tenant_name(name)), None)
        if impossible is not None:
            raise ValueError(f"no tenant can be called {impossible!r}: {RULE}")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in zones():
            raise ValueError(f"{value!r} is not a zone of the tz database")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (pydantic-settings' own signature)
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        home = init_settings().get("home") or env_settings().get("home")
        return (init_settings, env_settings, InitSettingsSource(settings_cls, read_settings_file(_home(home))))

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def objects_url(self) -> str:
        """Where the objects are."""
        return self.database_url or f"sqlite:///{self.home / 'objects.db'}"

    @property
    def jobs_url(self) -> str:
        """Where the jobs are: with the objects on PostgreSQL, in a file of their own on SQLite (see DECISIONS.md)."""
        if self.jobs_database_url:
            return self.jobs_database_url
        return self.database_url if self.database_url.startswith("postgresql") else f"sqlite:///{self.home / 'jobs.db'}"

    @property
    def spool_folder(self) -> Path:
        """Where running jobs keep their files, a folder a job."""
        return self.home / "spool"

    @property
    def results(self) -> str:
        """Folder or URL of the result store."""
        return self.result_store or str(self.home / "results")

    def for_tenant(self, tenant: str) -> TenantSettings:
        """The notification settings of a tenant: its own where it has some, else those of all tenants."""
        own = self.tenants.get(tenant, TenantSettings())
        return TenantSettings(
            webhooks=own.webhooks or self.webhooks,
            apprise=own.apprise or self.apprise,
            request_status=self.request_status | own.request_status,
        )


@cache
def zones() -> frozenset[str]:
    """Every zone of the tz database. Looking for them walks through hundreds of files, and each run reads its settings."""
    return frozenset(available_timezones())


def variables(environment: Iterable[str]) -> list[str]:
    """Those names of an environment that are settings; capitals do not matter, as pydantic-settings reads them."""
    return [name for name in environment if name.upper().startswith(_PREFIX) and _field(name) in Settings.model_fields]


def unknown_variables(environment: Iterable[str]) -> dict[str, str]:
    """Those names of an environment that look like settings and that nobody reads, each with the setting that was probably
    meant; empty where none is like it."""
    ours = [name for name in environment if name.upper().startswith(_PREFIX) and name.upper() not in _OPTIONS]
    unknown = [name for name in ours if _field(name) not in Settings.model_fields]
    return {name: _variable(_meant(_field(name), Settings.model_fields)) for name in unknown}


def _field(variable: str) -> str:
    return variable.lower().removeprefix(_PREFIX.lower())


def _variable(field: str) -> str:
    return field and _PREFIX + field.upper()


def _meant(field: str, known: Iterable[str]) -> str:
    return next(iter(difflib.get_close_matches(field, list(known), n=1)), "")


def load_settings(**given: object) -> Settings:
    """The settings of this process, `given` ones first. Raises BadSetting with the name of the first wrong one, and OSError
    where the settings file cannot be read."""
    try:
        settings = Settings(**given)  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as error:
        raise _bad(error.errors()[0], {*given, *map(_field, variables(os.environ))}) from error
    _keep_apart(settings)
    return settings


def _keep_apart(settings: Settings) -> None:
    """An import tells of itself among the jobs while it writes objects: in one file of SQLite it would wait for itself. Raises
    BadSetting."""
    objects, jobs = map(urls.sqlite_file, (settings.objects_url, settings.jobs_url))
    if objects is not None and objects == jobs:
        raise BadSetting(name=_variable("jobs_database_url"), reason="on SQLite the jobs need another file than the objects")


def _bad(first: "ErrorDetails", given: Collection[str]) -> BadSetting:
    """What is wrong, by the name that it has where it stands: what was not `given` is in the file."""
    setting, *rest = map(str, first["loc"])
    name = ".".join((_variable(setting), *rest)) if setting in given else in_file(".".join((setting, *rest)))
    if first["type"] == "extra_forbidden":
        meant = _meant(rest[-1], TenantSettings.model_fields) if rest else _meant(_field(setting), Settings.model_fields)
        return BadSetting(name=name, reason="there is none of this name" + (f"; `{meant}` may be meant" if meant else ""))
    # Reasons of our own come behind pydantic's name of their type.
    return BadSetting(name=name, reason=first["msg"].removeprefix("Value error, "))
