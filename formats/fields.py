"""Names of fields, of tables on disk and of their batches, that stand beside those of the columns."""

OWN = "#"
"""Begins all of them, those of single steps too, and no column's name (see `formats.headers.flat_name`)."""

EXACT_TEXT = "#text"
"""Ends the field name of the texts that stand for values of a column: on disk for what is no instant."""

FINGERPRINT = "#fingerprint"
"""The field name of a table's fingerprints: texts that tell the versions of each object apart."""
