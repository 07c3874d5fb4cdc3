"""The simulator's addresses."""

from __future__ import annotations

from aiohttp import web

from conversations.simulator import (
    account,
    cloud,
    control,
    phone_api,
    phone_groups,
    phone_numbers,
    phone_page,
    phone_writing,
)
from conversations.simulator.graph.routes import OBJECT
from conversations.simulator.graph.routes import routes as graph_routes
from conversations.simulator.media_rules import LARGEST
from conversations.simulator.options import Options
from conversations.simulator.simulator import SIMULATOR, Simulator


def make_server(options: Options) -> web.Application:
    middlewares = [cloud.refusals, control.token_needed, phone_page.same_origin, phone_api.sentences]
    app = web.Application(middlewares=middlewares, client_max_size=LARGEST + 1024 * 1024)
    app[SIMULATOR] = Simulator(options)
    app.cleanup_ctx.append(app[SIMULATOR].alive)
    get, post = web.get, web.post
    app.add_routes(
        [
            post(OBJECT + "/messages", cloud.messages),
            post(OBJECT + "/media", account.upload),
            *graph_routes(),
            get("/whatsapp_business/attachments/{media_id}", account.download),
            post("/control/heard", control.heard),
            post("/control/clock", control.clock),
            post("/control/channels", control.channels),
            get("/control/numbers", control.numbers),
            post("/control/numbers", control.numbers),
            post("/control/groups", control.groups),
            post("/control/webhook", control.webhook),
            get("/control/templates", control.templates),
            post("/control/templates", control.templates),
            get("/control/marks", control.marks),
            get("/control/faults", control.faults),
            post("/control/faults", control.faults),
            get("/control/settings", control.settings),
            post("/control/settings", control.settings),
            get("/control/received", control.received),
            post("/control/reset", control.reset),
            get("/healthz", control.healthz),
            get("/", phone_page.page),
            get("/events", phone_page.events),
            get("/static/{name:.+}", phone_page.static),
            get("/modules/{name:.+}", phone_page.module),
            get("/phone/state", phone_api.state),
            get("/phone/customers", phone_api.customers),
            post("/phone/customers", phone_api.customers),
            post("/phone/switch", phone_api.switch),
            get("/phone/chat", phone_api.chat),
            post("/phone/messages", phone_writing.write),
            post("/phone/edit", phone_writing.edit),
            post("/phone/revoke", phone_writing.revoke),
            post("/phone/play", phone_writing.play),
            post("/phone/act", phone_writing.act),
            post("/phone/media", phone_writing.add_media),
            get("/phone/media/{media_id}", phone_writing.show_media),
            get("/phone/groups", phone_groups.groups),
            post("/phone/groups", phone_groups.groups),
            post("/phone/member", phone_groups.member),
            post("/phone/suspend", phone_groups.suspend),
            get("/phone/numbers", phone_numbers.numbers),
            post("/phone/numbers", phone_numbers.numbers),
            post("/phone/template", phone_numbers.template),
            get("/phone/desk", phone_api.desk),
            post("/phone/clock", phone_api.clock),
            post("/phone/settings", phone_api.settings),
            post("/phone/faults", phone_api.faults),
            post("/phone/reset", phone_api.reset),
        ]
    )
    return app
