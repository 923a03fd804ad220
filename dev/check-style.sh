#!/usr/bin/env bash
# The linters in one command: swift format, sizes of files and functions, words that do not belong
# in the sources, and the shell scripts. Prints every finding and fails when there is one.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

status=0
finding() {
    echo "$1"
    status=1
}

mapfile -t swift_files < <(git ls-files --cached --others --exclude-standard '*.swift')
existing=()
for file in "${swift_files[@]}"; do [ -f "$file" ] && existing+=("$file"); done

swift format lint --strict --parallel "${existing[@]}" || status=1

# A file over 500 lines or a function over 70 holds two ideas: find the second one's name. A function
# ends at the first closing brace of its own indentation, which swift format guarantees.
awk -v max_file=500 -v max_function=70 '
    function finish() {
        if (lines > max_file) {
            print previous ": " lines " lines, at most " max_file
            bad = 1
        }
        delete started
    }
    FNR == 1 { if (NR > 1) finish(); previous = FILENAME }
    { lines = FNR }
    /^[ \t]*$/ { next }
    {
        match($0, /^ */)
        indent = RLENGTH
        if (substr($0, indent + 1) ~ /^}/ && indent in started) {
            if (FNR - started[indent] + 1 > max_function) {
                print FILENAME ":" started[indent] ": " FNR - started[indent] + 1 \
                    " lines in a function, at most " max_function
                bad = 1
            }
            delete started[indent]
        }
        for (level in started) if (level + 0 > indent) delete started[level]
        if (substr($0, indent + 1) ~ /^((@[A-Za-z()_]+|[a-z]+(\([a-z]+\))?) )*(func [^ ]|init[?(<]|deinit )/)
            started[indent] = FNR
    }
    END { finish(); exit bad }
' "${existing[@]}" || status=1

# A peer must never meet these, nor a reader.
mapfile -t sources < <(
    git ls-files --cached --others --exclude-standard 'Sources/*.swift' 'Sources/CLinux/*')
if grep -nE '\btry!|\bas!|\bfatalError\(|\b(TODO|FIXME|XXX)\b' \
    "${sources[@]}"; then
    finding "Sources: no try!, as!, fatalError or notes to self"
fi

mapfile -t scripts < <(
    git ls-files --cached --others --exclude-standard 'dev/*' '.ci/*' 'packaging/*' 'clients/*' \
        | while read -r file; do
            [ -f "$file" ] && head -c 64 "$file" | grep -qE '^#!.*\b(ba)?sh\b' && echo "$file"
        done
)
for script in "${scripts[@]}"; do
    bash -n "$script" || status=1
    [ -x "$script" ] || finding "$script: not executable"
done
if command -v shellcheck >/dev/null; then
    shellcheck --severity=warning "${scripts[@]}" || status=1
fi
# One long line in a script is as unreadable as one in Swift; awk programs inside may need one.
awk 'length($0) > 120 { print FILENAME ":" FNR ": over 120 columns"; bad = 1 } END { exit bad }' \
    "${scripts[@]}" || status=1

exit $status
