"""The few things of the operator's that tests need; ``mayfly`` on the command line has them all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field

from mayfly._core import methods
from mayfly._core.address import operator_socket
from mayfly._core.calls import Identity, call, perform
from mayfly._core.front import BlockingFront
from mayfly._generated import operator_pb2, trust_pb2
from mayfly.scopes import scope_list

_TIMEOUT_SECONDS = 10.0

_LEVELS = {
    "token": trust_pb2.REVOCATION_LEVEL_TOKEN,
    "agent": trust_pb2.REVOCATION_LEVEL_AGENT,
    "task": trust_pb2.REVOCATION_LEVEL_TASK,
    "chain": trust_pb2.REVOCATION_LEVEL_CHAIN,
}


@dataclass(frozen=True)
class RegisteredApp:
    """An app as it was registered; with a secret where one was asked for."""

    name: str
    client_id: str
    client_secret: str = field(repr=False)


class Operator:
    """The operator of a broker, on the operator socket."""

    def __init__(self, socket: str | os.PathLike[str] | None = None) -> None:
        """``socket`` None takes ``MAYFLY_OPERATOR_SOCKET``, else the usual places."""
        self._front = BlockingFront(operator_socket(socket), Identity())

    def create_app(
        self,
        name: str,
        ceiling: str | Iterable[str],
        *,
        issue_secret: bool = False,
        max_ttl_seconds: int = 0,
        attestation_keys: Iterable[bytes] = (),
    ) -> RegisteredApp:
        """Registers an app that this process's uid may speak for, beside other apps."""
        app = operator_pb2.App(
            name=name,
            ceiling=scope_list(ceiling),
            uids=[os.getuid()],
            shared_uid=True,
            max_ttl_seconds=max_ttl_seconds,
            attestation_keys=list(attestation_keys),
        )
        response = self._front.run(
            perform(
                call(
                    methods.CREATE_APP,
                    operator_pb2.CreateAppResponse,
                    operator_pb2.CreateAppRequest(app=app, issue_secret=issue_secret),
                    repeatable=False,
                ),
                _TIMEOUT_SECONDS,
            )
        )
        return RegisteredApp(name, response.app.client_id, response.client_secret)

    def revoke(self, level: str, target: str) -> int:
        """Ends a ``token``, an ``agent``, a ``task`` or a ``chain``; how many grants that
        matched."""
        request = operator_pb2.RevokeRequest(level=_LEVELS[level], target=target)
        response = self._front.run(
            perform(
                call(methods.REVOKE, operator_pb2.RevokeResponse, request, repeatable=True),
                _TIMEOUT_SECONDS,
            )
        )
        return response.count

    def rotate_key(self, *, emergency: bool = False) -> None:
        """A new key signs from now on; with ``emergency`` all that was signed before is dead."""
        request = operator_pb2.RotateKeyRequest(emergency=emergency)
        self._front.run(
            perform(
                call(methods.ROTATE_KEY, operator_pb2.RotateKeyResponse, request, repeatable=False),
                _TIMEOUT_SECONDS,
            )
        )

    def is_up(self) -> bool:
        """Whether the broker answers."""
        self._front.run(
            perform(
                call(
                    methods.STATUS,
                    operator_pb2.StatusResponse,
                    operator_pb2.StatusRequest(),
                    repeatable=True,
                ),
                _TIMEOUT_SECONDS,
            )
        )
        return True

    def close(self) -> None:
        """Ends the connection."""
        self._front.close()
