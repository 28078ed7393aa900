"""Every error of the service, one class each: its code, HTTP status, text for people, advice, and whether a retry can help.

Codes that begin with `RSC` are those of the documented contract; `SSH` marks this project's own. Answers hold code and text;
the advice, which says what a person should do, is shown by the pages, the command line and the docs. What it names in
backticks is there: settings, commands, options, addresses, headers, members of a body.
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
    advice: ClassVar[str] = ""
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
            if "advice" not in cls.__dict__:
                raise TypeError(f"{cls.__name__} does not say what to do about it")
            ERRORS[cls.code] = cls

    @property
    def message(self) -> str:
        """The text for people."""
        return str(self)


class InternalError(StatesheetError):
    code = "SSH5000"
    advice = "Tell whoever runs the service: its log has the cause, under the entry that the message names."


# A request that cannot be taken: one mistake each, gathered in InvalidRequest.


class Mistake(StatesheetError):
    """One thing wrong with a request; `path` says where, in dotted form."""

    status = 400


class InvalidRequest(StatesheetError):
    """All mistakes of one request."""

    code = "SSH4000"
    status = 400
    text = "The request has {count}: {summary}"
    advice = (
        "Correct each place that is named and send the request again; `statesheet explain REQUEST.json --tenant TENANT` checks "
        "it and runs nothing."
    )

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
    advice = "Send one JSON object in UTF-8: names and texts in double quotes, no comments, no comma after the last member."


class WrongShape(Mistake):
    code = "SSH4002"
    text = "Expected {expected}, got {got}"
    advice = "Compare the place that is named with the example at `/docs`, and send there what is expected."


class Missing(Mistake):
    code = "SSH4003"
    text = "{what} is missing"
    advice = "Add what is named, at the place that is named; the example at `/docs` shows where it goes."


class UnknownOperator(Mistake):
    code = "SSH4004"
    text = "Unknown operator {name!r}; known are {known}"
    advice = "Use one of the operators that the message lists; the page on filters says what each of them means."


class UnknownValueType(Mistake):
    code = "SSH4005"
    text = "Unknown type {name!r}; known are {known}"
    advice = "Put one of the types that the message lists into `type`, such as `_DATETIME` to compare dates."


class BadOperand(Mistake):
    code = "SSH4006"
    text = "{value!r} is not {expected}"
    advice = (
        "Put what is expected at the place that is named: for a date `2026-05-31T00:00:00Z` or `now-1d`, for a number or a "
        "boolean the bare value."
    )


class UnknownFormat(Mistake):
    code = "SSH4007"
    text = "Format {name!r} is not configured; configured are {known}"
    advice = "Put one of the formats that the message lists into `format` of `params.rsconnect.profilecontexts`."


class UnknownProfile(Mistake):
    code = "SSH4008"
    text = "No configured profile matches {name!r}; configured are {known}"
    advice = "Put one of the profiles that the message lists into `params.rsconnect.profiles`, or leave it out to get Excel."


class OutOfRange(Mistake):
    code = "SSH4009"
    text = "{value} is out of range; allowed is {allowed}"
    advice = (
        "Ask for a value in the range; for more rows than it allows, have `STATESHEET_MAX_RECORDS` raised by whoever runs "
        "the service."
    )


class UnsafeFileName(Mistake):
    code = "SSH4010"
    text = "{name!r} cannot be a file name: {reason}"
    advice = "Give a plain name in `fileName`, such as EntityData: no folders, no characters that a disk refuses."


class TooDeep(Mistake):
    code = "SSH4011"
    text = "The body is nested more than {limit} levels deep"
    advice = "Send fewer levels: no member that is read here needs as many, and `clientState` is only echoed."


class Ambiguous(Mistake):
    code = "SSH4012"
    text = "{what} is given twice: {names}"
    advice = "Keep one of them and leave the others out."


class UnknownFilter(Mistake):
    code = "SSH4013"
    text = "Unknown filter {name!r}; known are {known}"
    advice = (
        "Use a name that the message lists, or take the filter out; it is never ignored, for the file would have the wrong "
        "rows."
    )


class ObjectRefused(Mistake):
    code = "SSH4014"
    text = "Object {name!r} cannot be taken: {detail}"
    advice = "Correct the object that is named and send the whole call again: none of its objects was written."


class Misplaced(Mistake):
    code = "SSH4015"
    text = "{name!r} is not read here: its place is {place}"
    advice = (
        "Move it to the place that the message names, or take it out; it is never ignored, for the file would have the wrong "
        "rows, or the right ones in another order."
    )


class UnknownField(Mistake):
    code = "SSH4016"
    text = "The form has no field {name!r}; its fields are {known}"
    advice = (
        "Send the fields that the message lists, as the page New export does; none is passed over, for the file would have the "
        "wrong rows. A program sends JSON to the address that `/docs` shows."
    )


# A caller that cannot be served.


class Unauthorized(StatesheetError):
    code = "SSH4101"
    status = 401
    text = "No valid credentials: send auth-client-id and auth-client-secret, or Authorization with Bearer or Basic"
    advice = (
        "Send a credential in the headers that are named; a command takes it from `STATESHEET_CREDENTIAL`, as ID:SECRET, or by "
        "`--client-id` and `--client-secret`. `statesheet credential create --tenant TENANT` makes one."
    )


class Forbidden(StatesheetError):
    code = "SSH4103"
    status = 403
    text = "These credentials are not for {what}"
    advice = (
        "Use a credential of that tenant, or ask for the tenant that yours is for; `statesheet credential create --operator` "
        "makes the one for `/metrics`."
    )


class UnknownTenant(StatesheetError):
    code = "SSH4104"
    status = 404
    text = (
        "There is no tenant {tenant!r}; a tenant exists once objects were loaded for it "
        "(statesheet load FILE --tenant {tenant})"
    )
    advice = "Check how the tenant is spelled; one that is to exist before it has objects is named in `statesheet.toml`."


class UnknownAddress(StatesheetError):
    code = "SSH4105"
    status = 404
    text = "{method} {address} is not an address of this service"
    advice = "Check the address and the tenant in it; `/docs` lists every address with its method."


class UnknownJob(StatesheetError):
    code = "SSH4106"
    status = 404
    text = "There is no job {job!r}"
    advice = "Check the id and the tenant; `statesheet jobs --tenant TENANT` lists the jobs that are known."


class MethodNotAllowed(StatesheetError):
    code = "SSH4107"
    status = 405
    text = "{address} does not take {method}; it takes {allowed}"
    advice = "Send it with a method that the message lists; `/docs` shows what each address takes."


class FileNotReady(StatesheetError):
    code = "SSH4108"
    status = 409
    text = "The job is {job_status}: it has no file to give"
    advice = (
        "Wait for it by `statesheet get ID --tenant TENANT --wait`, or ask `/{tenant}/jobs/{job_id}` how far it is; a job "
        "that failed or was cancelled gets no file: run it again."
    )


class JobEnded(StatesheetError):
    code = "SSH4109"
    status = 409
    text = "The job is already {job_status}"
    advice = "Nothing is left to be stopped; `statesheet jobs --tenant TENANT` shows how it ended."


class FileExpired(StatesheetError):
    code = "SSH4110"
    status = 410
    text = "The file expired on {expired}; run the export again"
    advice = (
        "Press Run again on the Downloads page, or send the request once more; `STATESHEET_RETENTION_DAYS` says how long "
        "files are kept."
    )


class BodyTooLarge(StatesheetError):
    code = "SSH4111"
    status = 413
    text = "The body is larger than {limit} bytes"
    advice = (
        "Send less at once, or have `STATESHEET_MAX_BODY_BYTES` raised; `statesheet load FILE --tenant TENANT` takes files "
        "of any size."
    )


class IdempotencyConflict(StatesheetError):
    code = "SSH4112"
    status = 422
    text = "Idempotency-Key {key!r} was used with another body"
    advice = "Give each new request an `Idempotency-Key` of its own; an old key only repeats the very same body."


class QueueFull(StatesheetError):
    code = "SSH4113"
    status = 429
    text = "Tenant {tenant!r} has {jobs} waiting to run, the limit is {limit}; try again later"
    advice = (
        "Send it again after the seconds that `Retry-After` says, or cancel jobs that nobody needs; `STATESHEET_MAX_QUEUED` "
        "is the limit."
    )
    retryable = True


class QuotaReached(StatesheetError):
    code = "SSH4146"
    status = 507
    text = "Tenant {tenant!r} keeps results of {kept:,} bytes, the quota is {limit:,}; the oldest expire on {expires}"
    advice = (
        "Ask again when the oldest results have expired; whoever runs the service may raise `STATESHEET_QUOTA_BYTES`, or lower "
        "`STATESHEET_RETENTION_DAYS`."
    )


class FileMissing(StatesheetError):
    code = "RSC7524"
    status = 404
    text = "File not found: {name}"
    advice = (
        "Check the name and the folder; where it is a `fileId`, send the file itself, for it is kept only as long as "
        "results are."
    )


class LocalFileMissing(FileMissing):
    """A file of this machine that a command was given: nothing else can have removed it, and no request names it."""

    advice = "Check the name and the folder: a name without one is looked for where the command runs."


class NoDataInFile(StatesheetError):
    code = "RSC7483"
    status = 400
    text = "No data in file {name}"
    advice = "Save the file with its header and at least one row, or with at least one object, and send it again."


class UnreadableFile(StatesheetError):
    code = "SSH4114"
    status = 400
    text = "{name} cannot be read: {reason}"
    advice = (
        "Do what the reason asks for; where it tells of damage, open the file in the program that made it and save it again, "
        "as .xlsx, .csv or JSON in UTF-8."
    )


class InvalidObject(StatesheetError):
    code = "SSH4117"
    status = 400
    text = "The object cannot be taken: {detail}"
    advice = "Correct what the message names in the object, and send it again."


class ObjectsChanged(StatesheetError):
    code = "SSH4144"
    status = 409
    text = "{objects} changed while the workbook was being compared with the store; send it again"
    advice = "Send the same workbook again: it is then compared with what others have written meanwhile."
    retryable = True


class ImportRefused(StatesheetError):
    code = "SSH4145"
    status = 422
    text = "{refused} of {rows} rows or objects cannot be taken, so nothing was written; the report says why of each"
    advice = (
        "Correct the rows that the report names (it is the job's file) and send them again; to have the good rows taken, press "
        "Apply the rest on the page, or put partial into `apply`."
    )


class BadSetting(StatesheetError):
    code = "SSH4115"
    status = 500
    text = "Setting {name} is wrong: {reason}"
    advice = (
        "Correct the variable, or its line in `statesheet.toml`, and start again; the page on settings says what each one "
        "takes."
    )


class BadSchedule(StatesheetError):
    code = "SSH4116"
    status = 400
    text = "The schedule cannot be used: {reason}"
    advice = (
        "Give a cron line of five fields such as 0 6 * * 1-5 and a zone such as Europe/Berlin; the ids of the schedules are "
        "those of `statesheet schedule list`."
    )


class BadLink(StatesheetError):
    code = "SSH4118"
    status = 403
    text = "This download link is not valid, or its time is over; take a new one from the job"
    advice = (
        "Take a fresh link: Download on the Downloads page, or `file.url` of `/{tenant}/jobs/{job_id}`; "
        "`STATESHEET_LINK_SECONDS` says how long one works."
    )


class UnknownCredential(StatesheetError):
    code = "SSH4119"
    status = 404
    text = "There is no credential {credential!r}; statesheet credential list shows all"
    advice = (
        "Copy the client id from `statesheet credential list`; where the service has another home folder, name it with "
        "`--home`."
    )


class UnknownHost(StatesheetError):
    code = "SSH4120"
    status = 421
    text = "This server does not answer to the name {host!r}: set STATESHEET_PUBLIC_URL to the address that people use"
    advice = "On the service's own machine open it as 127.0.0.1; once the setting is changed, start `statesheet serve` again."


class UnfitParameters(StatesheetError):
    """Of a run that was begun in Prefect, whose parameters do not go through the reader of requests."""

    code = "SSH4121"
    status = 400
    text = "The run has other parameters than its flow: {detail}"
    advice = (
        "Begin another run with the parameters that the message lists; the form of the deployment in Prefect's UI has a field "
        "for each."
    )


class ForeignPage(StatesheetError):
    code = "SSH4151"
    status = 403
    text = "A page of another site ({origin}) may not ask for this"
    advice = (
        "Do it on the service's own pages; a proxy in front of them must pass `Host` on, with `STATESHEET_PUBLIC_URL` set to "
        "the address that people use."
    )


class SlowRequest(StatesheetError):
    code = "SSH4152"
    status = 408
    text = "The request did not come in within the time it is given"
    advice = "Send it again, all at once; `STATESHEET_REQUEST_SECONDS` says how long it may take, and larger bodies get more."
    retryable = True


class BadHttp(StatesheetError):
    code = "SSH4153"
    status = 400
    text = "This is not a request in HTTP that can be read"
    advice = (
        "Send plain HTTP/1.1 to this port, with one `Host` header and either `Content-Length` or `Transfer-Encoding`; for "
        "https, ask the proxy in front of the service."
    )


class HeadersTooLarge(StatesheetError):
    code = "SSH4154"
    status = 431
    text = "The headers of the request are larger than {limit} bytes, or more than {count}"
    advice = "Leave out headers and cookies that this service does not need; a proxy in front may add some."


class NotServed(StatesheetError):
    code = "SSH4141"
    status = 501
    text = "{what} is not served here: {reason}"
    advice = "Do without it, or ask the platform itself; the page on compatibility says what is served in each service."


class NothingMatches(StatesheetError):
    code = "SSH4142"
    status = 404
    text = "No stored object matches {what}"
    advice = "Look with `connectorService/get` which states there are, and make the missing one by `connectorService/create`."


class FileTooLarge(StatesheetError):
    code = "SSH4143"
    status = 413
    text = "The file has {size} bytes, at most {limit} are sent in an answer; take it by prepareDownload"
    advice = (
        "Take the file by the link that `binarystreamobjectservice/prepareDownload` gives, or have "
        "`STATESHEET_MAX_ANSWER_BYTES` raised."
    )


# A job that did not get there.


class DatabaseUnavailable(StatesheetError):
    code = "SSH5031"
    status = 503
    text = "The database cannot be reached: {detail}"
    advice = (
        "Try again in a moment; if it lasts, whoever runs the service checks the database, and "
        "`STATESHEET_DATABASE_URL` and `STATESHEET_JOBS_DATABASE_URL`."
    )
    retryable = True


class PrefectUnavailable(StatesheetError):
    code = "SSH5032"
    status = 503
    text = "Prefect cannot be reached: {detail}"
    advice = (
        "Try again in a moment; if it lasts, whoever runs the service checks whether the stack runs, and starts it by "
        "`statesheet serve`."
    )
    retryable = True


class StartupFailed(StatesheetError):
    code = "SSH5033"
    status = 503
    text = "{part} did not start: {detail}"
    advice = (
        "Look at the log above; a port that is taken is changed by `--port` or `STATESHEET_PREFECT_PORT`, and a second stack "
        "needs a `--home` and databases of its own."
    )


class VerificationFailed(StatesheetError):
    code = "SSH5034"
    text = "The finished file is not equal to what was read: {detail}"
    advice = "Run the export again; if it fails again, tell whoever runs the service: no wrong file was given out."
    retryable = True


class DiskFull(StatesheetError):
    code = "SSH5035"
    status = 507
    text = "No space left for {what}; free some, or lower maxRecords"
    advice = (
        "Whoever runs the service frees space where `STATESHEET_HOME` lies, or lowers `STATESHEET_RETENTION_DAYS`; a smaller "
        "`params.options.maxRecords` needs less of it."
    )


class RunLost(StatesheetError):
    code = "SSH5036"
    text = "The process that ran the export was lost {times} times; last cause: {cause}"
    advice = (
        "Ask for less at once, such as a smaller `params.options.maxRecords` or fewer columns; whoever runs the service "
        "checks whether memory ran out, and may lower `STATESHEET_CONCURRENCY`."
    )


class ExportCancelled(StatesheetError):
    code = "SSH5037"
    status = 409
    text = "The export was cancelled"
    advice = "If it is wanted after all, press Run again on the Downloads page or send the request once more."


class FormatLimit(StatesheetError):
    code = "SSH5038"
    status = 400
    text = "The result does not fit the format: {detail}"
    advice = "Ask for fewer rows or columns, or put CSV, JSON or Parquet into `format` of `params.rsconnect.profilecontexts`."


class NotificationFailed(StatesheetError):
    code = "SSH5039"
    text = "{target} could not be notified: {detail}"
    advice = (
        "The job itself is fine; whoever runs the service checks the address in `STATESHEET_WEBHOOKS`, "
        "`STATESHEET_APPRISE` or `statesheet.toml`."
    )
    retryable = True


class StoreUnavailable(StatesheetError):
    code = "SSH5040"
    status = 503
    text = "The result store cannot be reached: {detail}"
    advice = (
        "Try again in a moment; if it lasts, whoever runs the service checks `STATESHEET_RESULT_STORE` and the "
        "credentials of its cloud."
    )
    retryable = True


class RunRefused(StatesheetError):
    code = "SSH5041"
    status = 502
    text = "Prefect does not take the run: {detail}"
    advice = (
        "Whoever runs the service starts `statesheet serve` again, which tells Prefect anew what it may run; then send the "
        "request again."
    )


class TooManyConnections(StatesheetError):
    code = "SSH5042"
    status = 503
    text = "Too many connections are open; try again in a moment"
    advice = "Send it again in a moment, and close connections that are not used; `STATESHEET_MAX_CONNECTIONS` is the limit."
    retryable = True


class StackUnavailable(StatesheetError):
    """What the command line says where nobody answers it."""

    code = "SSH5043"
    status = 503
    text = "The service cannot be asked: {detail}"
    advice = (
        "Start the service by `statesheet serve`; name one that runs elsewhere with `--url`, or with `--home` on this machine."
    )
    retryable = True


class DownloadDamaged(StatesheetError):
    code = "SSH5044"
    status = 502
    text = "{name} did not arrive whole: {detail}; nothing was saved"
    advice = "Run the same command again."
    retryable = True


class UnusablePlace(StatesheetError):
    """What the command line says of a file or folder that it is to write to."""

    code = "SSH5046"
    text = "{name} cannot be used: {reason}"
    advice = (
        "Name a file in a folder that is there, that you may write to, and whose disk has space; the home folder is that of "
        "`--home` or `STATESHEET_HOME`."
    )


class HomeMissing(StatesheetError):
    """What a command that only reads says of a home that is not there."""

    code = "SSH5049"
    status = 404
    text = "There is no home of Statesheet in {folder}"
    advice = (
        "Check how the folder is spelled in `--home` or `STATESHEET_HOME`; `statesheet serve`, `statesheet load` and "
        "`statesheet credential create` make a new home."
    )


class NewerDatabase(StatesheetError):
    code = "SSH5047"
    status = 503
    text = (
        "The database of the {which} was last used by a newer version of Statesheet: its tables are of revision {found}, this "
        "version knows those up to {known}"
    )
    advice = (
        "Use the newer version again. To go back to this one, restore the backup that was made before the update: tables are "
        "never changed back."
    )


class AttemptReplaced(StatesheetError):
    """Told to a process that was thought dead and lives; users never see it."""

    code = "SSH5045"
    status = 409
    text = "Attempt {attempt} of the job was given up; another one runs or has run"
    advice = "Nothing is to be done: a later attempt does the same work."


class ExportFailed(StatesheetError):
    code = "SSH5050"
    status = 500
    text = "The export failed ({cause}): {detail}"
    advice = "Look up the code in the brackets on the page of errors, and do what is said there."
