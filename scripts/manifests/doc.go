// Package manifests checks the manifests for Kubernetes in docs/examples, with the types of its API. Its tests are all it has.
//
// It is a module of its own, so that the project itself does not need those of Kubernetes.
package manifests
