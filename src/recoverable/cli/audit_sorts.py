"""Which stores of an account have to be remembered once they were told: one of each sort, so that memory does not grow with the account."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from recoverable.enforce.engine import Evaluation
from recoverable.enforce.gate import Before
from recoverable.model.estate import Store
from recoverable.standard.load import Standard


@dataclass(slots=True)
class Sorts:
    """What earlier parts of an account held.

    Plans and keys are judged in the last part by what they protect: by what the standard demands of it, its kind, its key. Of stores that
    are alike in all of that one stands for the others, the first by its address, which is the one that a finding names.
    """

    before: Before = field(default_factory=Before)
    _seen: set[int] = field(default_factory=set)

    def needed(self, evaluations: Sequence[Evaluation], only: Collection[str], standard: Standard) -> frozenset[str]:
        """The stores of a part that are the first of their sort; of all of them it is kept what rules about the run ask."""
        kept = []
        for evaluation in evaluations:
            stores = sorted((store for store in evaluation.estate.stores if store.address in only), key=lambda store: store.address)
            self.before.take(standard, evaluation, stores)
            for store in stores:
                sort = hash(_sort(store, repr(evaluation.demands_of(store))))
                if sort not in self._seen:
                    self._seen.add(sort)
                    kept.append(store.address)
        return frozenset(kept)


def _sort(store: Store, demands: str) -> tuple[object, ...]:
    plans = tuple(sorted(rule.address for rule in store.plans))
    key = (store.kms_key.kind, store.kms_key.data, store.kms_key.note)
    return (type(store), store.kind, store.role, str(store.region.data), repr(key), plans, store.plans_unknown, store.tags_unknown, demands)
