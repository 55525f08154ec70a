"""A whole region as one JSON document: its rows with codes in place of ids.

`read_dataset` names every fault at once, `load_dataset` fills an empty region, `dump_dataset` writes the
one canonical form, one row a line.
"""

from scheduler.exchange.dataset.codec import dump_dataset, read_dataset
from scheduler.exchange.dataset.faults import Fault
from scheduler.exchange.dataset.load import LoadedCounts, load_dataset
from scheduler.exchange.dataset.rows import Dataset

__all__ = ["Dataset", "Fault", "LoadedCounts", "dump_dataset", "load_dataset", "read_dataset"]
