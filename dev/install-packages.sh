#!/usr/bin/env bash
# Installs the system packages that a build, a test or a rig needs, or those that it is given. Quiet
# when all are there.
#   dev/install-packages.sh [package ...]
set -euo pipefail

packages=("$@")
[ $# -gt 0 ] || packages=(
    libprotobuf-c-dev protobuf-c-compiler protobuf-compiler libprotobuf-dev
    libsodium-dev libsqlite3-dev libseccomp-dev
    strace e2fsprogs spin
)

if ! command -v dpkg-query >/dev/null; then
    # Not a Debian: the compiler will name what is missing, this line says what it is called here.
    echo "no dpkg here: make sure that the equivalents of these are installed: ${packages[*]}" >&2
    exit 0
fi

missing=()
for package in "${packages[@]}"; do
    state=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null) || state=none
    [ "$state" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

elevate=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "missing packages, and neither root nor sudo to install them; run as root:" >&2
        echo "    apt-get install ${missing[*]}" >&2
        exit 1
    fi
    elevate=(sudo)
fi

echo "installing: ${missing[*]}"
install_missing() {
    "${elevate[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install --yes --no-install-recommends --quiet "${missing[@]}"
}
# A fresh image has no package lists yet: fetch them only when the first attempt fails.
install_missing || { "${elevate[@]}" apt-get update --quiet && install_missing; }
