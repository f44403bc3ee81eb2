"""The one training loop of all gradient models. Knows no model, no metric, no workspace."""
