#!/usr/bin/env bash
# Builds the control plane that the tests of the Kubernetes engine run against (etcd, kube-apiserver,
# kube-controller-manager, and kubectl for the guide) from the Go module proxy into DIRECTORY/bin. What is there in the right version stays.
#   scripts/build-kubernetes.sh [DIRECTORY]      default: where the tests look, ~/.cache/dag-ci/kube
set -euo pipefail
directory="${1:-${XDG_CACHE_HOME:-$HOME/.cache}/dag-ci/kube}"
kubernetes=37.2 etcd=v3.7.0

bin="$directory/bin"
work="$(mktemp -d)"
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
export CGO_ENABLED=0 GOTOOLCHAIN=local GOWORK=off GOFLAGS="-mod=mod -buildvcs=false -modcacherw"
export GOMODCACHE="$work/mod" GOCACHE="$work/build" GOTMPDIR="$work"

main() {
  mkdir -p "$bin"
  if ! has etcd "$etcd"; then
    module etcd "go.etcd.io/etcd/server/v3 $etcd" ""
    build etcd "$etcd" go.etcd.io/etcd/server/v3 "-s -w"
  fi
  local program flags="-s -w" package
  # Without a version of its own the API server takes itself for v0.0.0.
  for package in component-base/version client-go/pkg/version; do
    flags+=" -X k8s.io/$package.gitVersion=v1.$kubernetes -X k8s.io/$package.gitMajor=1 -X k8s.io/$package.gitMinor=${kubernetes%%.*}"
  done
  for program in kube-apiserver kube-controller-manager kubectl; do
    has "$program" "$kubernetes" && continue
    module kubernetes "k8s.io/kubernetes v1.$kubernetes" "$(staging)"
    build "$program" "$kubernetes" "k8s.io/kubernetes/cmd/$program" "$flags"
  done
}

has() { [ -x "$bin/$1" ] && [ "$(cat "$bin/.$1.version" 2>/dev/null)" = "$2" ]; }

module() { # name requirement replacements
  mkdir -p "$work/$1"
  cd "$work/$1"
  [ -e go.mod ] || printf 'module %s.local\ngo 1.26.0\nrequire %s\n%s\n' "$1" "$2" "$3" >go.mod
}

build() { # program version package flags; it appears whole or not at all
  echo "building $1 $2"
  go build -ldflags "$4" -o "$work/$1.new" "$3"
  mv "$work/$1.new" "$bin/$1"
  echo "$2" >"$bin/.$1.version"
}

# Kubernetes' own go.mod takes these modules from its tree.
staging() {
  local name
  for name in api apiextensions-apiserver apimachinery apiserver cli-runtime client-go cloud-provider cluster-bootstrap \
    code-generator component-base component-helpers controller-manager cri-api cri-client cri-streaming \
    csi-translation-lib dynamic-resource-allocation endpointslice externaljwt kms kube-aggregator \
    kube-controller-manager kube-proxy kube-scheduler kubectl kubelet metrics mount-utils pod-security-admission \
    sample-apiserver streaming; do
    echo "replace k8s.io/$name => k8s.io/$name v0.$kubernetes"
  done
}

main
