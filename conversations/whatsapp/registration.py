"""Setting a number up at Meta: code, registration, webhook, profile, badge (facts §8; C2, C4, C5)."""

from __future__ import annotations

from conversations.whatsapp.transport import Json, Transport

NUMBER = (
    "verified_name", "display_phone_number", "quality_rating", "status", "name_status", "code_verification_status", "throughput",
    "platform_type", "account_mode", "is_official_business_account", "whatsapp_business_manager_messaging_limit",
)  # fmt: skip
PROFILE = "about,address,description,email,profile_picture_url,websites,vertical"


class Registration(Transport):
    """Raises ApiError, NotSent or Unanswered. All of these may be repeated but `register`: ten times in 72 hours."""

    @property
    def _number(self) -> str:
        return self.access.phone_number_id

    def number(self) -> Json:
        return self.call("GET", self._number, params={"fields": ",".join(NUMBER)})

    def numbers_of_account(self) -> list[str]:
        """Ids of the numbers that the token may use in this account."""
        found = self.call("GET", f"{self.access.waba_id}/phone_numbers").get("data") or []
        return [str(one.get("id") or "") for one in found]

    def request_code(self, *, method: str, language: str) -> None:
        """`method`: SMS or VOICE; `language`: it_IT, en_US, …"""
        self.call("POST", f"{self._number}/request_code", json={"code_method": method, "language": language})

    def verify_code(self, code: str) -> None:
        self.call("POST", f"{self._number}/verify_code", json={"code": code})

    def register(self, pin: str) -> None:
        """With the six digits of the two-step PIN; the first one given becomes it."""
        self.call("POST", f"{self._number}/register", json={"messaging_product": "whatsapp", "pin": pin})

    def subscribe(self, *, callback: str, verify_token: str) -> None:
        """Meta asks the callback for its challenge before it says yes."""
        body = {"override_callback_uri": callback, "verify_token": verify_token}
        self.call("POST", f"{self.access.waba_id}/subscribed_apps", json=body)

    def subscriptions(self) -> list[Json]:
        return list(self.call("GET", f"{self.access.waba_id}/subscribed_apps").get("data") or [])

    def profile(self) -> Json:
        """Meta's documents show two shapes: flat, and below `business_profile` (facts §8)."""
        found = (
            self.call("GET", f"{self._number}/whatsapp_business_profile", params={"fields": PROFILE}).get("data")
            or [{}]
        )[0]
        inner = found.get("business_profile")
        return inner if isinstance(inner, dict) else found

    def change_profile(self, changes: Json) -> None:
        self.call(
            "POST", f"{self._number}/whatsapp_business_profile", json={"messaging_product": "whatsapp", **changes}
        )

    def badge(self) -> str:
        return str(self.call("GET", f"{self._number}/official_business_account").get("oba_status") or "")

    def ask_for_badge(self, *, action: str, business_name: str, description: str) -> None:
        """`action`: SUBMIT_APPLICATION, RESUBMIT_APPLICATION or WITHDRAW_APPLICATION."""
        data = {"business_name": business_name[:255], "business_description": description[:1000]}
        self.call(
            "POST", f"{self._number}/official_business_account", json={"action": action, "application_data": data}
        )

    def handle_of(self, *, content: bytes, content_type: str, filename: str) -> str:
        """A file through the Resumable Upload API: the handle that a profile picture or a template's sample is given by (facts §8)."""
        announced = {"file_length": str(len(content)), "file_type": content_type, "file_name": filename}
        session = str(self.call("POST", "app/uploads", params=announced).get("id") or "")
        headers = {"Authorization": f"OAuth {self.access.access_token}", "file_offset": "0"}
        return str(self.call("POST", session, headers=headers, data=content).get("h") or "")
