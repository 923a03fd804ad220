"""For gRPC servers, of threads and of asyncio.

    grpc.server(pool, interceptors=[MayflyInterceptor(verifier)])
    grpc.aio.server(interceptors=[AsyncMayflyInterceptor(verifier)])

The token is in the metadata, ``authorization: Bearer …``. Calls without a good one end with
``UNAUTHENTICATED``, those that ``@requires`` denies with ``PERMISSION_DENIED``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextvars import Context, copy_context
from inspect import isasyncgenfunction
from typing import Any

import grpc
import grpc.aio

from mayfly.context import acting_as, set_authority
from mayfly.errors import AccessDeniedError
from mayfly.middleware import bearer
from mayfly.verification.chain import VerifiedToken
from mayfly.verification.verifier import Verdict, Verifier

_NOT_NOW = ("REVOCATIONS_STALE", "BROKER_UNREACHABLE")


class MayflyInterceptor(grpc.ServerInterceptor):  # type: ignore[misc]
    """Verifies the token of each call. Methods in ``exempt``, as ``/package.Service/Method``, need
    none. Behind it ``current_authority()`` is the ``VerifiedToken``."""

    def __init__(self, verifier: Verifier, *, exempt: Iterable[str] = ()) -> None:
        self._verifier = verifier
        self._exempt = frozenset(exempt)

    def intercept_service(
        self, continuation: Callable[[Any], Any], handler_call_details: Any
    ) -> Any:
        """Of ``grpc.ServerInterceptor``."""
        handler = continuation(handler_call_details)
        if handler is None or handler_call_details.method in self._exempt:
            return handler
        behavior = _behavior(handler)

        def once(request: Any, context: Any) -> Any:
            own = self._authenticated(context)
            try:
                return own.run(behavior, request, context)
            except AccessDeniedError as error:
                return context.abort(grpc.StatusCode.PERMISSION_DENIED, error.message)

        def stream(request: Any, context: Any) -> Iterator[Any]:
            own = self._authenticated(context)
            try:
                yield from bearer.confined(own, iter(own.run(behavior, request, context)))
            except AccessDeniedError as error:
                context.abort(grpc.StatusCode.PERMISSION_DENIED, error.message)

        return _handler(handler, stream if handler.response_streaming else once)

    def _authenticated(self, context: Any) -> Context:
        """A context in which the holder of the call's token acts; ends the call where there is
        none."""
        text = _bearer_token(context)
        if text is None:
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "no bearer token")
        verdict = self._verifier.check(str(text))
        if not verdict:
            context.abort(*_status(verdict))
        own = copy_context()
        own.run(set_authority, verdict.unwrap())
        return own


class AsyncMayflyInterceptor(grpc.aio.ServerInterceptor):  # type: ignore[misc]
    """The same for ``grpc.aio``."""

    def __init__(self, verifier: Verifier, *, exempt: Iterable[str] = ()) -> None:
        self._verifier = verifier
        self._exempt = frozenset(exempt)

    async def intercept_service(
        self, continuation: Callable[[Any], Awaitable[Any]], handler_call_details: Any
    ) -> Any:
        """Of ``grpc.aio.ServerInterceptor``."""
        handler = await continuation(handler_call_details)
        if handler is None or handler_call_details.method in self._exempt:
            return handler
        behavior = _behavior(handler)

        async def once(request: Any, context: Any) -> Any:
            with acting_as(await self._authenticated(context)):
                try:
                    return await behavior(request, context)
                except AccessDeniedError as error:
                    return await context.abort(grpc.StatusCode.PERMISSION_DENIED, error.message)

        async def stream(request: Any, context: Any) -> AsyncIterator[Any]:
            # The call's task is its own: nothing has to be put back.
            set_authority(await self._authenticated(context))
            try:
                if isasyncgenfunction(behavior):
                    async for element in behavior(request, context):
                        yield element
                else:
                    # It writes to the context by itself.
                    await behavior(request, context)
            except AccessDeniedError as error:
                await context.abort(grpc.StatusCode.PERMISSION_DENIED, error.message)

        return _handler(handler, stream if handler.response_streaming else once)

    async def _authenticated(self, context: Any) -> VerifiedToken:
        text = _bearer_token(context)
        if text is None:
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, "no bearer token")
        verdict = await self._verifier.check_async(str(text))
        if not verdict:
            await context.abort(*_status(verdict))
        return verdict.unwrap()


def _bearer_token(context: Any) -> str | None:
    metadata = context.invocation_metadata() or ()
    return bearer.bearer_token([value for name, value in metadata if name == "authorization"])


def _status(verdict: Verdict) -> tuple[Any, str]:
    """As for HTTP: not why."""
    if verdict.reason in _NOT_NOW:
        return grpc.StatusCode.UNAVAILABLE, "tokens cannot be verified just now"
    return grpc.StatusCode.UNAUTHENTICATED, "the token is not valid"


def _behavior(handler: Any) -> Any:
    if handler.request_streaming:
        return handler.stream_stream if handler.response_streaming else handler.stream_unary
    return handler.unary_stream if handler.response_streaming else handler.unary_unary


def _handler(handler: Any, behavior: Any) -> Any:
    """The same handler with another behaviour."""
    if handler.request_streaming:
        make = (
            grpc.stream_stream_rpc_method_handler
            if handler.response_streaming
            else grpc.stream_unary_rpc_method_handler
        )
    else:
        make = (
            grpc.unary_stream_rpc_method_handler
            if handler.response_streaming
            else grpc.unary_unary_rpc_method_handler
        )
    return make(behavior, handler.request_deserializer, handler.response_serializer)
