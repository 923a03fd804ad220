"""For Flask and other WSGI applications.

install(app, Verifier.connect(), exempt=["/health"])        # Flask

@app.get("/customers/<customer_id>")
@requires("read:data:customer-{customer_id}")
def customer(customer_id): ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextvars import Context, copy_context
from typing import Any

from mayfly.context import set_authority
from mayfly.errors import AccessDeniedError
from mayfly.middleware import bearer
from mayfly.verification.verifier import Verifier

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

_KEY = "mayfly.token"


class MayflyMiddleware:
    """Answers 401 without a good token, and 403 where the application raises what ``@requires``
    raises.

    Behind it ``current_authority()`` and ``environ["mayfly.token"]`` are the ``VerifiedToken``.
    Paths in ``exempt`` need none.
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

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Of WSGI (PEP 3333)."""
        if environ.get("PATH_INFO", "") in self._exempt:
            return self._app(environ, start_response)
        header = environ.get("HTTP_AUTHORIZATION")
        text = bearer.bearer_token([header] if header else [])
        if text is None:
            return _refuse(start_response, bearer.no_token(self._realm))
        verdict = self._verifier.check(text)
        if not verdict or verdict.token is None:
            return _refuse(start_response, bearer.not_verified(verdict, self._realm))
        environ[_KEY] = verdict.token
        # The thread serves somebody else next.
        context = copy_context()
        context.run(set_authority, verdict.token)
        try:
            return _Body(context, context.run(self._app, environ, start_response))
        except AccessDeniedError as error:
            return _refuse(start_response, bearer.denied(error, self._realm))


class _Body:
    """The application's answer, produced in its request's context."""

    def __init__(self, context: Context, body: Iterable[bytes]) -> None:
        self._context = context
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        return bearer.confined(self._context, iter(self._body))

    def close(self) -> None:
        """Of WSGI: the answer was sent, or nobody wants it."""
        close = getattr(self._body, "close", None)
        if close is not None:
            self._context.run(close)


def install(
    flask: Any, verifier: Verifier, *, exempt: Iterable[str] = (), realm: str = "mayfly"
) -> None:
    """Puts the middleware around a Flask application, which would else answer a denial with 500."""
    flask.wsgi_app = MayflyMiddleware(flask.wsgi_app, verifier, exempt=exempt, realm=realm)

    def forbidden(error: AccessDeniedError) -> tuple[bytes, int, list[tuple[str, str]]]:
        refusal = bearer.denied(error, realm)
        return refusal.body, refusal.status, list(refusal.headers)

    flask.register_error_handler(AccessDeniedError, forbidden)


def _refuse(start_response: Callable[..., Any], refusal: bearer.HTTPRefusal) -> Iterable[bytes]:
    start_response(f"{refusal.status} {refusal.phrase}", list(refusal.headers))
    return [refusal.body]
