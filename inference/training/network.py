"""The network: a small convolutional classifier that also says where the defect is."""

import torch
from torch import nn
from torch.nn import functional as F

CLASSES = ["good", "scratch", "void", "stain"]


def block(channels_in, channels_out, kernel=3, stride=1, dilation=1):
    padding = dilation * (kernel // 2)
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, kernel, stride, padding, dilation, bias=False),
        nn.BatchNorm2d(channels_out),
        nn.ReLU(),
    )


class SurfaceNet(nn.Module):
    """
    [N, 1, 128, 128] gray / 255 -> logits [N, 4], box [N, 4] as x, y, width, height in shares of the image.

    Every layer is a convolution or works on one image alone, so an image gets the same answer to the last bit
    whatever shares its batch.
    """

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(
            block(1, 16, kernel=5, stride=2), block(16, 24, stride=2), block(24, 32), block(32, 48, stride=2)
        )
        # Growing gaps, so that a cell sees as far as the longest scratch reaches.
        self.context = nn.ModuleList([block(48, 48, dilation=d) for d in (1, 2, 4)])
        self.judge = nn.Conv2d(2 * 48, len(CLASSES), 1)
        # One map a side (left, top, right, bottom): how much each cell has to say about that side, and where it is.
        self.attention = nn.Conv2d(48, 4, 1)
        self.offset = nn.Conv2d(48, 4, 1)
        centre = (torch.arange(16, dtype=torch.float32) + 0.5) / 16
        across, down = centre.expand(16, 16), centre.unsqueeze(1).expand(16, 16)
        self.register_buffer("centres", torch.stack([across, down, across, down]).reshape(1, 4, 256))

    def forward(self, image):
        x = self.stem((image - 0.5) * 4)
        for layer in self.context:
            x = x + layer(x)
        pooled = torch.cat([x.mean((2, 3), keepdim=True), x.amax((2, 3), keepdim=True)], 1)
        logits = self.judge(pooled).flatten(1)
        weight = torch.softmax(self.attention(x).flatten(2), 2)
        sides = (weight * (self.centres + self.offset(x).flatten(2))).sum(2).clamp(0, 1)
        corner, opposite = sides[:, :2], sides[:, 2:]
        return logits, torch.cat([corner, (opposite - corner).clamp(min=0)], 1)


class Shipped(nn.Module):
    """What is exported: probabilities in place of logits."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, image):
        logits, box = self.net(image)
        return torch.softmax(logits, 1), box


def loss(logits, box, kind, truth):
    """Cross-entropy for the kind; for images with a defect also distance and overlap of the boxes."""
    total = F.cross_entropy(logits, kind, label_smoothing=0.02)
    found = kind > 0
    if found.any():
        total = total + 4 * F.smooth_l1_loss(box[found], truth[found], beta=0.05) + (1 - overlap(box[found], truth[found])).mean()
    return total


def overlap(a, b):
    """Intersection over union of boxes x, y, width, height: [N, 4], [N, 4] -> [N]."""
    low = torch.maximum(a[:, :2], b[:, :2])
    high = torch.minimum(a[:, :2] + a[:, 2:], b[:, :2] + b[:, 2:])
    shared = (high - low).clamp(min=0).prod(1)
    return shared / (a[:, 2:].prod(1) + b[:, 2:].prod(1) - shared + 1e-6)
