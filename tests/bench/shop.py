"""Sets up the desk of a bench in its scratch database: `python -m tests.bench.shop '{"agents": 8, …}'` prints the channel.

The limits are the bench's own (D37): no cap on automatic messages but the largest, no minimum interval, throughput 1,000.
"""

from __future__ import annotations

import json
import os
import sys

import django

django.setup()

from autoreply.models import Policy, Rule, Trigger, Variant  # noqa: E402
from routing.models import AgentPlan, RoutingRule  # noqa: E402
from tests.makers import make_agent, make_channel, make_department  # noqa: E402

TEXTS = {  # department -> keywords, the answer
    "Resi": (
        ["reso", "restituire", "cambio taglia"],
        "Per un reso ci scriva il numero dell'ordine: le mandiamo l'etichetta.",
    ),
    "Ordini": (["ordine", "spedizione", "pacco"], "Le spedizioni partono ogni giorno alle 16."),
    "Fatture": (["fattura", "ricevuta", "partita iva"], "La fattura arriva per posta elettronica entro due giorni."),
}


def main(agents: int = 8, capacity: int = 500) -> None:
    channel = make_channel(base_url=f"http://127.0.0.1:{os.environ['SIMULATOR_PORT']}", throughput=1000, meta_throughput=1000,
        daily_cap=None, new_customer_cap=None, initiated_cap=None,
    )  # fmt: skip
    departments = []
    for order, (name, (keywords, text)) in enumerate(TEXTS.items()):
        department = make_department(name)
        departments.append(department)
        RoutingRule.objects.create(order=order, name=name, keywords=keywords, department=department)
        rule = Rule.objects.create(
            key=name.lower(), name=name, trigger=Trigger.KEYWORD, order=order, keywords=keywords, min_interval_hours=0
        )
        Variant.objects.create(rule=rule, text=text)
    for place in range(agents):
        AgentPlan.objects.create(user=make_agent(f"agent{place}", *departments), capacity=capacity)
    Policy.objects.create(channel=channel, cap=50, min_interval_hours=0, quiet_minutes=0)
    names = (
        "phone_number_id", "waba_id", "display_phone_number", "name", "access_token", "app_secret", "verify_token", "throughput",
    )  # fmt: skip
    print(json.dumps({name: getattr(channel, name) for name in names}))


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
