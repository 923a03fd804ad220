#define _GNU_SOURCE
#include "CTestProcesses.h"

#include <errno.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

// In a child of a process with many threads only system calls may be made.

static void sleep_for_ever(void) {
    for (;;) pause();
}

// Keeps one descriptor, or none with -1: a copy of a socket would keep a connection open that the
// test has closed.
static void keep_only(int descriptor) {
    if (descriptor > 0) syscall(SYS_close_range, 0U, (unsigned)descriptor - 1, 0U);
    syscall(SYS_close_range, (unsigned)descriptor + 1, ~0U, 0U);
}

static int become(uid_t uid) {
    if (uid == (uid_t)-1) return 0;
    if (syscall(SYS_setgroups, 0, NULL) != 0) return -1;
    return (int)syscall(SYS_setresuid, uid, uid, uid);
}

static pid_t fork_at(pid_t wanted, uint64_t flags) {
    pid_t tids[1] = {wanted};
    struct clone_args arguments;
    memset(&arguments, 0, sizeof arguments);
    arguments.flags = flags;
    arguments.exit_signal = SIGCHLD;
    if (wanted > 0) {
        arguments.set_tid = (uint64_t)(uintptr_t)tids;
        arguments.set_tid_size = 1;
    }
    return (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
}

pid_t testproc_sleeper(uid_t uid, pid_t wanted) {
    int ready[2];
    char byte = 0;
    if (pipe(ready) != 0) return -1;
    pid_t pid = fork_at(wanted, 0);
    if (pid == 0) {
        keep_only(ready[1]);
        if (become(uid) != 0) _exit(1);
        (void)!write(ready[1], &byte, 1);
        close(ready[1]);
        sleep_for_ever();
    }
    int code = errno;
    close(ready[1]);
    // Under its uid before anyone looks at it.
    if (pid > 0) (void)!read(ready[0], &byte, 1);
    close(ready[0]);
    errno = code;
    return pid;
}

pid_t testproc_foreign(void) {
    pid_t pid = fork_at(0, CLONE_NEWPID);
    if (pid == 0) {
        keep_only(-1);
        sleep_for_ever();
    }
    return pid;
}

pid_t testproc_zombie(void) {
    pid_t pid = fork_at(0, 0);
    if (pid == 0) _exit(0);
    if (pid < 0) return -1;
    siginfo_t info;
    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) == 0 ? pid : -1;
}

static int connect_to(const char *path) {
    struct sockaddr_un name;
    memset(&name, 0, sizeof name);
    name.sun_family = AF_UNIX;
    if (strlen(path) >= sizeof name.sun_path) return -1;
    strcpy(name.sun_path, path);
    int socket_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket_ < 0) return -1;
    return connect(socket_, (struct sockaddr *)&name, sizeof name) == 0 ? socket_ : -1;
}

// One message: a pid, and a descriptor with it where there is one.
static int tell(int channel, pid_t pid, int descriptor) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec piece = {.iov_base = &pid, .iov_len = sizeof pid};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    if (descriptor >= 0) {
        message.msg_control = control.space;
        message.msg_controllen = sizeof control.space;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    }
    return sendmsg(channel, &message, 0) == sizeof pid ? 0 : -1;
}

static int hear(int channel, pid_t *pid, int *descriptor) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec piece = {.iov_base = pid, .iov_len = sizeof *pid};
    struct msghdr message = {.msg_iov = &piece,
                             .msg_iovlen = 1,
                             .msg_control = control.space,
                             .msg_controllen = sizeof control.space};
    if (recvmsg(channel, &message, MSG_CMSG_CLOEXEC) != sizeof *pid) return -1;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header != NULL && descriptor != NULL)
        memcpy(descriptor, CMSG_DATA(header), sizeof *descriptor);
    return 0;
}

// The last of `depth` processes, one the child of the other, says who it is and what it connected.
static void descend(int depth, const char *path, uid_t uid, int channel) {
    if (depth > 1) {
        if (fork_at(0, 0) == 0) descend(depth - 1, path, uid, channel);
        close(channel);
        sleep_for_ever();
    }
    if (become(uid) != 0) _exit(1);
    int connected = path != NULL ? connect_to(path) : -1;
    if (path != NULL && connected < 0) _exit(1);
    if (tell(channel, getpid(), connected) != 0) _exit(1);
    close(channel);
    if (connected >= 0) close(connected);
    sleep_for_ever();
}

static int start(int depth, const char *path, uid_t uid, uint64_t flags, pid_t *first, pid_t *last,
                 int *socket_) {
    int channel[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel) != 0) return -1;
    *first = fork_at(0, flags);
    if (*first == 0) {
        keep_only(channel[1]);
        descend(depth, path, uid, channel[1]);
    }
    close(channel[1]);
    int result = *first > 0 ? hear(channel[0], last, socket_) : -1;
    close(channel[0]);
    return result;
}

int testproc_line(pid_t pids[2]) {
    return start(2, NULL, (uid_t)-1, 0, &pids[0], &pids[1], NULL);
}

pid_t testproc_peer(const char *path, uid_t uid, int *socket) {
    pid_t first, last;
    return start(1, path, uid, 0, &first, &last, socket) == 0 ? first : -1;
}

pid_t testproc_foreign_peer(const char *path, int *socket) {
    pid_t first, last;
    return start(1, path, (uid_t)-1, CLONE_NEWPID, &first, &last, socket) == 0 ? first : -1;
}

int testproc_peer_below(const char *path, pid_t pids[2], int *socket) {
    return start(2, path, (uid_t)-1, 0, &pids[0], &pids[1], socket);
}
