"""RecBole's LightGCN on rows that are given: seconds of processor time per epoch and NDCG@10 after each.

Input: `train` and `valid`, each {users, items} as lists of numbers; `n_layers`, `embedding_size`, `batch_size`,
`learning_rate`, `reg_weight`, `epochs`, `seed`, `threads`; `n_batches`, if not 0, times that many batches and no epoch.
Output: `n_train`, `seconds` and `ndcg` per epoch, or `seconds_per_batch`.
"""

import json
import logging
import os
import sys
import tempfile
import time
from pathlib import Path


def write(folder, name, rows):
    """Write one part as RecBole's atomic file."""
    with (folder / f"given.{name}.inter").open("w", encoding="utf-8") as file:
        file.write("user_id:token\titem_id:token\n")
        file.writelines(f"{user}\t{item}\n" for user, item in zip(rows["users"], rows["items"], strict=True))


def main(request):
    """Train as asked."""
    import torch
    from recbole.config import Config
    from recbole.data import create_dataset, data_preparation
    from recbole.model.general_recommender import LightGCN
    from recbole.trainer import Trainer
    from recbole.utils import init_seed

    torch.set_num_threads(request["threads"])
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)  # RecBole writes logs into the working directory, whatever it is told
        place = Path(folder) / "given"
        place.mkdir()
        for name, rows in (("train", request["train"]), ("valid", request["valid"]), ("test", request["valid"])):
            write(place, name, rows)
        settings = {
            "data_path": folder,
            "checkpoint_dir": folder,
            "benchmark_filename": ["train", "valid", "test"],
            "load_col": {"inter": ["user_id", "item_id"]},
            "use_gpu": False,
            "show_progress": False,
            "seed": request["seed"],
            "train_batch_size": request["batch_size"],
            "train_neg_sample_args": {"distribution": "uniform", "sample_num": 1},
            "eval_args": {"group_by": "user", "order": "RO", "mode": "full"},
            "metrics": ["NDCG"],
            "topk": [10],
            "metric_decimal_place": 6,
            "valid_metric": "NDCG@10",
            "embedding_size": request["embedding_size"],
            "n_layers": request["n_layers"],
            "reg_weight": request["reg_weight"],
            "learning_rate": request["learning_rate"],
            "epochs": request["epochs"],
        }
        config = Config(model="LightGCN", dataset="given", config_dict=settings)
        init_seed(config["seed"], config["reproducibility"])
        dataset = create_dataset(config)
        train, valid, _ = data_preparation(config, dataset)
        model = LightGCN(config, train.dataset)
        trainer = Trainer(config, model)
        if request["n_batches"]:
            return {"seconds_per_batch": time_batches(trainer, train, request["n_batches"])}
        seconds, ndcg = [], []
        for epoch in range(request["epochs"]):
            started = time.process_time()
            trainer._train_epoch(train, epoch)
            seconds.append(time.process_time() - started)
            ndcg.append(float(trainer.evaluate(valid, load_best_model=False)["ndcg@10"]))
        return {"n_train": len(train.dataset), "seconds": seconds, "ndcg": ndcg}


def time_batches(trainer, train, n_batches):
    """Return the mean seconds of a step, as in RecBole's own epoch; the first one is not counted."""
    started = time.process_time()
    for done, batch in enumerate(train):
        if done == 1:
            started = time.process_time()
        trainer.optimizer.zero_grad()
        loss = trainer.model.calculate_loss(batch)
        loss.backward()
        trainer.optimizer.step()
        if done == n_batches:
            break
    return (time.process_time() - started) / n_batches


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    logging.disable(logging.CRITICAL)
    print(json.dumps(main(asked)))
