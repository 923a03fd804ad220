#include "scan.h"

#include "texts.h"

/* An answer of 4 MiB has no more fields than this in any message that there is. */
enum { FIELDS_MAXIMUM = 262144, DEPTH_MAXIMUM = 8 };

enum { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

typedef struct place {
    const uint8_t *at;
    const uint8_t *end;
} place;

static bool read_varint(place *scanner, uint64_t *number) {
    *number = 0;
    for (unsigned shift = 0; shift < 70 && scanner->at < scanner->end; shift += 7) {
        uint8_t byte = *scanner->at++;
        if (shift == 63 && byte > 1) return false;
        *number |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) return true;
    }
    return false;
}

static bool take(place *scanner, uint64_t count, const uint8_t **bytes) {
    if (count > (uint64_t)(scanner->end - scanner->at)) return false;
    *bytes = scanner->at;
    scanner->at += count;
    return true;
}

static int wire_of(ProtobufCType type) {
    switch (type) {
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_BYTES:
    case PROTOBUF_C_TYPE_MESSAGE: return WIRE_BYTES;
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_FLOAT: return WIRE_32;
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_DOUBLE: return WIRE_64;
    default: return WIRE_VARINT;
    }
}

static bool scan(
    const ProtobufCMessageDescriptor *descriptor, const uint8_t *data, uint64_t count,
    size_t *fields, int depth);

/* A field that the message has. */
static bool scan_known(
    const ProtobufCFieldDescriptor *field, unsigned wire, const uint8_t *bytes, uint64_t count,
    size_t *fields, int depth) {
    int wanted = wire_of(field->type);
    if (wanted != WIRE_BYTES) {
        bool is_packed = wire == WIRE_BYTES && field->label == PROTOBUF_C_LABEL_REPEATED;
        return is_packed || (int)wire == wanted;
    }
    if (wire != WIRE_BYTES) return false;
    switch (field->type) {
    case PROTOBUF_C_TYPE_MESSAGE: return scan(field->descriptor, bytes, count, fields, depth + 1);
    case PROTOBUF_C_TYPE_STRING:
        return memchr(bytes, 0, (size_t)count) == NULL &&
               mf_is_utf8((const char *)bytes, (size_t)count);
    default: return true;
    }
}

static bool scan(
    const ProtobufCMessageDescriptor *descriptor, const uint8_t *data, uint64_t count,
    size_t *fields, int depth) {
    place scanner = {data, data + count};
    if (depth > DEPTH_MAXIMUM) return false;
    while (scanner.at < scanner.end) {
        uint64_t key, length = 0;
        if (++*fields > FIELDS_MAXIMUM || !read_varint(&scanner, &key)) return false;
        if (key >> 3 == 0 || key >> 3 > 0x1FFFFFFF) return false;
        unsigned wire = (unsigned)(key & 7);
        const uint8_t *bytes = scanner.at;
        bool is_whole;
        switch (wire) {
        case WIRE_VARINT: is_whole = read_varint(&scanner, &length); break;
        case WIRE_64: is_whole = take(&scanner, 8, &bytes); break;
        case WIRE_32: is_whole = take(&scanner, 4, &bytes); break;
        case WIRE_BYTES:
            is_whole = read_varint(&scanner, &length) && take(&scanner, length, &bytes);
            break;
        default: is_whole = false;
        }
        if (!is_whole) return false;
        const ProtobufCFieldDescriptor *field =
            protobuf_c_message_descriptor_get_field(descriptor, (unsigned)(key >> 3));
        if (field != NULL && !scan_known(field, wire, bytes, length, fields, depth)) return false;
    }
    return true;
}

void *mf_unpack(
    const ProtobufCMessageDescriptor *descriptor, mf_arena *arena, const uint8_t *data,
    size_t count) {
    size_t fields = 0;
    /* A message of nothing may have no place. */
    if (data == NULL) data = (const uint8_t *)"";
    if (!scan(descriptor, data, count, &fields, 0)) return NULL;
    return protobuf_c_message_unpack(descriptor, mf_arena_allocator(arena), count, data);
}
