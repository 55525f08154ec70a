"""Figures of fairness over shares, told with every plan; none of them decides anything."""

from collections.abc import Sequence


def jain_permille(shares: Sequence[int]) -> int:
    """Return Jain's index ``(Σs)² / (n Σs²)`` in thousandths: 1000 when all are equal.

    >>> jain_permille([1000, 1000]), jain_permille([1000, 0])
    (1000, 500)
    """
    squares = sum(share * share for share in shares)
    if not squares:
        return 1000
    return sum(shares) ** 2 * 1000 // (len(shares) * squares)


def gini_permille(shares: Sequence[int]) -> int:
    """Return the Gini coefficient in thousandths: 0 when all are equal.

    >>> gini_permille([1000, 1000]), gini_permille([1000, 0])
    (0, 500)
    """
    total = sum(shares)
    if not total:
        return 0
    apart = sum(abs(a - b) for a in shares for b in shares)
    return apart * 1000 // (2 * len(shares) * total)
