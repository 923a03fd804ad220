#include "node.h"

#include <stdlib.h>
#include <string.h>

struct change {
    struct change *next;
    enum { WRITE, TRUNCATION } kind;
    // Where a write begins, or the length that a truncation leaves.
    size_t offset;
    size_t length;
    uint8_t bytes[];
};

struct node *node_create(void) {
    struct node *node = allocate(sizeof *node);
    node->references = 1;
    node->end = &node->oldest;
    return node;
}

struct node *node_retain(struct node *node) {
    node->references++;
    return node;
}

static void drop_changes(struct node *node) {
    while (node->oldest != NULL) {
        struct change *change = node->oldest;
        node->oldest = change->next;
        free(change);
    }
    node->end = &node->oldest;
}

void node_release(struct node *node) {
    if (node == NULL || --node->references > 0) return;
    drop_changes(node);
    image_free(&node->seen);
    image_free(&node->durable);
    free(node);
}

static struct change *add_change(struct node *node, size_t size) {
    struct change *change = allocate(sizeof *change + size);
    *node->end = change;
    node->end = &change->next;
    return change;
}

void node_write(struct node *node, size_t offset, const void *bytes, size_t length) {
    if (length == 0) return;
    image_write(&node->seen, offset, bytes, length);
    struct change *change = add_change(node, length);
    change->kind = WRITE;
    change->offset = offset;
    change->length = length;
    memcpy(change->bytes, bytes, length);
}

void node_truncate(struct node *node, size_t length) {
    image_resize(&node->seen, length);
    struct change *change = add_change(node, 0);
    change->kind = TRUNCATION;
    change->offset = length;
}

void node_sync(struct node *node) {
    for (const struct change *change = node->oldest; change != NULL; change = change->next) {
        switch (change->kind) {
        case WRITE:
            image_write(&node->durable, change->offset, change->bytes, change->length);
            break;
        case TRUNCATION: image_resize(&node->durable, change->offset); break;
        }
    }
    drop_changes(node);
}

// Grows the durable file where data that came before was lost: zeros, or whatever the blocks of
// the disk held before they belonged to this file.
static void grow_without_data(struct node *node, size_t length, uint64_t *random) {
    size_t from = node->durable.length;
    if (length <= from) return;
    image_resize(&node->durable, length);
    if (chance(random, 1, 2)) return;
    for (; from < length; from++) node->durable.bytes[from] = (uint8_t)draw(random);
}

static void keep(
    struct node *node, const struct change *write, size_t from, size_t to, uint64_t *random
) {
    grow_without_data(node, from, random);
    image_write(&node->durable, from, write->bytes + (from - write->offset), to - from);
}

// Each sector that the write touches happens or does not, and so does the growth of the file.
static void tear(struct node *node, const struct change *write, uint64_t *random) {
    size_t end = write->offset + write->length;
    size_t from = write->offset;
    while (from < end) {
        size_t to = (from / SECTOR_BYTES + 1) * SECTOR_BYTES;
        if (to > end) to = end;
        if (chance(random, 1, 2)) keep(node, write, from, to, random);
        from = to;
    }
    if (chance(random, 1, 2)) grow_without_data(node, end, random);
}

// The most quarters of a file's pending changes that are kept on average. A file has odds of its
// own, so that both a log kept nearly whole and a log lost nearly whole are common: with one in
// two for every write, a long transaction would never be found complete.
#define WHOLE_ODDS 4

void node_settle(struct node *node, uint64_t *random, struct sim_disk_counters *counters) {
    uint64_t odds = draw(random) % (WHOLE_ODDS + 1);
    for (const struct change *change = node->oldest; change != NULL; change = change->next) {
        bool is_kept = chance(random, odds, WHOLE_ODDS);
        if (change->kind == TRUNCATION) {
            if (is_kept) image_resize(&node->durable, change->offset);
            *(is_kept ? &counters->kept : &counters->dropped) += 1;
        } else if (is_kept) {
            keep(node, change, change->offset, change->offset + change->length, random);
            counters->kept++;
        } else if (chance(random, 1, 2)) {
            tear(node, change, random);
            counters->torn++;
        } else {
            counters->dropped++;
        }
    }
    drop_changes(node);
}

void node_forget(struct node *node) { image_copy(&node->seen, &node->durable); }
