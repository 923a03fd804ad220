#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "link.h"

enum { READ_COUNT = 16 * 1024, KEPT_COUNT = 256 * 1024, DIAL_INTERVAL_MILLISECONDS = 20 };

static uint32_t big_endian(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void put_big_endian(uint8_t *bytes, uint32_t number) {
    for (int index = 0; index < 4; index++) bytes[index] = (uint8_t)(number >> (24 - 8 * index));
}

/* --- receiving --- */

/* Room for the rest of the frame that has begun, or for a few short ones. */
static uint8_t *make_room(mf_receiver *receiver, size_t *room) {
    mf_buffer *bytes = &receiver->bytes;
    if (receiver->start > 0) {
        bytes->count -= receiver->start;
        memmove(bytes->bytes, bytes->bytes + receiver->start, bytes->count);
        receiver->start = 0;
    }
    if (bytes->count == 0 && bytes->capacity > KEPT_COUNT) mf_buffer_free(bytes);
    size_t wanted = READ_COUNT;
    if (bytes->count >= MF_HEADER_COUNT) {
        size_t whole = MF_HEADER_COUNT + (size_t)big_endian(bytes->bytes);
        if (whole > bytes->count + wanted) wanted = whole - bytes->count;
        /* No faster than it comes: a header alone costs nothing. */
        if (wanted > bytes->count + READ_COUNT) wanted = bytes->count + READ_COUNT;
    }
    uint8_t *place = mf_buffer_reserve(bytes, wanted);
    *room = bytes->capacity - bytes->count;
    return place;
}

static mayfly_status lost(mayfly_error *error, const char *why) {
    return mf_fail(error, MAYFLY_CONNECTION_LOST, "the connection was lost: %s", why);
}

mayfly_status mf_receive(
    mf_receiver *receiver, int descriptor, uint64_t deadline, mayfly_error *error) {
    size_t room;
    uint8_t *place = make_room(receiver, &room);
    if (place == NULL) return mf_no_memory(error);
    for (;;) {
        struct pollfd poller = {.fd = descriptor, .events = POLLIN};
        int ready = poll(&poller, 1, mf_remaining(deadline));
        if (ready < 0 && errno != EINTR) return lost(error, strerror(errno));
        if (ready == 0 && mf_remaining(deadline) == 0) {
            return mf_fail(error, MAYFLY_TIMED_OUT, "the broker did not answer in time");
        }
        if (ready <= 0) continue;
        ssize_t count = recv(descriptor, place, room, MSG_DONTWAIT);
        if (count > 0) {
            receiver->bytes.count += (size_t)count;
            return MAYFLY_OK;
        }
        if (count == 0) return lost(error, "the broker closed it");
        if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK) {
            return lost(error, strerror(errno));
        }
    }
}

int mf_next_frame(mf_receiver *receiver, mf_frame *frame, mayfly_error *error) {
    size_t have = receiver->bytes.count - receiver->start;
    if (have < MF_HEADER_COUNT) return 0;
    const uint8_t *header = receiver->bytes.bytes + receiver->start;
    size_t count = big_endian(header);
    *frame = (mf_frame){
        .stream = big_endian(header + 4), .type = header[8], .flags = header[9],
        .data = header + MF_HEADER_COUNT, .count = count,
    };
    if (count > MF_RECEIVED_MAXIMUM) {
        mf_fail(error, MAYFLY_PROTOCOL_VIOLATION, "a frame of %zu bytes, no broker sends so much",
                count);
        return -1;
    }
    if (frame->type != MF_TYPE_RESPONSE && frame->type != MF_TYPE_DATA) {
        mf_fail(error, MAYFLY_PROTOCOL_VIOLATION, "a frame of type %u, no broker sends it",
                (unsigned)frame->type);
        return -1;
    }
    if (have - MF_HEADER_COUNT < count) return 0;
    receiver->start += MF_HEADER_COUNT + count;
    return 1;
}

/* --- sending --- */

int mf_connect(const char *path, uint64_t deadline, mayfly_error *error) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        mf_fail(error, MAYFLY_INVALID_ARGUMENT, "a path that is too long for a socket");
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path));
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    while (descriptor >= 0) {
        if (connect(descriptor, (struct sockaddr *)&address, sizeof address) == 0) {
            return descriptor;
        }
        if (errno == EINTR) continue;
        if (errno != EAGAIN || mf_remaining(deadline) == 0) break;
        /* The broker is there, and its queue of connections is full. */
        struct timespec pause = {.tv_nsec = DIAL_INTERVAL_MILLISECONDS * 1000000L};
        nanosleep(&pause, NULL);
    }
    mf_fail(error, MAYFLY_CONNECTION_LOST, "no broker can be reached at %s: %s", path,
            strerror(errno));
    if (descriptor >= 0) close(descriptor);
    return -1;
}

mayfly_status mf_send(
    int descriptor, const uint8_t *bytes, size_t count, uint64_t deadline, mayfly_error *error) {
    while (count > 0) {
        ssize_t sent = send(descriptor, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) {
            bytes += sent;
            count -= (size_t)sent;
            continue;
        }
        if (errno == EINTR) continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK) return lost(error, strerror(errno));
        struct pollfd poller = {.fd = descriptor, .events = POLLOUT};
        if (poll(&poller, 1, mf_remaining(deadline)) == 0 && mf_remaining(deadline) == 0) {
            return mf_fail(error, MAYFLY_TIMED_OUT, "the broker did not take the request in time");
        }
    }
    return MAYFLY_OK;
}

static void put_varint(mf_buffer *buffer, size_t number) {
    uint8_t bytes[10];
    size_t count = 0;
    while (number > 0x7F) {
        bytes[count++] = (uint8_t)(number | 0x80);
        number >>= 7;
    }
    bytes[count++] = (uint8_t)number;
    mf_buffer_add(buffer, bytes, count);
}

static void put_field(mf_buffer *buffer, uint8_t number, const void *bytes, size_t count) {
    if (count == 0) return;
    uint8_t tag = (uint8_t)(number << 3 | 2);
    mf_buffer_add(buffer, &tag, 1);
    put_varint(buffer, count);
    mf_buffer_add(buffer, bytes, count);
}

/* The ttrpc.Request is written as it is: three fields, of which the payload need not be copied
 * through another message. */
void mf_request(
    mf_buffer *frame, uint32_t stream, uint8_t flags, const char *service, const char *method,
    const uint8_t *payload, size_t count) {
    uint8_t header[MF_HEADER_COUNT] = {0};
    mf_buffer_add(frame, header, sizeof header);
    put_field(frame, 1, service, strlen(service));
    put_field(frame, 2, method, strlen(method));
    put_field(frame, 3, payload, count);
    if (frame->failed) return;
    put_big_endian(frame->bytes, (uint32_t)(frame->count - MF_HEADER_COUNT));
    put_big_endian(frame->bytes + 4, stream);
    frame->bytes[8] = MF_TYPE_REQUEST;
    frame->bytes[9] = flags;
}
