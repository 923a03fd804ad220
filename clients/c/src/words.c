#include "texts.h"

enum { IDENTIFIER_MAXIMUM = 128, SCOPE_MAXIMUM = 256, ISSUER_MAXIMUM = 249, DOMAIN_MAXIMUM = 255 };

static bool is_identifier_character(char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') || character == '.' || character == '_' ||
           character == '-';
}

/* Printable ASCII without space, quote and backslash. */
static bool is_printable(char character) {
    return character > ' ' && character < 0x7F && character != '"' && character != '\\';
}

static bool is_plain(mayfly_text text) {
    for (size_t index = 0; index < text.count; index++) {
        if (!is_printable(text.bytes[index]) || text.bytes[index] == ',') return false;
    }
    return text.count > 0;
}

static bool is_word(mayfly_text text) {
    for (size_t index = 0; index < text.count; index++) {
        if (!is_identifier_character(text.bytes[index])) return false;
    }
    return text.count > 0;
}

static bool is_hexadecimal(mayfly_text text, size_t count) {
    for (size_t index = 0; index < text.count; index++) {
        char character = text.bytes[index];
        if (!((character >= '0' && character <= '9') || (character >= 'a' && character <= 'f'))) {
            return false;
        }
    }
    return text.count == count;
}

/* What stands before the character, which is taken away with it. */
static bool split(mayfly_text *text, char character, mayfly_text *before) {
    const char *found = text->count == 0 ? NULL : memchr(text->bytes, character, text->count);
    if (found == NULL) return false;
    *before = mf_text(text->bytes, (size_t)(found - text->bytes));
    *text = mf_text(found + 1, text->count - before->count - 1);
    return true;
}

static bool is_identifier(mayfly_text text) {
    return text.count <= IDENTIFIER_MAXIMUM && is_word(text) && !mf_is(text, ".") &&
           !mf_is(text, "..");
}

bool mf_is_scope(mayfly_text text) {
    mayfly_text action, resource;
    return text.count <= SCOPE_MAXIMUM && split(&text, ':', &action) &&
           split(&text, ':', &resource) && is_word(action) && is_word(resource) && is_plain(text);
}

bool mf_is_audience(mayfly_text text) { return text.count <= 256 && is_plain(text); }

bool mf_is_issuer(mayfly_text text) {
    if (text.count == 0 || text.count > ISSUER_MAXIMUM) return false;
    for (size_t index = 0; index < text.count; index++) {
        if (!is_printable(text.bytes[index])) return false;
    }
    return true;
}

bool mf_is_reference(mayfly_text text) { return is_hexadecimal(text, 32); }

static bool is_domain(mayfly_text text) {
    for (size_t index = 0; index < text.count; index++) {
        char character = text.bytes[index];
        if (!is_identifier_character(character) || (character >= 'A' && character <= 'Z')) {
            return false;
        }
    }
    return text.count > 0 && text.count <= DOMAIN_MAXIMUM;
}

bool mf_is_agent_id(mayfly_text text, mayfly_text *orchestration, mayfly_text *task) {
    static const char SCHEME[] = "spiffe://";
    size_t count = sizeof SCHEME - 1;
    if (text.count < count || memcmp(text.bytes, SCHEME, count) != 0) return false;
    mayfly_text rest = mf_text(text.bytes + count, text.count - count);
    mayfly_text domain, kind, first, second;
    if (!split(&rest, '/', &domain) || !split(&rest, '/', &kind) || !split(&rest, '/', &first) ||
        !split(&rest, '/', &second)) {
        return false;
    }
    if (!is_domain(domain) || !mf_is(kind, "agent") || !is_identifier(first) ||
        !is_identifier(second) || !is_hexadecimal(rest, 16)) {
        return false;
    }
    if (orchestration != NULL) *orchestration = first;
    if (task != NULL) *task = second;
    return true;
}

bool mf_scope_covers(mayfly_text held, mayfly_text wanted) {
    if (mf_equal(held, wanted)) return true;
    mayfly_text rest = held, action, resource;
    if (!split(&rest, ':', &action) || !split(&rest, ':', &resource) || !mf_is(rest, "*")) {
        return false;
    }
    size_t family = held.count - 1;
    return wanted.count > family && memcmp(held.bytes, wanted.bytes, family) == 0;
}

bool mf_scopes_cover(
    const mayfly_text *held, size_t held_count, const mayfly_text *wanted, size_t wanted_count) {
    for (size_t index = 0; index < wanted_count; index++) {
        bool is_covered = false;
        for (size_t other = 0; other < held_count && !is_covered; other++) {
            is_covered = mf_scope_covers(held[other], wanted[index]);
        }
        if (!is_covered) return false;
    }
    return true;
}
