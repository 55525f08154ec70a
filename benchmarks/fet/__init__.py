"""Schools as FET files: read, posed as our problem, solved, written back for FET to judge."""
