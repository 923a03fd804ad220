// One file: what is read of it, what is durable of it, and the changes between the two.
#ifndef SIMULATED_NODE_H
#define SIMULATED_NODE_H

#include "CSimulatedDisk.h"
#include "image.h"

// What a disk writes whole or not at all.
#define SECTOR_BYTES 512

struct handle;
struct change;

struct node {
    // Names, now and durable, and open handles.
    unsigned references;
    // What the process sees.
    struct image seen;
    // What is left if the power goes and every pending change is lost.
    struct image durable;
    // Not synced yet, oldest first.
    struct change *oldest;
    struct change **end;

    struct handle *handles;
    // The shared-memory index of the write-ahead log, gone with the last handle that maps it.
    void **regions;
    int region_count;
};

struct node *node_create(void);
struct node *node_retain(struct node *node);
void node_release(struct node *node);

void node_write(struct node *node, size_t offset, const void *bytes, size_t length);
void node_truncate(struct node *node, size_t length);
// Makes every pending change durable.
void node_sync(struct node *node);
// Gives each pending change its fate. What is seen stays as it is.
void node_settle(struct node *node, uint64_t *random, struct sim_disk_counters *counters);
// The process sees what is durable, as after a restart of the machine.
void node_forget(struct node *node);

#endif
