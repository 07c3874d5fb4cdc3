"""The catalogue of a business account and its products (Graph API: product_catalogs, products; C34)."""

from __future__ import annotations

from conversations.whatsapp.transport import Json, Transport

PRODUCT_FIELDS = "retailer_id,name,description,price,currency,availability,image_url"
PAGE = 100


class Commerce(Transport):
    def catalogues(self) -> list[Json]:
        """Those connected to the account: id and name."""
        return list(self.call("GET", f"{self.access.waba_id}/product_catalogs").get("data") or [])

    def products(self, catalog_id: str) -> list[Json]:
        """All pages."""
        found: list[Json] = []
        params: Json = {"fields": PRODUCT_FIELDS, "limit": PAGE}
        while True:
            page = self.call("GET", f"{catalog_id}/products", params=params)
            found += page.get("data") or []
            paging = page.get("paging") or {}
            after = (paging.get("cursors") or {}).get("after")
            if not after or not paging.get("next"):
                return found
            params = {**params, "after": after}
