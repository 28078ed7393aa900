"""What the command line says of errors and warnings."""

import pytest

from cli.client import Refused
from cli.console import show_error, show_warnings
from contract.errors import DownloadDamaged, InvalidRequest, OutOfRange, UnsafeFileName
from contract.warnings import CHANGES_SINCE, WARNINGS

SCALE = OutOfRange(path="params.options.maxRecords", value=0, allowed="1 to 9")


def said(capsys):
    told = capsys.readouterr()
    assert told.out == ""
    return told.err.splitlines()


def test_an_error_is_followed_by_what_to_do(capsys):
    show_error(DownloadDamaged(name="a.xlsx", detail="cut"))
    assert said(capsys) == ["Error SSH5044: a.xlsx did not arrive whole: cut; nothing was saved", DownloadDamaged.advice]


def test_mistakes_are_listed_with_what_to_do_about_each_kind_of_them(capsys):
    name = UnsafeFileName(path="fileName", name="a/b", reason="it holds /")
    show_error(InvalidRequest([SCALE, name, SCALE]))
    lines = said(capsys)
    assert lines[0] == "Error SSH4000: the request has 3 mistakes"
    assert [line.split(":")[0] for line in lines[1:4]] == [
        "  params.options.maxRecords",
        "  fileName",
        "  params.options.maxRecords",
    ]
    assert lines[4:] == [OutOfRange.advice, UnsafeFileName.advice]


@pytest.mark.parametrize(("mistakes", "code"), [((), "SSH4009"), ((("a", "b", "SSH4009"),), "SSH4000")])
def test_the_same_is_said_of_an_answer_of_the_api(capsys, mistakes, code):
    show_error(Refused(code, "0 is out of range", mistakes))
    assert said(capsys)[-1] == OutOfRange.advice


def test_of_a_code_that_a_newer_service_has_nothing_is_made_up(capsys):
    show_error(Refused("SSH9999", "News"))
    assert said(capsys) == ["Error SSH9999: News"]


def test_a_warning_is_followed_by_what_to_do(capsys):
    show_warnings([{"code": CHANGES_SINCE, "message": "Only what changed"}, {"code": "SSH9998", "message": "News"}])
    advice = WARNINGS[CHANGES_SINCE].advice
    assert said(capsys) == [f"Warning {CHANGES_SINCE}: Only what changed", advice, "Warning SSH9998: News"]
