"""What the services take and return, and the pure rules of the field: no database, no solver."""
