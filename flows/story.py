"""What Prefect's UI tells of an export: the run's name, its tags, and an artifact with the link and the counts."""

from prefect.artifacts import create_markdown_artifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun

from contract.jobs import Job, JobKind
from contract.phrases import counted


def tell_story(run: FlowRun, job: Job, public_url: str) -> None:
    """Name and tag the run; where there is a file, leave an artifact that links to it."""
    tags = {*run.tags, job.tenant, *([job.format] if job.format else [])}
    with get_client(sync_client=True) as client:
        client.update_flow_run(run.id, name=run_name(job), tags=sorted(tags))
    if job.file is not None:
        create_markdown_artifact(in_markdown(job, public_url), key="export", description=job.file.name)


def run_name(job: Job) -> str:
    """The name of a job's run."""
    return f"{job.tenant}: {job.file.name if job.file else job.file_name or job.kind}"


def in_short(job: Job) -> str:
    """How much was exported, or taken in."""
    if job.kind is JobKind.IMPORT:
        return f"{job.total or 0:,} of {job.matched or 0:,} rows or objects taken; what became of each is in the report."
    if job.file is None:
        return "Nothing matched, and no empty file was wanted."
    cut = f" of {job.matched:,} that matched" if job.matched != job.total else ""
    return f"{counted(job.total or 0, 'record')}{cut} in {job.file.name}."


def in_markdown(job: Job, public_url: str) -> str:
    """The artifact's text."""
    assert job.file is not None, "a job without a file has nothing to link to"
    facts = {
        "Tenant": job.tenant,
        "Records": f"{job.total or 0:,}",
        "Matched": f"{job.matched or 0:,}",
        "As of": f"{job.as_of:%Y-%m-%d %H:%M:%S} UTC" if job.as_of else "",
        "Size": f"{job.file.bytes:,} bytes",
        "SHA-256": f"`{job.file.sha256}`",
        "Kept until": f"{job.file.expires:%Y-%m-%d %H:%M} UTC",
    }
    lines = [
        f"# [{_escaped(job.file.name)}]({public_url.rstrip('/')}/{job.tenant}/jobs/{job.id}/file)",
        "",
        "| | |",
        "|---|---|",
    ]
    lines += [f"| {name} | {_escaped(value)} |" for name, value in facts.items()]
    lines += ["", *(f"- {_escaped(warning.message)} ({warning.code})" for warning in job.warnings)]
    return "\n".join(lines)


def _escaped(text: str) -> str:
    """Text that Markdown is to leave alone."""
    return "".join(f"\\{character}" if character in "[]|*_<>" else character for character in text)
