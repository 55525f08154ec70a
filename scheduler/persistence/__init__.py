"""Rows: engines, transactions, tables, queries and migrations."""
