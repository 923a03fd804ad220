"""Scopes: ``action:resource:identifier`` (proto/PROTOCOL.md, "Messages")."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

MAXIMUM_BYTES = 256
MAXIMUM_COUNT = 32

WORD_PATTERN = r"[A-Za-z0-9._-]+"
# Printable ASCII without space, quote, backslash and comma.
IDENTIFIER_PATTERN = r"[!#-+\--\[\]-~]+"

_SCOPE = re.compile(rf"({WORD_PATTERN}):({WORD_PATTERN}):({IDENTIFIER_PATTERN})")


def is_scope(text: str) -> bool:
    """Whether a text is a scope of at most 256 bytes."""
    return len(text) <= MAXIMUM_BYTES and _SCOPE.fullmatch(text) is not None


def covers(held: str, wanted: str) -> bool:
    """Whether holding a scope is enough for a wanted one: they are equal, or the held identifier is
    ``*`` and action and resource are equal. ``*:*:*`` is no superuser."""
    if held == wanted:
        return True
    # "read:data:*" covers what begins with "read:data:"; no action or resource has a colon.
    if not held.endswith(":*") or held.count(":") != 2:
        return False
    return wanted.startswith(held[:-1]) and len(wanted) >= len(held)


def all_covered(wanted: Iterable[str], held: Collection[str]) -> bool:
    """Whether each of the wanted scopes is covered by one of those held."""
    for scope in wanted:
        if scope in held:
            continue
        for have in held:
            if covers(have, scope):
                break
        else:
            return False
    return True


def scope_list(scope: str | Iterable[str]) -> list[str]:
    """One scope or several, as a list; a text is one scope, not its characters. Whether they are
    scopes the broker says."""
    return [scope] if isinstance(scope, str) else list(scope)
