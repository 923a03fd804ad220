#include <seccomp.h>

// Macros with arguments, which Swift does not see.
static inline uint32_t cseccomp_fail_with(uint16_t error_number) {
    return SCMP_ACT_ERRNO(error_number);
}

static const uint32_t cseccomp_allow = SCMP_ACT_ALLOW;
static const uint32_t cseccomp_kill_process = SCMP_ACT_KILL_PROCESS;
