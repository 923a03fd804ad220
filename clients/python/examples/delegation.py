"""Hands authority on three deep, verifies the chain offline, and revokes the middle of it."""

from __future__ import annotations

import os
import subprocess
import time

from mayfly import App, ScopeViolationError
from mayfly.verification.chain import ChainVerifier


def main() -> None:
    app = App(os.environ.get("MAYFLY_APP", "support-desk"), orch="delegation")
    planner = app.spawn(task="plan", scope="read:data:*")
    researcher = app.spawn(task="research", scope="read:data:none")
    fetcher = app.spawn(task="fetch", scope="read:data:none")
    writer = app.spawn(task="write", scope="read:data:none")

    # Each delegator signs with its own key, and gives no more than it holds.
    first = researcher.accept(planner.delegate(to=researcher, scope="read:data:*"))
    second = fetcher.accept(
        first.delegate(to=fetcher, scope=["read:data:customer-12345", "read:data:customer-67890"])
    )
    third = writer.accept(second.delegate(to=writer, scope="read:data:customer-12345"))
    try:
        second.delegate(to=writer, scope="read:data:*")
    except ScopeViolationError as refused:
        print("the fetcher cannot give more than it holds:", refused.reason)

    # With nothing but the broker's public keys: whose authority it is, and through whom it came.
    token = ChainVerifier(app.keys()).verify(third.token, now=time.time(), leeway=30)
    print("verified offline:", list(token.scope))
    for link in token.lineage:
        print("  from", link.agent_id)

    # The operator ends the middle; what hangs on it is dead when this returns.
    subprocess.run(["mayfly", "revoke", "agent", researcher.agent_id], check=True)
    for name, agent in (("planner", planner), ("first", first), ("third", third)):
        print(name, "valid:", app.validate(agent.token).valid)

    for agent in (planner, fetcher, writer):
        agent.release()
    app.close()


if __name__ == "__main__":
    main()
