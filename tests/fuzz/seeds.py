#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the seeds of every fuzz target: python3 tests/fuzz/seeds.py

Small files of every form that a loader takes, and damaged ones. Inputs that once failed are not made here: they lie
beside the seeds under names that begin with "finding_".
"""

import gzip
import json
import pathlib
import struct

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus"


def write(target, files):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data.encode() if isinstance(data, str) else data)


def npy(descr, shape, numbers, code, version=1):
    axes = ", ".join(str(n) for n in shape) + ("," if len(shape) == 1 else "")
    text = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': ({axes}), }}"
    length = 10 if version == 1 else 12
    text += " " * (-(length + len(text) + 1) % 64) + "\n"
    size = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + size + text.encode() + struct.pack(f"<{len(numbers)}{code}", *numbers)


def safetensors(tensors, metadata=None):
    """tensors: name -> (dtype, shape, numbers)"""
    header, data = {}, b""
    for name, (dtype, shape, numbers) in tensors.items():
        begin = len(data)
        data += struct.pack(f"<{len(numbers)}{'f' if dtype == 'F32' else 'd'}", *numbers)
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [begin, len(data)]}
    if metadata:
        header["__metadata__"] = metadata
    text = json.dumps(header)
    text += " " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text.encode() + data


def json_seeds():
    write("json", {
        "values.json": '{"a": [1, -2.5e3, true, null, "\\u00e9\\n"], "key": {"b": 3.0, "c": 9007199254740993}}',
        "array.json": "[0, 1e308, -0.0, 1e-320, [], {}]",
        "broken.json": '{"a": [1,\n  2,\n  oops]}',
        "overflow.json": "[1e999]",
        "blank.json": " \n\t",
        "deep.json": "[" * 500 + "]" * 500,
    })
    write("json_lines", {
        "good.jsonl": '{"a": 1}\n\n[1, 2]\r\n"text"\n3',
        "bad.jsonl": '\xef\xbb\xbf{"a": 1}\n{"bad": 1}\n{oops\n  \n{"a": 2}\n'.encode("latin-1"),
        "utf16.jsonl": b"\xff\xfe{\x00}\x00",
        "blank.jsonl": "\n \r\n",
    })


def array_seeds():
    write("npy", {
        "f4.npy": npy("<f4", [2, 2], [1, -2.5, float("inf"), float("nan")], "f"),
        "f8.npy": npy("<f8", [3], [1e300, 0, -0.0], "d"),
        "i4.npy": npy("<i4", [1, 2, 1, 1], [-1, 300], "i"),
        "i8.npy": npy("<i8", [2], [2**40, -1], "q", version=2),
        "u1.npy": npy("|u1", [4], [0, 1, 128, 255], "B"),
        "empty.npy": npy("<f4", [0, 3], [], "f"),
        "cut.npy": npy("<f8", [3], [1, 2, 3], "d")[:-3],
        "big_endian.npy": npy(">f4", [1], [1], "f"),
    })
    obs, action = npy("<f4", [2, 3, 1], range(6), "f"), npy("<f8", [2, 3, 1], [0.5] * 6, "d")
    reward, label = npy("<f4", [2, 3], range(6), "f"), npy("<i8", [2, 1], [3, 4], "q")

    def joined(*parts):
        return b"".join(struct.pack("<H", len(p)) + p for p in parts[:3]) + parts[3]

    write("cpl_files", {
        "all": joined(obs, action, reward, label),
        "no_reward": joined(obs, action, b"", label),
        "shapes": joined(obs, reward, action, label),
    })


def tensor_seeds():
    write("safetensors", {
        "both": safetensors({"a": ("F32", [2, 1], [1, 2]), "b": ("F64", [], [3])}, {"k": "v"}),
        "none": safetensors({}),
        "empty": safetensors({"e": ("F32", [0, 4], [])}),
        "cut": safetensors({"a": ("F32", [2], [1, 2])})[:-1],
        "name": "name\xff and text",
    })
    net = {"layer0.weight": ("F32", [2, 1], [1, -1]), "layer0.bias": ("F32", [1], [0.5])}
    wide = {name: ("F64", shape, numbers) for name, (_, shape, numbers) in net.items()}
    gaussian = {"activation": "tanh", "policy": "gaussian", "score": "log_density", "std": "learned", "mean": "tanh"}
    write("parameters", {
        "mlp": safetensors(net, {"activation": "tanh", "policy": "mlp"}),
        "relu": safetensors(wide, {"activation": "relu"}),
        "candidate": safetensors(net, {"activation": "tanh", "policy": "candidate"}),
        "gaussian": safetensors({**net, "log_std": ("F32", [1], [-1])}, gaussian),
        "gaussian_fixed": safetensors({**wide, "fixed_log_std": ("F64", [1], [-1])}, {**gaussian, "std": "fixed"}),
        "tabular": safetensors({"choice_counts": ("F32", [2], [1, 2]), "logits": ("F32", [3], [0, 1, -1])},
                               {"policy": "tabular"}),
    })


def text_seeds():
    def packed(text):
        return gzip.compress(text, mtime=0)

    write("gzip", {"text.gz": packed(b"preference"), "two.gz": packed(b"a") + packed(b"") + b"\0\0", "plain": "plain",
                   "cut.gz": packed(b"a preference, and another")[:-9]})
    talk = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]
    steps = {"log_probs": [-1, "-inf", 5], "reference": [-1.5, -2, None], "mask": [1, 1, 0]}
    write("pairs", {
        "texts.jsonl": '{"chosen": "a", "rejected": "b"}\n{"prompt": "p", "chosen": "pa", "rejected": "b"}\n',
        "talks.jsonl": json.dumps({"chosen": talk, "rejected": talk, "prompt": "q"}),
        "steps.jsonl": json.dumps({"chosen": steps, "rejected": {"log_probs": []}, "label": 0.5, "gap": -1}),
        "bad.jsonl": '{"chosen": "a"}\n{"chosen": {"log_probs": [1, null]}, "rejected": {"log_probs": [1e39]}}\n[\n',
    })
    grades = {g: 0 for g in ("-3", "-2", "-1", "0", "1", "2", "3")}
    morality = ("killing", "physical_harm", "non_physical_harm", "intending_harm", "deception", "manipulation", "promises",
                "stealing", "trespassing", "spying", "vandalism", "fairness", "other")
    annotation = {"utility": {"self": grades, "others": grades}, "physical": {"watts": 250}, "money": {"dollars": 10},
                  "social": {"influence": {"0": 1, "1": 0, "2": 0}}, "morality": {m: 0 for m in morality}}

    def node(i, following):
        return {"id": i, "text": "t", "choices": [{"text": "c", "next": n, "points": 5, "annotation": annotation}
                                                  for n in following]}

    games = {"game": [node(0, [1, 2]), node(1, [2])], "cycle": [node(0, [1]), node(1, [0])], "none": []}
    write("choice_game", {f"{name}.json": json.dumps({"start": 0, "terminal": 2, "n_nodes": len(nodes), "nodes": nodes})
                          for name, nodes in games.items()})


def number_seeds():
    some = bytes((37 * i + 11) % 251 for i in range(120))
    write("decide", {f"f{f}_kind{kind}": bytes([f, kind]) + some[f:40 + 10 * f]
                     for f in range(8) for kind in (0, 4, 7)})
    write("mix", {f"kind{kind}": bytes([kind]) + some for kind in (0, 2, 4, 8, 16, 19, 32, 48, 63)})


if __name__ == "__main__":
    json_seeds()
    array_seeds()
    tensor_seeds()
    text_seeds()
    number_seeds()
