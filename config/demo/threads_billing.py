"""Invoices, payments, and the few who write English."""

from __future__ import annotations

from config.demo.script import Thread, answer, note, resolved, says

BILLING = (
    Thread(
        "invoice_please",
        (
            says(0, "Buongiorno, mi serve la fattura dell’ordine {order} con partita IVA"),
            answer(17, "Buongiorno {name}, mi scrive ragione sociale, partita IVA e codice destinatario?"),
            says(14, "Agriturismo Poggio Alto, 01234567890, M5UXCR1"),
            answer(8, "Emessa: la trova nel cassetto fiscale da domani."),
            says(2, "Grazie mille"),
            resolved(2, "Richiesta di fattura"),
        ),
    ),
    Thread(
        "charged_twice",
        (
            says(0, "Mi risulta il pagamento addebitato due volte per l’ordine {order} 😡"),
            answer(5, "Buongiorno {name}, capisco la preoccupazione. Controllo subito con la banca."),
            note(6, "Il secondo è solo un’autorizzazione, cade da sola in 3 giorni."),
            answer(
                9, "Il secondo importo è una prenotazione della banca: sparisce entro tre giorni. Se no, mi scriva."
            ),
            says(6, "Ok, aspetto"),
            resolved(5, "Doppio addebito"),
        ),
    ),
    Thread(
        "bank_transfer",
        (
            says(0, "Accettate il bonifico? Il pagamento con carta non mi va a buon fine"),
            answer(13, "Sì certo: Le mando l’IBAN per e-mail. Spediamo appena arriva l’accredito."),
            says(10, "Fatto ora"),
            answer(90, "Ricevuto, il Suo ordine parte domani."),
            resolved(2, "Modi di pagamento"),
        ),
    ),
    Thread(
        "receipt_lost",
        (
            says(0, "Ho perso lo scontrino, mi serve per la garanzia della {piece}"),
            answer(9, "Nessun problema: con la data dell’acquisto lo ristampiamo. Quando è passata?"),
            says(5, "Il 3 del mese, verso mezzogiorno"),
            answer(11, "Trovato, glielo mando per e-mail."),
            says(1, "Grande!"),
            resolved(1, "Copia dello scontrino"),
        ),
    ),
    Thread(
        "wrong_invoice",
        (
            says(0, "Nella fattura avete scritto l’indirizzo vecchio, si può correggere?"),
            answer(22, "Sì: faccio una nota di credito e la riemetto. Mi conferma {city} come sede?"),
            says(8, "Confermo"),
            answer(15, "Fatto, la nuova porta la data di oggi."),
            resolved(3, "Fattura da correggere"),
        ),
    ),
    Thread(
        "instalments",
        (
            says(0, "È possibile pagare a rate? Il pagamento sarebbe intorno ai 400 euro"),
            answer(19, "In tre rate senza interessi, sì: lo sceglie al momento dell’ordine."),
            says(4, "Perfetto grazie"),
            resolved(2, "Modi di pagamento"),
        ),
    ),
    Thread(
        "refund_missing",
        (
            says(0, "Il rimborso dell’ordine {order} non è ancora arrivato"),
            answer(11, "Buongiorno {name}: è partito venerdì, la banca impiega fino a 5 giorni lavorativi."),
            says(16, "E se giovedì non c’è?"),
            answer(3, "Mi scriva qui e Le mando la ricevuta della banca."),
            says(2, "Va bene"),
            resolved(4, "Tempi del rimborso"),
        ),
    ),
)

ENGLISH = (
    Thread(
        "en_shipping",
        (
            says(0, "Hello! Do you ship to Germany? I would like the blue jug"),
            answer(14, "Hello {name}, yes we do: 14 euros, four working days."),
            says(6, "Great, I will order tonight. Thank you!"),
            resolved(2, "Spedizione all’estero"),
        ),
        "en",
    ),
    Thread(
        "en_parcel",
        (
            says(0, "Hi, where is my parcel? The order number is {order}"),
            answer(10, "Hello {name}, it left Italy yesterday and should be with you on Thursday."),
            says(5, "Perfect, thanks"),
            resolved(2, "Stato dell’ordine"),
        ),
        "en",
    ),
    Thread(
        "en_return",
        (
            says(0, "Good morning, I need to return a teapot, the lid arrived broken"),
            answer(12, "I am sorry about that, {name}. We will send you a new lid, no need to return anything."),
            says(7, "That is very kind!"),
            resolved(3, "Pezzo danneggiato", "replaced"),
        ),
        "en",
    ),
    Thread(
        "en_invoice",
        (
            says(0, "Could I have an invoice for order {order}? It is for my café"),
            answer(24, "Of course. Please write me the company name and the VAT number."),
            says(31, "Brandt & Cole Ltd, DE123456789"),
            answer(9, "Done, it is in your mailbox."),
            resolved(2, "Richiesta di fattura"),
        ),
        "en",
    ),
    Thread(
        "en_visit",
        (
            says(0, "We are in Florence next week, can we visit the workshop?"),
            answer(16, "With pleasure! Weekdays at eleven we show the kiln. How many will you be?"),
            says(9, "Four, on Tuesday"),
            answer(3, "See you on Tuesday at eleven."),
            says(1, "Wonderful 😊"),
            resolved(1, "Visite", "booked"),
        ),
        "en",
    ),
)
