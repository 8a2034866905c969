# Targets for people; .ci/run calls test, and the others in turn.
GO ?= go

.PHONY: help build train test test-kill test-crash race cross lint generate fuzz gpu mpi ptx sim test-gpu test-sim lint-gpu lint-mpi test-mpi test-scripts gpu-bundle dist check-dist check-manifests rehearse clean

help:
	@echo "make train   build, then train the tutorial's GAN on the embedded MNIST"
	@echo "make test    run all tests"
	@echo "make test-kill   kill training runs KILLS times (200), and compare what they come to"
	@echo "make test-crash   lay out all that crashes of a recorded run can leave, and go on to the end from CRASHES (all); wants strace"
	@echo "make build   build ./gorgan for the CPU"
	@echo "make race    run all tests under the race detector (wants a C compiler)"
	@echo "make cross   build for Windows, macOS and Linux on other processors"
	@echo "make lint    gofmt, vet and staticcheck"
	@echo "make generate   write the assembly anew from scripts/asmgen, and the PTX of products from scripts/ptxgen"
	@echo "make fuzz    fuzz every parser, FUZZTIME each (20s)"
	@echo "make gpu     build ./gorgan with CUDA; wants gcc and Python, fetches CUDA's headers into .cuda unless CUDA_HOME has them"
	@echo "make mpi     build ./gorgan with MPI; wants a C compiler, and Open MPI or MPICH, whose compiler MPICC names (mpicc)"
	@echo "make ptx     assemble every PTX kernel, and the joined ones of the presets, for compute capability 7.5 to 12.0; fetches ptxas, 12 MB, into .cuda"
	@echo "make sim     build the simulated CUDA device in .cuda/sim (wants a C++ compiler)"
	@echo "make test-gpu   run the tests of the build with CUDA on the simulated device"
	@echo "make test-sim   run the simulated device's own tests"
	@echo "make lint-gpu   vet and staticcheck of the build with CUDA"
	@echo "make test-mpi   run the tests of the build with MPI under MPIRUN (mpirun)"
	@echo "make lint-mpi   vet and staticcheck of the build with MPI"
	@echo "make test-scripts   test the programs that fetch and reduce CUDA's headers"
	@echo "make gpu-bundle   make dist/gorgan-gpu, which checks and measures on a machine with a GPU and no Go"
	@echo "make dist   make the archives and images of a release in dist/, or those of DIST (linux-amd64 and others); the image with CUDA stands on the image in BASE"
	@echo "make check-dist   make a release twice, compare the two, and use it as a new user would; CHECK=linux-amd64-gpu does it with CUDA, on the simulated device"
	@echo "make check-manifests   check the manifests for Kubernetes of docs/examples with the types of its API, and train by them"
	@echo "make rehearse   do on the simulated device what the bundle's stages ab and conv do on a GPU, with small nets"
	@echo "make clean   remove what was built and fetched, runs/ apart"

build:
	CGO_ENABLED=0 $(GO) build -o gorgan ./cmd/gorgan

train: build
	./gorgan train

test:
	$(GO) test -timeout 30m ./...

KILLS ?= 200

test-kill:
	GORGAN_KILLS=$(KILLS) $(GO) test ./cmd/gorgan -count=1 -run '^TestKill$$' -timeout 30m -v

CRASHES ?= 1000000

test-crash:
	GORGAN_CRASHES=$(CRASHES) $(GO) test ./cmd/gorgan -count=1 -run '^TestCrash$$' -timeout 60m

# What is long without starting a goroutine more is left to make test.
race:
	CGO_ENABLED=1 $(GO) test -race -short -timeout 30m ./...

cross:
	GOOS=windows GOARCH=amd64 $(GO) build -trimpath -tags cpu -o /dev/null ./cmd/gorgan
	GOOS=darwin GOARCH=arm64 $(GO) build -trimpath -tags cpu -o /dev/null ./cmd/gorgan
	GOOS=linux GOARCH=arm64 $(GO) build -trimpath -tags cpu -o /dev/null ./cmd/gorgan

STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2

lint:
	test -z "$$(gofmt -s -l cmd cuda kernels model dataset scripts)"
	$(GO) vet ./...
	$(GO) vet -tags cpu ./...
	$(GO) vet -tags purego ./...
	$(GO) run $(STATICCHECK) ./...

generate:
	$(GO) generate ./kernels/cpu ./kernels/dense ./kernels/convolve

FUZZTIME ?= 20s

fuzz:
	FUZZTIME=$(FUZZTIME) scripts/fuzz.sh

# The build with CUDA. Nothing of CUDA's is linked: gorgan starts with the C library alone.
gpu:
	scripts/with_cuda.sh $(GO) build -tags gpu -o gorgan ./cmd/gorgan
	@readelf -d gorgan | awk '/NEEDED/ && !/lib(c|m|dl|pthread)\.so|ld-linux/ { print "gorgan needs " $$NF " to start"; bad = 1 } END { exit bad }'

# The build with MPI. It starts with the library of the MPI that it was built with.
mpi:
	scripts/with_mpi.sh $(GO) build -tags mpi -o gorgan ./cmd/gorgan

test-mpi:
	scripts/with_mpi.sh $(GO) test -tags mpi -timeout 10m ./kernels/mpi
	scripts/with_mpi.sh $(GO) test -tags mpi -timeout 10m ./cmd/gorgan -run TestMPI

lint-mpi:
	scripts/with_mpi.sh $(GO) vet -tags mpi ./kernels/mpi ./cmd/gorgan
	scripts/with_mpi.sh $(GO) run $(STATICCHECK) -tags mpi ./kernels/mpi ./cmd/gorgan

ptx:
	rm -rf .cuda/ptx
	$(GO) run ./scripts/ptx .cuda/ptx
	$(GO) test ./model -run 'TestFusedLaunches$$' -fused-ptx $(CURDIR)/.cuda/ptx
	scripts/cuda/ptx.py .cuda/ptx/*.ptx

SIM = .cuda/sim

sim:
	@cxx=$${CXX:-$$(command -v g++ || command -v clang++)} && CXX=$$cxx cuda/sim/build.sh $(SIM) || \
	{ test -z "$$cxx" && echo "no C++ compiler: the simulated CUDA device is not built, and tests that need one are skipped"; }

# Package kernels has no code for CUDA: its suite runs on the device from package cuda. The commands are
# tested shortly: make test runs their long scripts.
GPU_TESTS = ./cuda/... ./kernels/device ./model

ON_SIM = GORGAN_CUDA_PATH=$(CURDIR)/$(SIM) GORGAN_REQUIRE_GPU=1 GORGAN_TEST_DEVICE=cuda scripts/with_cuda.sh $(GO) test -timeout 30m -tags gpu

# The last two runs have the blocks and the warps of each kernel in the opposite order, and in a random one. The
# order is the same for all values; the special ones show marks, which blocks write together.
test-gpu: sim
	@if [ -e $(SIM)/libcuda.so.1 ]; then set -ex; $(ON_SIM) $(GPU_TESTS); $(ON_SIM) -short ./cmd/...; for order in reverse random:1; do GORGAN_SIM_FAULTS=order=$$order $(ON_SIM) -count=1 -run 'TestSuite/^graph$$' -skip 'TestSuite/^graph$$/./././^(huge|zero)$$' ./cuda; done; \
	else echo "no simulated CUDA device: tests that need one are skipped"; set -x; scripts/with_cuda.sh $(GO) test -tags gpu $(GPU_TESTS) ./cmd/...; fi

test-sim:
	@if command -v $(CXX) >/dev/null; then CXX=$(CXX) cuda/sim/test.sh; \
	else echo "no C++ compiler $(CXX): the simulated CUDA device is not tested"; fi

lint-gpu:
	scripts/with_cuda.sh $(GO) vet -tags gpu ./...
	scripts/with_cuda.sh $(GO) run $(STATICCHECK) -tags gpu ./...

test-scripts:
	python3 -m unittest discover -s scripts/cuda -p 'test_*.py'

DIST = linux-amd64 linux-arm64 darwin-amd64 darwin-arm64 windows-amd64 linux-amd64-gpu

dist:
	cd scripts/dist && $(GO) run . -root $(CURDIR) -out $(CURDIR)/dist $(if $(BASE),-base $(abspath $(BASE))) $(DIST)

check-dist:
	cd scripts/dist && $(GO) vet . && $(GO) test .
	scripts/dist/check.sh $(CHECK)

check-manifests:
	cd scripts/manifests && $(GO) vet . && $(GO) test -count=1 .

gpu-bundle:
	scripts/gpu_bundle.sh dist/gorgan-gpu

rehearse: sim
	@if [ -e $(SIM)/libcuda.so.1 ]; then set -ex; XZ_LEVEL=0 scripts/gpu_bundle.sh dist/rehearsal cuda model; \
	GORGAN_CUDA_PATH=$(CURDIR)/$(SIM) REHEARSE=1 dist/rehearsal/verify.sh dist/rehearsal/out ab conv; \
	else echo "no simulated CUDA device: verify.sh is not rehearsed"; fi

clean:
	rm -rf gorgan .cuda .exports .optuna dist
