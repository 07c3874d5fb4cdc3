"""Returns and exchanges: broken on the way, wrong colour, second thoughts."""

from __future__ import annotations

from config.demo.script import Thread, answer, note, resolved, says

RETURNS = (
    Thread(
        "chipped",
        (
            says(0, "Vorrei fare un reso: la {piece} è arrivata con il bordo scheggiato 😔"),
            answer(8, "Buongiorno {name}, mi dispiace molto! Mi manda una foto del pezzo e del numero d’ordine?"),
            says(11, "Ordine {order}, la foto la faccio stasera appena torno"),
            answer(6, "Va benissimo. Intanto ne ho già messa da parte una nuova per Lei."),
            note(2, "Seconda scheggiatura questa settimana: dirlo a chi imballa."),
            says(5, "Gentilissima!"),
            resolved(40, "Pezzo danneggiato", "replaced"),
        ),
    ),
    Thread(
        "second_thoughts",
        (
            says(0, "Buongiorno, vorrei restituire la {piece} dell’ordine {order}, non si abbina alla cucina"),
            answer(15, "Nessun problema {name}: entro 14 giorni può renderla. Le mando l’etichetta per il corriere."),
            says(9, "Devo stamparla io?"),
            answer(4, "Sì, oppure la mostra sul telefono in un punto di ritiro."),
            says(3, "Comodo, grazie"),
            resolved(2, "Ripensamento", "label_sent"),
        ),
    ),
    Thread(
        "broken_on_arrival",
        (
            says(0, "Il pacco è arrivato e la {piece} è completamente rotta"),
            says(1, "Ordine {order}"),
            answer(6, "Mi dispiace {name}. Gliela sostituiamo subito, senza spese e senza restituire quella rotta."),
            says(4, "Davvero? Grazie, non me l’aspettavo"),
            answer(2, "Parte oggi stesso. Buona giornata!"),
            resolved(1, "Pezzo danneggiato", "replaced"),
        ),
    ),
    Thread(
        "exchange_size",
        (
            says(0, "Posso fare un cambio? Ho preso la {piece} piccola ma mi serve la grande"),
            answer(12, "Certo. La grande costa 9 euro in più: paga la differenza alla consegna?"),
            says(6, "Sì va bene"),
            answer(5, "Perfetto, il corriere ritira la piccola e lascia la grande giovedì."),
            says(2, "Comodissimo"),
            resolved(2, "Cambio", "exchanged"),
        ),
    ),
    Thread(
        "when_refund",
        (
            says(0, "Ho spedito il reso dell’ordine {order} una settimana fa, quando mi arrivano i soldi?"),
            answer(18, "Controllo: il pacco è arrivato ieri in bottega. Il rimborso parte oggi, 5 giorni lavorativi."),
            says(7, "Ok grazie"),
            resolved(3, "Tempi del rimborso"),
        ),
    ),
    Thread(
        "wrong_colour",
        (
            says(
                0,
                "Ho ricevuto la {piece} blu invece che bianca. Come faccio a cambiarla? Non so se è un reso o un cambio",
            ),
            answer(10, "È un errore nostro, mi scuso. Le mandiamo la bianca e il corriere ritira la blu."),
            note(2, "Errore di magazzino, scaffale 4."),
            says(13, "Va bene mercoledì dopo le 17?"),
            answer(4, "Segnato: mercoledì dopo le 17."),
            resolved(2, "Articolo sbagliato", "exchanged"),
        ),
    ),
    Thread(
        "label_lost",
        (
            says(0, "Non trovo più l’etichetta per il reso, me la rimandate?"),
            answer(5, "Certo {name}, Gliel’ho appena rimandata per e-mail."),
            says(3, "Arrivata, grazie!"),
            resolved(1, "Etichetta di reso", "label_sent"),
        ),
    ),
    Thread(
        "faulty_lamp",
        (
            says(0, "La lampada non si accende, è difettosa? Ordine {order}"),
            answer(14, "Buonasera {name}, ha provato con un’altra lampadina E14?"),
            says(26, "Provato, niente da fare"),
            answer(7, "Allora la cambiamo noi. Le mando il corriere per il ritiro domani mattina."),
            says(5, "D’accordo"),
            resolved(4, "Pezzo difettoso", "replaced"),
        ),
    ),
    Thread(
        "too_late",
        (
            says(0, "Posso ancora rendere un vaso comprato due mesi fa?"),
            answer(21, "Buongiorno {name}, i 14 giorni sono passati; posso offrirLe un buono del valore del vaso."),
            says(12, "Un buono va benissimo"),
            answer(3, "Ecco fatto, Le arriva per e-mail. Vale un anno."),
            resolved(2, "Reso fuori tempo", "voucher"),
        ),
    ),
    Thread(
        "night_return",
        (
            says(0, "Buonasera, vorrei rendere la {piece}, come funziona?"),
            answer(20, "Buongiorno {name}! Mi dica il numero d’ordine e Le mando l’etichetta."),
            says(45, "{order}"),
            answer(6, "Inviata. Quando il pacco arriva, Le confermo qui il rimborso."),
            resolved(3, "Ripensamento", "label_sent"),
        ),
    ),
)
