"""Reading queries that several services share."""
