"""RecBole's BPR on rows of a file: interactions a second, as its own loop takes its steps.

Input: `rows` (path of an .npz with int32 `users` and `items`), `embedding_size`, `batch_size`, `learning_rate`,
`n_batches`, `seed`, `threads`.
Output: `interactions_per_s`; the first batches, in which memory is claimed, are not counted.
"""

import json
import logging
import sys
import tempfile
import time
from pathlib import Path

N_FIRST = 5


def main(request):
    """Train as asked."""
    import numpy as np
    import torch
    from recbole.config import Config
    from recbole.data import create_dataset, data_preparation
    from recbole.model.general_recommender import BPR
    from recbole.trainer import Trainer
    from recbole.utils import init_seed

    torch.set_num_threads(request["threads"])
    rows = np.load(request["rows"])
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "given"
        place.mkdir()
        table = np.column_stack([rows["users"], rows["items"]])
        np.savetxt(place / "given.inter", table, "%d", "\t", header="user_id:token\titem_id:token", comments="")
        settings = {
            "data_path": folder,
            "checkpoint_dir": folder,
            "tensorboard_dir": folder,
            "load_col": {"inter": ["user_id", "item_id"]},
            "use_gpu": False,
            "show_progress": False,
            "seed": request["seed"],
            "train_batch_size": request["batch_size"],
            "train_neg_sample_args": {"distribution": "uniform", "sample_num": 1},
            "eval_args": {"split": {"RS": [1, 0, 0]}, "group_by": "user", "order": "RO", "mode": "full"},
            "embedding_size": request["embedding_size"],
            "learning_rate": request["learning_rate"],
        }
        config = Config(model="BPR", dataset="given", config_dict=settings)
        init_seed(config["seed"], config["reproducibility"])
        dataset = create_dataset(config)
        train, _, _ = data_preparation(config, dataset)
        trainer = Trainer(config, BPR(config, train.dataset))
        return {"interactions_per_s": speed(trainer, train, request["n_batches"])}


def speed(trainer, train, n_batches):
    """Take steps as RecBole's own epoch does."""
    started, n_rows = 0.0, 0
    for done, batch in enumerate(train):
        if done == N_FIRST:
            started = time.perf_counter()
        if done == N_FIRST + n_batches:
            break
        n_rows += len(batch) if done >= N_FIRST else 0
        trainer.optimizer.zero_grad()
        loss = trainer.model.calculate_loss(batch.to(trainer.device))
        trainer._check_nan(loss)
        loss.backward()
        trainer.optimizer.step()
    return n_rows / (time.perf_counter() - started)


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    stdout, sys.stdout = sys.stdout, sys.stderr
    answer = main(json.load(sys.stdin))
    print(json.dumps(answer), file=stdout)
