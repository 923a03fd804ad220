#include "texts.h"

enum { STRICT_DEPTH = 8, LENIENT_DEPTH = 32, STRICT_MEMBERS = 64 };

typedef struct json_reader {
    mf_arena *arena;
    const char *at;
    const char *end;
    bool is_lenient;
} json_reader;

static mf_json *read_value(json_reader *reader, int depth);

static void skip_space(json_reader *reader) {
    if (!reader->is_lenient) return;
    while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\n' ||
                                        *reader->at == '\t' || *reader->at == '\r')) {
        reader->at++;
    }
}

static bool skip(json_reader *reader, char character) {
    skip_space(reader);
    if (reader->at == reader->end || *reader->at != character) return false;
    reader->at++;
    return true;
}

static int hexadecimal(char character) {
    if (character >= '0' && character <= '9') return character - '0';
    if (character >= 'a' && character <= 'f') return character - 'a' + 10;
    if (character >= 'A' && character <= 'F') return character - 'A' + 10;
    return -1;
}

/* \uXXXX behind the u; surrogates are refused, what a broker or a tool writes has none. */
static bool read_unicode(json_reader *reader, char **out) {
    if (reader->end - reader->at < 4) return false;
    unsigned code = 0;
    for (int index = 0; index < 4; index++) {
        int digit = hexadecimal(*reader->at++);
        if (digit < 0) return false;
        code = code << 4 | (unsigned)digit;
    }
    if (code >= 0xD800 && code <= 0xDFFF) return false;
    char *place = *out;
    if (code < 0x80) {
        *place++ = (char)code;
    } else if (code < 0x800) {
        *place++ = (char)(0xC0 | code >> 6);
        *place++ = (char)(0x80 | (code & 0x3F));
    } else {
        *place++ = (char)(0xE0 | code >> 12);
        *place++ = (char)(0x80 | (code >> 6 & 0x3F));
        *place++ = (char)(0x80 | (code & 0x3F));
    }
    *out = place;
    return true;
}

static bool read_escape(json_reader *reader, char **out) {
    static const char NAMES[] = "\"\\/bfnrt";
    static const char MEANINGS[] = "\"\\/\b\f\n\r\t";
    if (reader->at == reader->end) return false;
    char name = *reader->at++;
    if (name == 'u') return read_unicode(reader, out);
    const char *found = name == 0 ? NULL : strchr(NAMES, name);
    if (found == NULL) return false;
    *(*out)++ = MEANINGS[found - NAMES];
    return true;
}

/* Behind the first quote. An escape is never shorter than what it stands for. */
static bool read_escaped(json_reader *reader, size_t maximum, mayfly_text *text) {
    char *start = mf_arena_take(reader->arena, maximum + 1);
    if (start == NULL) return false;
    char *out = start;
    while (reader->at < reader->end && *reader->at != '"') {
        char character = *reader->at++;
        if ((unsigned char)character < 0x20) return false;
        if (character != '\\') {
            *out++ = character;
        } else if (!read_escape(reader, &out)) {
            return false;
        }
    }
    *text = mf_text(start, (size_t)(out - start));
    return skip(reader, '"');
}

static bool read_text(json_reader *reader, mayfly_text *text) {
    if (!skip(reader, '"')) return false;
    const char *start = reader->at;
    while (reader->at < reader->end) {
        unsigned char character = (unsigned char)*reader->at;
        if (character == '"') {
            *text = mf_text(start, (size_t)(reader->at++ - start));
            return true;
        }
        if (character < 0x20) return false;
        if (character == '\\') {
            if (!reader->is_lenient) return false;
            reader->at = start;
            /* No longer than up to its quote. */
            const char *quote = start;
            while (quote < reader->end && *quote != '"') {
                quote += *quote == '\\' && reader->end - quote > 1 ? 2 : 1;
            }
            return read_escaped(reader, (size_t)(quote - start), text);
        }
        reader->at++;
    }
    return false;
}

static bool digits(json_reader *reader) {
    const char *start = reader->at;
    while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9') reader->at++;
    return reader->at > start;
}

static bool read_number(json_reader *reader) {
    skip(reader, '-');
    const char *start = reader->at;
    if (!digits(reader) || (*start == '0' && reader->at - start > 1)) return false;
    if (reader->at < reader->end && *reader->at == '.') {
        reader->at++;
        if (!digits(reader)) return false;
    }
    if (reader->at < reader->end && (*reader->at == 'e' || *reader->at == 'E')) {
        reader->at++;
        if (reader->at < reader->end && (*reader->at == '+' || *reader->at == '-')) reader->at++;
        if (!digits(reader)) return false;
    }
    return true;
}

static bool read_word(json_reader *reader, const char *word) {
    size_t count = strlen(word);
    if ((size_t)(reader->end - reader->at) < count || memcmp(reader->at, word, count) != 0) {
        return false;
    }
    reader->at += count;
    return true;
}

static bool read_items(json_reader *reader, mf_json *list, char last, int depth) {
    bool is_object = last == '}';
    mf_json **end = &list->child;
    if (depth > (reader->is_lenient ? LENIENT_DEPTH : STRICT_DEPTH)) return false;
    if (skip(reader, last)) return true;
    do {
        mayfly_text name = {NULL, 0};
        if (is_object) {
            skip_space(reader);
            if (!read_text(reader, &name) || !skip(reader, ':')) return false;
            if (list->count == STRICT_MEMBERS) return false;
            for (const mf_json *other = list->child; other != NULL; other = other->next) {
                if (mf_equal(other->name, name)) return false;
            }
        }
        mf_json *value = read_value(reader, depth + 1);
        if (value == NULL) return false;
        value->name = name;
        *end = value;
        end = &value->next;
        list->count++;
    } while (skip(reader, ','));
    return skip(reader, last);
}

static mf_json *read_value(json_reader *reader, int depth) {
    skip_space(reader);
    if (reader->at == reader->end) return NULL;
    mf_json *value = mf_arena_take(reader->arena, sizeof *value);
    if (value == NULL) return NULL;
    memset(value, 0, sizeof *value);
    const char *start = reader->at;
    bool is_right;
    switch (*start) {
    case '{':
        value->kind = MF_JSON_OBJECT;
        reader->at++;
        is_right = read_items(reader, value, '}', depth);
        break;
    case '[':
        value->kind = MF_JSON_ARRAY;
        reader->at++;
        is_right = read_items(reader, value, ']', depth);
        break;
    case '"':
        value->kind = MF_JSON_TEXT;
        return read_text(reader, &value->text) ? value : NULL;
    case 't':
        value->kind = MF_JSON_TRUE;
        is_right = read_word(reader, "true");
        break;
    case 'f':
        value->kind = MF_JSON_FALSE;
        is_right = read_word(reader, "false");
        break;
    case 'n':
        value->kind = MF_JSON_NULL;
        is_right = read_word(reader, "null");
        break;
    default:
        value->kind = MF_JSON_NUMBER;
        is_right = read_number(reader);
    }
    value->text = mf_text(start, (size_t)(reader->at - start));
    return is_right ? value : NULL;
}

static mf_json *read_all(json_reader *reader) {
    if (!mf_is_utf8(reader->at, (size_t)(reader->end - reader->at))) return NULL;
    mf_json *value = read_value(reader, 1);
    skip_space(reader);
    return reader->at == reader->end ? value : NULL;
}

mf_json *mf_json_strict(mf_arena *arena, mayfly_text text) {
    json_reader reader = {arena, text.bytes, text.bytes + text.count, false};
    return read_all(&reader);
}

mf_json *mf_json_lenient(mf_arena *arena, mayfly_text text) {
    json_reader reader = {arena, text.bytes, text.bytes + text.count, true};
    return read_all(&reader);
}

const mf_json *mf_json_member(const mf_json *object, const char *name) {
    if (object == NULL || object->kind != MF_JSON_OBJECT) return NULL;
    for (const mf_json *member = object->child; member != NULL; member = member->next) {
        if (mf_is(member->name, name)) return member;
    }
    return NULL;
}

bool mf_whole_number(mayfly_text text, uint64_t *number) {
    if (text.count == 0 || text.count > 20) return false;
    if (text.count > 1 && text.bytes[0] == '0') return false;
    uint64_t value = 0;
    for (size_t index = 0; index < text.count; index++) {
        unsigned digit = (unsigned)(text.bytes[index] - '0');
        if (digit > 9 || value > (UINT64_MAX - digit) / 10) return false;
        value = value * 10 + digit;
    }
    *number = value;
    return true;
}

bool mf_is_utf8(const char *bytes, size_t count) {
    const unsigned char *at = (const unsigned char *)bytes;
    const unsigned char *end = at + count;
    while (at < end) {
        if (*at < 0x80) {
            at++;
            continue;
        }
        int more = *at >= 0xC2 && *at <= 0xDF ? 1 : (*at & 0xF0) == 0xE0 ? 2
                 : *at >= 0xF0 && *at <= 0xF4 ? 3 : 0;
        if (more == 0 || end - at <= more) return false;
        /* The second byte decides what is overlong, a surrogate, or beyond the last code. */
        unsigned char low = *at == 0xE0 ? 0xA0 : *at == 0xF0 ? 0x90 : 0x80;
        unsigned char high = *at == 0xED ? 0x9F : *at == 0xF4 ? 0x8F : 0xBF;
        if (at[1] < low || at[1] > high) return false;
        for (int index = 2; index <= more; index++) {
            if ((at[index] & 0xC0) != 0x80) return false;
        }
        at += more + 1;
    }
    return true;
}
