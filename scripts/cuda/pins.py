"""What is fetched: wheels at exact versions, and the SHA-256 of each member used.

CUDA 12.9 is the newest whose ptxas assembles for sm_75 to sm_120 and whose driver
functions gorgonia.org/cu calls by the names they still have; of cuDNN, which is never
opened, version 8 is the last that declares all that gorgonia.org/cu/dnn names.
"""

from typing import NamedTuple


class Wheel(NamedTuple):
    name: str  # on the package index
    version: str
    platform: str  # a tag in the wheel's file name
    members: dict  # path in the wheel -> SHA-256


# cuda.h, cuBLAS's headers and what they include.
CUDA = [
    Wheel("nvidia-cuda-runtime-cu12", "12.9.79", "manylinux2014_x86_64", {
        "nvidia/cuda_runtime/include/cuComplex.h": "5a9720a5a88f854fe8f6c4cf31c353119bb25c321cf31deccf8754592ced2f68",
        "nvidia/cuda_runtime/include/cuda.h": "fda3285d055a9f05e40cd76352f9f073d0ab45d42fb5bb0db4bb33b0df506d28",
        "nvidia/cuda_runtime/include/library_types.h": "8be185730f76c2f722c6cd9b4233a3e08feadba1d863f558e03a43bc75900a36",
    }),
    Wheel("nvidia-cublas-cu12", "12.9.3.13", "manylinux_2_27_x86_64", {
        "nvidia/cublas/include/cublas_api.h": "97ec715d178b8412a2145103a95d1b9f933461207940276652521e7e5d0bcba1",
        "nvidia/cublas/include/cublas_v2.h": "ab131d0798dbf7b96e11fc3ad4b10007e5a5afc03d0cb06f3b8ad1ca90c234ac",
    }),
]

CUDNN = [
    Wheel("nvidia-cudnn-cu12", "8.9.7.29", "manylinux1_x86_64", {
        "nvidia/cudnn/include/cudnn.h": "b6afa5d94172a487cae1c321177f39e7a3ba9df4914453d198285a5c54ed0976",
        "nvidia/cudnn/include/cudnn_adv_infer.h": "a35342a365418c75fa9f4d206c53034c0444cedcf7a964abba27e65796c4276e",
        "nvidia/cudnn/include/cudnn_adv_train.h": "05ac9a8528701621dd78b51cd5d3912f0718e65afa7fe705a4c4f788d075ded4",
        "nvidia/cudnn/include/cudnn_backend.h": "bd6584e793de2fddcea12403b727ac3b56a81afcb7d048b6e2a3cb1087b35a5a",
        "nvidia/cudnn/include/cudnn_cnn_infer.h": "3df4ee3d1941de6e2128d80f2a0eab47aef3b43bd22bc28f11272e4b4d9b752b",
        "nvidia/cudnn/include/cudnn_cnn_train.h": "fd44fd814ee983bf1342760839de7a02f191ae0c1c4f79d22d7715956498f892",
        "nvidia/cudnn/include/cudnn_ops_infer.h": "d68093a8f693ec8440d1f98ae4fe41af6def28dde92c2d5c51784ac4e1a2038c",
        "nvidia/cudnn/include/cudnn_ops_train.h": "1e821a4bb2a2e7ab5b356a9de37f6a6a8036bec45b0e6a69ae5c6d89cb39c7ff",
        "nvidia/cudnn/include/cudnn_version.h": "4be5773c046c3a259f2fd2e0e4287ad19a149a668c088a52b7df27c59f64a0cb",
    }),
]

# The assembler of PTX, by the machine it runs on.
PTXAS = {
    "x86_64": Wheel("nvidia-cuda-nvcc-cu12", "12.9.86", "manylinux2010_x86_64", {
        "nvidia/cuda_nvcc/bin/ptxas": "983b0e9283855979f42cebfd80d43f9b6e786eb84f03f7570bf941c4d3a3c461",
    }),
    "aarch64": Wheel("nvidia-cuda-nvcc-cu12", "12.9.86", "manylinux2014_aarch64", {
        "nvidia/cuda_nvcc/bin/ptxas": "d07db8b5fd19692ad6fc9643ad3449cc27190fad1f1ad6c6b8338fdec95ea72e",
    }),
}
