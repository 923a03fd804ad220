// Bytes that grow, and the seeded choices that are made about them.
#ifndef SIMULATED_IMAGE_H
#define SIMULATED_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct image {
    uint8_t *bytes;
    size_t length;
    size_t capacity;
};

// What is added reads as zeros.
void image_resize(struct image *image, size_t length);
void image_write(struct image *image, size_t offset, const void *bytes, size_t length);
void image_copy(struct image *image, const struct image *source);
void image_free(struct image *image);

// Zeroed memory; a simulation that runs out of it has nothing left to say.
void *allocate(size_t size);

// A SplitMix64 generator: the state is the seed.
uint64_t draw(uint64_t *random);
// Happens in `numerator` of `denominator` draws.
bool chance(uint64_t *random, uint64_t numerator, uint64_t denominator);

#endif
