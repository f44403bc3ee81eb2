"""implicit's BPR on rows of a file: seconds of each epoch, and the factors it ends with.

Input: `rows` (path of an .npz with int32 `users` and `items`), `n_users`, `n_items`, `embedding_size`, `epochs`,
`learning_rate`, `regularization`, `seed`, `threads`, `factors` (path of the .npz to write).
Output: `seconds` per epoch.
"""

import json
import sys
import time


def main(request):
    """Train as asked."""
    import numpy as np
    from implicit.bpr import BayesianPersonalizedRanking
    from scipy import sparse

    rows = np.load(request["rows"])
    shape = request["n_users"], request["n_items"]
    matrix = sparse.csr_matrix((np.ones(len(rows["users"]), np.float32), (rows["users"], rows["items"])), shape=shape)
    model = BayesianPersonalizedRanking(
        factors=request["embedding_size"],
        learning_rate=request["learning_rate"],
        regularization=request["regularization"],
        iterations=request["epochs"],
        num_threads=request["threads"],
        random_state=request["seed"],
        use_gpu=False,
    )
    ends = [time.perf_counter()]
    model.fit(matrix, show_progress=False, callback=lambda *_: ends.append(time.perf_counter()))
    np.savez(request["factors"], users=model.user_factors, items=model.item_factors)
    return {"seconds": np.diff(ends).tolist()}


if __name__ == "__main__":
    print(json.dumps(main(json.load(sys.stdin))))
