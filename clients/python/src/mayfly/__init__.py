"""Short-lived, task-scoped credentials for AI agents, from a Mayfly broker on this host.

    app = App("support-desk")
    with app.agent(orch="support", task="ticket-4711",
                   scope=["read:data:customer-12345"]) as agent:
        requests.get(url, headers=agent.bearer_header)

``App`` and ``AsyncApp`` spawn agents and validate tokens; ``requires`` guards tools by the scope of
whoever acts; ``Verifier`` verifies tokens where the resources are.
"""

from mayfly._core.requests import AgentRequest
from mayfly.agents import AgentBase
from mayfly.aio import AsyncAgent, AsyncApp
from mayfly.app import Agent, App
from mayfly.brokerkeys import BrokerKey, BrokerKeys
from mayfly.context import Authority, acting_as, current_authority
from mayfly.environment import agent_from_environment, async_agent_from_environment
from mayfly.errors import (
    AccessDeniedError,
    AlreadyExistsError,
    CallTimeoutError,
    ClientClosedError,
    ConnectionFailedError,
    FailedPreconditionError,
    InvalidArgumentError,
    InvalidRequestError,
    MayflyError,
    NotFoundError,
    OutcomeUnknownError,
    PermissionDeniedError,
    ProtocolViolationError,
    RefusedError,
    ResourceExhaustedError,
    ScopeViolationError,
    TokenNotValidError,
    UnauthenticatedError,
    UnavailableError,
    UnimplementedError,
)
from mayfly.guard import ScopeTemplate, check, requires
from mayfly.keys import AgentKey
from mayfly.scopes import all_covered, covers, is_scope
from mayfly.values import (
    AgentDescription,
    AgentState,
    Delegation,
    Grant,
    LaunchToken,
    Validation,
)
from mayfly.verification.chain import ChainLink, VerifiedToken
from mayfly.verification.revocations import RevocationFeed
from mayfly.verification.verifier import Verdict, Verifier

__version__ = "0.1.0"

__all__ = [
    "AccessDeniedError",
    "Agent",
    "AgentBase",
    "AgentDescription",
    "AgentKey",
    "AgentRequest",
    "AgentState",
    "AlreadyExistsError",
    "App",
    "AsyncAgent",
    "AsyncApp",
    "Authority",
    "BrokerKey",
    "BrokerKeys",
    "CallTimeoutError",
    "ChainLink",
    "ClientClosedError",
    "ConnectionFailedError",
    "Delegation",
    "FailedPreconditionError",
    "Grant",
    "InvalidArgumentError",
    "InvalidRequestError",
    "LaunchToken",
    "MayflyError",
    "NotFoundError",
    "OutcomeUnknownError",
    "PermissionDeniedError",
    "ProtocolViolationError",
    "RefusedError",
    "ResourceExhaustedError",
    "RevocationFeed",
    "ScopeTemplate",
    "ScopeViolationError",
    "TokenNotValidError",
    "UnauthenticatedError",
    "UnavailableError",
    "UnimplementedError",
    "Validation",
    "Verdict",
    "VerifiedToken",
    "Verifier",
    "acting_as",
    "agent_from_environment",
    "all_covered",
    "async_agent_from_environment",
    "check",
    "covers",
    "current_authority",
    "is_scope",
    "requires",
]
