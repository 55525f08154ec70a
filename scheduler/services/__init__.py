"""Use cases by noun: async functions that take a transaction, ask the policy first and never commit."""
