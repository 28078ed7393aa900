"""Settings come from the environment and from the settings file, and a wrong one is named."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import make_url

from config.settings import load_settings, unknown_variables, variables
from contract.errors import BadSetting
from runtime import prefect_server


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch, tmp_path):
    import os

    for name in [name for name in os.environ if name.startswith("STATESHEET_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("STATESHEET_HOME", str(tmp_path))


def test_everything_lies_in_the_home_folder_by_default(tmp_path):
    settings = load_settings()
    assert settings.objects_url == f"sqlite:///{tmp_path}/objects.db"
    assert settings.jobs_url == f"sqlite:///{tmp_path}/jobs.db"
    assert settings.results == str(tmp_path / "results")
    assert settings.host == "127.0.0.1"


def test_on_postgresql_objects_and_jobs_are_in_one_database():
    settings = load_settings(database_url="postgresql://db/statesheet")
    assert settings.jobs_url == settings.objects_url == "postgresql://db/statesheet"


@pytest.mark.parametrize("name", ["objects.db", "one.db", "linked.db"])
def test_on_sqlite_objects_and_jobs_are_in_two_files(tmp_path, name):
    """An import that writes objects would wait for itself to be told of among the jobs."""
    (tmp_path / "linked.db").symlink_to(tmp_path / "objects.db")
    objects = "sqlite:////srv/one.db" if name == "one.db" else ""
    jobs = "sqlite+pysqlite:////srv/one.db?timeout=5" if name == "one.db" else f"sqlite:///{tmp_path / name}"
    with pytest.raises(BadSetting, match="STATESHEET_JOBS_DATABASE_URL"):
        load_settings(database_url=objects, jobs_database_url=jobs)
    assert load_settings(database_url="sqlite:////srv/two.db", jobs_database_url=jobs).jobs_url == jobs


def test_the_environment_writes_lists_with_commas(monkeypatch):
    monkeypatch.setenv("STATESHEET_WEBHOOKS", "https://a.example/x, https://b.example/y,")
    assert load_settings().webhooks == ("https://a.example/x", "https://b.example/y")


def test_the_environment_is_stronger_than_the_settings_file(monkeypatch, tmp_path):
    (tmp_path / "statesheet.toml").write_text('timezone = "Europe/Berlin"\nport = 7000\n')
    monkeypatch.setenv("STATESHEET_PORT", "8000")
    settings = load_settings()
    assert (settings.timezone, settings.port) == ("Europe/Berlin", 8000)


def test_a_tenant_has_lists_of_its_own(tmp_path):
    (tmp_path / "statesheet.toml").write_text(
        'webhooks = ["https://all.example"]\nrequest_status = {failed = "Errored", cancelled = "Stopped"}\n'
        '[tenants.acme]\nwebhooks = ["https://acme.example"]\nrequest_status = {failed = "Broken"}\n'
    )
    settings = load_settings()
    assert settings.for_tenant("acme").webhooks == ("https://acme.example",)
    assert settings.for_tenant("acme").request_status == {"failed": "Broken", "cancelled": "Stopped"}
    assert settings.for_tenant("other").webhooks == ("https://all.example",)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STATESHEET_PORT", "seventy"),
        ("STATESHEET_PORT", "70000"),
        ("STATESHEET_TIMEZONE", "Mars/Olympus"),
        ("STATESHEET_MAX_RECORDS", "0"),
        ("STATESHEET_RETENTION_DAYS", "-1"),
        ("STATESHEET_RETENTION_DAYS", "0"),
        ("STATESHEET_SYNC_SECONDS", "0"),
        ("STATESHEET_LINK_SECONDS", "0"),
        ("STATESHEET_SESSION_SECONDS", "59"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting, match=name):
        load_settings()


@pytest.mark.parametrize(
    "name",
    [f"{name}_DAYS" for name in ("RETENTION", "AUDIT")]
    + [f"{name}_SECONDS" for name in ("SYNC", "REQUEST", "STALL", "PROGRESS", "LINK", "SESSION")],
)
@pytest.mark.parametrize("value", ["99999999999", "1e300", "inf", "nan"])
def test_a_time_of_more_than_a_hundred_years_is_named(monkeypatch, name, value):
    monkeypatch.setenv(f"STATESHEET_{name}", value)
    with pytest.raises(BadSetting, match=name):
        load_settings()


def test_a_hundred_years_can_be_counted_from_now_in_both_directions():
    longest = timedelta(days=load_settings(retention_days=36_525, link_seconds=3_155_760_000).retention_days)
    assert datetime.now(UTC) - longest < datetime.now(UTC) < datetime.now(UTC) + longest


@pytest.mark.parametrize("text", ["prot = 1", "port = ", "[tenants.acme]\nwebhook = []"])
def test_a_settings_file_that_is_not_understood_is_refused(tmp_path, text):
    (tmp_path / "statesheet.toml").write_text(text)
    with pytest.raises(BadSetting):
        load_settings()


@pytest.mark.parametrize("content", [b"\xef\xbb\xbfport = 7000", b"# a note\r\nport = 7000\r\n"])
def test_a_settings_file_may_be_written_by_any_editor(tmp_path, content):
    (tmp_path / "statesheet.toml").write_bytes(content)
    assert load_settings().port == 7000


def test_a_settings_file_in_another_encoding_is_told_so(tmp_path):
    (tmp_path / "statesheet.toml").write_text("port = 7000", encoding="utf-16")
    with pytest.raises(BadSetting, match=r"statesheet\.toml is wrong: it is not in UTF-8"):
        load_settings()


def test_a_settings_file_that_cannot_be_read_is_not_passed_over(tmp_path):
    (tmp_path / "statesheet.toml").mkdir()  # as Docker makes it for a file that is to be mounted and is not there
    with pytest.raises(IsADirectoryError, match=r"statesheet\.toml"):
        load_settings()


@pytest.mark.parametrize("name", ["home", "Home"])
def test_a_settings_file_does_not_lead_to_another_home(tmp_path, name):
    (tmp_path / "statesheet.toml").write_text(f'{name} = "/elsewhere"')
    with pytest.raises(BadSetting, match=rf"`{name}` in statesheet\.toml is wrong: the file lies in the home"):
        load_settings()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('port = "many"', r"`port` in statesheet\.toml is wrong: Input should be a valid integer"),
        ("STATESHEET_PORT = 7000", r"`STATESHEET_PORT` in .*: there is none of this name; `port` may be meant"),
        ("tenants.Acme.webhook = []", r"`tenants\.Acme\.webhook` in .*: there is none of this name; `webhooks` may be meant"),
        ('tenants."a b".webhooks = []', r"`tenants` in statesheet\.toml is wrong: no tenant can be called 'a b': letters"),
        ('request_status.fail = "Bad"', "'fail' is no status of a job; those are 'queued', .*'failed', 'cancelled'"),
        ('tenants.acme.request_status.Failed = "Bad"', r"`tenants\.acme\.request_status` in .* 'Failed' is no status of a job"),
    ],
)
def test_a_wrong_line_of_the_settings_file_is_named_as_it_stands_there(tmp_path, line, said):
    (tmp_path / "statesheet.toml").write_text(line)
    with pytest.raises(BadSetting, match=said):
        load_settings()


def test_the_settings_file_is_that_of_the_home_in_whatever_letters_the_variable_is_written(monkeypatch, tmp_path):
    (tmp_path / "statesheet.toml").write_text("port = 7000")
    monkeypatch.delenv("STATESHEET_HOME")
    monkeypatch.setenv("statesheet_home", str(tmp_path))
    assert load_settings().port == 7000


def test_a_line_that_is_no_setting_is_named_as_it_stands_in_the_file_with_what_may_be_meant(tmp_path):
    (tmp_path / "statesheet.toml").write_text("retenton_days = 3")
    with pytest.raises(BadSetting, match=r"`retenton_days` in statesheet\.toml is wrong: .*`retention_days` may be meant"):
        load_settings()


def test_a_reason_of_our_own_stands_alone(monkeypatch):
    monkeypatch.setenv("STATESHEET_TIMEZONE", "Mars/Olympus")
    with pytest.raises(BadSetting, match="is wrong: 'Mars/Olympus' is not a zone"):
        load_settings()


def test_variables_that_look_like_settings_and_are_none_are_found():
    names = ["STATESHEET_RETENTON_DAYS", "statesheet_x", "STATESHEET_PORT", "statesheet_host", "STATESHEET_TENANT", "PORT"]
    assert unknown_variables(names) == {"STATESHEET_RETENTON_DAYS": "STATESHEET_RETENTION_DAYS", "statesheet_x": ""}
    assert variables(names) == ["STATESHEET_PORT", "statesheet_host"]


def test_an_empty_home_is_the_default_one_and_not_the_folder_that_one_stands_in(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("STATESHEET_HOME", "")
    assert load_settings().home == tmp_path / ".statesheet"


@pytest.mark.parametrize("name", ["what?", "100%2Fday", "%41"])
def test_a_home_whose_name_an_address_of_its_databases_cannot_hold_is_refused(monkeypatch, tmp_path, name):
    monkeypatch.setenv("STATESHEET_HOME", str(tmp_path / name))
    with pytest.raises(BadSetting, match=r"STATESHEET_HOME is wrong: .*question mark"):
        load_settings()


def test_a_home_of_a_user_whom_nobody_knows_is_refused(monkeypatch):
    monkeypatch.setenv("STATESHEET_HOME", "~nobody-of-this-name/exports")
    with pytest.raises(BadSetting, match=r"STATESHEET_HOME is wrong: the system knows no home folder for ~nobody-of-this-name"):
        load_settings()


@pytest.mark.parametrize("name", ["ä b#c;d&e", "100% of it", "100%"])
def test_the_databases_of_a_home_with_any_other_name_lie_in_it(monkeypatch, tmp_path, name):
    monkeypatch.setenv("STATESHEET_HOME", str(tmp_path / name))
    settings = load_settings()
    for url in (settings.objects_url, settings.jobs_url, prefect_server.database_url(settings.home)):
        assert (make_url(url).database or "").startswith(f"{tmp_path / name}/")


@pytest.mark.parametrize("blank", ["", " "])
def test_the_environment_writes_a_part_with_a_comma_in_a_list_as_json(monkeypatch, blank):
    monkeypatch.setenv("STATESHEET_APPRISE", blank + '["mailto://mail.example/?to=a,b", "slack://t"]')
    assert load_settings().apprise == ("mailto://mail.example/?to=a,b", "slack://t")


@pytest.mark.parametrize("value", ["[", "[1]", "[" * 100_000])
def test_a_list_in_json_that_cannot_be_read_is_named(monkeypatch, value):
    monkeypatch.setenv("STATESHEET_WEBHOOKS", value)
    with pytest.raises(BadSetting, match="STATESHEET_WEBHOOKS"):
        load_settings()


@pytest.mark.parametrize("name", ["STATESHEET_REQUEST_STATUS", "STATESHEET_TENANTS"])
@pytest.mark.parametrize("value", ["x", "{", "[1]", '{"failed": {"a": 1}}', "[" * 100_000, "9" * 5_000])
def test_an_object_that_the_environment_writes_wrongly_is_named(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting, match=name):
        load_settings()


@pytest.mark.parametrize(("value", "meant"), [('{"failed": "Errored"}', {"failed": "Errored"}), ("{}", {}), ("", {})])
def test_the_environment_writes_objects_as_json(monkeypatch, value, meant):
    monkeypatch.setenv("STATESHEET_REQUEST_STATUS", value)
    assert load_settings().request_status == meant


def test_secrets_do_not_show():
    assert "pepper" not in repr(load_settings(webhook_secret="pepper"))
