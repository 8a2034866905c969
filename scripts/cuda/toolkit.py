"""Finds CUDA's headers in an installed toolkit."""

import glob
import os

NEEDED = ["cuda.h", "cuComplex.h", "library_types.h", "cublas_v2.h", "cublas_api.h"]


def roots():
    """Returns the folders a toolkit may be in, those named in the environment first."""
    named = [os.environ[name] for name in ("CUDA_HOME", "CUDA_PATH") if os.environ.get(name)]
    return named + ["/usr/local/cuda", "/opt/cuda", "/usr"]


def cuda_headers():
    """Returns the paths of CUDA's and cuBLAS's headers in the first toolkit that has all; [] if none has."""
    for root in roots():
        paths = [os.path.join(root, "include", name) for name in NEEDED]
        if all(map(os.path.isfile, paths)):
            return paths
    return []


def cudnn_headers():
    """Returns the paths of cuDNN's headers, [] if there are none."""
    folders = [os.path.join(root, "include") for root in roots()] + glob.glob("/usr/include/*-linux-gnu")
    for folder in folders:
        if os.path.isfile(os.path.join(folder, "cudnn.h")):
            return sorted(glob.glob(os.path.join(folder, "cudnn*.h")))
    return []

