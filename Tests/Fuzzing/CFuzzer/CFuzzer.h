// What the fuzzer of the toolchain offers to a program with an entry of its own: LLVM's
// FuzzerInterface.h does not come with it.
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(
    int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));
