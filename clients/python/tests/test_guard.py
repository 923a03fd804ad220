"""Who acts, and what they may."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import threading

import pytest

from mayfly import (
    AccessDeniedError,
    InvalidRequestError,
    acting_as,
    check,
    covers,
    current_authority,
    is_scope,
    requires,
)


class Holder:
    agent_id = "spiffe://mayfly.local/agent/o/t/0000000000000000"

    def __init__(self, *scope: str) -> None:
        self.scope = scope

    def allows(self, scope: str) -> bool:
        return any(covers(held, scope) for held in self.scope)


@requires("read:data:customer-{customer_id}")
def lookup(customer_id: str, limit: int = 5) -> str:
    """Looks something up."""
    return f"{customer_id}:{limit}"


def refused(call: object, *args: object, **kwargs: object) -> str:
    with pytest.raises(AccessDeniedError) as caught:
        call(*args, **kwargs)  # type: ignore[operator]
    return caught.value.reason


def test_a_tool_is_for_who_holds_the_scope() -> None:
    assert refused(lookup, "1") == "NO_AUTHORITY"
    with acting_as(Holder("read:data:customer-1")) as holder:
        assert current_authority() is holder
        assert lookup("1") == "1:5"
        assert lookup(customer_id="1", limit=2) == "1:2"
        assert refused(lookup, "2") == "SCOPE_VIOLATION"
        # Wrong arguments are the caller's mistake, as without the guard.
        with pytest.raises(TypeError):
            lookup()  # type: ignore[call-arg]
    assert refused(lookup, "1") == "NO_AUTHORITY"


def test_the_function_stays_what_it_was() -> None:
    assert lookup.__name__ == "lookup"
    assert lookup.__doc__ == "Looks something up."
    assert list(inspect.signature(lookup).parameters) == ["customer_id", "limit"]


@pytest.mark.parametrize("value", ["a b", 'a"b', "", "a,b", "é", "a\n", "\\"])
def test_an_argument_that_makes_no_scope(value: str) -> None:
    @requires("read:data:{name}")
    def tool(name: str) -> None: ...

    with acting_as(Holder("read:data:*")):
        assert refused(tool, value) == "INVALID_SCOPE"


def test_an_argument_fills_its_own_part_only() -> None:
    @requires("read:{kind}:all")
    def tool(kind: str) -> None: ...

    with acting_as(Holder("read:data:all", "read:data:x:all")):
        tool("data")
        assert refused(tool, "data:x") == "INVALID_SCOPE"
        assert refused(tool, "*") == "INVALID_SCOPE"


def test_a_star_asks_for_all() -> None:
    with acting_as(Holder("read:data:customer-1")):
        assert refused(lookup, "*") == "SCOPE_VIOLATION"
    with acting_as(Holder("read:data:*")):
        assert lookup("1") == "1:5"


def test_several_scopes_and_other_types() -> None:
    @requires("read:data:{number}", "write:log:x")
    def tool(number: int) -> int:
        return number

    with acting_as(Holder("read:data:7", "write:log:*")):
        assert tool(7) == 7
    with acting_as(Holder("read:data:7")):
        assert refused(tool, 7) == "SCOPE_VIOLATION"


@pytest.mark.parametrize("scope", ["read:data", "read:data:{missing}", "read:data:{}", "a b:c:d"])
def test_a_mistake_shows_at_once(scope: str) -> None:
    with pytest.raises(InvalidRequestError):

        @requires(scope)
        def tool(name: str) -> None: ...

    with pytest.raises(InvalidRequestError):
        requires()


def test_coroutines_and_methods() -> None:
    class Tools:
        @requires("read:data:{name}")
        async def read(self, name: str) -> str:
            await asyncio.sleep(0)
            check(f"read:data:{name}")
            return name

    async def main() -> None:
        with acting_as(Holder("read:data:x")):
            assert await Tools().read("x") == "x"
            assert await asyncio.create_task(Tools().read("x")) == "x"
            assert await asyncio.to_thread(current_authority)
            with pytest.raises(AccessDeniedError):
                await Tools().read("y")

    asyncio.run(main())
    assert inspect.iscoroutinefunction(Tools.read)


def test_tasks_do_not_see_each_other() -> None:
    async def act(name: str) -> None:
        with acting_as(Holder(f"read:data:{name}")):
            for _ in range(3):
                await asyncio.sleep(0)
                check(f"read:data:{name}")

    async def main() -> None:
        await asyncio.gather(*(act(str(number)) for number in range(10)))

    asyncio.run(main())


def test_a_thread_acts_for_nobody_unless_told() -> None:
    found: list[bool] = []

    def look() -> None:
        try:
            found.append(bool(current_authority()))
        except AccessDeniedError:
            found.append(False)

    with acting_as(Holder("read:data:x")):
        threads = [
            threading.Thread(target=look),
            threading.Thread(target=contextvars.copy_context().run, args=(look,)),
        ]
    for thread in threads:
        thread.start()
        thread.join()
    assert found == [False, True]


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("read:data:x", True), ("read:data:a:b", True), ("read:data:*", True), ("r:d:~!#[]", True),
        ("read:data:", False), (":data:x", False), ("read:da ta:x", False),
        ("read:data:a,b", False),
        ("read:data:" + "x" * 246, True), ("read:data:" + "x" * 247, False), ("", False),
        ('read:data:"', False), ("read:data:\\", False), ("read:data:é", False),
    ],
)  # fmt: skip
def test_scopes(text: str, is_one: bool) -> None:
    assert is_scope(text) is is_one
