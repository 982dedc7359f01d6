"""Runs the server: settings, resources, uvicorn."""

import argparse
import logging
import os
import signal
import socket
import sys

import uvicorn
from msgspec.structs import replace

from actors.bootstrap import blob_store, event_log, relaying, view_store
from actors.chains import model_store
from actors.cluster import Cluster, worker_environment
from actors.remote import SWITCH_INTERVAL_S
from actors.settings import SettingsError, read_settings
from edge.app import create_app
from edge.resources import Resources
from edge.retaining import Retaining
from events.errors import EventsError
from events.log import utc_now
from events.opening import tell_which_log, with_server
from events.served import remember_log
from projections.errors import ProjectionsError

LARGEST_FRAME_BYTES = 12 * 2**20
"""Above the audio limit of 10 MB, so that the session's own error names it."""


def serve(arguments: argparse.Namespace) -> int:
    """Serve until interrupted; the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # it tells of every try; the relay tells what it means
    try:
        settings = read_settings(os.environ)
        named = settings.data
        tell_which_log(named)
        way = "" if named.named else "; LOG=… or COLLOQUY_LOG names another"
        logging.info("The log is %s%s.", named.log_name, way)
        settings = replace(settings, data=with_server(named))
        worker_environment()
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        log, blobs = event_log(settings), blob_store(settings)
        resources = Resources(
            settings=settings,
            cluster=Cluster(settings, model_store(settings)),
            log=log,
            blobs=blobs,
            relaying=relaying(settings, log, blobs),
            retaining=Retaining(log, blobs.store, settings.audio_days, utc_now),
            views=view_store(settings),
        )
        named.root.mkdir(parents=True, exist_ok=True)  # with log and keys elsewhere nothing may have made it yet
        remember_log(named.root, named.log_url)
    except OSError as error:
        logging.error("The data folder cannot be used: %s. Name another in COLLOQUY_DATA.", error)
        return 2
    except (SettingsError, EventsError, ProjectionsError) as error:
        logging.error("%s", error)
        return 2
    if not _free(arguments.host, arguments.port):
        logging.error("Port %d cannot be used; name another with PORT=… or --port.", arguments.port)
        return 2
    print(f"Colloquy is at http://{arguments.host}:{arguments.port} (the page says what is still loading)", flush=True)
    # Once it has stopped in order, uvicorn raises the signal again: leave by the door, where the database server that
    # we hold is let go.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.run(
        create_app(resources),
        host=arguments.host,
        port=arguments.port,
        log_level="warning",
        ws_max_size=LARGEST_FRAME_BYTES,
        # FLAC and H.264 grow no smaller; to try takes 2 ms of every answer's way to the learner.
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=5,
    )
    return 0


def _free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError):
            return False
    return True
