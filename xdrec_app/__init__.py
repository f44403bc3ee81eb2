"""XDRec: a desktop application for cross-domain recommendation."""

__version__ = "0.1.0"
