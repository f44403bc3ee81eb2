"""How good a ranked list or a predicted rating is: pure functions on numpy arrays, one metric per file.

Knows no model, no dataset and no protocol: what competes, what counts as liked and how ties are broken has been
decided by whoever fills the arrays (see :mod:`xdrec_app.evaluation`).
"""
