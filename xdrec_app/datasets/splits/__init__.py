"""One split per file; see :mod:`xdrec_app.datasets.splitting`."""
