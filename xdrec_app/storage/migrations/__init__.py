"""Schema migrations, one revision per file in `versions`; run by :mod:`xdrec_app.storage.workspace_file`."""
