"""LensKit's EASE on interactions that it gets as a file: seconds of training alone, and the size of what it learnt."""

from __future__ import annotations

import json
import sys
import time

import numpy as np
import pandas as pd
from lenskit.data import from_interactions_df
from lenskit.knn import EASEScorer

request = json.load(sys.stdin)
rows = np.load(request["rows"])
frame = pd.DataFrame({"user_id": rows["users"], "item_id": rows["items"]})
dataset = from_interactions_df(frame)
seconds = []
for _ in range(request["repeats"]):
    scorer = EASEScorer(regularization=request["l2"])
    started = time.perf_counter()
    scorer.train(dataset)
    seconds.append(time.perf_counter() - started)
order = np.argsort(np.asarray(dataset.items.ids()))
weights = np.asarray(scorer.weights)[np.ix_(order, order)]
print(json.dumps({"seconds": seconds, "n_items": len(order), "sample": weights[:40, :40].tolist()}))
