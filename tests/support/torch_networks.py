# SPDX-License-Identifier: MIT
"""The known networks once more, in PyTorch: parameters in the order of ours, so that one flat
array fits both.  Written from the same papers, not from our lists of layers."""
import torch
from torch import nn
from torch.nn import functional


def mlp():
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 200), nn.ReLU(), nn.Linear(200, 200), nn.ReLU(),
                         nn.Linear(200, 10))


def cnn():
    return nn.Sequential(nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                         nn.Linear(3136, 512), nn.ReLU(), nn.Linear(512, 10))


def convolution_norm(inputs, outputs, kernel, stride=1, groups=1):
    return [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
            nn.BatchNorm2d(outputs)]


class Residual(nn.Module):
    """relu(main(x) + shortcut(x)); the shortcut's parameters come first."""

    def __init__(self, shortcut, main):
        super().__init__()
        self.shortcut, self.main = shortcut, nn.Sequential(*main)

    def forward(self, x):
        return functional.relu(self.main(x) + self.shortcut(x), inplace=True)


class Subsample(nn.Module):
    """Every other pixel, and zeros for the channels that are not there: He et al.'s option A."""

    def forward(self, x):
        return functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 0, x.shape[1]))


def classifier(features):
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(features, 10)]


def resnet20():
    layers, inputs = convolution_norm(3, 16, 3) + [nn.ReLU(inplace=True)], 16
    for outputs in (16, 32, 64):
        for block in range(3):
            halved = block == 0 and outputs > 16
            main = convolution_norm(inputs, outputs, 3, 2 if halved else 1)
            main += [nn.ReLU(inplace=True)] + convolution_norm(outputs, outputs, 3)
            layers.append(Residual(Subsample() if halved else nn.Identity(), main))
            inputs = outputs
    return nn.Sequential(*layers, *classifier(64))


def mobilenet():
    layers, inputs = convolution_norm(3, 32, 3) + [nn.ReLU(inplace=True)], 32
    for outputs, stride in ([(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)]
                            + 5 * [(512, 1)] + [(1024, 2), (1024, 1)]):
        layers += convolution_norm(inputs, inputs, 3, stride, inputs) + [nn.ReLU(inplace=True)]
        layers += convolution_norm(inputs, outputs, 1) + [nn.ReLU(inplace=True)]
        inputs = outputs
    return nn.Sequential(*layers, *classifier(1024))


def resnet50():
    layers, inputs = convolution_norm(3, 64, 3) + [nn.ReLU(inplace=True)], 64
    for stage, blocks in enumerate((3, 4, 6, 3)):
        width = 64 << stage
        for block in range(blocks):
            stride = 2 if stage > 0 and block == 0 else 1
            shortcut = nn.Identity()
            if block == 0:
                shortcut = nn.Sequential(*convolution_norm(inputs, 4 * width, 1, stride))
            main = convolution_norm(inputs, width, 1) + [nn.ReLU(inplace=True)]
            main += convolution_norm(width, width, 3, stride) + [nn.ReLU(inplace=True)]
            main += convolution_norm(width, 4 * width, 1)
            layers.append(Residual(shortcut, main))
            inputs = 4 * width
    return nn.Sequential(*layers, *classifier(2048))


MODELS = {"mlp": mlp, "cnn": cnn, "resnet20": resnet20, "mobilenet": mobilenet, "resnet50": resnet50}
INPUTS = {"mlp": (1, 28, 28), "cnn": (1, 28, 28)}


def input_of(name):
    return INPUTS.get(name, (3, 32, 32))


def flat(tensors):
    return torch.cat([tensor.detach().reshape(-1) for tensor in tensors])
