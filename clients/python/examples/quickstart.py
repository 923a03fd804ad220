"""Spawns an agent for a task, shows that its token is valid, and that it is dead afterwards."""

from __future__ import annotations

import os

from mayfly import App


def main() -> None:
    app = App(os.environ.get("MAYFLY_APP", "support-desk"), orch="quickstart")
    with app.agent(task="ticket-4711", scope="read:data:customer-12345") as agent:
        print("spawned", agent.agent_id)
        print("header", agent.bearer_header["Authorization"][:24] + "…")

        validation = app.validate(agent.token, scope="read:data:customer-12345")
        print("valid for customer 12345:", validation.valid, "scope", validation.claims["scope"])
        other = app.validate(agent.token, scope="read:data:customer-67890")
        print("valid for customer 67890:", other.valid)

    print("valid after the block:", app.validate(agent.token).valid)
    app.close()


if __name__ == "__main__":
    main()
