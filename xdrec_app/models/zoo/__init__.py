"""One model per file; each registers itself (see :mod:`xdrec_app.models.base`). Models do not know each other."""
