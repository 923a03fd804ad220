#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <malloc.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif
#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS 83
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef PID_FS_MAGIC
#define PID_FS_MAGIC 0x50494446
#endif

const uint32_t clinux_epollin = EPOLLIN;
const uint32_t clinux_epollout = EPOLLOUT;
const uint32_t clinux_epollhup = EPOLLHUP | EPOLLERR;
const uint32_t clinux_epollrdhup = EPOLLRDHUP;

int clinux_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

static int control(int epoll, int operation, int descriptor, uint32_t events, uint64_t tag) {
    struct epoll_event event = {.events = events, .data.u64 = tag};
    return epoll_ctl(epoll, operation, descriptor, &event);
}

int clinux_epoll_add(int epoll, int descriptor, uint32_t events, uint64_t tag) {
    return control(epoll, EPOLL_CTL_ADD, descriptor, events, tag);
}

int clinux_epoll_modify(int epoll, int descriptor, uint32_t events, uint64_t tag) {
    return control(epoll, EPOLL_CTL_MOD, descriptor, events, tag);
}

int clinux_epoll_remove(int epoll, int descriptor) {
    return control(epoll, EPOLL_CTL_DEL, descriptor, 0, 0);
}

// The most events that one wait gives.
#define MAXIMUM_EVENTS 256

static int hand_over(const struct epoll_event *ready, int count, struct clinux_event *events) {
    for (int i = 0; i < count; i++) {
        events[i].events = ready[i].events;
        events[i].tag = ready[i].data.u64;
    }
    return count;
}

int clinux_epoll_wait(int epoll, struct clinux_event *events, int capacity, int milliseconds) {
    struct epoll_event ready[MAXIMUM_EVENTS];
    if (capacity > MAXIMUM_EVENTS) capacity = MAXIMUM_EVENTS;
    return hand_over(ready, epoll_wait(epoll, ready, capacity, milliseconds), events);
}

int clinux_epoll_wait_nanoseconds(int epoll, struct clinux_event *events, int capacity,
                                  uint64_t nanoseconds) {
    struct epoll_event ready[MAXIMUM_EVENTS];
    struct timespec limit = {.tv_sec = (time_t)(nanoseconds / 1000000000),
                             .tv_nsec = (long)(nanoseconds % 1000000000)};
    if (capacity > MAXIMUM_EVENTS) capacity = MAXIMUM_EVENTS;
    return hand_over(ready, epoll_pwait2(epoll, ready, capacity, &limit, NULL), events);
}

int clinux_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int clinux_unix_socket(void) {
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

static int address(const char *path, struct sockaddr_un *result) {
    memset(result, 0, sizeof *result);
    result->sun_family = AF_UNIX;
    if (strlen(path) >= sizeof result->sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(result->sun_path, path);
    return 0;
}

int clinux_unix_bind(int socket, const char *path) {
    struct sockaddr_un name;
    if (address(path, &name) != 0) return -1;
    return bind(socket, (const struct sockaddr *)&name, sizeof name);
}

int clinux_unix_connect(int socket, const char *path) {
    struct sockaddr_un name;
    if (address(path, &name) != 0) return -1;
    return connect(socket, (const struct sockaddr *)&name, sizeof name);
}

int clinux_accept(int listener) {
    return accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

int clinux_refuse_descriptors(int socket) {
    int off = 0;
    return setsockopt(socket, SOL_SOCKET, SO_PASSRIGHTS, &off, sizeof off);
}

int clinux_refuses_descriptors(int socket) {
    int passes = 1;
    socklen_t size = sizeof passes;
    return getsockopt(socket, SOL_SOCKET, SO_PASSRIGHTS, &passes, &size) == 0 && passes == 0;
}

int clinux_peer_credentials(int socket, uint32_t *uid, uint32_t *gid, uint32_t *pid) {
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return -1;
    *uid = peer.uid;
    *gid = peer.gid;
    *pid = (uint32_t)peer.pid;
    return 0;
}

ssize_t clinux_receive(int socket, void *buffer, size_t capacity) {
    return recv(socket, buffer, capacity, 0);
}

ssize_t clinux_receive_taking(int socket, void *buffer, size_t capacity, int *passed, int *count) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int) * CLINUX_PASSED_DESCRIPTORS)];
    } control;
    struct iovec piece = {.iov_base = buffer, .iov_len = capacity};
    struct msghdr message = {.msg_iov = &piece,
                             .msg_iovlen = 1,
                             .msg_control = control.space,
                             .msg_controllen = sizeof control.space};
    *count = 0;
    ssize_t received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (received < 0) return received;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
        int some = (int)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        if (some > CLINUX_PASSED_DESCRIPTORS - *count) some = CLINUX_PASSED_DESCRIPTORS - *count;
        memcpy(passed + *count, CMSG_DATA(c), (size_t)some * sizeof(int));
        *count += some;
    }
    return received;
}

int clinux_would_take(int socket, void *buffer, size_t capacity) {
    struct iovec piece = {.iov_base = buffer, .iov_len = capacity};
    // Without room for them they are cut off, and the kernel says so. It keeps its own: nothing is
    // closed by that.
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    return recvmsg(socket, &message, MSG_PEEK) > 0 && (message.msg_flags & MSG_CTRUNC) != 0;
}

void clinux_close_passed(int descriptor) {
    struct linger none = {0};
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    close(descriptor);
}

ssize_t clinux_send(int socket, const void *buffer, size_t count) {
    return send(socket, buffer, count, MSG_NOSIGNAL);
}

int clinux_pidfd_open(uint32_t pid) {
    // Always close-on-exec.
    return (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
}

int clinux_peer_pidfd(int socket) {
    int pidfd = -1;
    socklen_t size = sizeof pidfd;
    return getsockopt(socket, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &size) == 0 ? pidfd : -1;
}

uint64_t clinux_pidfd_inode(int pidfd) {
    struct statfs system;
    struct stat status;
    // Before pidfs all pidfds share one inode, which tells nothing.
    if (fstatfs(pidfd, &system) != 0 || system.f_type != PID_FS_MAGIC) return 0;
    return fstat(pidfd, &status) == 0 ? (uint64_t)status.st_ino : 0;
}

void clinux_return_memory(void) { malloc_trim(0); }

int clinux_pin_to_core(int core) {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(core, &cores);
    return pthread_setaffinity_np(pthread_self(), sizeof cores, &cores);
}

void clinux_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

int clinux_usable_processor(int number) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 0;
    int usable = CPU_COUNT(&set), skip = number % (usable > 0 ? usable : 1);
    for (int core = 0; core < CPU_SETSIZE; core++)
        if (CPU_ISSET(core, &set) && skip-- == 0) return core;
    return 0;
}

// sched_setattr(2), which glibc has no name for.
struct scheduling {
    uint32_t size;
    uint32_t policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime;
    uint64_t deadline;
    uint64_t period;
};

// The shortest that the kernel takes, in nanoseconds.
#define SHORTEST_SLICE 100000

void clinux_run_promptly(void) {
    struct scheduling wanted = {.size = sizeof wanted,
                                .nice = getpriority(PRIO_PROCESS, 0),
                                .runtime = SHORTEST_SLICE};
    // What a kernel does not know of, it does not need: its scheduler has other ways.
    syscall(SYS_sched_setattr, 0, &wanted, 0);
}

void clinux_wake_precisely(void) { prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL); }

int clinux_usable_processors(void) {
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

void clinux_adopt_orphans(void) { prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

ssize_t clinux_send_descriptor(int socket, uint8_t byte, int descriptor) {
    struct iovec part = {.iov_base = &byte, .iov_len = 1};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.space,
                             .msg_controllen = sizeof control.space};
    struct cmsghdr *c = CMSG_FIRSTHDR(&message);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(c), &descriptor, sizeof descriptor);
    return sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

int clinux_lingering_socket(int *listener) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    struct linger linger = {.l_onoff = 1, .l_linger = 3};
    int sender = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    *listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (sender < 0 || *listener < 0 ||
        bind(*listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(*listener, 1) != 0 ||
        getsockname(*listener, (struct sockaddr *)&address, &length) != 0 ||
        connect(sender, (struct sockaddr *)&address, sizeof address) != 0 ||
        setsockopt(sender, SOL_SOCKET, SO_LINGER, &linger, sizeof linger) != 0)
        return -1;
    char data[4096] = {0};
    while (send(sender, data, sizeof data, MSG_DONTWAIT | MSG_NOSIGNAL) > 0) {
    }
    return sender;
}
