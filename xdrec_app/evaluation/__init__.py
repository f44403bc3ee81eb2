"""How good a model is, under which protocol, beside which baselines. Knows no workspace and no window."""
