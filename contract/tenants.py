"""What a tenant may be called: its name stands in addresses and in names of folders."""

import re

RULE = "letters, digits, '.', '_' and '-' only, at most 100, not beginning with '.' or '-'"
"""The rule, for people."""

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")


def is_tenant_name(text: str) -> bool:
    """Whether a tenant may be called so."""
    return _NAME.fullmatch(text) is not None
