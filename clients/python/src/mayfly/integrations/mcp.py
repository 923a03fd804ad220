"""For servers of the Model Context Protocol (PyPI mcp).

server = MCPServer(
    "billing",
    token_verifier=MayflyTokenVerifier(verifier, resource=url),
    auth=AuthSettings(issuer_url=url, resource_server_url=url, validate_token_resource=True),
)
server.middleware.append(authority_middleware(verifier, policy))
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mayfly.context import acting_as
from mayfly.integrations.policy import ToolPolicy, ToolRefusal
from mayfly.verification.verifier import Verifier

if TYPE_CHECKING:
    from mcp.server.auth.provider import AccessToken
    from mcp.server.context import (
        CallNext,
        HandlerResult,
        ServerMiddleware,
        ServerRequestContext,
    )

_log = logging.getLogger("mayfly.integrations")

_CALL_TOOL = "tools/call"

# JSON-RPC: the request is well formed, and not for this sender.
_INVALID_REQUEST = -32600


class MayflyTokenVerifier:
    """A ``TokenVerifier`` for MCP servers over HTTP: without a good token a request gets 401.

    In the ``AccessToken`` the agent is the client and the subject, so that a session belongs to the
    agent that opened it. MCP compares ``required_scopes`` letter by letter: name those that every
    token holds just so, and leave the rest to a ``ToolPolicy`` or ``@requires``.
    """

    def __init__(self, verifier: Verifier, *, resource: str | None = None) -> None:
        """``resource`` is this server's own name, which every token must have as an audience, as
        ``AuthSettings.resource_server_url`` has it; None takes tokens for anybody."""
        self._verifier = verifier
        self._resource = resource

    async def verify_token(self, token: str) -> AccessToken | None:
        """Of MCP: what a token says, or None where it is not good at this moment."""
        from mcp.server.auth.provider import AccessToken

        verdict = await self._verifier.check_async(token, audience=self._resource)
        verified = verdict.token
        if not verdict or verified is None:
            agent = verified.agent_id if verified is not None else "?"
            _log.info("refused a token of %s: %s", agent, verdict.reason)
            return None
        return AccessToken(
            token=token,
            client_id=verified.agent_id,
            scopes=list(verified.scope),
            expires_at=verified.expires_at,
            resource=self._resource,
            subject=verified.agent_id,
            claims={"iss": verified.issuer},
        )


def authority_middleware(
    verifier: Verifier, policy: ToolPolicy | None = None
) -> ServerMiddleware[Any]:
    """A middleware for ``MCPServer.middleware`` (mcp 2): the holder of a message's token acts while
    the message is handled, so that ``@requires`` guards tools, resources and prompts.

    The token is looked at once more, because a stream can outlive it. With a ``policy`` tool calls
    are checked before any code of the tool, and a model reads the refusal as the tool's result.
    Over stdio there are no tokens: there the agent acts that acts around ``server.run()``.
    """

    async def middleware(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        from mcp.server.auth.middleware.auth_context import get_access_token

        access = get_access_token()
        if access is None:
            return await _handled(ctx, call_next, policy)
        verdict = await verifier.check_async(access.token)
        if not verdict or verdict.token is None:
            return _refused(ctx, ToolRefusal(verdict.reason or "TOKEN_NOT_VALID"))
        with acting_as(verdict.token):
            return await _handled(ctx, call_next, policy)

    return middleware


async def _handled(
    ctx: ServerRequestContext[Any, Any], call_next: CallNext, policy: ToolPolicy | None
) -> HandlerResult:
    if policy is not None and ctx.method == _CALL_TOOL:
        params: Mapping[str, Any] = ctx.params or {}
        arguments = params.get("arguments")
        refusal = await policy.refusal_async(
            str(params.get("name")), arguments if isinstance(arguments, Mapping) else {}
        )
        if refusal is not None:
            return _refused(ctx, refusal)
    return await call_next(ctx)


def _refused(ctx: ServerRequestContext[Any, Any], refusal: ToolRefusal) -> HandlerResult:
    """A tool's result for a model; for other requests an error, for notifications nothing."""
    if ctx.method == _CALL_TOOL:
        from mcp.types import CallToolResult, TextContent

        return CallToolResult(content=[TextContent(text=refusal.message)], is_error=True)
    from mcp.shared.exceptions import MCPError

    raise MCPError(_INVALID_REQUEST, refusal.message)
