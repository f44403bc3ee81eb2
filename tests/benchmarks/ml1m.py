"""MovieLens 1M for the benchmarks: every rating as one interaction."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from xdrec_app.datasets.catalogue import Catalogue
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.datasets.vocabulary import Vocabulary

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "ml-1m"


def data() -> CrossDomainData:
    """Return all 1,000,209 ratings as one domain without sources."""
    rows = pd.read_csv(FOLDER / "ratings.csv", dtype={"user_id": str, "item_id": str})
    (users, user_ids), (items, item_ids) = (rows[name].factorize(sort=True) for name in ("user_id", "item_id"))
    n_items = len(item_ids)
    catalogue = Catalogue(
        domains=("films",),
        slices=(slice(0, n_items),),
        ids=tuple(item_ids),
        titles=("",) * n_items,
        texts=("",) * n_items,
        tags=((),) * n_items,
    )
    interactions = Interactions.of(users, items, rows["rating"].to_numpy(np.float32), rows["timestamp"])
    return CrossDomainData(Vocabulary(user_ids), catalogue, interactions, ((1.0, 5.0),))
