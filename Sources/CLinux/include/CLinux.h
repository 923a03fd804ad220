// What Swift cannot import evenly from glibc and the kernel: constants behind macros and enums,
// and calls with variadic or union arguments. Nothing else belongs here.
#ifndef CLINUX_H
#define CLINUX_H

#include <stdint.h>
#include <sys/types.h>

// epoll, whose event carries a union.
struct clinux_event {
    uint32_t events;
    uint64_t tag;
};

extern const uint32_t clinux_epollin;
extern const uint32_t clinux_epollout;
extern const uint32_t clinux_epollhup; // EPOLLHUP | EPOLLERR
extern const uint32_t clinux_epollrdhup;

int clinux_epoll_create(void);
int clinux_epoll_add(int epoll, int descriptor, uint32_t events, uint64_t tag);
int clinux_epoll_modify(int epoll, int descriptor, uint32_t events, uint64_t tag);
int clinux_epoll_remove(int epoll, int descriptor);
// Waits at most `milliseconds` (-1 for ever); the number of events, or -1 with errno.
int clinux_epoll_wait(int epoll, struct clinux_event *events, int capacity, int milliseconds);
// The same with a finer clock: for what must happen on time.
int clinux_epoll_wait_nanoseconds(int epoll, struct clinux_event *events, int capacity,
                                  uint64_t nanoseconds);

// A counter that wakes a poll; non-blocking, close-on-exec.
int clinux_eventfd(void);

// Unix sockets: stream, non-blocking, close-on-exec. All give -1 with errno on failure.
int clinux_unix_socket(void);
int clinux_unix_bind(int socket, const char *path);
int clinux_unix_connect(int socket, const char *path);
int clinux_accept(int listener);
// Refuses descriptors passed by peers, where the kernel can (6.16); 0, or -1 with errno.
int clinux_refuse_descriptors(int socket);
// Whether it does: a connection takes after its listener as that was when the peer connected.
int clinux_refuses_descriptors(int socket);
int clinux_peer_credentials(int socket, uint32_t *uid, uint32_t *gid, uint32_t *pid);
// Receives bytes from a socket that refuses descriptors.
ssize_t clinux_receive(int socket, void *buffer, size_t capacity);
// The most descriptors that the kernel lets one message carry.
#define CLINUX_PASSED_DESCRIPTORS 253
// Receives bytes and takes whatever descriptors came with them: room for the most there can be, and
// how many there were.
ssize_t clinux_receive_taking(int socket, void *buffer, size_t capacity, int *passed, int *count);
// Whether descriptors lie in what would be received next; leaves all of it where it is.
int clinux_would_take(int socket, void *buffer, size_t capacity);
// Closes what a peer passed, without lingering where it is a socket.
void clinux_close_passed(int descriptor);
// Sends one byte and a descriptor with it; 1, or -1 with errno.
ssize_t clinux_send_descriptor(int socket, uint8_t byte, int descriptor);
// A connected TCP socket on the loopback with data that nobody takes and SO_LINGER: closing its last
// copy blocks for seconds. Its listener is to be closed as well; -1 with errno on failure.
int clinux_lingering_socket(int *listener);
// Sends without raising SIGPIPE.
ssize_t clinux_send(int socket, const void *buffer, size_t count);

// Processes by descriptor: readable once the process has exited. -1 with errno on failure.
int clinux_pidfd_open(uint32_t pid);
// Of the process that connected the socket (kernel 6.5), whoever holds it now.
int clinux_peer_pidfd(int socket);
// What no other process of this boot has; 0 where the kernel has no pidfs (6.9).
uint64_t clinux_pidfd_inode(int pidfd);

// Gives memory that was freed back to the kernel.
void clinux_return_memory(void);
// Pins the calling thread to one core; 0, or an error number.
int clinux_pin_to_core(int core);
// Processors that this process may run on, at least 1.
int clinux_usable_processors(void);
// The core of the number-th of them, counted round.
int clinux_usable_processor(int number);
void clinux_name_thread(const char *name);
// Lets the calling thread's waits end when they should, not up to 50 us later.
void clinux_wake_precisely(void);
// For a thread that works little and is waited for: when it wakes it runs at once, also where a thread
// that never sleeps has its core (a short slice, Linux 6.12). Gains no share of the processor.
void clinux_run_promptly(void);
// Makes orphaned descendants children of the calling process, not of init; survives an exec.
void clinux_adopt_orphans(void);

// What a process gives up for itself, for good; 0, or -1 with errno.
int clinux_forbid_dumping(void);        // no core, no ptrace, /proc/PID of root's only
int clinux_forbid_new_privileges(void); // no exec gains any
// Whether a sanitizer is linked in: it opens files and starts programs of its own.
int clinux_is_sanitized(void);

// Landlock: the version that the kernel has, 0 where it has none.
int clinux_landlock_version(void);
// A set of rules that allows nothing yet: no file, no TCP, no signal to others, and no abstract Unix
// socket of others unless asked for. A descriptor, or -1 with errno.
int clinux_landlock_create(int version, int allows_abstract_sockets);
enum clinux_landlock_use {
    CLINUX_LANDLOCK_READ,     // files and directories below, to be read
    CLINUX_LANDLOCK_FILES,    // files below, to be made, read, written and removed
    CLINUX_LANDLOCK_SOCKETS,  // sockets below, to be made and removed
};
// Allows what is below a path, or the file itself, to be used so; 0, or -1 with errno.
int clinux_landlock_allow(int rules, int version, const char *path, enum clinux_landlock_use use);
// From here on the calling thread, and the threads that it starts, keep to the rules.
int clinux_landlock_restrict(int rules);

#endif
