"""HTTP, pages and terminal: the edges that open transactions."""
