#include "vectors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { NOTHING, TRUTH, NUMBER, TEXT, ARRAY, OBJECT };

struct vector {
    enum kind kind;
    /* Of a number and a truth. */
    int64_t number;
    char *text;
    size_t count;
    vector *values;
    char **names;
};

struct reader {
    const char *file;
    const char *at;
};

static _Noreturn void fail(const struct reader *reader, const char *what) {
    fprintf(stderr, "%s: %s at: %.40s\n", reader->file, what, reader->at);
    exit(70);
}

static void *grown(const struct reader *reader, void *old, size_t count, size_t size) {
    void *room = realloc(old, count * size);
    if (room == NULL) fail(reader, "no memory");
    return room;
}

static void skip_space(struct reader *reader) { reader->at += strspn(reader->at, " \t\r\n"); }

static bool takes(struct reader *reader, const char *word) {
    skip_space(reader);
    size_t count = strlen(word);
    if (strncmp(reader->at, word, count) != 0) return false;
    reader->at += count;
    return true;
}

/* The vectors escape what is not ASCII, and nothing beyond one byte of UTF-8 is read here. */
static char escaped(struct reader *reader) {
    char letter = *reader->at++;
    const char *found = strchr("n\nt\tr\rb\bf\f", letter);
    if (letter == 'u') {
        char digits[5] = {0};
        memcpy(digits, reader->at, strnlen(reader->at, 4));
        unsigned long code = strtoul(digits, NULL, 16);
        if (code == 0 || code > 0x7F) fail(reader, "not ASCII");
        reader->at += 4;
        return (char)code;
    }
    if (letter == '"' || letter == '\\' || letter == '/') return letter;
    if (found == NULL) fail(reader, "no such escape");
    return found[1];
}

static char *read_text(struct reader *reader) {
    if (!takes(reader, "\"")) fail(reader, "no text");
    size_t longest = strcspn(reader->at, "\n") + 1;
    char *text = grown(reader, NULL, longest, 1);
    size_t count = 0;
    while (*reader->at != '"') {
        if (*reader->at == 0 || *reader->at == '\n') fail(reader, "a text without an end");
        char letter = *reader->at++;
        text[count++] = letter == '\\' ? escaped(reader) : letter;
    }
    reader->at++;
    text[count] = 0;
    return text;
}

static vector read_value(struct reader *reader);

static vector read_members(struct reader *reader, bool is_object) {
    vector value = {.kind = is_object ? OBJECT : ARRAY};
    const char *end = is_object ? "}" : "]";
    if (takes(reader, end)) return value;
    do {
        value.values = grown(reader, value.values, value.count + 1, sizeof *value.values);
        if (is_object) {
            value.names = grown(reader, value.names, value.count + 1, sizeof *value.names);
            value.names[value.count] = read_text(reader);
            if (!takes(reader, ":")) fail(reader, "no colon");
        }
        value.values[value.count] = read_value(reader);
        value.count++;
    } while (takes(reader, ","));
    if (!takes(reader, end)) fail(reader, "no end");
    return value;
}

static vector read_value(struct reader *reader) {
    if (takes(reader, "{")) return read_members(reader, true);
    if (takes(reader, "[")) return read_members(reader, false);
    if (takes(reader, "true")) return (vector){.kind = TRUTH, .number = 1};
    if (takes(reader, "false")) return (vector){.kind = TRUTH};
    if (takes(reader, "null")) return (vector){.kind = NOTHING};
    skip_space(reader);
    if (*reader->at == '"') return (vector){.kind = TEXT, .text = read_text(reader)};
    char *end;
    long long number = strtoll(reader->at, &end, 10);
    if (end == reader->at) fail(reader, "no value");
    /* A fraction is of no use to a test. */
    reader->at = end + strspn(end, "0123456789.eE+-");
    return (vector){.kind = NUMBER, .number = number};
}

static char *contents(const char *path) {
    FILE *file = fopen(path, "rb");
    struct reader reader = {.file = path, .at = "the file"};
    if (file == NULL) fail(&reader, "cannot be opened");
    char *text = NULL;
    size_t count = 0;
    size_t got;
    do {
        text = grown(&reader, text, count + 65537, 1);
        got = fread(text + count, 1, 65536, file);
        count += got;
    } while (got > 0);
    fclose(file);
    text[count] = 0;
    return text;
}

vector *vector_parse(const char *name, const char *text) {
    struct reader reader = {.file = name, .at = text};
    vector *value = grown(&reader, NULL, 1, sizeof *value);
    *value = read_value(&reader);
    skip_space(&reader);
    if (*reader.at != 0) fail(&reader, "something behind the end");
    return value;
}

static void clear(vector *value) {
    for (size_t index = 0; index < value->count; index++) {
        clear(&value->values[index]);
        if (value->names != NULL) free(value->names[index]);
    }
    free(value->values);
    free(value->names);
    free(value->text);
}

void vector_free(vector *value) {
    if (value == NULL) return;
    clear(value);
    free(value);
}

bool vector_equal(const vector *one, const vector *other) {
    if (one == NULL || other == NULL) return one == other;
    if (one->kind != other->kind || one->number != other->number) return false;
    if (one->kind == TEXT && strcmp(one->text, other->text) != 0) return false;
    if (one->count != other->count) return false;
    for (size_t index = 0; index < one->count; index++) {
        const vector *match = one->kind == OBJECT ? vector_get(other, one->names[index])
                                                  : vector_at(other, index);
        if (!vector_equal(&one->values[index], match)) return false;
    }
    return true;
}

/* Kept until the process ends, so that a leak checker still finds them. */
static vector *kept[8];

const vector *vector_file(const char *name) {
    const char *folder = getenv("MAYFLY_VECTORS");
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder != NULL ? folder : "../../proto/vectors", name);
    struct reader reader = {.file = path, .at = ""};
    size_t place = 0;
    while (place < sizeof kept / sizeof *kept && kept[place] != NULL) place++;
    if (place == sizeof kept / sizeof *kept) fail(&reader, "one file too many");
    char *text = contents(path);
    kept[place] = vector_parse(name, text);
    free(text);
    return kept[place];
}

const vector *vector_get(const vector *object, const char *name) {
    if (object == NULL || object->kind != OBJECT) return NULL;
    for (size_t index = 0; index < object->count; index++) {
        if (strcmp(object->names[index], name) == 0) return &object->values[index];
    }
    return NULL;
}

size_t vector_count(const vector *value) { return value == NULL ? 0 : value->count; }

const vector *vector_at(const vector *value, size_t index) {
    return index < vector_count(value) ? &value->values[index] : NULL;
}

const char *vector_name_at(const vector *object, size_t index) { return object->names[index]; }

bool vector_is_text(const vector *value) { return value != NULL && value->kind == TEXT; }

const char *vector_text(const vector *value) {
    return vector_is_text(value) ? value->text : NULL;
}

int64_t vector_number(const vector *value) { return value == NULL ? 0 : value->number; }

bool vector_is_true(const vector *value) {
    return value != NULL && value->kind == TRUTH && value->number == 1;
}

const char *vector_text_of(const vector *object, const char *name) {
    return vector_text(vector_get(object, name));
}

int64_t vector_number_of(const vector *object, const char *name) {
    return vector_number(vector_get(object, name));
}

uint8_t *vector_bytes_of(const vector *object, const char *name, size_t *count) {
    struct reader reader = {.file = name, .at = ""};
    const char *text = vector_text_of(object, name);
    *count = text == NULL ? 0 : strlen(text) / 2;
    uint8_t *bytes = grown(&reader, NULL, *count + 1, 1);
    for (size_t index = 0; index < *count; index++) {
        char digits[3] = {text[2 * index], text[2 * index + 1], 0};
        bytes[index] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return bytes;
}

const char **vector_texts_of(const vector *object, const char *name, size_t *count) {
    struct reader reader = {.file = name, .at = ""};
    const vector *array = vector_get(object, name);
    *count = vector_count(array);
    const char **texts = grown(&reader, NULL, *count + 1, sizeof *texts);
    for (size_t index = 0; index < *count; index++) {
        texts[index] = vector_text(&array->values[index]);
    }
    return texts;
}
