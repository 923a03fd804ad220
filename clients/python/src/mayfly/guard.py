"""``@requires``: a function that is only for whoever holds a scope."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar, cast

from mayfly.context import current_authority
from mayfly.errors import AccessDeniedError, InvalidRequestError
from mayfly.scopes import is_scope

Parameters = ParamSpec("Parameters")
Returned = TypeVar("Returned")

_PLACE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True)
class ScopeTemplate:
    """A scope with places for a call's arguments, as ``read:data:{customer_id}``.

    An argument fills its own part and no other: a colon in an action or a resource, or anything
    that no scope may hold, is refused, so that no argument names a scope of another kind. An
    argument ``*`` asks for all, which only who holds all may.
    """

    text: str
    # Action, resource and identifier, each as a template.
    parts: tuple[str, str, str]
    names: frozenset[str]

    @classmethod
    def parse(cls, text: str) -> ScopeTemplate:
        """Raises ``InvalidRequestError`` for what becomes no scope whatever the arguments are."""
        parts = text.split(":", 2)
        filled = _PLACE.sub("x", text)
        # A brace may stand in an identifier, but here it is a place that was mistyped.
        if len(parts) != 3 or not is_scope(filled) or "{" in filled or "}" in filled:
            raise InvalidRequestError(f"not a scope with places for arguments: {text!r}")
        return cls(text, (parts[0], parts[1], parts[2]), frozenset(_PLACE.findall(text)))

    def fill(self, arguments: Mapping[str, object]) -> str:
        """The scope for a call; raises ``AccessDeniedError`` where the arguments make none."""
        if not self.names:
            return self.text
        action, resource, identifier = (
            _PLACE.sub(lambda place: str(arguments[place[1]]), part) for part in self.parts
        )
        scope = f"{action}:{resource}:{identifier}"
        if ":" in action or ":" in resource or not is_scope(scope):
            raise AccessDeniedError("INVALID_SCOPE", f"no scope comes of {self.text}", self.text)
        return scope


def check(*scopes: str) -> None:
    """Raises ``AccessDeniedError`` unless somebody acts here whose scope covers all of these."""
    authority = current_authority()
    for scope in scopes:
        if authority.allows(scope):
            continue
        if getattr(authority, "is_released", False):
            raise AccessDeniedError("RELEASED", f"{authority.agent_id} was released", scope)
        raise AccessDeniedError(
            "SCOPE_VIOLATION", f"{authority.agent_id} does not hold {scope}", scope
        )


def requires(
    *scopes: str,
) -> Callable[[Callable[Parameters, Returned]], Callable[Parameters, Returned]]:
    """Lets a function be called only by whoever holds these scopes, checked before it begins.

        @requires("read:data:{customer_id}")
        def lookup_billing(customer_id: str) -> Bill: ...

    Names in braces are the function's parameters. Who acts is the agent of the surrounding
    ``app.agent(…)`` or ``acting_as(…)`` block, or the holder of the request's token behind one of
    the middlewares. For coroutine functions and generators too. A refusal is ``AccessDeniedError``.
    """
    templates = [ScopeTemplate.parse(scope) for scope in scopes]
    if not templates:
        raise InvalidRequestError("name at least one scope")

    def decorate(function: Callable[Parameters, Returned]) -> Callable[Parameters, Returned]:
        signature = inspect.signature(function)
        wanted = frozenset[str]().union(*(template.names for template in templates))
        unknown = wanted - signature.parameters.keys()
        if unknown:
            raise InvalidRequestError(f"{function!r} has no parameter {sorted(unknown)}")

        def check_call(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
            arguments: Mapping[str, object] = {}
            if wanted:
                bound = signature.bind(*args, **kwargs)
                bound.apply_defaults()
                arguments = bound.arguments
            check(*(template.fill(arguments) for template in templates))

        if inspect.iscoroutinefunction(function):
            coroutine = cast("Callable[Parameters, Awaitable[Any]]", function)

            @functools.wraps(function)
            async def asynchronous(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Any:
                check_call(args, kwargs)
                return await coroutine(*args, **kwargs)

            return cast("Callable[Parameters, Returned]", asynchronous)

        @functools.wraps(function)
        def blocking(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Returned:
            check_call(args, kwargs)
            return function(*args, **kwargs)

        return blocking

    return decorate
