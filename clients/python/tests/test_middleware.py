"""The middlewares, each with the server framework that it is for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import flask
import grpc
import grpc.aio
import pytest
from fastapi import FastAPI, Request, WebSocket
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from mayfly import App, Verifier, current_authority, requires
from mayfly.middleware import asgi, bearer, wsgi
from mayfly.middleware.grpc import AsyncMayflyInterceptor, MayflyInterceptor


@pytest.fixture(scope="module")
def verifier() -> Iterator[Verifier]:
    with Verifier.connect() as verifier:
        yield verifier


def fastapi_client(verifier: Verifier) -> Any:
    app = FastAPI()
    app.add_middleware(asgi.MayflyMiddleware, verifier=verifier, exempt=["/health"])

    @app.get("/health")
    def health() -> str:
        return "ok"

    @app.get("/customers/{customer_id}")
    @requires("read:data:customer-{customer_id}")
    def customer(customer_id: str, request: Request) -> dict[str, str]:
        assert request.state.mayfly is current_authority()
        return {"agent": current_authority().agent_id}

    @app.get("/async/{customer_id}")
    @requires("read:data:customer-{customer_id}")
    async def asynchronous(customer_id: str) -> dict[str, str]:
        return {"agent": current_authority().agent_id}

    @app.websocket("/socket")
    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text(current_authority().agent_id)
        await websocket.close()

    return TestClient(app)


def flask_client(verifier: Verifier) -> Any:
    app = flask.Flask("test")
    wsgi.install(app, verifier, exempt=["/health"])

    @app.get("/health")
    def health() -> str:
        return "ok"

    @app.get("/customers/<customer_id>")
    @requires("read:data:customer-{customer_id}")
    def customer(customer_id: str) -> dict[str, str]:
        assert flask.request.environ["mayfly.token"] is current_authority()
        return {"agent": current_authority().agent_id}

    @app.get("/streamed")
    def streamed() -> Iterator[str]:
        for _ in range(2):
            yield current_authority().agent_id

    return app.test_client()


@pytest.fixture(params=[fastapi_client, flask_client])
def http(request: pytest.FixtureRequest, verifier: Verifier) -> Any:
    return request.param(verifier)


def test_a_request_needs_a_good_token(http: Any, app: App) -> None:
    assert http.get("/health").status_code == 200

    answer = http.get("/customers/12345")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="mayfly"'

    for header in ("Bearer not.a.token", "Bearer a b", "Basic abc", "Bearer "):
        answer = http.get("/customers/12345", headers={"Authorization": header})
        assert answer.status_code == 401, header

    with app.agent(task="t", scope="read:data:customer-12345") as agent:
        answer = http.get("/customers/12345", headers=agent.bearer_header)
        assert answer.status_code == 200
        body = answer.json() if callable(answer.json) else answer.json
        assert body == {"agent": agent.agent_id}

        answer = http.get("/customers/67890", headers=agent.bearer_header)
        assert answer.status_code == 403
        assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]
        assert 'scope="read:data:customer-67890"' in answer.headers["www-authenticate"]

    verifier_sees_the_end(http, agent.bearer_header)


def verifier_sees_the_end(http: Any, header: dict[str, str]) -> None:
    for _ in range(200):
        answer = http.get("/customers/12345", headers=header)
        if answer.status_code == 401:
            assert 'error="invalid_token"' in answer.headers["www-authenticate"]
            return
    pytest.fail("a released token is still good")


def test_a_coroutine_handler(verifier: Verifier, app: App) -> None:
    http = fastapi_client(verifier)
    with app.agent(task="t", scope="read:data:customer-1") as agent:
        assert http.get("/async/1", headers=agent.bearer_header).status_code == 200
        assert http.get("/async/2", headers=agent.bearer_header).status_code == 403


def test_a_websocket(verifier: Verifier, app: App) -> None:
    http = fastapi_client(verifier)
    with app.agent(task="t", scope="read:data:x") as agent:
        with http.websocket_connect("/socket", headers=agent.bearer_header) as socket:
            assert socket.receive_text() == agent.agent_id
        with pytest.raises(WebSocketDisconnect), http.websocket_connect("/socket"):
            pass


def test_a_streamed_answer_keeps_its_authority(verifier: Verifier, app: App) -> None:
    http = flask_client(verifier)
    with app.agent(task="t", scope="read:data:x") as agent:
        answer = http.get("/streamed", headers=agent.bearer_header)
        assert answer.get_data(as_text=True) == agent.agent_id * 2


def test_two_headers_are_none() -> None:
    assert bearer.bearer_token(["Bearer a", "Bearer b"]) is None
    assert bearer.bearer_token(["bearer a"]) == "a"


# MARK: gRPC


@requires("read:data:customer-1")
def one(request: bytes, context: Any) -> bytes:
    return current_authority().agent_id.encode()


def many(request: bytes, context: Any) -> Iterator[bytes]:
    for _ in range(2):
        yield one(request, context)


async def async_one(request: bytes, context: Any) -> bytes:
    return one(request, context)


async def async_many(request: bytes, context: Any) -> AsyncIterator[bytes]:
    for _ in range(2):
        yield one(request, context)


def handlers(unary: Any, stream: Any) -> Any:
    return grpc.method_handlers_generic_handler(
        "test.Service",
        {
            "One": grpc.unary_unary_rpc_method_handler(unary),
            "Many": grpc.unary_stream_rpc_method_handler(stream),
        },
    )


def check_calls(port: int, app: App) -> None:
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        unary = channel.unary_unary("/test.Service/One")
        stream = channel.unary_stream("/test.Service/Many")

        def outcomes(header: dict[str, str]) -> list[Any]:
            metadata = [(name.lower(), value) for name, value in header.items()]
            found: list[Any] = []
            for call in (
                lambda: unary(b"", metadata=metadata, timeout=10),
                lambda: list(stream(b"", metadata=metadata, timeout=10)),
            ):
                try:
                    found.append(call())
                except grpc.RpcError as error:
                    found.append(error.code())
            return found

        assert outcomes({}) == [grpc.StatusCode.UNAUTHENTICATED] * 2
        assert outcomes({"authorization": "Bearer x.y.z"}) == [grpc.StatusCode.UNAUTHENTICATED] * 2
        with app.agent(task="t", scope="read:data:customer-1") as agent:
            name = agent.agent_id.encode()
            assert outcomes(agent.bearer_header) == [name, [name, name]]
        with app.agent(task="t", scope="read:data:customer-2") as agent:
            assert outcomes(agent.bearer_header) == [grpc.StatusCode.PERMISSION_DENIED] * 2


def test_a_grpc_server_of_threads(verifier: Verifier, app: App) -> None:
    server = grpc.server(ThreadPoolExecutor(2), interceptors=[MayflyInterceptor(verifier)])
    server.add_generic_rpc_handlers((handlers(one, many),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        check_calls(port, app)
    finally:
        server.stop(None).wait()


def test_a_grpc_server_of_asyncio(verifier: Verifier, app: App) -> None:
    async def serve() -> None:
        server = grpc.aio.server(interceptors=[AsyncMayflyInterceptor(verifier)])
        server.add_generic_rpc_handlers((handlers(async_one, async_many),))
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        try:
            await asyncio.to_thread(check_calls, port, app)
        finally:
            await server.stop(None)

    asyncio.run(serve())
