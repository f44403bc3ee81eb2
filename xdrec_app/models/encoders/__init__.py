"""Text encoders, one per file; found by their registration."""
