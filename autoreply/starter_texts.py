"""The starter set's words (A16), in Italian and English: polite, short, with an expectation and a way on. Staff change or remove them.

Twenty trigger words over the keyword replies of each language; twelve quick replies. `team` names a department by its role in `install`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StarterButton:
    """`does` is person, or the key of the rule it answers with."""

    title: str
    does: str


@dataclass(frozen=True, slots=True)
class StarterRule:
    key: str
    name: str
    trigger: str
    texts: tuple[str, ...]
    keywords: tuple[str, ...] = ()
    buttons: tuple[StarterButton, ...] = ()
    typo: bool = True
    is_active: bool = True
    team: str = ""  # whose questions these are: install makes a routing rule with the same keywords


@dataclass(frozen=True, slots=True)
class StarterReply:
    shortcut: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Starter:
    rules: tuple[StarterRule, ...]
    quick_replies: tuple[StarterReply, ...]


ITALIAN = Starter(
    rules=(
        StarterRule(
            "welcome",
            "Benvenuto",
            "first_contact",
            (
                "Buongiorno {{ contact.first_name | e benvenuto }}, siamo {{ channel.name }}. Ci scriva pure: Le risponde una persona.",
                "Benvenuto {{ contact.first_name | da noi }}! Qui {{ channel.name }}. Ci dica come possiamo aiutarLa, siamo qui.",
            ),
            buttons=(
                StarterButton("Dov’è il mio ordine", "order"),
                StarterButton("Fare un reso", "return"),
                StarterButton("Parlare con qualcuno", "person"),
            ),
        ),
        StarterRule(
            "after-hours",
            "Fuori orario",
            "after_hours",
            (
                "Ora siamo chiusi. Le rispondiamo {{ opening | alla riapertura }}; intanto ci scriva pure tutto qui.",
                "Abbiamo chiuso: torniamo {{ opening | alla riapertura }}. Il Suo messaggio è al sicuro, lo leggiamo per primo.",
            ),
        ),
        StarterRule(
            "order",
            "Ordine e spedizione",
            "keyword",
            (
                "Per dirLe a che punto è l’ordine ci serve il suo numero: lo trova nella conferma. "
                "Ce lo scriva qui e un collega controlla la spedizione.",
                "Controlliamo volentieri la consegna. Ci scriva il numero dell’ordine: un collega guarda e Le risponde qui.",
            ),
            ("ordine", "spedizione", "consegna", "pacco", "corriere", "tracciamento"),
            team="orders",
        ),
        StarterRule(
            "return",
            "Resi e cambi",
            "keyword",
            (
                "Per rendere un pezzo ci scriva il numero dell’ordine, che cosa rende e perché: "
                "un collega Le manda l’etichetta per il corriere.",
                "Per un reso o un cambio bastano numero d’ordine e una foto del pezzo. Li mandi qui: un collega prepara l’etichetta.",
            ),
            ("reso", "rendere", "restituire", "cambio", "rotto", "difettoso"),
            team="returns",
        ),
        StarterRule(
            "billing",
            "Fatture e pagamenti",
            "keyword",
            (
                "Per fatture e pagamenti ci scriva il numero dell’ordine e, per la fattura, codice fiscale o partita IVA. "
                "Se ne occupa l’amministrazione.",
                "Ci mandi il numero dell’ordine: l’amministrazione controlla fattura o pagamento e Le risponde qui.",
            ),
            ("fattura", "rimborso", "pagamento", "scontrino"),
            team="billing",
        ),
        StarterRule(
            "hours",
            "Orari e negozio",
            "keyword",
            (
                "Orari e indirizzo sono nel nostro profilo, qui su WhatsApp: tocchi il nome in alto. "
                "Ci scriva pure a qualunque ora, leggiamo tutto.",
            ),
            ("orari", "aperti", "negozio", "indirizzo"),
        ),
        StarterRule(
            "away",
            "Tutti occupati",
            "button",
            (
                "In questo momento siamo tutti al banco. Il Suo messaggio è in coda e Le risponde una persona: resti pure qui.",
            ),
            is_active=False,
        ),
    ),
    quick_replies=(
        StarterReply(
            "/ciao",
            "Saluto",
            "Buongiorno {{ contact.first_name | a Lei }}, sono {{ agent.first_name | un collega }}. Come posso aiutarLa?",
        ),
        StarterReply("/ordine", "Numero d’ordine", "Mi può scrivere il numero dell’ordine? Lo trova nella conferma."),
        StarterReply(
            "/foto", "Chiedere una foto", "Mi manda una foto del pezzo e dell’imballo? Così controllo subito."
        ),
        StarterReply(
            "/reso",
            "Istruzioni per il reso",
            "Ecco come fare: imballi il pezzo com’era, applichi l’etichetta che Le mando qui e lo consegni al corriere.",
        ),
        StarterReply(
            "/etichetta",
            "Etichetta inviata",
            "Le ho mandato l’etichetta. Quando il pacco ci arriva, Le confermo qui il rimborso o il cambio.",
        ),
        StarterReply(
            "/rimborso",
            "Tempi del rimborso",
            "Il rimborso arriva sullo stesso mezzo di pagamento in 5 giorni lavorativi da quando riceviamo il pezzo.",
        ),
        StarterReply(
            "/fattura",
            "Dati per la fattura",
            "Per la fattura mi servono ragione sociale, indirizzo, partita IVA o codice fiscale e codice destinatario.",
        ),
        StarterReply(
            "/spedito",
            "Spedito oggi",
            "Il Suo ordine è partito oggi: il corriere consegna di solito in 2 o 3 giorni lavorativi.",
        ),
        StarterReply("/attesa", "Un momento", "Controllo e Le rispondo qui entro 15 minuti. Grazie della pazienza."),
        StarterReply(
            "/occupati",
            "Siamo occupati",
            "In questo momento siamo in tanti al banco: Le rispondo entro un’ora. Può lasciarmi qui tutti i dettagli.",
        ),
        StarterReply(
            "/scuse", "Ci scusiamo", "Mi dispiace per l’accaduto. Me ne occupo io e Le dico entro oggi come rimediamo."
        ),
        StarterReply(
            "/grazie",
            "Chiusura",
            "Grazie a Lei, {{ contact.first_name | e a presto }}. Se serve altro, ci scriva qui quando vuole.",
        ),
    ),
)

ENGLISH = Starter(
    rules=(
        StarterRule(
            "welcome",
            "Welcome",
            "first_contact",
            (
                "Hello {{ contact.first_name | and welcome }}, this is {{ channel.name }}. Tell us what you need: a person will answer.",
                "Welcome {{ contact.first_name | to us }}! You have reached {{ channel.name }}. How can we help you today?",
            ),
            buttons=(
                StarterButton("Where is my order", "order"),
                StarterButton("Return something", "return"),
                StarterButton("Talk to a person", "person"),
            ),
        ),
        StarterRule(
            "after-hours",
            "After hours",
            "after_hours",
            (
                "We are closed now. We answer {{ opening | when we open again }}; do write everything here meanwhile.",
                "We have closed and are back {{ opening | soon }}. Your message is safe with us; we read it first.",
            ),
        ),
        StarterRule(
            "order",
            "Order and delivery",
            "keyword",
            (
                "To see where your order is we need its number: it is in your confirmation. "
                "Write it here and a colleague will check the delivery.",
                "We gladly check your delivery. Please write the order number: a colleague looks and answers here.",
            ),
            ("order", "delivery", "shipping", "parcel", "courier", "tracking"),
            team="orders",
        ),
        StarterRule(
            "return",
            "Returns and exchanges",
            "keyword",
            (
                "To return a piece, write us the order number, what you return and why: "
                "a colleague sends you the courier’s label.",
                "For a return or exchange we need the order number and a picture. Send them here: a colleague prepares the label.",
            ),
            ("return", "send back", "exchange", "broken", "damaged", "faulty"),
            team="returns",
        ),
        StarterRule(
            "billing",
            "Invoices and payments",
            "keyword",
            (
                "For invoices and payments please write the order number and, for an invoice, your tax number. "
                "Our billing colleagues take care of it.",
                "Send us the order number: our billing colleagues check the invoice or payment and answer here.",
            ),
            ("invoice", "refund", "payment", "receipt"),
            team="billing",
        ),
        StarterRule(
            "hours",
            "Opening hours and shop",
            "keyword",
            (
                "Our hours and address are in our profile here on WhatsApp: tap the name at the top. "
                "Do write at any time, we read everything.",
            ),
            ("opening hours", "open", "shop", "address"),
        ),
        StarterRule(
            "away",
            "Everybody busy",
            "button",
            (
                "All of us are with customers at this moment. Your message is in the queue and a person will answer you here.",
            ),
            is_active=False,
        ),
    ),
    quick_replies=(
        StarterReply(
            "/hello",
            "Greeting",
            "Hello {{ contact.first_name | there }}, this is {{ agent.first_name | a colleague }}. How can I help you?",
        ),
        StarterReply("/order", "Order number", "Could you write me the order number? It is in your confirmation."),
        StarterReply(
            "/photo",
            "Ask for a picture",
            "Could you send me a picture of the piece and its box? Then I can check at once.",
        ),
        StarterReply(
            "/return",
            "How to return",
            "Please pack the piece as it was, put on the label I am sending you here, and hand it to the courier.",
        ),
        StarterReply(
            "/label",
            "Label sent",
            "I have sent you the label. When the parcel is here I will confirm the refund or exchange.",
        ),
        StarterReply(
            "/refund",
            "When the refund comes",
            "The refund comes by the way you paid, 5 working days after we have received the piece.",
        ),
        StarterReply(
            "/invoice", "Details for an invoice", "For the invoice I need the company’s name, address and tax number."
        ),
        StarterReply(
            "/shipped",
            "Shipped today",
            "Your order left today: the courier usually takes 2 or 3 working days within Italy.",
        ),
        StarterReply(
            "/wait", "One moment", "I am checking and will answer you here within 15 minutes. Thank you for waiting."
        ),
        StarterReply(
            "/busy",
            "We are busy",
            "Many customers are at the counter now: I will answer within an hour. Do leave me all details here.",
        ),
        StarterReply(
            "/sorry",
            "Apology",
            "I am sorry about this. I will see to it myself and tell you today how we put it right.",
        ),
        StarterReply(
            "/thanks",
            "Closing",
            "Thank you, {{ contact.first_name | and goodbye }}. If you need anything else, write to us here.",
        ),
    ),
)

STARTERS = {"it": ITALIAN, "en": ENGLISH}
