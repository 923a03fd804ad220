/* What protobuf-c does not look at before it reads a message. */
#ifndef MF_SCAN_H
#define MF_SCAN_H

#include "support.h"

/* The message in the arena; NULL where the bytes are not such a message. Unlike protobuf-c alone,
 * which takes the bytes of a text for a bool, it holds every field to its wire type, every text to
 * UTF-8 without a zero, and the number of fields to what an answer can have. */
void *mf_unpack(
    const ProtobufCMessageDescriptor *descriptor, mf_arena *arena, const uint8_t *data,
    size_t count);
#endif
