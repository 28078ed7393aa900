"""What Prefect's UI tells of an export."""

from dataclasses import replace
from datetime import UTC, datetime

from contract.jobs import Job, JobFile, JobSource
from contract.warnings import JobWarning
from flows.story import in_markdown, in_short, run_name

NOW = datetime(2024, 5, 31, 12, 0, tzinfo=UTC)
FILE = JobFile("acme/1/a.xlsx", "a[1]|b.xlsx", 12_345, "f" * 64, NOW)


def job(**facts):
    return Job("key", "acme", JobSource.API, NOW, id="1", matched=2000, total=1234, as_of=NOW, **facts)


def test_the_name_says_whose_and_what():
    assert run_name(job(file=FILE)) == "acme: a[1]|b.xlsx"
    assert run_name(job(file_name="wanted")) == "acme: wanted"
    assert run_name(job()) == "acme: export"


def test_the_counts_say_when_more_matched():
    assert in_short(job(file=FILE)) == "1,234 records of 2,000 that matched in a[1]|b.xlsx."
    assert in_short(replace(job(file=FILE), total=1, matched=1)) == "1 record in a[1]|b.xlsx."


def test_the_artifact_links_to_the_file_and_no_name_can_break_its_table():
    text = in_markdown(job(file=FILE, warnings=(JobWarning("SSH9", "cut | short"),)), "http://here.example/")
    assert text.startswith("# [a\\[1\\]\\|b.xlsx](http://here.example/acme/jobs/1/file)")
    assert "| Records | 1,234 |" in text
    assert "- cut \\| short (SSH9)" in text
