"""Files over HTTP: whole, named, checked, and only while they are there."""

import hashlib
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.files import content_disposition
from contract.jobs import JobFile
from database import jobs
from files import links, store
from files.secrets import signing_key
from tests.api.conftest import TENANT, Api, refusal

pytestmark = pytest.mark.anyio

CONTENT = bytes(range(256)) * 10_000


async def completed(
    api: Api, tmp_path: Path, name: str = "Report.xlsx", lifetime: timedelta = timedelta(days=7), content: bytes = CONTENT
) -> str:
    """The id of a job whose file is in the store."""
    job_id = await api.job_id()
    path = tmp_path / "result"
    path.write_bytes(content)
    key = store.key_of(TENANT, job_id, 1, name)
    store.publish(store.open_store(api.settings.results), path, key)
    digest = hashlib.sha256(content).hexdigest()
    jobs.complete(api.jobs, job_id, JobFile(key, name, len(content), digest, datetime.now(UTC) + lifetime), total=1)
    return job_id


async def test_the_file_comes_whole_with_its_name_size_and_checksum(api: Api, tmp_path: Path) -> None:
    job_id = await completed(api, tmp_path, "Übersicht 2026.xlsx")
    answer = await api.client.get(f"/{TENANT}/jobs/{job_id}/file")
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.headers["etag"] == f'"{hashlib.sha256(CONTENT).hexdigest()}"'
    assert answer.headers["content-type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"_bersicht 2026.xlsx\"; filename*=UTF-8''%C3%9Cbersicht%202026.xlsx"
    )


async def test_a_client_that_has_the_file_is_told_so(api: Api, tmp_path: Path) -> None:
    job_id = await completed(api, tmp_path)
    path = f"/{TENANT}/jobs/{job_id}/file"
    head = await api.client.head(path)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(CONTENT)))
    answer = await api.client.get(path, headers={"if-none-match": head.headers["etag"]})
    assert (answer.status_code, answer.content) == (304, b"")
    assert [answer.headers[name] for name in ("etag", "cache-control")] == [head.headers["etag"], "private, no-cache"]


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (["{tag}"], 304),
        (["W/{tag}"], 304),
        (["*"], 304),
        ([' "other" , {tag}'], 304),
        (['W/"a, b",W/{tag}, "c"'], 304),
        (['"other"', "{tag}"], 304),
        (['"other"'], 200),
        (['"other, *"'], 200),
        (["{bare}"], 200),
        ([""], 200),
    ],
)
async def test_a_client_may_say_what_it_has_in_every_form_of_http(
    api: Api, tmp_path: Path, said: list[str], status: int
) -> None:
    path = f"/{TENANT}/jobs/{await completed(api, tmp_path)}/file"
    tag = (await api.client.head(path)).headers["etag"]
    filled = [one.format(tag=tag, bare=tag.strip('"')) for one in said]
    answer = await api.client.get(path, headers=[("if-none-match", one) for one in filled])
    assert answer.status_code == status


async def test_an_empty_file_is_a_file(api: Api, tmp_path: Path) -> None:
    job_id = await completed(api, tmp_path, "None.csv", content=b"")
    answer = await api.client.get(f"/{TENANT}/jobs/{job_id}/file")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.csv", "text/csv"),
        ("a.json", "application/json"),
        ("a.parquet", "application/vnd.apache.parquet"),
        ("a.zip", "application/zip"),
        ("a", "application/octet-stream"),
    ],
)
async def test_the_media_type_is_that_of_what_was_made(api: Api, tmp_path: Path, name: str, media_type: str) -> None:
    job_id = await completed(api, tmp_path, name)
    answer = await api.client.get(f"/{TENANT}/jobs/{job_id}/file")
    assert answer.headers["content-type"].partition(";")[0] == media_type


async def test_a_job_without_a_file_yet_is_409(api: Api) -> None:
    answer = await api.client.get(f"/{TENANT}/jobs/{await api.job_id()}/file")
    assert answer.status_code == 409
    assert refusal(answer)["code"] == "SSH4108"


async def test_an_expired_file_is_410(api: Api, tmp_path: Path) -> None:
    past_its_time = await completed(api, tmp_path, lifetime=timedelta(seconds=-1))
    removed = await completed(api, tmp_path)
    jobs.forget_file(api.jobs, removed)
    for job_id in (past_its_time, removed):
        answer = await api.client.get(f"/{TENANT}/jobs/{job_id}/file")
        assert answer.status_code == 410
        assert refusal(answer)["code"] == "SSH4110"


async def test_a_file_that_somebody_took_away_is_404(api: Api, tmp_path: Path) -> None:
    job_id = await completed(api, tmp_path)
    store.delete(store.open_store(api.settings.results), store.key_of(TENANT, job_id, 1, "Report.xlsx"))
    answer = await api.client.get(f"/{TENANT}/jobs/{job_id}/file")
    assert answer.status_code == 404
    assert refusal(answer)["code"] == "RSC7524"


async def test_the_link_of_a_job_opens_its_file(api: Api, tmp_path: Path) -> None:
    job_id = await completed(api, tmp_path)
    url = (await api.client.get(f"/{TENANT}/jobs/{job_id}")).json()["file"]["url"]
    answer = await api.client.get(url.removeprefix("http://exports.example"))
    assert (answer.status_code, answer.content) == (200, CONTENT)


async def test_a_link_that_is_not_ours_or_of_another_tenant_opens_nothing(api: Api, tmp_path: Path) -> None:
    job_id = await completed(api, tmp_path)
    ours = signing_key(api.settings.home)
    made_up = [
        "nonsense",
        links.sign(b"another key", TENANT, job_id),
        links.sign(ours, "quince", job_id),
        links.sign(ours, TENANT, job_id)[:-1],
    ]
    for token in made_up:
        answer = await api.client.get(f"/{TENANT}/download/{token}")
        assert answer.status_code == 403
        assert refusal(answer)["code"] == "SSH4118"
    unknown = await api.client.get(f"/{TENANT}/download/{links.sign(ours, TENANT, str(uuid.uuid4()))}")
    assert refusal(unknown)["code"] == "SSH4106"


@pytest.mark.parametrize("name", ['a"b.csv', "a\r\nSet-Cookie: x.csv", "a;b\\c%41.csv", "日本.csv", "a\x7f.csv"])
async def test_no_name_can_leave_its_header(name: str) -> None:
    header = content_disposition(name)
    assert header.isascii()
    assert header.isprintable()
    quoted = header.removeprefix('attachment; filename="').partition('"; filename*=')[0]
    assert not set('"\\%') & set(quoted)
