"""The peers of the training benchmark: PyTorch and scikit-learn in one process that does what it is told.

One JSON request a line on stdin, one JSON answer a line on stdout. A session of PyTorch is made by `open`, runs `steps` optimizer
steps on shuffled batches at `run` and answers the seconds they took. `probe` fits scikit-learn's logistic regression.
"""

import json
import sys
import time
import warnings

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits
from torch import nn

sessions = {}


def conv_layers(channels, count, pool):
    layers = []
    for _ in range(count):
        layers += [nn.Conv2d(channels, channels, 3, padding=1), nn.ReLU()]
    return [*layers, nn.MaxPool2d(pool), nn.Flatten()]


def dense_layers(sizes):
    layers = []
    for i, (a, b) in enumerate(zip(sizes, sizes[1:])):
        layers += [nn.Linear(a, b)] + ([nn.ReLU()] if i < len(sizes) - 2 else [])
    return layers


class Session:
    def __init__(self, dims, convolutions, sizes, batch, rows, optimizer):
        torch.manual_seed(1)
        head = conv_layers(dims[0], convolutions, 2) if convolutions else []
        self.model = nn.Sequential(*head, *dense_layers(sizes))
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-4, fused=optimizer == "fused")
        self.loss = nn.CrossEntropyLoss()
        self.batch = batch
        self.features = torch.rand(rows, *dims) - 0.5
        self.labels = torch.randint(0, sizes[-1], (rows,))

    def run(self, steps):
        per_epoch = len(self.labels) // self.batch
        order = torch.randperm(len(self.labels))
        start = time.perf_counter()
        for step in range(steps):
            at = step % per_epoch * self.batch
            rows = order[at : at + self.batch]
            x, y = self.features[rows], self.labels[rows]
            self.optimizer.zero_grad(set_to_none=True)
            loss = self.loss(self.model(x), y)
            loss.backward()
            self.optimizer.step()
            value = loss.item()
        assert value == value, "diverged"
        return time.perf_counter() - start


def probe(file, rows, width, train, cs, threads, tolerance, dtype):
    """Fits once per C, cold, in single or double precision (what `dtype` says), and gives seconds, probabilities of the rows that do not train, and accuracies."""
    data = np.fromfile(file, dtype=np.float32)
    x, y = data[: rows * width].reshape(rows, width).astype(dtype), data[rows * width :].astype(np.int64)
    out = {"seconds": 0.0, "fits": []}
    with threadpool_limits(threads), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for c in cs:
            model = make_pipeline(StandardScaler(), LogisticRegression(C=c, tol=tolerance, max_iter=10000))
            start = time.perf_counter()
            model.fit(x[:train], y[:train])
            out["seconds"] += time.perf_counter() - start
            p = model.predict_proba(x[train:])
            out["fits"].append({
                "c": c,
                "iterations": int(model[-1].n_iter_[0]),
                "accuracy": float(np.mean(np.argmax(p, 1) == y[train:])),
                "probabilities": np.round(p, 7).ravel().tolist(),
            })
    return out


def handle(request):
    op = request.pop("op")
    if op == "threads":
        torch.set_num_threads(request["threads"])
        return {"torch": torch.__version__}
    if op == "open":
        name = request.pop("name")
        sessions[name] = Session(**request)
        return {}
    if op == "run":
        return {"seconds": sessions[request["name"]].run(request["steps"])}
    if op == "close":
        del sessions[request["name"]]
        return {}
    if op == "probe":
        return probe(**request)
    raise ValueError(op)


for line in sys.stdin:
    print(json.dumps(handle(json.loads(line))), flush=True)
