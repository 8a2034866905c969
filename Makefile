# Targets for people; .ci/run calls test, and the others in turn.
GO ?= go

.PHONY: help build train test race cross lint generate fuzz clean

help:
	@echo "make train   build, then train the tutorial's GAN on the embedded MNIST"
	@echo "make test    run all tests"
	@echo "make build   build ./gorgan for the CPU"
	@echo "make race    run all tests under the race detector (wants a C compiler)"
	@echo "make cross   build for Windows, macOS and Linux on other processors"
	@echo "make lint    gofmt, vet and staticcheck"
	@echo "make generate   write the assembly anew from scripts/asmgen"
	@echo "make fuzz    fuzz every parser, FUZZTIME each (20s)"

build:
	CGO_ENABLED=0 $(GO) build -o gorgan ./cmd/gorgan

train: build
	./gorgan train

test:
	$(GO) test ./...

race:
	CGO_ENABLED=1 $(GO) test -race ./...

cross:
	GOOS=windows GOARCH=amd64 $(GO) build -tags cpu -o /dev/null ./cmd/gorgan
	GOOS=darwin GOARCH=arm64 $(GO) build -tags cpu -o /dev/null ./cmd/gorgan
	GOOS=linux GOARCH=arm64 $(GO) build -tags cpu -o /dev/null ./cmd/gorgan

STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2

lint:
	test -z "$$(gofmt -s -l cmd cuda kernels model dataset scripts)"
	$(GO) vet ./...
	$(GO) vet -tags cpu ./...
	$(GO) vet -tags purego ./...
	$(GO) run $(STATICCHECK) ./...

generate:
	$(GO) generate ./kernels

FUZZTIME ?= 20s

fuzz:
	FUZZTIME=$(FUZZTIME) scripts/fuzz.sh

clean:
	rm -f gorgan
