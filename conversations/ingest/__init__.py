"""From the webhook to stored messages: intake (door, store) -> process -> pipeline run."""
