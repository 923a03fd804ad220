// What Swift cannot import evenly from glibc and the kernel: constants behind macros and enums,
// and calls with variadic or union arguments. Nothing else belongs here.
#ifndef CLINUX_H
#define CLINUX_H

#include <stdint.h>
#include <sys/socket.h>

// epoll_event carries a union; these keep it out of Swift.
int clinux_epoll_create(void);
int clinux_epoll_control(int epoll, int operation, int descriptor, uint32_t events, uint64_t tag);

// Processors that this process may run on, at least 1.
int clinux_usable_processors(void);

#endif
