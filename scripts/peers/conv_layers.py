"""Times the convolutions of BenchmarkConv in PyTorch, whose CPU code is oneDNN's, on one thread.

    .peers/bin/python scripts/peers/conv_layers.py

Prints GFLOP/s of conv, of its gradient at the images and of that at the weights, the better of the two
memory formats. The processor's time is measured, and its least of some rounds shown, as other programs may run beside it.
"""

import time

import torch

BATCH, ROUNDS = 64, 6
LAYERS = [(28, 1, 64), (14, 64, 128), (32, 3, 64), (16, 64, 128), (8, 128, 256), (64, 3, 64), (32, 64, 128), (16, 128, 256), (8, 256, 512)]


def best(run):
    run()
    least = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        run()
        least = min(least, time.process_time() - start)
    return least


def main():
    torch.set_num_threads(1)
    for side, channels, outputs in LAYERS:
        rates = [0, 0, 0]
        for memory in (torch.contiguous_format, torch.channels_last):
            x, w, y = (torch.randn(s).to(memory_format=memory) for s in (
                (BATCH, channels, side, side), (outputs, channels, 4, 4), (BATCH, outputs, side // 2, side // 2)))

            def back(mask):
                return torch.ops.aten.convolution_backward(y, x, w, None, (2, 2), (1, 1), (1, 1), False, (0, 0), 1, mask)

            operations = 2 * BATCH * (side // 2) ** 2 * outputs * channels * 16
            for i, run in enumerate((lambda: torch.nn.functional.conv2d(x, w, None, 2, 1), lambda: back((True, False, False)), lambda: back((False, True, False)))):
                rates[i] = max(rates[i], operations / best(run) / 1e9)
        print(f"{channels}-{outputs} at {side}".ljust(16), *(f"{r:6.1f}" for r in rates))


with torch.no_grad():
    main()
