"""The demo shop's goods: what can be sent, shown and ordered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from conversations.simulator.store import Store


@dataclass(frozen=True)
class Product:
    retailer_id: str
    name: str
    description: str
    cents: int
    picture: str  # a drawing in static/phone/products/
    available: bool = True
    currency: str = "EUR"

    def public(self) -> dict[str, Any]:
        """As the phone page lists it."""
        return {**vars(self), "price": self.cents / 100}

    def shown(self, base_url: str) -> dict[str, Any]:
        """As the Graph API lists it."""
        return {
            "id": f"71{int.from_bytes(self.retailer_id.encode()) % 10**13:013}",
            "retailer_id": self.retailer_id,
            "name": self.name,
            "description": self.description,
            "price": f"€{self.cents / 100:.2f}",
            "currency": self.currency,
            "availability": "in stock" if self.available else "out of stock",
            "image_url": f"{base_url}/static/phone/products/{self.picture}.svg",
            "url": f"https://bottega-tramontana.example/{self.retailer_id}",
        }


PRODUCTS = (
    Product("TAZ-01", "Tazza Levante", "Tazza da caffè, smalto azzurro, 180 ml", 2400, "cup"),
    Product("TAZ-02", "Tazza Ponente", "Tazza grande, smalto ocra, 320 ml", 2800, "mug"),
    Product("BRO-01", "Brocca Maestrale", "Brocca da un litro, bianca con bordo blu", 6200, "jug"),
    Product("TEI-01", "Teiera Grecale", "Teiera con filtro, 900 ml", 7900, "teapot"),
    Product("PIA-01", "Piatto Tramontana", "Piatto piano, diametro 27 cm", 3200, "plate"),
    Product("CIO-01", "Ciotola Libeccio", "Ciotola, diametro 16 cm", 2600, "bowl"),
    Product("VAS-01", "Vaso Scirocco", "Vaso alto 24 cm, verde rame", 8900, "vase"),
    Product("SET-01", "Servizio Rosa dei venti", "Quattro tazze, quattro piattini", 16800, "set", available=False),
)


class Catalogue:
    """Each account has the same one, under an id of its own."""

    name = "Bottega Tramontana"
    products = PRODUCTS

    def __init__(self, store: Store) -> None:
        self._store = store
        self._without = {row["waba_id"] for row in store.rows("SELECT waba_id FROM no_catalogue")}

    def id_of(self, waba_id: str) -> str:
        return f"4{int(waba_id) % 10**14:014}" if waba_id.isdigit() else "410000000000000"

    def is_connected(self, waba_id: str) -> bool:
        return waba_id not in self._without

    def connect(self, waba_id: str, *, connected: bool) -> None:
        if connected:
            self._without.discard(waba_id)
            self._store.write("DELETE FROM no_catalogue WHERE waba_id = ?", (waba_id,))
        else:
            self._without.add(waba_id)
            self._store.write("REPLACE INTO no_catalogue VALUES (?)", (waba_id,))

    def get(self, retailer_id: str) -> Product | None:
        return next((product for product in self.products if product.retailer_id == retailer_id), None)
