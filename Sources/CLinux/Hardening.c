#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// Of the kernel's landlock.h, whose copy on the building machine may be older than the kernel that
// the program runs on.
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

#define CREATE_VERSION (1U << 0)
#define RULE_PATH_BENEATH 1

#define FS_WRITE_FILE (1ULL << 1)
#define FS_READ_FILE (1ULL << 2)
#define FS_READ_DIR (1ULL << 3)
#define FS_REMOVE_FILE (1ULL << 5)
#define FS_MAKE_REG (1ULL << 8)
#define FS_MAKE_SOCK (1ULL << 9)
#define FS_ALL_OF_1 ((1ULL << 13) - 1)
#define FS_REFER (1ULL << 13)     // 2
#define FS_TRUNCATE (1ULL << 14)  // 3
#define FS_IOCTL_DEV (1ULL << 15) // 5
#define FS_OF_A_FILE (FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE)

#define NET_TCP ((1ULL << 0) | (1ULL << 1)) // 4: bind and connect

#define SCOPE_ABSTRACT_SOCKET (1ULL << 0) // 6
#define SCOPE_SIGNAL (1ULL << 1)

struct rules {
    uint64_t files;
    uint64_t net;
    uint64_t scoped;
};

struct path_rule {
    uint64_t allowed;
    int32_t parent;
} __attribute__((packed));

int clinux_forbid_dumping(void) { return prctl(PR_SET_DUMPABLE, 0UL, 0UL, 0UL, 0UL); }

int clinux_forbid_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL); }

extern void __asan_init(void) __attribute__((weak));
extern void __tsan_init(void) __attribute__((weak));

int clinux_is_sanitized(void) { return __asan_init != 0 || __tsan_init != 0; }

int clinux_landlock_version(void) {
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0UL, CREATE_VERSION);
    return version > 0 ? (int)version : 0;
}

static uint64_t known_files(int version) {
    uint64_t files = FS_ALL_OF_1;
    if (version >= 2) files |= FS_REFER;
    if (version >= 3) files |= FS_TRUNCATE;
    if (version >= 5) files |= FS_IOCTL_DEV;
    return files;
}

int clinux_landlock_create(int version, int allows_abstract_sockets) {
    struct rules rules = {.files = known_files(version)};
    size_t size = sizeof rules.files;
    if (version >= 4) {
        rules.net = NET_TCP;
        size += sizeof rules.net;
    }
    if (version >= 6) {
        rules.scoped = SCOPE_SIGNAL | (allows_abstract_sockets ? 0 : SCOPE_ABSTRACT_SOCKET);
        size += sizeof rules.scoped;
    }
    return (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0U);
}

int clinux_landlock_allow(int rules, int version, const char *path, enum clinux_landlock_use use) {
    struct path_rule rule = {0};
    switch (use) {
    case CLINUX_LANDLOCK_READ:
        rule.allowed = FS_READ_FILE | FS_READ_DIR;
        break;
    case CLINUX_LANDLOCK_FILES:
        rule.allowed = FS_OF_A_FILE | FS_READ_DIR | FS_MAKE_REG | FS_REMOVE_FILE;
        break;
    case CLINUX_LANDLOCK_SOCKETS:
        rule.allowed = FS_MAKE_SOCK | FS_REMOVE_FILE;
        break;
    }
    rule.parent = open(path, O_PATH | O_CLOEXEC);
    if (rule.parent < 0) return -1;
    struct stat status;
    if (fstat(rule.parent, &status) == 0 && !S_ISDIR(status.st_mode)) rule.allowed &= FS_OF_A_FILE;
    rule.allowed &= known_files(version);
    long result = syscall(SYS_landlock_add_rule, rules, RULE_PATH_BENEATH, &rule, 0U);
    int code = errno;
    close(rule.parent);
    errno = code;
    return (int)result;
}

int clinux_landlock_restrict(int rules) {
    return (int)syscall(SYS_landlock_restrict_self, rules, 0U);
}
