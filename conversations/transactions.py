"""How verbs share a transaction."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from django.db import connection, transaction

P = ParamSpec("P")
R = TypeVar("R")


def joined(verb: Callable[P, R]) -> Callable[P, R]:
    """The verb runs in its caller's transaction, or in one of its own when there is none.

    Unlike `transaction.atomic` it takes no savepoint when nested, which would cost two statements a call. So it checks first and
    changes after: a caller that catches its refusal finds nothing half done.
    """

    @functools.wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            return verb(*args, **kwargs)
        with transaction.atomic():
            return verb(*args, **kwargs)

    return run


def afterwards(work: Callable[..., object], *given: Any) -> None:
    """Once the transaction is committed, for what may be lost in a crash because a sweep finds it too. A failure is logged only.

    Not a partial: Django names what failed by its `__qualname__`, which partials lack.
    """

    def after() -> None:
        work(*given)

    transaction.on_commit(after, robust=True)
