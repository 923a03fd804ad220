/* proto/vectors/frames.json and refusals.json: what goes over the wire, byte for byte. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "vectors.h"

static int failed;

static void check(bool is_so, const char *what, const vector *one) {
    if (is_so) return;
    failed++;
    fprintf(stderr, "%s: %s\n", vector_text_of(one, "name"), what);
}

static const ProtobufCMessageDescriptor *descriptor_of(const char *name) {
    static const ProtobufCMessageDescriptor *const KNOWN[] = {
        &mayfly__v1__authenticate_request__descriptor,
        &mayfly__v1__authenticate_response__descriptor,
        &mayfly__v1__create_launch_token_request__descriptor,
        &mayfly__v1__create_launch_token_response__descriptor,
        &mayfly__v1__apps_list_grants_request__descriptor,
        &mayfly__v1__challenge_request__descriptor,
        &mayfly__v1__challenge_response__descriptor,
        &mayfly__v1__describe_request__descriptor,
        &mayfly__v1__describe_response__descriptor,
        &mayfly__v1__validate_request__descriptor,
        &mayfly__v1__validate_response__descriptor,
        &mayfly__v1__validate_batch_request__descriptor,
        &mayfly__v1__validate_batch_response__descriptor,
        &mayfly__v1__release_request__descriptor,
        &mayfly__v1__release_response__descriptor,
        &mayfly__v1__release_batch_request__descriptor,
        &mayfly__v1__release_batch_response__descriptor,
        &mayfly__v1__delegate_request__descriptor,
        &mayfly__v1__delegate_response__descriptor,
        &mayfly__v1__heartbeat_request__descriptor,
        &mayfly__v1__heartbeat_response__descriptor,
        &mayfly__v1__get_keys_request__descriptor,
        &mayfly__v1__get_keys_response__descriptor,
        &mayfly__v1__watch_revocations_request__descriptor,
        &mayfly__v1__watch_revocations_response__descriptor,
        &mayfly__v1__revoke_request__descriptor,
        &mayfly__v1__revoke_response__descriptor,
        &mayfly__v1__create_app_request__descriptor,
        &mayfly__v1__status_request__descriptor,
        &mayfly__v1__spawn_request__descriptor,
        &mayfly__v1__spawn_response__descriptor,
        &mayfly__v1__spawn_body__descriptor,
        &mayfly__v1__spawn_batch_request__descriptor,
        &mayfly__v1__spawn_batch_response__descriptor,
        &mayfly__v1__spawn_batch_body__descriptor,
        &mayfly__v1__register_request__descriptor,
        &mayfly__v1__register_response__descriptor,
        &mayfly__v1__register_body__descriptor,
        &mayfly__v1__renew_request__descriptor,
        &mayfly__v1__renew_response__descriptor,
        &mayfly__v1__renew_body__descriptor,
    };
    for (size_t index = 0; index < sizeof KNOWN / sizeof *KNOWN; index++) {
        if (strcmp(KNOWN[index]->name, name) == 0) return KNOWN[index];
    }
    fprintf(stderr, "this runner does not know %s\n", name);
    exit(1);
}

/* --- messages out of the JSON of protobuf --- */

static void *taken(mf_arena *arena, size_t count) {
    void *place = mf_arena_take(arena, count == 0 ? 1 : count);
    if (place == NULL) exit(1);
    return memset(place, 0, count);
}

static ProtobufCMessage *made(
    mf_arena *arena, const ProtobufCMessageDescriptor *descriptor, const vector *fields);

static void put_bytes(mf_arena *arena, ProtobufCBinaryData *out, const char *text) {
    out->data = taken(arena, strlen(text));
    if (sodium_base642bin(out->data, strlen(text), text, strlen(text), NULL, &out->len, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0) {
        exit(1);
    }
}

static int enum_number(const ProtobufCEnumDescriptor *descriptor, const char *name) {
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value_by_name(descriptor, name);
    if (value == NULL) exit(1);
    return value->value;
}

static void put_value(
    mf_arena *arena, const ProtobufCFieldDescriptor *field, const vector *value, void *place) {
    int64_t number = vector_number(value);
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING: *(char **)place = (char *)(uintptr_t)vector_text(value); break;
    case PROTOBUF_C_TYPE_BYTES: put_bytes(arena, place, vector_text(value)); break;
    case PROTOBUF_C_TYPE_MESSAGE:
        *(ProtobufCMessage **)place = made(arena, field->descriptor, value);
        break;
    case PROTOBUF_C_TYPE_ENUM:
        *(int *)place = enum_number(field->descriptor, vector_text(value));
        break;
    case PROTOBUF_C_TYPE_BOOL: *(protobuf_c_boolean *)place = vector_is_true(value); break;
    case PROTOBUF_C_TYPE_UINT32: *(uint32_t *)place = (uint32_t)number; break;
    case PROTOBUF_C_TYPE_UINT64: *(uint64_t *)place = (uint64_t)number; break;
    default: exit(1);
    }
}

static size_t size_of(ProtobufCType type) {
    switch (type) {
    case PROTOBUF_C_TYPE_BYTES: return sizeof(ProtobufCBinaryData);
    case PROTOBUF_C_TYPE_BOOL: return sizeof(protobuf_c_boolean);
    case PROTOBUF_C_TYPE_UINT32: return sizeof(uint32_t);
    case PROTOBUF_C_TYPE_UINT64: return sizeof(uint64_t);
    default: return sizeof(void *);
    }
}

static ProtobufCMessage *made(
    mf_arena *arena, const ProtobufCMessageDescriptor *descriptor, const vector *fields) {
    char *message = taken(arena, descriptor->sizeof_message);
    protobuf_c_message_init(descriptor, message);
    for (size_t index = 0; index < vector_count(fields); index++) {
        const vector *value = vector_at(fields, index);
        const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field_by_name(
            descriptor, vector_name_at(fields, index));
        if (field == NULL) exit(1);
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            size_t size = size_of(field->type);
            char *elements = taken(arena, size * vector_count(value));
            for (size_t element = 0; element < vector_count(value); element++) {
                put_value(arena, field, vector_at(value, element), elements + element * size);
            }
            memcpy(message + field->quantifier_offset, &(size_t){vector_count(value)},
                   sizeof(size_t));
            memcpy(message + field->offset, &elements, sizeof elements);
            continue;
        }
        put_value(arena, field, value, message + field->offset);
        if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
            memcpy(message + field->quantifier_offset, &(uint32_t){field->id}, sizeof(uint32_t));
        }
    }
    return (ProtobufCMessage *)(void *)message;
}

static mf_buffer packed(const char *name, const vector *fields) {
    mf_arena arena;
    mf_arena_init(&arena, 1024 * 1024);
    mf_buffer buffer = {0};
    if (mf_pack(made(&arena, descriptor_of(name), fields), &buffer, NULL) != MAYFLY_OK) exit(1);
    mf_arena_free(&arena);
    return buffer;
}

static bool are_bytes(const vector *one, const char *name, const void *bytes, size_t count) {
    size_t expected_count;
    uint8_t *expected = vector_bytes_of(one, name, &expected_count);
    bool fits = expected_count == count && (count == 0 || memcmp(expected, bytes, count) == 0);
    free(expected);
    return fits;
}

/* --- the cases --- */

static void check_request(const vector *one) {
    const vector *fields = vector_get(one, "fields");
    mf_buffer payload = packed(vector_text_of(one, "message"), fields);
    check(are_bytes(one, "payload", payload.bytes, payload.count), "payload", one);
    mf_buffer frame = {0};
    mf_request(&frame, (uint32_t)vector_number_of(one, "stream"),
               (uint8_t)vector_number_of(one, "flags"), vector_text_of(one, "service"),
               vector_text_of(one, "method"), payload.bytes, payload.count);
    check(are_bytes(one, "frame", frame.bytes, frame.count), "frame", one);
    const vector *body = vector_get(one, "body");
    if (body != NULL) {
        mf_buffer inner = packed(vector_text_of(body, "message"), vector_get(body, "fields"));
        char text[8192];
        sodium_bin2base64(text, sizeof text, inner.bytes, inner.count,
                          sodium_base64_VARIANT_ORIGINAL);
        check(strcmp(text, vector_text_of(fields, "body")) == 0, "body", one);
        mf_buffer_free(&inner);
    }
    mf_buffer_free(&payload);
    mf_buffer_free(&frame);
}

/* The frame of a case, which is alone in the bytes; given to the reader in two parts. */
static mf_frame frame_of(const vector *one, mf_receiver *receiver, uint8_t type) {
    size_t count;
    uint8_t *bytes = vector_bytes_of(one, "frame", &count);
    mf_frame frame = {0};
    size_t first = count / 2;
    mf_buffer_add(&receiver->bytes, bytes, first);
    check(mf_next_frame(receiver, &frame, NULL) == 0, "half a frame", one);
    mf_buffer_add(&receiver->bytes, bytes + first, count - first);
    free(bytes);
    bool fits = mf_next_frame(receiver, &frame, NULL) == 1 && frame.type == type &&
                frame.stream == (uint32_t)vector_number_of(one, "stream");
    check(fits, "header", one);
    return frame;
}

/* Whether bytes hold a message with the fields of the case: without what nobody knows, it is packed
 * as they are. */
static void check_message(const vector *one, const uint8_t *bytes, size_t count) {
    const ProtobufCMessageDescriptor *descriptor = descriptor_of(vector_text_of(one, "message"));
    mf_buffer expected = packed(descriptor->name, vector_get(one, "fields"));
    mf_arena arena;
    mf_arena_init(&arena, 1024 * 1024);
    ProtobufCMessage *message =
        protobuf_c_message_unpack(descriptor, mf_arena_allocator(&arena), count, bytes);
    check(message != NULL, "cannot be read", one);
    if (message != NULL) {
        message->n_unknown_fields = 0;
        mf_buffer again = {0};
        mf_pack(message, &again, NULL);
        bool fits = again.count == expected.count &&
                    (again.count == 0 || memcmp(again.bytes, expected.bytes, again.count) == 0);
        check(fits, "holds something else", one);
        mf_buffer_free(&again);
    }
    mf_arena_free(&arena);
    mf_buffer_free(&expected);
}

static void check_response(const vector *one) {
    mf_receiver receiver = {0};
    mf_frame frame = frame_of(one, &receiver, MF_TYPE_RESPONSE);
    mf_arena arena;
    mf_arena_init(&arena, 1024 * 1024);
    const Ttrpc__Response *envelope =
        ttrpc__response__unpack(mf_arena_allocator(&arena), frame.count, frame.data);
    check(envelope != NULL, "envelope", one);
    if (envelope != NULL) check_message(one, envelope->payload.data, envelope->payload.len);
    mf_arena_free(&arena);
    mf_buffer_free(&receiver.bytes);
}

static void check_event(const vector *one) {
    mf_receiver receiver = {0};
    mf_frame frame = frame_of(one, &receiver, MF_TYPE_DATA);
    check_message(one, frame.data, frame.count);
    mf_buffer_free(&receiver.bytes);
}

static void check_refusal(const vector *one) {
    mf_receiver receiver = {0};
    mf_frame frame = frame_of(one, &receiver, MF_TYPE_RESPONSE);
    mf_arena arena;
    mf_arena_init(&arena, 1024 * 1024);
    const Ttrpc__Response *envelope =
        ttrpc__response__unpack(mf_arena_allocator(&arena), frame.count, frame.data);
    if (envelope == NULL || envelope->status == NULL) exit(1);
    mayfly_error error;
    const vector *expect = vector_get(one, "expect");
    check(mf_refusal(envelope->status, &error) == MAYFLY_REFUSED, "no refusal", one);
    check(error.code == vector_number_of(expect, "code"), "code", one);
    check(strcmp(error.reason, vector_text_of(expect, "reason")) == 0, error.reason, one);
    check(strcmp(error.message, vector_text_of(expect, "message")) == 0, error.message, one);
    const vector *metadata = vector_get(expect, "metadata");
    check(error.metadata_count == vector_count(metadata), "metadata", one);
    for (size_t index = 0; index < vector_count(metadata); index++) {
        const char *value = mayfly_error_metadata(&error, vector_name_at(metadata, index));
        bool fits = value != NULL && strcmp(value, vector_text(vector_at(metadata, index))) == 0;
        check(fits, vector_name_at(metadata, index), one);
    }
    mf_arena_free(&arena);
    mf_buffer_free(&receiver.bytes);
}

static size_t each(const vector *cases, void (*check_one)(const vector *)) {
    for (size_t index = 0; index < vector_count(cases); index++) check_one(vector_at(cases, index));
    return vector_count(cases);
}

int main(void) {
    if (sodium_init() < 0) return 1;
    const vector *frames = vector_file("frames.json");
    const vector *refusals = vector_file("refusals.json");
    size_t count = each(vector_get(frames, "requests"), check_request) +
                   each(vector_get(frames, "responses"), check_response) +
                   each(vector_get(frames, "stream"), check_event) +
                   each(vector_get(refusals, "cases"), check_refusal);
    printf("wire: %zu cases, %d failed\n", count, failed);
    return failed == 0 ? 0 : 1;
}
