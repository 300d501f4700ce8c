"""
Trains surface-v1 on drawn images and writes its folder. From the root of the repository:

    node --import tsx inference/training/draw.ts SETS
    pip install torch onnx onnxscript onnxruntime
    python inference/training/train.py SETS inference/models/surface-v1

A few minutes on two cores. Users of Fishbone need neither this nor Python.
"""

import csv
import json
import platform
import sys
from pathlib import Path

import numpy as np
import torch

from export import write_model
from network import CLASSES, SurfaceNet, loss, overlap

SEED = 20260101
EPOCHS = 10
BATCH = 32
THREADS = 2


def main(sets: Path, folder: Path):
    torch.manual_seed(SEED)
    torch.set_num_threads(THREADS)
    torch.use_deterministic_algorithms(True)
    train, validation = read(sets, "train"), read(sets, "validation")
    net = SurfaceNet().to(memory_format=torch.channels_last)
    best = fit(net, train, validation)
    net.load_state_dict(best["state"])
    recipe = {
        "recipe": "inference/training/train.py",
        "images": "drawn by ingest/demo-plant/image.ts (drawSurface, contrast 1)",
        "sets": json.loads((sets / "sets.json").read_text()),
        "seed": SEED,
        "epochs": EPOCHS,
        "epochChosen": best["epoch"],
        "parameters": sum(p.numel() for p in net.parameters()),
        "software": f"Python {platform.python_version()}, PyTorch {torch.__version__}, {THREADS} CPU threads",
    }
    write_model(net.eval(), folder, recipe, read(sets, "test"))


def read(sets: Path, name: str):
    """-> images [N, 1, 128, 128] uint8, kinds [N], boxes [N, 4] in shares of the image (zeros where good)."""
    with open(sets / f"{name}.csv") as file:
        truth = list(csv.DictReader(file))
    pixels = np.fromfile(sets / f"{name}.u8", dtype=np.uint8).reshape(len(truth), 1, 128, 128)
    kinds = [CLASSES.index(row["kind"]) for row in truth]
    boxes = [[float(row[side] or 0) / 128 for side in ("x", "y", "width", "height")] for row in truth]
    return torch.from_numpy(pixels), torch.tensor(kinds), torch.tensor(boxes)


def fit(net, train, validation):
    images, kinds, boxes = train
    draw = torch.Generator().manual_seed(SEED)
    steps = EPOCHS * (len(images) // BATCH)
    optimizer = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=steps, pct_start=0.2)
    best = {"score": -1.0}
    for epoch in range(1, EPOCHS + 1):
        net.train()
        order = torch.randperm(len(images), generator=draw)
        for at in range(0, len(order) - BATCH + 1, BATCH):
            pick = order[at : at + BATCH]
            image, box = flipped(images[pick].float() / 255, boxes[pick], draw)
            optimizer.zero_grad()
            value = loss(*net(image), kinds[pick], box)
            value.backward()
            optimizer.step()
            schedule.step()
        correct, place = judge(net, validation)
        print(f"epoch {epoch}: loss {value.item():.3f}, validation correct {correct:.4f}, overlap {place:.3f}", flush=True)
        if correct + 0.1 * place > best["score"]:
            state = {name: value.clone() for name, value in net.state_dict().items()}
            best = {"score": correct + 0.1 * place, "epoch": epoch, "state": state}
    return best


def flipped(image, box, draw):
    """A mirrored surface is a surface too: each image of the batch is flipped or not, its box with it."""
    for axis, at in ((3, 0), (2, 1)):
        flip = torch.rand(len(image), generator=draw) < 0.5
        image = torch.where(flip[:, None, None, None], image.flip(axis), image)
        mirrored = box.clone()
        mirrored[:, at] = 1 - box[:, at] - box[:, at + 2]
        box = torch.where(flip[:, None], mirrored, box)
    return image, box


@torch.no_grad()
def judge(net, some):
    net.eval()
    images, kinds, boxes = some
    answers = [net(images[at : at + 100].float() / 255) for at in range(0, len(images), 100)]
    logits, box = (torch.cat(parts) for parts in zip(*answers))
    bad = kinds > 0
    return (logits.argmax(1) == kinds).float().mean().item(), overlap(box[bad], boxes[bad]).mean().item()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
