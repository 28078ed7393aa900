"""Names of fields in tables on disk that stand beside those of the columns."""

EXACT_TEXT = "#text"
"""Ends the field name of an INSTANT column's texts that are no instant."""

FINGERPRINT = "#fingerprint"
"""The field name of a table's fingerprints: texts that tell the versions of each object apart."""
