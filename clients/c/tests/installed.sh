#!/usr/bin/env bash
# What was installed serves a program in C++, found with pkg-config, linked both ways.
#   installed.sh <prefix>
set -euo pipefail

export PKG_CONFIG_PATH="$1/lib/pkgconfig"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cat >"$scratch/program.cpp" <<'PROGRAM'
#include <mayfly.h>

#include <cstdio>
#include <memory>

int main() {
    mayfly_client_options options{};
    options.socket_path = "/nonexistent/agent.sock";
    mayfly_error error;
    std::unique_ptr<mayfly_client, decltype(&mayfly_client_free)> client{
        mayfly_client_new(&options, &error), mayfly_client_free};
    if (!client) return 1;
    if (mayfly_client_connect(client.get(), &error) != MAYFLY_CONNECTION_LOST) return 2;
    std::printf("installed: C++ says %s\n", error.reason);
}
PROGRAM
# shellcheck disable=SC2046 # the flags are words
g++ -std=c++17 -Wall -Wextra -Wpedantic -Werror -o "$scratch/shared" "$scratch/program.cpp" \
    $(pkg-config --cflags --libs mayfly)
# shellcheck disable=SC2046
g++ -std=c++17 -o "$scratch/static" "$scratch/program.cpp" $(pkg-config --cflags mayfly) \
    "$1/lib/libmayfly.a" $(pkg-config --libs --static mayfly | sed 's/-lmayfly//')
"$scratch/static"
LD_LIBRARY_PATH="$1/lib" "$scratch/shared"

# Nothing but the library's own names is visible.
if nm --dynamic --defined-only "$1/lib/libmayfly.so" | grep -v ' mayfly_[a-z_]*$'; then
    echo "these names are visible outside of the library" >&2
    exit 1
fi
