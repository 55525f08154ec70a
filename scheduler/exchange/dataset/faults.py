"""What is wrong with a dataset, row by row."""

import dataclasses
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a dataset: where it is and what it is.

    `row` counts from 1, 0 stands for the document itself; `key` is the row's natural key where it has one;
    `field` is a dotted path inside the row.
    """

    list_name: str
    row: int
    key: str
    field: str
    code: str
    params: Mapping[str, str | int] = dataclasses.field(default_factory=dict)

    @property
    def path(self) -> str:
        """Where the fault is, as one text: ``resources[18] cnc-1: offers.0.capacity``."""
        place = self.list_name + (f"[{self.row}]" if self.row else "")
        return place + (f" {self.key}" if self.key else "") + (f": {self.field}" if self.field else "")

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.path}: {self.code}" + (f" ({details})" if details else "")
