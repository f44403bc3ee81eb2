"""Why something is recommended and who a person is across domains. Knows no workspace and no window."""
