#!/usr/bin/env bash
# Fails when a file of a room imports what the room may not know (DESIGN.md, "Rooms"), when an
# import in Sources does not say its access, or when something outside the client library is public.
# Runs its own test first: a check that cannot fail is no check.
set -euo pipefail

# What each room may import. The arrows of the design run one way: Wire and Core never meet,
# only the server knows both; the client knows Wire and Crypto; programs are thin.
declare -A allowed=(
    [MayflyWire]="CMayflyProto Glibc"
    [MayflyCrypto]="CSodium Glibc"
    [MayflyCore]=""
    [MayflyStore]="MayflyCore MayflyCrypto CSQLite CLinux Glibc Synchronization"
    [MayflyServer]="MayflyCore MayflyCrypto MayflyStore MayflyWire CLinux Glibc Synchronization
        Logging"
    [MayflyClient]="MayflyWire MayflyCrypto CLinux Glibc Synchronization"
    [mayflyd]="MayflyServer MayflyStore MayflyCore MayflyCrypto CLinux CSeccomp Glibc ArgumentParser Logging TOMLKit"
    [mayfly]="MayflyClient MayflyStore MayflyCrypto CLinux Synchronization Glibc ArgumentParser Foundation"
    [mayfly-load]="MayflyClient MayflyWire MayflyCrypto CLinux Glibc Synchronization
        ArgumentParser Histogram Foundation"
)

# A published declaration; `open = 1` is only a variable of that name.
published='^\s*(public|open)(\(set\))?\s+[@a-z]'

# Prints "file:line:access:module" for every import of the Swift files under a folder.
list_imports() {
    find "$1" -name '*.swift' -print0 | sort -z | xargs -0 -r awk '
        /^[ \t]*(@[A-Za-z_]+(\([^)]*\))?[ \t]+)*((public|package|internal|fileprivate|private)[ \t]+)?import[ \t]/ {
            line = $0
            access = "none"
            if (match(line, /(public|package|internal|fileprivate|private)[ \t]+import/)) {
                access = substr(line, RSTART, RLENGTH)
                sub(/[ \t]+import/, "", access)
            }
            sub(/.*import[ \t]+((typealias|struct|class|enum|protocol|let|var|func|actor)[ \t]+)?/, "", line)
            sub(/[^A-Za-z0-9_].*/, "", line)
            print FILENAME ":" FNR ":" access ":" line
        }'
}

check_tree() {
    local sources=$1 status=0 room folder
    for folder in "$sources"/*/; do
        room=$(basename "$folder")
        # Rooms of C hold no Swift.
        [ -n "$(find "$folder" -name '*.swift' -print -quit)" ] || continue
        if [ -z "${allowed[$room]+known}" ]; then
            echo "$folder: a room that dev/check-rooms.sh has no rule for"
            status=1
            continue
        fi
        local words=" ${allowed[$room]//$'\n'/ } "
        while IFS=: read -r file line access module; do
            if [[ $words != *" $module "* ]]; then
                echo "$file:$line: $room may not know $module"
                status=1
            fi
            if [ "$access" = none ]; then
                echo "$file:$line: say the access of this import (private, package, public)"
                status=1
            fi
        done < <(list_imports "$folder")
        if [ "$room" != MayflyClient ] \
            && grep -rnE --include='*.swift' "$published" "$folder"; then
            echo "$folder: public is for the client library; between rooms it is package"
            status=1
        fi
    done
    return $status
}

# Each line: a room, and a first line of a file that the check must refuse there.
self_test() {
    local scratch refused
    scratch=$(mktemp -d)
    while IFS='|' read -r room content; do
        rm -rf "$scratch/Sources" && mkdir -p "$scratch/Sources/$room"
        printf '%s\n' "$content" >"$scratch/Sources/$room/File.swift"
        refused=yes
        check_tree "$scratch/Sources" >/dev/null && refused=no
        if [ "$refused" = no ]; then
            echo "dev/check-rooms.sh does not catch this in $room: $content" >&2
            rm -rf "$scratch"
            return 1
        fi
    done <<'CASES'
MayflyCore|private import Foundation
MayflyCore|private import Glibc
MayflyCore|@preconcurrency private import Dispatch
MayflyCore|package import MayflyWire
MayflyWire|private import MayflyCore
MayflyWire|    internal import struct MayflyCore.Name
MayflyStore|private import CSodium
MayflyServer|private import CMayflyProto
MayflyServer|private import FoundationEssentials
MayflyClient|private import MayflyCore
mayfly|@testable private import MayflyServer
MayflyCrypto|import CSodium
MayflyCore|public struct Leak {}
Unknown|private import Glibc
CASES
    rm -rf "$scratch/Sources" && mkdir -p "$scratch/Sources/MayflyStore"
    printf 'private import CSQLite\npackage import struct MayflyCore.Name\nopen = 1\n' \
        >"$scratch/Sources/MayflyStore/File.swift"
    if ! check_tree "$scratch/Sources"; then
        echo "dev/check-rooms.sh refuses what it should allow" >&2
        rm -rf "$scratch"
        return 1
    fi
    rm -rf "$scratch"
}

cd "$(dirname "$0")/.."
self_test
check_tree Sources
