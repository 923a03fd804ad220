"""The client's methods, as steps for a front to carry out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from mayfly._core import methods
from mayfly._core.calls import Proof, Steps, call, perform, proven
from mayfly._core.requests import AgentFacts, AgentRequest, set_longest, spec
from mayfly._core.session import Session
from mayfly._generated import agents_pb2, apps_pb2, grants_pb2, trust_pb2
from mayfly.brokerkeys import BrokerKey, BrokerKeys
from mayfly.errors import InvalidRequestError, OutcomeUnknownError
from mayfly.keys import AgentKey
from mayfly.scopes import scope_list
from mayfly.values import (
    AgentDescription,
    AgentState,
    Duration,
    Grant,
    LaunchToken,
    Validation,
    whole_seconds,
)

MAXIMUM_BATCH = 1024
RENEWAL_ID_BYTES = 16


def _facts(agent: agents_pb2.SpawnedAgent, scope: Iterable[str], key: AgentKey) -> AgentFacts:
    if not agent.token:
        raise OutcomeUnknownError("the answer names no token")
    return AgentFacts(
        agent.agent_id, agent.token, agent.grant_id, agent.expires_at, tuple(scope), key
    )


# MARK: The beginning of an agent


def spawn(request: AgentRequest, timeout: float) -> Steps[AgentFacts]:
    """One grant for a new agent, proven by the agent's own key."""
    agent = spec(request)

    def build(session: Session) -> bytes:
        set_longest(agent, request, session)
        number = session.next_number()
        body = agents_pb2.SpawnBody(proof_seq=number, agent=agent).SerializeToString()
        proof = session.proof(b"spawn", number, body, request.key)
        return agents_pb2.SpawnRequest(body=body, proof=proof).SerializeToString()

    response = yield from perform(
        proven(methods.SPAWN, agents_pb2.SpawnResponse, build, repeatable=False), timeout
    )
    return _facts(response.agent, agent.scope, request.key)


def spawn_batch(
    requests: Sequence[AgentRequest], attestation_key: AgentKey, timeout: float
) -> Steps[list[AgentFacts]]:
    """Grants for many agents, all or none, vouched for by a key registered for the app."""
    _check_batch(requests)
    agents = [spec(request) for request in requests]

    def build(session: Session) -> bytes:
        for agent, request in zip(agents, requests, strict=True):
            set_longest(agent, request, session)
        number = session.next_number()
        body = agents_pb2.SpawnBatchBody(proof_seq=number, agents=agents).SerializeToString()
        return agents_pb2.SpawnBatchRequest(
            body=body,
            proof=session.proof(b"spawn-batch", number, body, attestation_key),
            attestation_key=attestation_key.public_key,
        ).SerializeToString()

    response = yield from perform(
        proven(methods.SPAWN_BATCH, agents_pb2.SpawnBatchResponse, build, repeatable=False),
        timeout,
    )
    if len(response.agents) != len(requests):
        raise OutcomeUnknownError("the answer names another number of agents")
    return [
        _facts(answer, agent.scope, request.key)
        for answer, agent, request in zip(response.agents, agents, requests, strict=True)
    ]


def register(
    launch_token: str, request: AgentRequest, supersede: bool, timeout: float
) -> Steps[AgentFacts]:
    """A grant for an agent with a launch token, proven by the agent's own key."""
    agent = spec(request)

    def build(session: Session) -> bytes:
        set_longest(agent, request, session)
        number = session.next_number()
        body = agents_pb2.RegisterBody(
            proof_seq=number, launch_token=launch_token, agent=agent, supersede=supersede
        ).SerializeToString()
        proof = session.proof(b"register", number, body, request.key)
        return agents_pb2.RegisterRequest(body=body, proof=proof).SerializeToString()

    response = yield from perform(
        proven(
            methods.REGISTER,
            agents_pb2.RegisterResponse,
            build,
            repeatable=False,
            proof=Proof.FRESH_CHALLENGE,
        ),
        timeout,
    )
    return _facts(response.agent, agent.scope, request.key)


def create_launch_token(
    scope: str | Iterable[str],
    label: str,
    ttl: Duration | None,
    max_agent_ttl: Duration | None,
    timeout: float,
) -> Steps[LaunchToken]:
    """A secret with which one agent registers itself."""
    request = apps_pb2.CreateLaunchTokenRequest(
        label=label,
        ceiling=scope_list(scope),
        ttl_seconds=whole_seconds(ttl, "a ttl"),
        max_agent_ttl_seconds=whole_seconds(max_agent_ttl, "max_agent_ttl"),
    )
    response = yield from perform(
        call(
            methods.CREATE_LAUNCH_TOKEN,
            apps_pb2.CreateLaunchTokenResponse,
            request,
            repeatable=False,
        ),
        timeout,
    )
    return LaunchToken(response.launch_token, response.expires_at)


# MARK: Its life


def renew(
    facts: AgentFacts,
    scope: str | Iterable[str] | None,
    ttl: Duration | None,
    timeout: float,
) -> Steps[None]:
    """A new token for the same grant; the old one is dead first. An answer that is lost is asked
    for again with the same renewal id."""
    narrower = None if scope is None else scope_list(scope)
    if narrower == []:
        raise InvalidRequestError("a renewal keeps the scope or names a narrower one, not none")
    renewal_id = os.urandom(RENEWAL_ID_BYTES)
    ttl_seconds = whole_seconds(ttl, "a ttl")
    token, key = facts.token, facts.key

    def build(session: Session) -> bytes:
        number = session.next_number()
        body = agents_pb2.RenewBody(
            proof_seq=number,
            token=token,
            renewal_id=renewal_id,
            scope=narrower or (),
            ttl_seconds=ttl_seconds,
        ).SerializeToString()
        proof = session.proof(b"renew", number, body, key)
        return agents_pb2.RenewRequest(body=body, proof=proof).SerializeToString()

    response = yield from perform(
        proven(methods.RENEW, agents_pb2.RenewResponse, build, repeatable=True), timeout
    )
    renewed = _facts(response.agent, facts.scope if narrower is None else narrower, key)
    facts.token = renewed.token
    facts.expires_at = renewed.expires_at
    facts.scope = renewed.scope


def heartbeat(token: str, state: AgentState, timeout: float) -> Steps[int]:
    """Says that an agent is alive; when its token ends, seconds since the Unix epoch."""
    # The numbers of the wire's enum are those of AgentState.
    request = agents_pb2.HeartbeatRequest(token=token)
    request.state = grants_pb2.AgentState.Name(int(state))  # type: ignore[assignment]
    response = yield from perform(
        call(methods.HEARTBEAT, agents_pb2.HeartbeatResponse, request, repeatable=True), timeout
    )
    return response.expires_at


def describe(agent_id: str, timeout: float) -> Steps[AgentDescription]:
    """The public face of a live agent."""
    response = yield from perform(
        call(
            methods.DESCRIBE,
            agents_pb2.DescribeResponse,
            agents_pb2.DescribeRequest(agent_id=agent_id),
            repeatable=True,
        ),
        timeout,
    )
    return AgentDescription(
        agent_id=response.agent_id,
        public_key=response.public_key,
        grant_id=response.grant_id,
        expires_at=response.expires_at,
        root=response.root,
        not_after=response.not_after,
    )


def list_grants(
    orch: str, task: str, cursor: str, timeout: float
) -> Steps[tuple[list[Grant], str]]:
    """One page of the app's live grants, and where the next begins; empty at the end."""
    request = apps_pb2.AppsListGrantsRequest(orch_id=orch, task_id=task, limit=1000, cursor=cursor)
    response = yield from perform(
        call(methods.LIST_GRANTS, apps_pb2.AppsListGrantsResponse, request, repeatable=True),
        timeout,
    )
    return [_grant(grant) for grant in response.grants], response.cursor


def _grant(grant: grants_pb2.GrantSummary) -> Grant:
    return Grant(
        grant_id=grant.grant_id,
        agent_id=grant.agent_id,
        orch=grant.orch_id,
        task=grant.task_id,
        scope=tuple(grant.scope),
        audience=tuple(grant.audience),
        issued_at=grant.issued_at,
        expires_at=grant.expires_at,
        not_after=grant.not_after,
        depth=grant.depth,
        parent_grant_id=grant.parent_grant_id or None,
        holder_grant_id=grant.holder_grant_id or None,
        renewals=grant.renewals,
        uses_left=grant.uses_left if grant.has_uses else None,
        is_flagged=grant.is_flagged,
    )


# MARK: Its end


def release(token: str, timeout: float) -> Steps[bool]:
    """Ends the grant of a token; whether it was live."""
    response = yield from perform(
        call(
            methods.RELEASE,
            agents_pb2.ReleaseResponse,
            agents_pb2.ReleaseRequest(token=token),
            repeatable=True,
        ),
        timeout,
    )
    return response.ended


def release_grant(grant_id: str, timeout: float) -> Steps[bool]:
    """Ends a grant of the connection's own app by its id; whether it was live."""
    response = yield from perform(
        call(
            methods.RELEASE,
            agents_pb2.ReleaseResponse,
            agents_pb2.ReleaseRequest(grant_id=grant_id),
            repeatable=True,
        ),
        timeout,
    )
    return response.ended


def release_batch(tokens: Sequence[str], timeout: float) -> Steps[list[bool]]:
    """Ends the grants of many tokens; of each whether it was live."""
    _check_batch(tokens)
    items = [agents_pb2.ReleaseRequest(token=token) for token in tokens]
    response = yield from perform(
        call(
            methods.RELEASE_BATCH,
            agents_pb2.ReleaseBatchResponse,
            agents_pb2.ReleaseBatchRequest(items=items),
            repeatable=True,
        ),
        timeout,
    )
    return list(response.ended)


# MARK: Whoever is shown a token


def validate(
    token: str,
    scope: str | Iterable[str],
    audience: str | None,
    consume_use: bool,
    claims: bool,
    timeout: float,
) -> Steps[Validation]:
    """What the broker says of a token at this moment. With ``consume_use`` a lost answer may have
    cost a use."""
    request = _validate_request(token, scope, audience, consume_use, claims)
    response = yield from perform(
        call(
            methods.VALIDATE,
            agents_pb2.ValidateResponse,
            request,
            repeatable=not consume_use,
        ),
        timeout,
    )
    return _validation(response)


def validate_batch(tokens: Sequence[str], claims: bool, timeout: float) -> Steps[list[Validation]]:
    """The same for many tokens, each judged alone."""
    _check_batch(tokens)
    items = [_validate_request(token, (), None, False, claims) for token in tokens]
    response = yield from perform(
        call(
            methods.VALIDATE_BATCH,
            agents_pb2.ValidateBatchResponse,
            agents_pb2.ValidateBatchRequest(items=items),
            repeatable=True,
        ),
        timeout,
    )
    return [_validation(item) for item in response.items]


def _validate_request(
    token: str, scope: str | Iterable[str], audience: str | None, consume_use: bool, claims: bool
) -> agents_pb2.ValidateRequest:
    request = agents_pb2.ValidateRequest(token=token, omit_claims=not claims)
    if scope:
        request.required_scope.extend(scope_list(scope))
    if audience is not None:
        request.required_audience = audience
    if consume_use:
        request.consume_use = True
    return request


def _validation(response: agents_pb2.ValidateResponse) -> Validation:
    return Validation(response.valid, response.expires_at, response.uses_left, response.claims)


def get_keys(timeout: float) -> Steps[BrokerKeys]:
    """The broker's public keys for tokens."""
    response = yield from perform(
        call(
            methods.GET_KEYS,
            trust_pb2.GetKeysResponse,
            trust_pb2.GetKeysRequest(),
            repeatable=True,
        ),
        timeout,
    )
    return BrokerKeys(
        response.issuer,
        tuple(
            BrokerKey(key.public_key, key.kid, key.not_before, key.not_after or None)
            for key in response.keys
            if key.use == trust_pb2.KEY_USE_TOKEN
        ),
    )


def _check_batch(items: Sequence[object]) -> None:
    if not 1 <= len(items) <= MAXIMUM_BATCH:
        raise InvalidRequestError(f"a batch has 1 to {MAXIMUM_BATCH} items, not {len(items)}")
