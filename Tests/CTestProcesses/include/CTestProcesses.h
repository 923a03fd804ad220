// What a test needs of processes and neither Swift nor posix_spawn can do: a child that goes on
// after fork without exec, at a pid of one's choice, under another uid.
#ifndef CTESTPROCESSES_H
#define CTESTPROCESSES_H

#include <stdint.h>
#include <sys/types.h>

// A child that sleeps until it is killed; its pid, or -1 with errno.
//
// `uid` is set in it, unless (uid_t)-1. With `wanted` it has this pid (CLONE_SET_TID, which needs
// CAP_SYS_ADMIN); EEXIST where another has it.
pid_t testproc_sleeper(uid_t uid, pid_t wanted);

// A child of a child, each asleep: `pids[0]` is the child, `pids[1]` the grandchild. 0, or -1.
int testproc_line(pid_t pids[2]);

// A child that sleeps in a pid namespace of its own (needs CAP_SYS_ADMIN); its pid, or -1.
pid_t testproc_foreign(void);

// A child that connects to the socket at `path`, gives the connected socket back and sleeps. What
// the broker sees at the other end is the child. `uid` as above. Its pid, or -1 with errno.
pid_t testproc_peer(const char *path, uid_t uid, int *socket);

// The same for a child in a pid namespace of its own.
pid_t testproc_foreign_peer(const char *path, int *socket);

// The same for a child of that kind of child; `pids` as for a line.
int testproc_peer_below(const char *path, pid_t pids[2], int *socket);

// A child that exits at once and that nobody waits for; its pid once it is a zombie, or -1.
pid_t testproc_zombie(void);

#endif
