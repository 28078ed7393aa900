"""Every error of the service: one class each, with its code, HTTP status, text for people and whether a retry can help.

Codes that begin with `RSC` are those of the documented contract; `SSH` marks this project's own.
The docs page of error codes is generated from `ERRORS`.
"""

from collections.abc import Sequence
from typing import ClassVar

ERRORS: dict[str, type["StatesheetError"]] = {}


class StatesheetError(Exception):
    """Base of all errors that a person may see. `str(error)` is the text for people, filled with `facts`."""

    code: ClassVar[str] = "SSH5000"
    status: ClassVar[int] = 500
    text: ClassVar[str] = "Something went wrong inside the service: {detail}"
    retryable: ClassVar[bool] = False

    def __init__(self, *, path: str = "", **facts: object) -> None:
        self.path = path
        self.facts = facts
        super().__init__(self.text.format(**facts))

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "code" in cls.__dict__:
            if cls.code in ERRORS:
                raise TypeError(f"{cls.__name__} takes the code {cls.code} of {ERRORS[cls.code].__name__}")
            ERRORS[cls.code] = cls

    @property
    def message(self) -> str:
        """The text for people."""
        return str(self)


class InternalError(StatesheetError):
    code = "SSH5000"


# A request that cannot be taken: one mistake each, gathered in InvalidRequest.


class Mistake(StatesheetError):
    """One thing wrong with a request; `path` says where, in dotted form."""

    status = 400


class InvalidRequest(StatesheetError):
    """All mistakes of one request."""

    code = "SSH4000"
    status = 400
    text = "The request has {count}: {summary}"

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        count = "1 mistake" if len(self.mistakes) == 1 else f"{len(self.mistakes)} mistakes"
        shown = [f"{m.path}: {m}" if m.path else str(m) for m in self.mistakes[:20]]
        if len(self.mistakes) > len(shown):
            shown.append(f"and {len(self.mistakes) - len(shown)} more")
        super().__init__(count=count, summary="; ".join(shown))


class MalformedJson(Mistake):
    code = "SSH4001"
    text = "The body is not JSON: {detail}"


class WrongShape(Mistake):
    code = "SSH4002"
    text = "Expected {expected}, got {got}"


class Missing(Mistake):
    code = "SSH4003"
    text = "{what} is missing"


class UnknownOperator(Mistake):
    code = "SSH4004"
    text = "Unknown operator {name!r}; known are {known}"


class UnknownValueType(Mistake):
    code = "SSH4005"
    text = "Unknown type {name!r}; known are {known}"


class BadOperand(Mistake):
    code = "SSH4006"
    text = "{value!r} is not {expected}"


class UnknownFormat(Mistake):
    code = "SSH4007"
    text = "Format {name!r} is not configured; configured are {known}"


class UnknownProfile(Mistake):
    code = "SSH4008"
    text = "No configured profile matches {name!r}; configured are {known}"


class OutOfRange(Mistake):
    code = "SSH4009"
    text = "{value} is out of range; allowed is {allowed}"


class UnsafeFileName(Mistake):
    code = "SSH4010"
    text = "{name!r} cannot be a file name: {reason}"


class TooDeep(Mistake):
    code = "SSH4011"
    text = "The body is nested more than {limit} levels deep"


class Ambiguous(Mistake):
    code = "SSH4012"
    text = "{what} is given twice: {names}"


class UnknownFilter(Mistake):
    code = "SSH4013"
    text = "Unknown filter {name!r}; known are {known}"


class ObjectRefused(Mistake):
    code = "SSH4014"
    text = "Object {name!r} cannot be taken: {detail}"


# A caller that cannot be served.


class Unauthorized(StatesheetError):
    code = "SSH4101"
    status = 401
    text = "No valid credentials: send auth-client-id and auth-client-secret, or Authorization with Bearer or Basic"


class Forbidden(StatesheetError):
    code = "SSH4103"
    status = 403
    text = "These credentials are not for {what}"


class UnknownTenant(StatesheetError):
    code = "SSH4104"
    status = 404
    text = (
        "There is no tenant {tenant!r}; a tenant exists once objects were loaded for it "
        "(statesheet load FILE --tenant {tenant})"
    )


class UnknownAddress(StatesheetError):
    code = "SSH4105"
    status = 404
    text = "{method} {address} is not an address of this service"


class UnknownJob(StatesheetError):
    code = "SSH4106"
    status = 404
    text = "There is no job {job!r}"


class MethodNotAllowed(StatesheetError):
    code = "SSH4107"
    status = 405
    text = "{address} does not take {method}; it takes {allowed}"


class FileNotReady(StatesheetError):
    code = "SSH4108"
    status = 409
    text = "The job is {job_status}: it has no file to give"


class JobEnded(StatesheetError):
    code = "SSH4109"
    status = 409
    text = "The job is already {job_status}"


class FileExpired(StatesheetError):
    code = "SSH4110"
    status = 410
    text = "The file expired on {expired}; run the export again"


class BodyTooLarge(StatesheetError):
    code = "SSH4111"
    status = 413
    text = "The body is larger than {limit} bytes"


class IdempotencyConflict(StatesheetError):
    code = "SSH4112"
    status = 422
    text = "Idempotency-Key {key!r} was used with another body"


class QueueFull(StatesheetError):
    code = "SSH4113"
    status = 429
    text = "{count} jobs of tenant {tenant!r} are waiting, the limit is {limit}; try again later"
    retryable = True


class QuotaReached(StatesheetError):
    code = "SSH4146"
    status = 507
    text = "Tenant {tenant!r} keeps results of {kept:,} bytes, the quota is {limit:,}; the oldest expire on {expires}"


class FileMissing(StatesheetError):
    code = "RSC7524"
    status = 404
    text = "File not found: {name}"


class NoDataInFile(StatesheetError):
    code = "RSC7483"
    status = 400
    text = "No data in file {name}"


class UnreadableFile(StatesheetError):
    code = "SSH4114"
    status = 400
    text = "{name} cannot be read: {reason}"


class InvalidObject(StatesheetError):
    code = "SSH4117"
    status = 400
    text = "The object cannot be taken: {detail}"


class ObjectsChanged(StatesheetError):
    code = "SSH4144"
    status = 409
    text = "{count} objects were changed while the workbook was being compared with them; send it again"
    retryable = True


class ImportRefused(StatesheetError):
    code = "SSH4145"
    status = 422
    text = "{refused} of {rows} rows or objects cannot be taken, so nothing was written; the report says why of each"


class BadSetting(StatesheetError):
    code = "SSH4115"
    status = 500
    text = "Setting {name} is wrong: {reason}"


class BadSchedule(StatesheetError):
    code = "SSH4116"
    status = 400
    text = "The schedule cannot be used: {reason}"


class BadLink(StatesheetError):
    code = "SSH4118"
    status = 403
    text = "This download link is not valid, or its time is over; take a new one from the job"


class UnknownCredential(StatesheetError):
    code = "SSH4119"
    status = 404
    text = "There is no credential {credential!r}; statesheet credential list shows all"


class UnknownHost(StatesheetError):
    code = "SSH4120"
    status = 421
    text = "This server does not answer to the name {host!r}: set STATESHEET_PUBLIC_URL to the address that people use"


class ForeignPage(StatesheetError):
    code = "SSH4151"
    status = 403
    text = "A page of another site ({origin}) may not ask for this"


class SlowRequest(StatesheetError):
    code = "SSH4152"
    status = 408
    text = "The request did not come in within the time it is given"
    retryable = True


class BadHttp(StatesheetError):
    code = "SSH4153"
    status = 400
    text = "This is not a request in HTTP that can be read"


class HeadersTooLarge(StatesheetError):
    code = "SSH4154"
    status = 431
    text = "The headers of the request are larger than {limit} bytes, or more than {count}"


class NotServed(StatesheetError):
    code = "SSH4141"
    status = 501
    text = "{what} is not served here: {reason}"


class NothingMatches(StatesheetError):
    code = "SSH4142"
    status = 404
    text = "No stored object matches {what}"


class FileTooLarge(StatesheetError):
    code = "SSH4143"
    status = 413
    text = "The file has {size} bytes, at most {limit} are sent in an answer; take it by prepareDownload"


# A job that did not get there.


class DatabaseUnavailable(StatesheetError):
    code = "SSH5031"
    status = 503
    text = "The database cannot be reached: {detail}"
    retryable = True


class PrefectUnavailable(StatesheetError):
    code = "SSH5032"
    status = 503
    text = "Prefect cannot be reached: {detail}"
    retryable = True


class StartupFailed(StatesheetError):
    code = "SSH5033"
    status = 503
    text = "{part} did not start: {detail}"


class VerificationFailed(StatesheetError):
    code = "SSH5034"
    text = "The finished file is not equal to what was read: {detail}"
    retryable = True


class DiskFull(StatesheetError):
    code = "SSH5035"
    status = 507
    text = "No space left for {what}; free some, or lower maxRecords"


class RunLost(StatesheetError):
    code = "SSH5036"
    text = "The process that ran the export was lost {times} times; last cause: {cause}"


class ExportCancelled(StatesheetError):
    code = "SSH5037"
    status = 409
    text = "The export was cancelled"


class FormatLimit(StatesheetError):
    code = "SSH5038"
    status = 400
    text = "The result does not fit the format: {detail}"


class NotificationFailed(StatesheetError):
    code = "SSH5039"
    text = "{target} could not be notified: {detail}"
    retryable = True


class StoreUnavailable(StatesheetError):
    code = "SSH5040"
    status = 503
    text = "The result store cannot be reached: {detail}"
    retryable = True


class RunRefused(StatesheetError):
    code = "SSH5041"
    status = 502
    text = "Prefect does not take the run: {detail}"


class TooManyConnections(StatesheetError):
    code = "SSH5042"
    status = 503
    text = "Too many connections are open; try again in a moment"
    retryable = True


class StackUnavailable(StatesheetError):
    """What the command line says where nobody answers it."""

    code = "SSH5043"
    status = 503
    text = "The service cannot be asked: {detail}"
    retryable = True


class DownloadDamaged(StatesheetError):
    code = "SSH5044"
    status = 502
    text = "{name} did not arrive whole: {detail}; nothing was saved"
    retryable = True


class AttemptReplaced(StatesheetError):
    """Told to a process that was thought dead and lives; users never see it."""

    code = "SSH5045"
    status = 409
    text = "Attempt {attempt} of the job was given up; another one runs or has run"


class ExportFailed(StatesheetError):
    code = "SSH5050"
    status = 500
    text = "The export failed ({cause}): {detail}"
