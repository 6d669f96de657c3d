"""The simulator as a process of its own: one loopback port for Graph, media and control."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import signal
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import httpx
from granian.constants import Interfaces
from granian.server.embed import Server
from httpx_aiohttp import AiohttpTransport
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from xobito_app.simulator import statuses, template_review
from xobito_app.simulator.control.api import ControlEndpoints, read_control_token
from xobito_app.simulator.control.customers import CustomerEndpoints
from xobito_app.simulator.control.faults import FaultEndpoints
from xobito_app.simulator.control.templates import TemplateEndpoints
from xobito_app.simulator.errors import GraphError
from xobito_app.simulator.graph import media, router
from xobito_app.simulator.graph.call import authenticate
from xobito_app.simulator.world import World

_VERSION = re.compile(r"v\d{1,2}\.\d")
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_STOP_SECONDS = 2.0
"""How long open connections may keep a stopping simulator."""


def create_app(
    data_dir: Path,
    *,
    speed: float = 1.0,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Starlette:
    """Build the simulator on a data directory.

    Args:
        data_dir: Where its memory is; a later simulator on the same one continues it.
        speed: How many times faster than believable statuses, reviews and retries happen.
        transport: How webhooks leave; None is the network. Tests give the app itself.
    """
    world = World(data_dir, speed, transport)
    world.agenda.on("status", partial(statuses.carry_out, world))
    world.agenda.on("template_review", partial(template_review.review, world))
    world.agenda.on("template_unpause", partial(template_review.lift_pause, world))

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        world.courier.start()
        world.agenda.start()
        yield
        await world.close()

    async def graph(request: Request) -> Response:
        if not _VERSION.fullmatch(request.path_params["version"]):
            return _unknown_path()
        return await router.answer(world, request)

    async def attachment(request: Request) -> Response:
        try:
            token = authenticate(world, request)
        except GraphError as error:
            return JSONResponse(error.envelope(), status_code=error.status)
        query = request.query_params
        return media.download(world, token, query.get("mid", ""), query.get("ext", ""))

    async def health(_: Request) -> Response:
        return JSONResponse({"status": "ok", "undelivered": world.courier.waiting_count()})

    async def unknown(_: Request) -> Response:
        return _unknown_path()

    every = ["GET", "POST", "DELETE", "PUT", "PATCH"]
    application = Starlette(
        routes=[
            Route("/health", health),
            *_control_routes(world, read_control_token(data_dir)),
            Route("/whatsapp_business/attachments/", attachment),
            Route("/{version}/{path:path}", graph, methods=every),
            Route("/{path:path}", unknown, methods=every),
        ],
        lifespan=lifespan,
    )
    application.state.world = world
    return application


def _control_routes(world: World, token: str) -> list[Route]:
    groups = (ControlEndpoints, CustomerEndpoints, FaultEndpoints, TemplateEndpoints)
    return [route for group in groups for route in group(world, token).routes()]


def _unknown_path() -> Response:
    error = GraphError(2500, message="Unknown path components")
    return JSONResponse(error.envelope(), status_code=error.status)


def serve(*, port: int, data_dir: Path, host: str = "127.0.0.1") -> None:
    """Run the simulator until it is told to stop (SIGINT or SIGTERM), and end the process then.

    Raises:
        ValueError: The host is not this machine's loopback; fake credentials stay at home.
    """
    if host not in _LOOPBACK:
        raise ValueError("The simulator listens on loopback only.")
    asyncio.run(_serve(port, data_dir, host))


async def _serve(port: int, data_dir: Path, host: str) -> None:
    # httpx's own pool falls behind a busy callback; this one keeps up (whatsapp.md §7).
    application = create_app(data_dir, transport=AiohttpTransport())
    server = Server(
        application, address=host, port=port, interface=Interfaces.ASGI, log_enabled=False
    )
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, told.set)
    serving = asyncio.create_task(server.serve())
    waiting = asyncio.create_task(told.wait())
    await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        waiting.cancel()
        await serving
    world: World = application.state.world
    world.release()
    server.stop()
    await asyncio.wait({serving}, timeout=_STOP_SECONDS)
    await world.close()
    logging.shutdown()
    # The server's native threads outlive it for a moment; one that calls into an interpreter
    # already being taken down aborts the process. All that is to be kept is kept by now.
    os._exit(0)
