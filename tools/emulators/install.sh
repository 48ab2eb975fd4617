#!/bin/sh
# Installs what tests use in place of AWS and Stripe into .emulators, at the versions that are named here: MiniStack, moto and
# cfn-lint from PyPI; versitygw, an S3, and stripe-mock with the description of Stripe's API that it embeds, where Go can
# build them. Done once for each set of versions. And the system's Chromium, for the pages of the console, where root runs this.
set -eu
cd "$(dirname "$0")/../.."
stripe_mock=v0.203.0

if ! cmp -s tools/emulators/requirements.txt .emulators/python/installed.txt; then
  rm -rf .emulators/python
  python3 -m venv .emulators/python
  .emulators/python/bin/pip install --quiet --disable-pip-version-check -r tools/emulators/requirements.txt
  cp tools/emulators/requirements.txt .emulators/python/installed.txt
fi
echo 'emulators: MiniStack, moto and cfn-lint are in .emulators/python'

# Name, package and version of a program, and what the tests lack without it.
go_program() {
  if [ "$(cat ".emulators/go/$1.txt" 2>/dev/null)" = "$3" ]; then
    echo "emulators: $1 is in .emulators/go"
  elif ! command -v go >/dev/null; then
    echo "emulators: no Go here, so no $1; $4"
  elif GOBIN="$PWD/.emulators/go" go install "$2@$3"; then
    echo "$3" >".emulators/go/$1.txt"
    echo "emulators: $1 is in .emulators/go"
  else
    echo "emulators: $1 could not be built; $4"
  fi
}
go_program versitygw github.com/versity/versitygw/cmd/versitygw v1.8.0 'the contract of S3 runs on MiniStack alone'
go_program stripe-mock github.com/stripe/stripe-mock "$stripe_mock" 'nothing of Stripe is tested'

if [ "$(cat .emulators/go/stripe-mock.txt 2>/dev/null)" = "$stripe_mock" ] &&
  [ "$(cat .emulators/stripe/installed.txt 2>/dev/null)" != "$stripe_mock" ]; then
  mkdir -p .emulators/stripe
  module=$(go mod download -json "github.com/stripe/stripe-mock@$stripe_mock" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
  install -m 644 "$module/embedded/openapi/spec3.json" .emulators/stripe/spec3.json
  echo "$stripe_mock" >.emulators/stripe/installed.txt
fi

# Without windows, where the system has it by itself: the tests take two thirds of the CPU that they take with the whole one.
chromium_package() {
  apt-cache show chromium-headless-shell >/dev/null 2>&1 && echo chromium-headless-shell || echo chromium
}

if command -v chromium-headless-shell >/dev/null; then
  echo 'emulators: Chromium is installed'
elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null &&
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$(chromium_package)" fonts-liberation >/dev/null; then
  echo 'emulators: Chromium was installed'
elif command -v chromium >/dev/null; then
  echo 'emulators: the whole Chromium is installed'
else
  echo 'emulators: no Chromium, and no way to install it here; the pages of the console are not tested'
fi
