"""`python -m conversations.simulator`: runs until TERM or Ctrl-C, and leaves its file tidy."""

from __future__ import annotations

import logging
import sys

from aiohttp import web

from conversations.simulator.options import read_options
from conversations.simulator.server import make_server


def main() -> None:
    options = read_options(sys.argv[1:])
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    sys.stdout.write(f"simulator: http://{options.bind}:{options.port}/ for the desk at {options.desk_url}\n")
    sys.stdout.flush()
    # handler_cancellation off: a message once taken is taken, also when the client has hung up
    web.run_app(
        make_server(options),
        host=options.bind,
        port=options.port,
        print=None,
        access_log=None,
        shutdown_timeout=1.0,
        handler_cancellation=False,
    )


if __name__ == "__main__":
    main()
