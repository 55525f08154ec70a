"""Bodies that belong to the HTTP interface alone; all others are the services' own models."""
