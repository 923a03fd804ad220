"""Why Mayfly exists.

A model is asked for the billing of customer 12345 and picks a tool. Three tools are there; one of
them could show every customer, one could change accounts. The agent that calls the tool is spawned
with exactly what this call needs, so that nothing else can happen, whatever the model says next.
"""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from mayfly import (
    AccessDeniedError,
    App,
    ScopeTemplate,
    ScopeViolationError,
    Verifier,
    acting_as,
    requires,
)
from mayfly.app import Agent
from mayfly.context import current_authority
from mayfly.middleware.wsgi import MayflyMiddleware
from mayfly.testing import EmbeddedBroker

BILLING = {"12345": {"plan": "pro", "due": "49.00 EUR"}, "67890": {"plan": "basic", "due": "9.00"}}


# MARK: The resource: an HTTP server that knows nothing of agents but how to verify a token


@requires("read:data:customer-{customer_id}")
def read_bill(customer_id: str) -> object:
    return BILLING[customer_id]


@requires("read:data:*")
def read_all_bills() -> object:
    return BILLING


@dataclass
class BillingServer:
    verifier: Verifier
    # How often data was touched.
    reads: int = 0

    def __post_init__(self) -> None:
        guarded = MayflyMiddleware(self.answer, self.verifier)
        self.server = make_server("127.0.0.1", 0, guarded, handler_class=_QuietHandler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        customer_id = environ["PATH_INFO"].rpartition("/")[2]
        bill = read_all_bills() if customer_id == "all" else read_bill(customer_id)
        self.reads += 1
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(bill).encode()]


class _QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing: the sample tells its own story."""


# MARK: The tools


def get(url: str, agent: Agent) -> tuple[int, Any]:
    request = urllib.request.Request(url, headers=agent.bearer_header)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


@dataclass(frozen=True)
class Tool:
    run: Callable[..., tuple[int, Any]]
    scope: str


def tools(server: BillingServer) -> dict[str, Tool]:
    def acting() -> Agent:
        agent = current_authority()
        assert isinstance(agent, Agent)
        return agent

    @requires("read:data:customer-{customer_id}")
    def lookup_billing(customer_id: str) -> tuple[int, Any]:
        return get(f"{server.url}/billing/{customer_id}", acting())

    @requires("write:data:customer-{customer_id}")
    def edit_account(customer_id: str) -> tuple[int, Any]:
        return get(f"{server.url}/edit/{customer_id}", acting())

    @requires("read:data:*")
    def lookup_billing_all() -> tuple[int, Any]:
        return get(f"{server.url}/billing/all", acting())

    return {
        "lookup_billing": Tool(lookup_billing, "read:data:customer-{customer_id}"),
        "edit_account": Tool(edit_account, "write:data:customer-{customer_id}"),
        "lookup_billing_all": Tool(lookup_billing_all, "read:data:*"),
    }


def scripted_model(question: str, names: Iterable[str]) -> tuple[str, dict[str, str]]:
    """Stands for a model: reads the question, and picks a tool and its arguments."""
    assert "lookup_billing" in names
    customer_id = "".join(character for character in question if character.isdigit())
    return "lookup_billing", {"customer_id": customer_id}


# MARK: The story


def main() -> None:
    with EmbeddedBroker() as broker:
        broker.operator.create_app("support-desk", "read:data:*")
        app = broker.app("support-desk", orch="support")
        with Verifier.connect(broker.socket) as verifier:
            tell(app, BillingServer(verifier))


def tell(app: App, server: BillingServer) -> None:
    available = tools(server)
    name, arguments = scripted_model("What does customer 12345 owe us?", available)
    tool = available[name]
    scope = ScopeTemplate.parse(tool.scope).fill(arguments)
    print(f"the model picks {name}{arguments}; the agent gets {scope}")

    with app.agent(task="ticket-4711", scope=scope) as agent:
        show("customer 12345", tool.run(**arguments), 200)

        # The model goes astray. The tool itself refuses…
        for refused, call in (
            ("lookup_billing of 67890", lambda: tool.run(customer_id="67890")),
            ("edit_account of 12345", lambda: available["edit_account"].run(customer_id="12345")),
            ("lookup_billing_all", lambda: available["lookup_billing_all"].run()),
        ):
            show_denied(refused, call)
        # … and where a tool forgets to, the server does.
        show("customer 67890 past the tools", get(f"{server.url}/billing/67890", agent), 403)
        show("the list of all past the tools", get(f"{server.url}/billing/all", agent), 403)
        print(f"data was read {server.reads} time")
        assert server.reads == 1

        # Nobody can be spawned with what the app itself does not have.
        try:
            app.spawn(task="ticket-4711", scope="write:data:customer-12345")
        except ScopeViolationError as refusal:
            print(f"an agent that may edit: {refusal.reason}, before any data is touched")
        else:
            raise AssertionError("the ceiling did not hold")

        delegate_and_widen(app, server, agent)

    # Released with the block: the same call, the same token.
    for _ in range(1000):
        status, _ = get(f"{server.url}/billing/12345", agent)
        if status == 401:
            break
    show("customer 12345 after the release", (status, None), 401)


def delegate_and_widen(app: App, server: BillingServer, agent: Agent) -> None:
    helper = app.spawn(task="ticket-4711-help", scope="read:data:none")
    part = helper.accept(agent.delegate(to=helper, scope="read:data:customer-12345"))
    show("the helper reads 12345", get(f"{server.url}/billing/12345", part), 200)
    show("the helper reads 67890", get(f"{server.url}/billing/67890", part), 403)
    try:
        part.delegate(to=agent, scope="read:data:*")
    except ScopeViolationError as refusal:
        print(f"the helper hands on more than it got: {refusal.reason}")
    else:
        raise AssertionError("a delegation widened")
    with acting_as(part):
        show_denied("the helper calls lookup_billing_all", tools(server)["lookup_billing_all"].run)
    helper.release()


def show(what: str, answer: tuple[int, Any], expected: int) -> None:
    status, body = answer
    print(f"{what}: {status} {body if status == 200 else ''}".rstrip())
    assert status == expected, body


def show_denied(what: str, call: Callable[[], object]) -> None:
    try:
        call()
    except AccessDeniedError as denial:
        print(f"{what}: denied, {denial.reason} {denial.scope}")
    else:
        raise AssertionError(f"{what} was not denied")


if __name__ == "__main__":
    main()
