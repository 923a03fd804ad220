"""An agent that is given nothing but a launch token registers itself, and renews."""

from __future__ import annotations

import os

from mayfly import App, UnauthenticatedError


def main() -> None:
    # The orchestrator makes the launch token, and gives it to the agent's process in some safe way.
    orchestrator = App(os.environ.get("MAYFLY_APP", "support-desk"))
    launch_token = orchestrator.create_launch_token(scope="read:data:*", ttl=30).token

    # The agent: no app, no secret but this one, and a key that never leaves it.
    broker = App()
    scope = "read:data:customer-12345"
    agent = broker.register(
        launch_token, orch="registration", task="bill", scope=scope, ttl=60, renewable_for=600
    )
    print("registered", agent.agent_id)
    try:
        broker.register(launch_token, orch="registration", task="bill", scope=scope)
    except UnauthenticatedError as refused:
        print("a launch token works once:", refused.reason)

    before = agent.token
    agent.renew()
    print("the old token is valid:", broker.validate(before).valid)
    print("the new token is valid:", broker.validate(agent.token).valid)
    print("released:", agent.release())
    broker.close()
    orchestrator.close()


if __name__ == "__main__":
    main()
