"""What is going on at the moment the demo is opened: waiting, answered, pending, snoozed, windows closing and closed."""

from __future__ import annotations

from dataclasses import dataclass

from config.demo.script import PENDING, RELEASED, SNOOZED, Thread, answer, note, resolved, says


@dataclass(frozen=True, slots=True)
class Now:
    """A thread whose first line was so many minutes ago."""

    minutes_ago: float
    thread: Thread


NOW = (
    Now(
        52 * 60,
        Thread(
            "now_surcharge",
            (
                says(0, "Vorrei rendere una fruttiera, ma sono via fino a lunedì. Posso aspettare?"),
                answer(22, "Certo {name}, ci scriva quando torna: teniamo aperta la pratica."),
            ),
        ),
    ),
    Now(
        30 * 60,
        Thread(
            "now_closed",
            (
                says(0, "Buongiorno, sapete quando tornano le tazze color salvia dell’ordine che avevo annullato?"),
                answer(35, "Buongiorno {name}, chiedo al laboratorio e Le faccio sapere."),
                note(3, "Il laboratorio risponde domani: richiamare con il modello «order_ready»."),
            ),
        ),
    ),
    Now(
        23 * 60 + 10,
        Thread(
            "now_closing_unanswered", (says(0, "Nella fattura di ottobre manca il codice fiscale, come facciamo?"),)
        ),
    ),
    Now(
        22 * 60 + 40,
        Thread(
            "now_closing",
            (
                says(0, "Il corriere dice che il pacco dell’ordine BT-2041 è «in giacenza». Che cosa devo fare?"),
                answer(12, "Ci penso io {name}: chiamo la filiale e Le scrivo prima di sera."),
            ),
        ),
    ),
    Now(
        5 * 60,
        Thread(
            "now_pending",
            (
                says(0, "Mi servirebbe una fattura per 24 piatti, ma con lo sconto agriturismi"),
                answer(14, "Buongiorno {name}, mi manda la partita IVA? Poi chiedo lo sconto."),
                PENDING,
            ),
        ),
    ),
    Now(
        4 * 60,
        Thread(
            "now_snoozed",
            (
                says(0, "La zuppiera del reso BT-1987 la ritirate voi domani?"),
                answer(9, "Sì {name}, fra le 9 e le 12. Domani Le confermo io."),
                SNOOZED,
            ),
        ),
    ),
    Now(
        130,
        Thread(
            "now_resolved",
            (
                says(0, "Avete anche le piastrelle con il limone? Le vorrei per la consegna di venerdì"),
                answer(7, "Sì {name}, ne abbiamo 40: Le basta?"),
                says(5, "Bastano eccome, ordino subito"),
                resolved(3, "Disponibilità"),
            ),
        ),
    ),
    Now(
        95,
        Thread(
            "now_pool",
            (
                says(
                    0, "Salve, vorrei parlare di un ordine grande per il mio ristorante: una persona mi può chiamare?"
                ),
                RELEASED,
            ),
        ),
    ),
    Now(
        74,
        Thread(
            "now_answered",
            (
                says(0, "La caraffa è arrivata con un graffio: faccio un reso o mi fate uno sconto?"),
                answer(8, "Come preferisce {name}: 20 % di sconto, oppure la cambiamo."),
            ),
        ),
    ),
    Now(
        48,
        Thread(
            "now_wrote_again",
            (
                says(0, "Il pacco non è ancora arrivato, ordine BT-2063"),
                answer(6, "Controllo subito {name}."),
                says(19, "Novità? Fra poco devo uscire"),
            ),
        ),
    ),
    Now(
        26,
        Thread("now_english", (says(0, "Hello, my parcel says delivered but nothing is here. Order BT-2058"),), "en"),
    ),
    Now(
        17,
        Thread(
            "now_operator",
            (
                says(0, "Buongiorno, ho un problema con una fattura"),
                says(2, "Vorrei parlare con un operatore, per favore"),
            ),
        ),
    ),
    Now(11, Thread("now_default", (says(0, "Buongiorno! Fate anche corsi per bambini?"),))),
    Now(6, Thread("now_return", (says(0, "Vorrei fare un reso: la teiera perde dal beccuccio"),))),
    Now(2, Thread("now_order", (says(0, "Scusate, posso ancora aggiungere una tazza all’ordine BT-2071?"),))),
)
