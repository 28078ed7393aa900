"""Addresses that hold secrets: a wrong one is named and not repeated, of a right one only what is no secret shows."""

import pytest

from config.settings import load_settings
from config.urls import recognisable
from contract.errors import BadSetting

SECRET = "5esame"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (f"https://hub.example/hooks/{SECRET}?key={SECRET}#{SECRET}", "https://hub.example"),
        (f"http://ann:{SECRET}@hub.example:8080/x", "http://hub.example:8080"),
        (f"http://ann:{SECRET}@[::1]:8080/x", "http://[::1]:8080"),
        (f"slack://{SECRET}/b/c", "slack://..."),
        (f"mailto://ann:{SECRET}@mail.example", "mailto://..."),
        (f"postgresql://ann:{SECRET}@db/x", "postgresql://..."),
        (f"https://[bad/{SECRET}", "an address that cannot be read"),
        (f"https://hub.example:{SECRET}/", "an address that cannot be read"),
        (f"hub.example/{SECRET}", "an address without a scheme"),
        (f"https:{SECRET}", "https://..."),
    ],
)
def test_of_an_address_only_what_is_no_secret_shows(address, shown):
    assert recognisable(address) == shown


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database_url", f"postgresql://ann:a@{SECRET}@db/x"),
        ("database_url", f"postgresql://ann:a {SECRET}@db/x"),
        ("database_url", f"postgresql://ann:{SECRET}@db:port/x"),
        ("database_url", f"postgresql://ann:a?{SECRET}@db/x"),
        ("database_url", f"mysql://ann:{SECRET}@db/x"),
        ("jobs_database_url", SECRET),
        ("webhooks", f"https://ok.example,ftp://{SECRET}/x"),
        ("webhooks", f"https://[bad/{SECRET}"),
        ("webhooks", SECRET),
        ("public_url", SECRET),
        ("public_url", f"{SECRET}.example.com"),
        ("public_url", f"{SECRET}.example.com:8080"),
        ("public_url", f"ftp://{SECRET}.example.com"),
        ("public_url", f"https://{SECRET} example.com"),
        ("webhooks", f"https://ann:{SECRET} word@hub.example/x"),
        ("public_url", f"https:///{SECRET}"),
        ("tenants", {"acme": {"webhooks": (f"{SECRET}.example/x",)}}),
        ("tenants", {"acme": {"webhook": (f"https://{SECRET}.example/x",)}}),
        ("result_store", f"s3://key:{SECRET}@bucket"),
        ("result_store", f"az://container?sig={SECRET}"),
        ("result_store", f"https://store.example/{SECRET}"),
        ("result_store", f"{SECRET}/results"),
        ("result_store", f"~/{SECRET}"),
        ("database_url", f"sqlite:///{SECRET}/objects.db"),
        ("jobs_database_url", f"sqlite://{SECRET}/jobs.db"),
        ("jobs_database_url", f"sqlite:///file:{SECRET}?uri=true"),
    ],
)
def test_a_wrong_address_is_named_and_not_repeated(tmp_path, name, value):
    with pytest.raises(BadSetting, match=name.upper()) as raised:
        load_settings(home=tmp_path, **{name: value})
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database_url", "postgresql+psycopg://ann:p%40ss@db.example:5432/x"),
        ("database_url", "postgresql://ann:p/a#ss@db/x"),
        ("database_url", "postgresql://ann@[::1]:5432/x"),
        ("database_url", "postgresql:///x?host=/run/pg&user=a@b"),
        ("database_url", "sqlite:////srv/a@b c/objects.db"),
        ("webhooks", ("https://hub.example:8443/x?y=z", "http://127.0.0.1:9/")),
        ("public_url", ""),
        ("public_url", "https://sheets.example.com/exports/"),
        ("public_url", "http://[::1]:9095"),
        ("result_store", "gs://bucket/prefix"),
        ("result_store", "/srv/results"),
    ],
)
def test_a_right_address_is_taken_as_it_is(tmp_path, name, value):
    assert getattr(load_settings(home=tmp_path, **{name: value}), name) == value


@pytest.mark.parametrize("short", ["postgres", "postgres+psycopg"])
@pytest.mark.parametrize("name", ["database_url", "jobs_database_url"])
def test_the_short_name_of_postgresql_is_taken_for_the_full_one(tmp_path, name, short):
    """As services that rent databases write it: SQLAlchemy would know no dialect of that name."""
    address = "://ann:postgres@db.example/postgres"
    read = getattr(load_settings(home=tmp_path, **{name: short + address}), name)
    assert read == short.replace("postgres", "postgresql") + address


def test_jobs_lie_beside_the_objects_also_under_the_short_name(tmp_path):
    settings = load_settings(home=tmp_path, database_url="postgres://ann@db/x")
    assert settings.jobs_url == settings.objects_url
