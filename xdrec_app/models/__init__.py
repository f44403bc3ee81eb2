"""Recommenders. They know arrays and tensors; no workspace, no metric, no file, no window."""
