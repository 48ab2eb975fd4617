#!/bin/sh
# Installs the AWS emulators that tests use into .emulators, at the versions that are named here: MiniStack, moto and
# cfn-lint from PyPI, and versitygw, an S3, where Go can build it. Done once for each set of versions.
set -eu
cd "$(dirname "$0")/../.."
versitygw=v1.8.0

if ! cmp -s tools/emulators/requirements.txt .emulators/python/installed.txt; then
  rm -rf .emulators/python
  python3 -m venv .emulators/python
  .emulators/python/bin/pip install --quiet --disable-pip-version-check -r tools/emulators/requirements.txt
  cp tools/emulators/requirements.txt .emulators/python/installed.txt
fi
echo 'emulators: MiniStack, moto and cfn-lint are in .emulators/python'

if [ "$(cat .emulators/go/installed.txt 2>/dev/null)" = "$versitygw" ]; then
  echo 'emulators: versitygw is in .emulators/go'
elif ! command -v go >/dev/null; then
  echo 'emulators: no Go here, so no versitygw; the contract of S3 runs on MiniStack alone'
elif GOBIN="$PWD/.emulators/go" go install "github.com/versity/versitygw/cmd/versitygw@$versitygw"; then
  echo "$versitygw" >.emulators/go/installed.txt
  echo 'emulators: versitygw is in .emulators/go'
else
  echo 'emulators: versitygw could not be built; the contract of S3 runs on MiniStack alone'
fi
