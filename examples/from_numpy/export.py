#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes two policies, their costs and the decisions they should lead to: export.py FOLDER

It stands for the end of a training script. The files are what numpy.save and
safetensors.torch.save_file(model.state_dict(), ...) write; numpy is all that is needed.

  observations.npy     S x F   what is seen in each of S situations
  fast.npy             S x V   logits of a table policy
  careful.safetensors          torch.nn.Sequential(Linear(F, H), Tanh(), Linear(H, V))
  wear.npy             S x V   cost of each choice
  expected.safetensors         probs (S x V), price (S), least_violation (S) for WEIGHTS and BUDGET
"""
import json
import os
import sys

import numpy as np

WEIGHTS = (0.6, 0.4)  # fast, careful
BUDGET = 0.2  # on the expected wear


def save_safetensors(file, tensors):
    """Length of the header in eight bytes, the header in JSON, the numbers."""
    header, data = {}, b""
    for name, values in tensors.items():
        values = np.ascontiguousarray(values)
        dtype = {"float32": "F32", "float64": "F64"}[values.dtype.name]
        end = len(data) + values.nbytes
        header[name] = {"dtype": dtype, "shape": list(values.shape), "data_offsets": [len(data), end]}
        data += values.astype(values.dtype.newbyteorder("<")).tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(file, "wb") as out:
        out.write(len(text).to_bytes(8, "little") + text + data)


def log_softmax(z):
    z = z - z.max()
    return z - np.log(np.exp(z).sum())


def decide(rows, wear):
    """The geometric mix of rows of logits, projected on E[wear] <= BUDGET: probabilities, price, least violation."""
    if wear.min() > BUDGET:
        return np.zeros_like(wear), 0.0, wear.min() - BUDGET
    mix = sum(w * log_softmax(row) for w, row in zip(WEIGHTS, rows))
    tilt = lambda price: np.exp(log_softmax(mix - price * wear))
    if tilt(0.0) @ wear <= BUDGET:
        return tilt(0.0), 0.0, 0.0
    low, high = 0.0, 1.0
    while tilt(high) @ wear > BUDGET:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if tilt(middle) @ wear > BUDGET else (low, middle)
    return tilt(high), high, 0.0


def main(folder):
    os.makedirs(folder, exist_ok=True)
    random = np.random.RandomState(7)
    observations = random.standard_normal((4, 3)).astype(np.float32)
    fast = random.standard_normal((4, 5)).astype(np.float32)
    wear = random.uniform(0.0, 0.6, (4, 5)).astype(np.float32)
    wear *= np.array([[0.4], [0.6], [1.0], [1.0]], dtype=np.float32)  # in the first, the budget is not reached
    wear[3] += 0.25  # in the last, it cannot be met
    careful = {
        "0.weight": random.standard_normal((8, 3)),  # outputs x inputs, as in PyTorch
        "0.bias": random.standard_normal(8),
        "2.weight": random.standard_normal((5, 8)),
        "2.bias": random.standard_normal(5),
    }
    careful = {name: values.astype(np.float32) for name, values in careful.items()}

    def network(x):
        p = {name: values.astype(np.float64) for name, values in careful.items()}
        return p["2.weight"] @ np.tanh(p["0.weight"] @ x + p["0.bias"]) + p["2.bias"]

    exact = lambda values: values.astype(np.float64)
    decisions = [
        decide((exact(fast[s]), network(exact(observations[s]))), exact(wear[s])) for s in range(len(wear))
    ]
    probs, price, least_violation = (np.array(column, dtype=np.float64) for column in zip(*decisions))

    for name, values in (("observations", observations), ("fast", fast), ("wear", wear)):
        np.save(os.path.join(folder, name + ".npy"), values)
    save_safetensors(os.path.join(folder, "careful.safetensors"), careful)
    save_safetensors(
        os.path.join(folder, "expected.safetensors"),
        {"probs": probs, "price": price, "least_violation": least_violation},
    )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
