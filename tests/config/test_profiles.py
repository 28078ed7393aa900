"""Which profile a request means."""

import pytest

from config.profiles import DEFAULT_PROFILE, check_profile, resolve_profile
from contract.errors import UnknownFormat, UnknownProfile
from contract.request import ProfileChoice


def by_context(**context):
    return resolve_profile(ProfileChoice(contexts=(context,)))


def test_without_a_choice_it_is_the_workbook():
    assert resolve_profile(ProfileChoice()) is DEFAULT_PROFILE
    assert DEFAULT_PROFILE.format == "excel"


@pytest.mark.parametrize(
    ("name", "made"), [("downloadDataExcelJob", "excel"), ("DOWNLOADDATAJSONJOB", "json"), ("downloadDataDSV", "csv")]
)
def test_a_profile_is_chosen_by_its_name_without_case(name, made):
    assert resolve_profile(ProfileChoice(names=(name,))).format == made


@pytest.mark.parametrize(
    ("word", "made"),
    [
        ("Excel", "excel"),
        ("GENERIC_OBJECT_EXCEL", "excel"),
        ("ServiceDataExcel", "excel"),
        ("json", "json"),
        ("DSV", "csv"),
        ("CSV", "csv"),
        ("PARQUET", "parquet"),
    ],
)
def test_every_word_that_clients_use_for_a_format_is_known(word, made):
    assert by_context(service="ENTITY_EXPORT", channel="JOB", format=word).format == made


def test_the_most_specific_profile_wins():
    assert by_context(format="CSV").bom
    assert not by_context(format="CSV", subtype="System").bom


def test_a_format_that_is_not_configured_is_named_with_its_path():
    with pytest.raises(UnknownFormat, match="PDF") as caught:
        by_context(format="PDF")
    assert caught.value.path == "params.rsconnect.profilecontexts[0].format"


def test_a_name_that_is_not_configured_is_named_with_its_path():
    with pytest.raises(UnknownProfile, match="downloadAll") as caught:
        resolve_profile(ProfileChoice(names=("downloadAll",)))
    assert caught.value.path == "params.rsconnect.profiles[0]"


def test_each_name_and_each_format_must_be_configured_also_where_another_one_is_chosen():
    names, pdf = ("downloadDataDSV", "downloadAll"), {"format": "PDF"}
    with pytest.raises(UnknownProfile) as unknown_name:
        resolve_profile(ProfileChoice(names=names))
    assert unknown_name.value.path == "params.rsconnect.profiles[1]"
    with pytest.raises(UnknownFormat) as unknown_format:
        resolve_profile(ProfileChoice(names=names[:1], contexts=({"format": "Excel"}, pdf)))
    assert unknown_format.value.path == "params.rsconnect.profilecontexts[1].format"


@pytest.mark.parametrize(
    ("names", "contexts", "not_followed"),
    [
        (["downloadDataDSV", "DownloadDataDSV"], [{"format": "CSV"}, {"service": "ENTITY_EXPORT"}], []),
        (["downloadDataDSV", "downloadDataJSONJob"], [], ["profiles[1]"]),
        (["downloadDataJSONJob"], [{"format": "Excel"}, {"format": "JSON"}], ["profilecontexts[0].format"]),
        ([], [{"format": "Excel"}, {"format": "ServiceDataExcel"}, {"format": "JSON"}], ["profilecontexts[2].format"]),
        ([], [{"format": "JSON"}, {"format": "CSV", "subtype": "system"}], ["profilecontexts[0].format"]),
    ],
)
def test_what_is_not_followed_is_named(names, contexts, not_followed):
    choice = ProfileChoice(names=tuple(names), contexts=tuple(contexts))
    assert check_profile(choice) == [f"params.rsconnect.{place}" for place in not_followed]
