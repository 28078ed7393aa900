"""The row of a job holds every fact of it, and the databases say the same status of it as the code."""

from datetime import UTC, datetime

from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, insert, select

from contract.jobs import Job, JobFile, JobSource, Step
from contract.warnings import JobWarning
from database.job_rows import job_values, read_job, status_column
from database.tables import export_job
from tests.database.jobs.stored_jobs import TENANT
from tests.examples import examples

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
times = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)
counts = st.integers(0, 2**62)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
whole_jobs = st.builds(
    Job,
    request_key=texts.filter(bool),
    tenant=st.just(TENANT),
    source=st.sampled_from(JobSource),
    created=times,
    id=st.none() | texts.filter(bool),
    request=st.dictionaries(st.text(max_size=5), json_values, max_size=3),
    file_name=st.none() | texts,
    format=st.none() | texts,
    submitted_by=st.none() | texts,
    started=st.none() | times,
    finished=st.none() | times,
    cancel_requested=st.none() | times,
    as_of=st.none() | times,
    matched=st.none() | counts,
    total=st.none() | st.just(0) | counts,
    step=st.none() | st.sampled_from(Step),
    records_done=counts,
    attempts=st.integers(0, 100),
    file=st.none() | st.builds(JobFile, texts, texts, counts, texts, times),
    warnings=st.lists(st.builds(JobWarning, texts, texts), max_size=3, unique=True).map(tuple),
    error_code=st.none() | texts.filter(bool),
    error_message=st.none() | texts,
)


@given(job=whole_jobs)
@examples(60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_row_gives_back_every_fact_and_the_status_in_sql_is_the_status_of_the_facts(engine: Engine, job: Job) -> None:
    with engine.begin() as connection:
        connection.execute(delete(export_job))
        connection.execute(insert(export_job).values(**job_values(job)))
        row = connection.execute(select(export_job, status_column().label("status"))).mappings().one()
    assert read_job(row) == job
    assert row["status"] == job.status.value
