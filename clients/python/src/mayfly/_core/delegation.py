"""Delegation, as steps for a front to carry out."""

from __future__ import annotations

from collections.abc import Iterable

from mayfly._core import methods
from mayfly._core.calls import Steps, perform, proven
from mayfly._core.hop import Holding, HopDraft, unverified_claims
from mayfly._core.operations import describe, validate
from mayfly._core.requests import AgentFacts
from mayfly._core.session import Session
from mayfly._generated import agents_pb2
from mayfly.errors import InvalidRequestError, OutcomeUnknownError, TokenNotValidError
from mayfly.keys import AgentKey
from mayfly.scopes import scope_list
from mayfly.values import Delegation, Duration, use_limit, whole_seconds


def delegate(
    facts: AgentFacts,
    to: str,
    scope: str | Iterable[str],
    audience: Iterable[str] | None,
    lifetime: Duration | None,
    max_uses: int | None,
    by_reference: bool,
    timeout: float,
) -> Steps[Delegation]:
    """A narrower grant for another live agent, out of a hop that the delegator signs."""
    granted = scope_list(scope)
    named = None if audience is None else list(audience)
    if not granted or named == []:
        raise InvalidRequestError("delegate at least one scope, and audiences or None")
    lifetime_seconds = whole_seconds(lifetime, "a lifetime")
    use_limit(max_uses)
    holding = yield from _holding(facts.token, timeout)
    if not holding.chain and facts.root is None:
        facts.root = (yield from describe(holding.agent_id, timeout)).root
    delegate = yield from describe(to, timeout)
    draft = HopDraft(
        holding=holding,
        root=facts.root,
        key=facts.key,
        delegate_id=delegate.agent_id,
        delegate_key=delegate.public_key,
        scope=granted,
        audience=named,
        lifetime_seconds=lifetime_seconds,
        max_uses=max_uses,
    )

    def build(session: Session) -> bytes:
        return agents_pb2.DelegateRequest(
            token=facts.token, hop=draft.sign(session), by_reference=by_reference
        ).SerializeToString()

    response = yield from perform(
        proven(methods.DELEGATE, agents_pb2.DelegateResponse, build, repeatable=False), timeout
    )
    agent = response.agent
    if not agent.token:
        raise OutcomeUnknownError("the answer names no token")
    return Delegation(agent.agent_id, agent.token, agent.grant_id, agent.expires_at, tuple(granted))


def accept(facts: AgentFacts, token: str, timeout: float) -> Steps[AgentFacts]:
    """The agent as the holder of a token that was delegated to it."""
    accepted = yield from adopt(token, facts.key, timeout)
    if accepted.agent_id != facts.agent_id:
        raise InvalidRequestError(f"the token is for {accepted.agent_id}")
    return accepted


def adopt(token: str, key: AgentKey, timeout: float) -> Steps[AgentFacts]:
    """The agent that a token and its key are, with what the token says of it."""
    holding = yield from _holding(token, timeout)
    scope = tuple(holding.scope)
    return AgentFacts(holding.agent_id, token, holding.grant_id, holding.expires_at, scope, key)


def _holding(token: str, timeout: float) -> Steps[Holding]:
    """What a token says its agent holds; of a token by reference the broker says it."""
    holding = Holding.from_claims(unverified_claims(token))
    if holding is None:
        validation = yield from validate(token, (), None, False, True, timeout)
        if not validation:
            raise TokenNotValidError("UNAUTHENTICATED", "TOKEN_NOT_VALID", "the token is not valid")
        holding = Holding.from_claims(validation.claims)
    if holding is None:
        raise InvalidRequestError("this token's claims cannot be delegated from")
    return holding
