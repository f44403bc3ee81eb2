"""Interactions as numbers: what models, splits and metrics work on. Knows no database, no workspace, no Qt."""
