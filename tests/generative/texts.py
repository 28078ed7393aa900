"""Texts and names that programs trip over: markup, formulas, patterns, paths, dates at the edges, look-alikes."""

import random
from collections.abc import Sequence

HARMLESS = ("new", "errored", "listedSuccess", "completed", "shop one", "0", "1", "Äpfel", "plum")
DANGEROUS = (
    "", " ", "  two  ", "\t", "\r", "\n", "\r\n", "a\r\nb", "a\rb", " lead", "trail ", "\xa0", "\u2028", "\ufeff", "\u200b",
    "a||b", "||", "a>>b", ">>", "x||", "||y", "a,b", 'say "so"', '"', "'", ";", "a;b|c", "`", "\\", "\\n", "''=1", "'=1", "'",
    "=1+1", "=cmd|' /C calc'!A0", "+1", "-1", "-1.5", "-1e5", "-a", "@SUM(A1)", "\t=1", "\r=1", "-", "+", "=", "'-1", "--1",
    "<r>&</r>", "\ufdd00\ufdd0",
    "<b>&amp;</b>", "&", "<", ">", "]]>", "<![CDATA[x]]>", "<?xml?>", "&#13;", "&lt;", "<!--", "-->", "<is><t>x</t></is>",
    "_x0041_", "_x000D_", "_x005F_x0041_", "_x0041", "_xD800_", "_X0041_", "x0041_", "_x0041_x0042_", "__x0041__", "_xFFFE_",
    "\x01", "\x0b", "\x1f", "\x7f", "\x85", "a\x01_x0041\x02", "\ufffe", "\uffff", "\U0001ffff", "\ufdd0", "😀", "é", "é",
    "NaN", "nan", "Infinity", "-inf", "null", "None", "true", "TRUE", "N/A", "#N/A", "#REF!", "1E5", "1e400", "007", "0x1F",
    "12345678901234567890", "9007199254740993", "0.1", "1.0", "1,5", ".5", "5.", "1_000", "٣", "½", "10%", "$5", "1/2", "3-4",
    "http://plum.example/a?b=c&d", "mailto:x@plum.example", "file:///etc/x", "\\\\host\\x", "../../x", "C:\\x", "con",
    "internal:A1", "Robert'); DROP TABLE document;--", "' OR '1'='1", "%s", "%(a)s", ":a", "?", "$1", "{}", "${x}", "{{x}}",
    "{0}", "%", "_", "*", "[a-z]", "İ", "ı", "K", "Å", "ß", "ẞ", "ς", "Σ", "ﬁ", "DŽ", "a̐", "שלום", "\u202eabc", "漢字", "𠀀",
)  # fmt: skip
INSTANTS = (
    "2019-12-17T21:06:46.521-0600", "2019-12-17T21:06:46.521Z", "2019-12-17", "2019-12-17 21:06",
    "2019-12-17T21:06:46,5219+05:30", "2024-02-29T23:59:59.999Z", "2023-02-29", "2019-13-01", "2019-12-17T24:00:00Z",
    "2019-12-17T21:06:46.999999999Z", "soon", "now", "1850-01-01T00:00:00Z", "1899-12-30", "1899-12-31T23:59:59.999Z",
    "1900-01-01", "1900-01-01T00:00:00.001Z", "1900-02-28T23:59Z", "1900-02-29", "1900-03-01", "1900-02-28T23:59:59.999Z",
    "1900-03-01T00:00:00.001Z", "1904-01-01", "0001-01-01", "0001-01-01T00:00:00+2359", "9999-12-31T23:59:59.999Z",
    "9999-12-31T23:59:59.999-1200", "9999-12-31T12:00:00Z", "9999-12-31T00:00:00+1400", "10000-01-01",
    "2021-03-28T00:59:59.999Z", "2021-03-28T01:00:00Z", "2021-10-31T00:30:00Z", "2021-10-31T01:30:00Z",
    "2021-03-14T06:59:59.999Z", "2021-03-14T07:00:00Z", "2021-11-07T05:30:00Z", "2021-11-07T06:30:00Z",
    "2011-12-30T09:59:59.999Z", "2011-12-30T10:00:00.000Z", "1969-12-31T23:59:59.999Z", "1970-01-01",
    "1970-01-01T00:00:00.001Z", "1893-04-01", "1916-04-30T22:00Z", "2038-01-19T03:14:08Z", "2050-07-01T12:00:00.123Z",
    "2099-10-25T01:30:00Z", "3000-01-01T00:00:00.007Z", " 2019-12-17 ", "2019-12-17T21:06:46.5+00",
)  # fmt: skip
"""The edges of calendars, of spreadsheets and of summer time, and texts that only look like dates."""

NAMES = (
    "retryCount", "RetryCount", "RETRYCOUNT", "note", "Note", "Größe", "GRÖSSE", "größe", "id", "ID", "Id", "Action",
    "action", "Type", "type", "Name", "name", "tenant", "row", "Row", "entry", "details", "fingerprint", "Fingerprint",
    "#row", "#id", "#column", "#place", "#read note",
    "loaded_ms", "document", "#text", "#fingerprint", "properties.note", "attributes.note", "Properties.retryCount",
    "attributes.attributes.x", "properties.", "note#text", "createdDate#text", "createdDate_ms", "Created Date", "Channel Id",
    "channel id", "Item State", "itemstate ", " itemState", "item_state", "item-state", "a>>b", "a>>", ">>b", ">>", "a>>b>>c",
    "A>>B", "a||b", "||", "validationError>>sno", "ValidationError>>Other", "validationerror>>error", "*", "^a$", "^.*$", "^",
    "$", "(?i)a", ".*", "a.b", "a[0]", "$.a", "$", '"', "\\", '\\"', "'", "a'b", 'a"b', "['a']", "a b", "#", "%", "_",
    '"); DROP TABLE document;--', "'||", "' --", ":a", "%(a)s", "%s", "?", "$1", "{}", "{0}", "{a}", "<x>&</x>", "]]>",
    "&amp;", "_x0041_", "=1+1", "+a", "-a", "-5", "@a", "'=a", "\t", "\n", "a\r\nb", "a,b", "a;b", " ", "", "\xa0", "\x01",
    "\ufffe", "\uffff", "😀", "null", "true", "0", "1", "1e5", "NaN", "__index_level_0__", "index", "key", "value", "n", "v",
    "p", "i", "f", "İ", "ı", "K", "ß", "Σ", "ς", "values", "group", "locale", "data", "long " * 60,
)  # fmt: skip
"""Names of properties and attributes that mean something to somebody else."""

TYPE_NAMES = (
    "connectorstate", "ConnectorState", "batchRun", "batch_run", "BATCHRUN", "batch run", "a/b:c*?[]", "a b c", "History",
    "help", "Summary", "validation errors", "model", "Reference Data", '<x>&\'"', "'quoted'", "=1+1",
    "t" * 40, "t" * 39 + "u", "Größe", "../../etc", "%s", "😀" * 20, ">>", "||", "a,b", "CON",
    "x.csv", "_x0041_", "Sheet1", "\x01", "type", "İ",
)  # fmt: skip


def a_text(rng: random.Random) -> str:
    """One text of any kind; now and then a long one."""
    kind = rng.random()
    if kind < 0.35:
        return rng.choice(HARMLESS)
    if kind < 0.7:
        return rng.choice(DANGEROUS)
    if kind < 0.85:
        return rng.choice(INSTANTS)
    if kind < 0.9:
        return rng.choice(DANGEROUS) + rng.choice(DANGEROUS)
    if kind < 0.998:
        return "".join(a_character(rng) for _ in range(rng.randrange(1, 12)))
    return rng.choice(("x", "\U0001f600", "&", "é", "ab ")) * rng.choice((16_384, 32_767, 32_768, 40_000))


def a_character(rng: random.Random) -> str:
    """Any character that a database can hold."""
    code = rng.choice((rng.randrange(1, 0x80), rng.randrange(0x80, 0x3000), rng.randrange(0xE000, 0x11_0000)))
    return chr(code)


def a_name(rng: random.Random, known: Sequence[str]) -> str:
    """A name, of `known` ones more often than not, sometimes in another spelling."""
    name = rng.choice(known) if rng.random() < 0.6 else rng.choice(NAMES)
    return rng.choice((name, name, name, name.upper(), name.lower(), name.swapcase()))
