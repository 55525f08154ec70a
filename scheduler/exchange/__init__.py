"""Data in and out of a region: the dataset format and the demonstration cluster."""
