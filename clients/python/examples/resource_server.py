"""Verifies tokens without asking the broker, and sees an end as soon as it happens."""

from __future__ import annotations

import os
import time

from mayfly import App, Verifier


def main() -> None:
    app = App(os.environ.get("MAYFLY_APP", "support-desk"), orch="resource-server")
    verifier = Verifier.connect()

    with app.agent(task="read", scope="read:data:customer-12345") as agent:
        for scope in ("read:data:customer-12345", "read:data:customer-67890"):
            verdict = verifier.check(agent.token, scope)
            print(scope, "→", "served" if verdict else verdict.reason)

        began = time.perf_counter()
        for _ in range(10_000):
            verifier.check(agent.token, "read:data:customer-12345")
        each = (time.perf_counter() - began) / 10_000
        print(f"a token that is known takes {each * 1e6:.1f} µs")

    began = time.perf_counter()
    while verifier.check(agent.token):
        time.sleep(0.0002)
    print(
        f"released, and refused {1000 * (time.perf_counter() - began):.1f} ms later:",
        verifier.check(agent.token).reason,
    )
    verifier.close()
    app.close()


if __name__ == "__main__":
    main()
