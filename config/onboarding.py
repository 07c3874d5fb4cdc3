"""Steps of a number's set-up that a floor above knows about: `(Channel) -> (State, what is so, since)` (C2)."""

STEPS = {
    "replies": "autoreply.onboarding.replies",
}
