"""Writes the ONNX file and its card, with the quality measured on the exported file and unseen images."""

import hashlib
import json
from math import sqrt
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch

from network import CLASSES, Shipped

NAME, VERSION = "surface-v1", "1.0.0"
FAIL_AT = 0.5
SEVERITY = {"scratch": 3, "void": 8, "stain": 1}


def write_model(net, folder: Path, recipe: dict, test):
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "model.onnx"
    export(Shipped(net).eval(), file)
    content = file.read_bytes()
    card = {
        "name": NAME,
        "version": VERSION,
        "description": "Scratches, voids and stains on machined surfaces, as the demo plant draws them.",
        "file": file.name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "input": {
            "name": "image",
            "layout": "NCHW",
            "channels": 1,
            "height": 128,
            "width": 128,
            "resize": "bilinear",
            "divideBy": 255,
        },
        "outputs": {"scores": {"name": "probabilities", "kind": "probabilities"}, "box": {"name": "box", "kind": "xywh-shares"}},
        "classes": [
            {"name": name, "defect": None if name == "good" else name, "severity": SEVERITY.get(name)} for name in CLASSES
        ],
        "thresholds": {"fail": FAIL_AT},
        "training": recipe,
        "quality": measure(file, test),
    }
    (folder / "card.json").write_text(json.dumps(card, indent=2) + "\n")
    print(json.dumps(card["quality"], indent=1))


def export(net, file: Path):
    example = torch.zeros(2, 1, 128, 128)
    program = torch.onnx.export(
        net,
        (example,),
        input_names=["image"],
        output_names=["probabilities", "box"],
        dynamic_shapes=({0: torch.export.Dim("N", min=1)},),
        opset_version=18,
        dynamo=True,
        verbose=False,
    )
    # Traces of where the exporter met each node tell of the machine, not of the model.
    model = program.model_proto
    for node in model.graph.node:
        del node.metadata_props[:]
        node.ClearField("doc_string")
    for part in (model, model.graph, *model.graph.input, *model.graph.output, *model.graph.initializer):
        del part.metadata_props[:]
    # The exporter lists weights, and sizes between layers (which nothing needs), in an order that changes from run to run.
    model.graph.initializer.sort(key=lambda weight: weight.name)
    del model.graph.value_info[:]
    onnx.checker.check_model(model, full_check=True)
    file.write_bytes(model.SerializeToString(deterministic=True))


def measure(file: Path, test):
    images, kinds, boxes = (part.numpy() for part in test)
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    answers = [
        session.run(["probabilities", "box"], {"image": images[at : at + 8].astype(np.float32) / 255})
        for at in range(0, len(images), 8)
    ]
    probabilities, box = (np.concatenate(parts) for parts in zip(*answers))
    # As the pipeline decides: fail if anything but good is likely enough; the defect is then the likeliest one.
    failed = 1 - probabilities[:, 0] >= FAIL_AT
    verdict = np.where(failed, 1 + probabilities[:, 1:].argmax(1), 0)
    confusion = [[int(((kinds == truth) & (verdict == said)).sum()) for said in range(4)] for truth in range(4)]
    found = (kinds > 0) & failed
    shared = overlap(box[found], boxes[found])
    return {
        "on": "test",
        "images": len(kinds),
        "classes": CLASSES,
        "confusion": confusion,
        "correct": wilson(int((verdict == kinds).sum()), len(kinds)),
        "escapes": wilson(int(((kinds > 0) & ~failed).sum()), int((kinds > 0).sum())),
        "overkill": wilson(int(((kinds == 0) & failed).sum()), int((kinds == 0).sum())),
        "perClass": [
            {
                "class": name,
                "sensitivity": wilson(int(((kinds == k) & (verdict == k)).sum()), int((kinds == k).sum())),
                "specificity": wilson(int(((kinds != k) & (verdict != k)).sum()), int((kinds != k).sum())),
            }
            for k, name in enumerate(CLASSES)
        ],
        "location": {
            "of": "boxes of defective images that failed, against the box of what was drawn",
            "meanOverlap": round(float(shared.mean()), 4),
            "overlapAtLeastHalf": wilson(int((shared >= 0.5).sum()), len(shared)),
            "perClass": [
                {"class": name, "meanOverlap": round(float(shared[kinds[found] == k].mean()), 4),
                 "overlapAtLeastHalf": wilson(int((shared[kinds[found] == k] >= 0.5).sum()), int((kinds[found] == k).sum()))}
                for k, name in enumerate(CLASSES)
                if k > 0
            ],
        },
    }


def overlap(a, b):
    low, high = np.maximum(a[:, :2], b[:, :2]), np.minimum(a[:, :2] + a[:, 2:], b[:, :2] + b[:, 2:])
    shared = np.clip(high - low, 0, None).prod(1)
    return shared / (a[:, 2:].prod(1) + b[:, 2:].prod(1) - shared)


def wilson(hits: int, of: int):
    """A share with its 95 % interval. Wilson (1927), J. Am. Stat. Assoc. 22:209."""
    z, p = 1.959964, hits / of
    middle, half = (p + z * z / (2 * of)) / (1 + z * z / of), z * sqrt(p * (1 - p) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return {"hits": hits, "of": of, "value": round(p, 5), "low": round(max(0, middle - half), 5), "high": round(min(1, middle + half), 5)}
