/* Hops and root statements: each is the one canonical text of what it says, so that reading one is
 * matching it, and nothing has to be compared with a text written again. */
#include "chain.h"

enum { HOP_MAXIMUM = 27406 };

typedef struct matcher {
    const char *at;
    const char *end;
    bool failed;
} matcher;

static bool literal(matcher *text, const char *word) {
    size_t count = strlen(word);
    if (text->failed || (size_t)(text->end - text->at) < count ||
        memcmp(text->at, word, count) != 0) {
        return false;
    }
    text->at += count;
    return true;
}

static void expect(matcher *text, const char *word) {
    if (!literal(text, word)) text->failed = true;
}

/* Up to the next quote, which is taken. Its alphabet is the caller's to check. */
static mayfly_text quoted(matcher *text) {
    expect(text, "\"");
    const char *start = text->at;
    while (!text->failed && text->at < text->end && *text->at != '"') text->at++;
    mayfly_text found = mf_text(start, (size_t)(text->at - start));
    expect(text, "\"");
    return found;
}

static mayfly_text checked(matcher *text, bool (*is_right)(mayfly_text)) {
    mayfly_text found = quoted(text);
    if (!text->failed && !is_right(found)) text->failed = true;
    return found;
}

static bool is_agent(mayfly_text text) { return mf_is_agent_id(text, NULL, NULL); }

static void bytes(matcher *text, uint8_t out[32]) {
    mayfly_text found = quoted(text);
    if (!text->failed && !mf_base64url_digest(found, out)) text->failed = true;
}

static uint64_t number(matcher *text) {
    const char *start = text->at;
    while (text->at < text->end && *text->at >= '0' && *text->at <= '9') text->at++;
    uint64_t value = 0;
    if (!mf_whole_number(mf_text(start, (size_t)(text->at - start)), &value)) text->failed = true;
    return value;
}

static size_t list(
    matcher *text, mayfly_text *out, size_t maximum, bool (*is_right)(mayfly_text)) {
    size_t count = 0;
    expect(text, "[");
    do {
        if (count == maximum) text->failed = true;
        if (text->failed) return 0;
        out[count++] = checked(text, is_right);
    } while (literal(text, ","));
    expect(text, "]");
    return count;
}

/* The decoded text in the arena; without bytes where it is none. */
static mayfly_text decoded(mf_arena *arena, mayfly_text text) {
    char *bytes_of = mf_arena_take(arena, text.count + 1);
    if (bytes_of == NULL || !mf_base64url_decode(text, (uint8_t *)bytes_of)) return mf_text("", 0);
    return mf_text(bytes_of, text.count * 3 / 4);
}

bool mf_root_parse(mf_arena *arena, mayfly_text encoded, mf_root *root) {
    mayfly_text payload = decoded(arena, encoded);
    matcher text = {payload.bytes, payload.bytes + payload.count, false};
    memset(root, 0, sizeof *root);
    expect(&text, "{\"agent\":");
    root->agent = checked(&text, is_agent);
    expect(&text, ",\"key\":");
    bytes(&text, root->key);
    expect(&text, ",\"scope\":");
    root->scope_count = list(&text, root->scope, MF_SCOPES_MAXIMUM, mf_is_scope);
    if (literal(&text, ",\"aud\":")) {
        root->audience_count = list(&text, root->audience, MF_AUDIENCES_MAXIMUM, mf_is_audience);
    }
    expect(&text, ",\"not_after\":");
    root->not_after = number(&text);
    expect(&text, ",\"grant\":");
    root->grant = checked(&text, mf_is_reference);
    expect(&text, "}");
    return !text.failed && text.at == text.end;
}

static bool parse_payload(mayfly_text payload, mf_hop *hop) {
    matcher text = {payload.bytes, payload.bytes + payload.count, false};
    uint8_t challenge[32];
    expect(&text, "{\"iss\":");
    hop->issuer = checked(&text, mf_is_issuer);
    expect(&text, ",\"challenge\":");
    bytes(&text, challenge);
    expect(&text, ",\"proof_seq\":");
    number(&text);
    expect(&text, ",\"delegator\":");
    hop->delegator = checked(&text, is_agent);
    expect(&text, ",\"delegator_key\":");
    bytes(&text, hop->delegator_key);
    expect(&text, ",\"delegate\":");
    hop->delegate = checked(&text, is_agent);
    expect(&text, ",\"delegate_key\":");
    bytes(&text, hop->delegate_key);
    expect(&text, ",\"held\":");
    hop->held_count = list(&text, hop->held, MF_SCOPES_MAXIMUM, mf_is_scope);
    expect(&text, ",\"scope\":");
    hop->scope_count = list(&text, hop->scope, MF_SCOPES_MAXIMUM, mf_is_scope);
    hop->has_audience = literal(&text, ",\"aud\":");
    if (hop->has_audience) {
        hop->audience_count = list(&text, hop->audience, MF_AUDIENCES_MAXIMUM, mf_is_audience);
    }
    if (literal(&text, ",\"max_uses\":")) {
        uint64_t uses = number(&text);
        if (uses == 0 || uses > UINT32_MAX) text.failed = true;
        hop->maximum_uses = (uint32_t)uses;
    }
    expect(&text, ",\"iat\":");
    number(&text);
    expect(&text, ",\"exp\":");
    hop->expires_at = number(&text);
    expect(&text, ",\"parent\":");
    hop->parent = checked(&text, mf_is_reference);
    expect(&text, ",\"depth\":");
    hop->depth = number(&text);
    if (hop->depth < 1 || hop->depth > MF_HOPS_MAXIMUM) text.failed = true;
    expect(&text, ",\"prev\":");
    bytes(&text, hop->previous);
    expect(&text, "}");
    return !text.failed && text.at == text.end;
}

bool mf_hop_parse(mf_arena *arena, mayfly_text text, mf_hop *hop) {
    static const char HEADER[] = MF_HOP_HEADER;
    char header[MF_BASE64URL_COUNT(sizeof HEADER - 1) + 1];
    size_t header_count = MF_BASE64URL_COUNT(sizeof HEADER - 1);
    mf_base64url_encode((const uint8_t *)HEADER, sizeof HEADER - 1, header);
    header[header_count++] = '.';

    memset(hop, 0, sizeof *hop);
    if (text.count > HOP_MAXIMUM || text.count <= header_count ||
        memcmp(text.bytes, header, header_count) != 0) {
        return false;
    }
    const char *start = text.bytes + header_count;
    const char *dot = memchr(start, '.', text.count - header_count);
    if (dot == NULL) return false;
    mayfly_text signature = mf_text(dot + 1, (size_t)(text.bytes + text.count - dot - 1));
    if (signature.count != MF_BASE64URL_COUNT(MF_SIGNATURE_COUNT) ||
        !mf_base64url_decode(signature, hop->signature)) {
        return false;
    }
    hop->signed_part = mf_text(text.bytes, (size_t)(dot - text.bytes));
    return parse_payload(decoded(arena, mf_text(start, (size_t)(dot - start))), hop);
}
