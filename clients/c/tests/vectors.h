/* Reads the files of proto/vectors/. They are ours: a file that is no JSON ends the test. */
#ifndef VECTORS_H
#define VECTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct vector vector;

/* A file of proto/vectors/, for as long as the process runs. */
const vector *vector_file(const char *name);

/* A JSON text, to be freed; what is no JSON ends the test, too. */
vector *vector_parse(const char *name, const char *text);
void vector_free(vector *value);
bool vector_equal(const vector *one, const vector *other);

/* The member of an object; NULL where there is none. */
const vector *vector_get(const vector *object, const char *name);
/* The elements of an array, or the members of an object; 0 for NULL and everything else. */
size_t vector_count(const vector *value);
const vector *vector_at(const vector *value, size_t index);
/* The name of a member of an object. */
const char *vector_name_at(const vector *object, size_t index);

bool vector_is_text(const vector *value);
/* NULL where it is no text. */
const char *vector_text(const vector *value);
/* 0 for NULL. */
int64_t vector_number(const vector *value);
bool vector_is_true(const vector *value);

/* The text of a member; NULL where there is none. */
const char *vector_text_of(const vector *object, const char *name);
int64_t vector_number_of(const vector *object, const char *name);
/* The bytes of a member in hexadecimal, to be freed. */
uint8_t *vector_bytes_of(const vector *object, const char *name, size_t *count);
/* The texts of an array, to be freed; the texts themselves are the file's. */
const char **vector_texts_of(const vector *object, const char *name, size_t *count);

#endif
