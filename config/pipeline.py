"""The one page that shows what happens to an inbound message, in this order (ARCHITECTURE, D21, D22).

Each step is a function `(PipelineContext) -> Stop | None` that keeps the contract written in conversations/pipeline.py.
"""

INBOUND = [
    "routing.pipeline.route",  # department, priority, agent
    "autoreply.pipeline.reply",  # hand-over words, welcome, keyword, after hours
]
