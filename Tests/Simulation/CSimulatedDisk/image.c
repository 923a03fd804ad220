#include "image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SMALLEST_CAPACITY 4096

static void *checked(void *memory) {
    if (memory != NULL) return memory;
    fputs("the simulated disk is out of memory\n", stderr);
    abort();
}

void *allocate(size_t size) { return checked(calloc(1, size)); }

void image_resize(struct image *image, size_t length) {
    if (length > image->capacity) {
        size_t capacity = image->capacity > 0 ? image->capacity : SMALLEST_CAPACITY;
        while (capacity < length) capacity *= 2;
        image->bytes = checked(realloc(image->bytes, capacity));
        image->capacity = capacity;
    }
    if (length > image->length) memset(image->bytes + image->length, 0, length - image->length);
    image->length = length;
}

void image_write(struct image *image, size_t offset, const void *bytes, size_t length) {
    if (length == 0) return;
    if (offset + length > image->length) image_resize(image, offset + length);
    memcpy(image->bytes + offset, bytes, length);
}

void image_copy(struct image *image, const struct image *source) {
    image->length = 0;
    image_write(image, 0, source->bytes, source->length);
}

void image_free(struct image *image) {
    free(image->bytes);
    *image = (struct image){0};
}

uint64_t draw(uint64_t *random) {
    uint64_t value = *random += 0x9E3779B97F4A7C15;
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
    return value ^ (value >> 31);
}

bool chance(uint64_t *random, uint64_t numerator, uint64_t denominator) {
    return draw(random) % denominator < numerator;
}
