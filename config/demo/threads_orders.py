"""Orders: parcels, availability, colours, collection. What customers of the invented shop asked in the last two weeks."""

from __future__ import annotations

from config.demo.script import Thread, answer, note, resolved, says

ORDERS = (
    Thread(
        "late_parcel",
        (
            says(0, "Buongiorno, il pacco dell’ordine {order} doveva arrivare ieri. Sapete dov’è?"),
            answer(9, "Buongiorno {name}, controllo subito con il corriere e Le scrivo qui."),
            note(3, "Corriere: fermo in filiale a {city}, indirizzo incompleto."),
            answer(6, "È in filiale a {city}: mancava il numero civico. L’ho aggiunto, riparte domattina."),
            says(14, "Perfetto, grazie della velocità!"),
            resolved(2, "Pacco in ritardo"),
        ),
    ),
    Thread(
        "where_is_it",
        (
            says(0, "Ciao! A che punto è il mio ordine {order}?"),
            answer(12, "Buongiorno {name}, è partito oggi pomeriggio: di solito arriva in due giorni lavorativi."),
            says(4, "Ottimo, grazie mille"),
            resolved(3, "Stato dell’ordine"),
        ),
    ),
    Thread(
        "change_address",
        (
            says(0, "Posso cambiare l’indirizzo di consegna dell’ordine {order}? Ho traslocato a {city}"),
            answer(7, "Certo {name}: mi scrive via, numero civico e CAP?"),
            says(5, "Via delle Fornaci 12, stesso CAP"),
            answer(4, "Fatto. La conferma Le arriva per e-mail fra qualche minuto."),
            says(2, "Gentilissimi 🙏"),
            resolved(1, "Cambio indirizzo"),
        ),
    ),
    Thread(
        "is_it_in_stock",
        (
            says(0, "Buonasera, la {piece} è disponibile? Sul sito non si capisce"),
            answer(16, "Buonasera {name}, ne abbiamo due in bottega. Gliene metto da parte una fino a sabato?"),
            says(9, "Sì per favore, passo venerdì"),
            answer(3, "Messa da parte a Suo nome. A venerdì!"),
            resolved(2, "Disponibilità"),
        ),
    ),
    Thread(
        "collection",
        (
            says(0, "Posso ritirare l’ordine {order} in negozio invece della spedizione?"),
            answer(11, "Sì, volentieri. Da domani alle 15 è pronto al banco: basta il numero dell’ordine."),
            says(6, "Fino a che ora siete aperti?"),
            answer(3, "Fino alle 19, e il sabato solo la mattina."),
            says(2, "Allora passo domani, grazie"),
            resolved(2, "Ritiro in negozio"),
        ),
    ),
    Thread(
        "gift",
        (
            says(0, "Vorrei la {piece} come regalo: fate la confezione e il biglietto?"),
            answer(8, "Certo! La confezione è gratuita. Che cosa scriviamo sul biglietto?"),
            says(22, "“Tanti auguri Bianca, con affetto”"),
            answer(5, "Bellissimo. Lo trova già nell’ordine; spediamo domani."),
            says(1, "Siete fantastici ❤️"),
            resolved(2, "Confezione regalo"),
        ),
    ),
    Thread(
        "made_to_measure",
        (
            says(0, "Realizzate anche servizi su misura? Mi servirebbero 24 piatti per un agriturismo a {city}"),
            answer(25, "Buongiorno {name}, sì: per 24 piatti ci vogliono circa sei settimane. Che diametro desidera?"),
            says(18, "27 cm, smalto bianco opaco"),
            note(4, "Preventivo: 24 × 18 €, chiedere a Elio lo sconto agriturismi."),
            answer(12, "Le preparo un preventivo entro domani e glielo mando qui."),
            says(4, "Perfetto, attendo"),
            resolved(30, "Su misura", "quote_sent"),
        ),
    ),
    Thread(
        "dishwasher",
        (
            says(0, "La {piece} si può lavare in lavastoviglie?"),
            answer(6, "Sì, a 50 gradi al massimo. Gli smalti metallizzati invece solo a mano."),
            says(3, "Grazie, chiarissimo"),
            resolved(1, "Cura dei pezzi"),
        ),
    ),
    Thread(
        "opening_hours",
        (
            says(0, "A che ora aprite sabato? Il negozio è aperto anche il pomeriggio?"),
            says(4, "Ho visto ora il profilo, grazie!"),
            resolved(20, "Orari", "answered_automatically"),
        ),
    ),
    Thread(
        "wedding_list",
        (
            says(0, "Buongiorno, facciamo la lista nozze da voi? Ci sposiamo a giugno 😊"),
            answer(14, "Congratulazioni! Volentieri: quando può passare a vedere le collezioni?"),
            says(35, "Sabato mattina verso le 10?"),
            answer(5, "La aspettiamo sabato alle 10, chieda di Noor."),
            says(2, "A sabato!"),
            resolved(2, "Lista nozze", "appointment"),
        ),
    ),
    Thread(
        "two_parcels",
        (
            says(0, "Mi è arrivato solo un pacco su due, ordine {order}"),
            says(1, "Manca la {piece}"),
            answer(13, "Buongiorno {name}, i due pacchi viaggiano separati: il secondo è in consegna domani."),
            says(8, "Ah bene, già mi preoccupavo"),
            resolved(2, "Pacco in ritardo"),
        ),
    ),
    Thread(
        "picture_of_glaze",
        (
            says(0, "Il verde della {piece} dal vivo è più chiaro che in foto?"),
            answer(19, "Un poco, sì: alla luce del giorno tende al salvia. Vuole un campione? Lo spediamo gratis."),
            says(11, "Magari! Stesso indirizzo dell’ordine {order}"),
            answer(4, "Parte domani con la posta. Mi dica poi che ne pensa."),
            resolved(3, "Colori e smalti"),
        ),
    ),
    Thread(
        "reserve",
        (
            says(0, "Avete ancora posto per il corso di tornio di sabato?"),
            answer(10, "Sì, due posti alle 10 e uno alle 16. Gliene tengo uno?"),
            says(7, "Alle 10, per due persone"),
            answer(2, "Prenotato per due. Portate solo un grembiule!"),
            says(1, "👍"),
            resolved(2, "Corsi", "booked"),
        ),
    ),
)
