"""How much of the result store a tenant may fill."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from contract.errors import QuotaReached
from contract.jobs import JobKind
from database import jobs
from tests.database.jobs.stored_jobs import NOON, asked, kept


def test_a_tenant_whose_results_fill_its_quota_is_told_until_when(engine: Engine) -> None:
    kept(engine, bytes=600, expires=NOON + timedelta(days=9))
    kept(engine, bytes=399)
    kept(engine, tenant="quince", bytes=5_000)
    jobs.create(engine, asked(), quota_bytes=1_000)
    last = kept(engine, bytes=1)
    with pytest.raises(
        QuotaReached, match=r"keeps results of 1,000 bytes, the quota is 1,000; the oldest expire on 2026-04-05T"
    ):
        jobs.create(engine, asked(), quota_bytes=1_000)
    jobs.create(engine, replace(asked(), kind=JobKind.IMPORT), quota_bytes=1_000)  # it makes room for nothing large
    jobs.forget_file(engine, last)
    jobs.create(engine, asked(), quota_bytes=1_000)


def test_a_repeated_key_is_answered_even_where_the_quota_is_reached(engine: Engine) -> None:
    first = jobs.create(engine, asked(), idempotency_key="k", body_sha256="aa", quota_bytes=10)
    kept(engine, bytes=10)
    assert jobs.create(engine, asked(), idempotency_key="k", body_sha256="aa", quota_bytes=10) == first
