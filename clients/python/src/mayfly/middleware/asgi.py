"""For FastAPI, Starlette and other ASGI applications.

app.add_middleware(MayflyMiddleware, verifier=Verifier.connect(), exempt=["/health"])

@app.get("/customers/{customer_id}")
@requires("read:data:customer-{customer_id}")
def customer(customer_id: str) -> Customer: ...
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from mayfly.context import acting_as
from mayfly.errors import AccessDeniedError
from mayfly.middleware import bearer
from mayfly.verification.verifier import Verifier

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

# RFC 6455: the endpoint does not take what it got.
_POLICY_VIOLATION = 1008


class MayflyMiddleware:
    """Answers 401 without a good token, and 403 where a handler's ``@requires`` denies.

    Behind it ``current_authority()`` and ``scope["state"]["mayfly"]`` (``request.state.mayfly``)
    are the ``VerifiedToken``. Paths in ``exempt`` need none.
    """

    def __init__(
        self,
        app: Application,
        verifier: Verifier,
        *,
        exempt: Iterable[str] = (),
        realm: str = "mayfly",
    ) -> None:
        self._app = app
        self._verifier = verifier
        self._exempt = frozenset(exempt)
        self._realm = realm

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Of ASGI."""
        if scope["type"] not in ("http", "websocket") or scope["path"] in self._exempt:
            await self._app(scope, receive, send)
            return
        values = [
            value.decode("latin-1")
            for name, value in scope["headers"]
            if name.lower() == b"authorization"
        ]
        text = bearer.bearer_token(values)
        if text is None:
            await self._refuse(scope, send, bearer.no_token(self._realm))
            return
        verdict = await self._verifier.check_async(text)
        if not verdict or verdict.token is None:
            await self._refuse(scope, send, bearer.not_verified(verdict, self._realm))
            return
        scope.setdefault("state", {})["mayfly"] = verdict.token
        has_begun = False

        async def send_on(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            with acting_as(verdict.token):
                await self._app(scope, receive, send_on)
        except AccessDeniedError as error:
            if has_begun:
                raise
            await self._refuse(scope, send, bearer.denied(error, self._realm))

    async def _refuse(self, scope: Scope, send: Send, refusal: bearer.HTTPRefusal) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": ""})
            return
        headers = [(name.encode(), value.encode("latin-1")) for name, value in refusal.headers]
        await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
        await send({"type": "http.response.body", "body": refusal.body})
