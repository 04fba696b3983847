// Memory for activations and weights, on huge pages where the system has them: a layer reads a short run of every
// channel in turn, and with small pages almost every run begins with a miss of the translation cache.
#if defined(__linux__)
#define _DEFAULT_SOURCE
#include <malloc.h>
#include <sys/mman.h>
#endif
#include "CKernels.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { alignment = 64, huge_page = 2 << 20 };

// Wraps around where a thread gives back what another has taken; differences are right all the same.
static _Thread_local size_t live_of_thread;

static size_t unit_of(size_t bytes) { return bytes < huge_page ? alignment : huge_page; }

size_t ck_floats_bytes(size_t count) {
    size_t bytes = count * sizeof(float), unit = unit_of(bytes);
    return bytes > 0 ? (bytes + unit - 1) / unit * unit : unit;
}

#if defined(__linux__)
// Whole huge pages from the system, which are zero. They are cleared where they are first touched: by the threads that
// work on them, several at a time, and not at all where nobody does.
static void *map_huge(size_t bytes) {
    char *room = mmap(NULL, bytes + huge_page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room == MAP_FAILED) return NULL;
    size_t before = (huge_page - (uintptr_t)room % huge_page) % huge_page;
    if (before > 0) (void)munmap(room, before);
    (void)munmap(room + before + bytes, huge_page - before);
    // A hint: where it is declined, small pages serve.
    (void)madvise(room + before, bytes, MADV_HUGEPAGE);
    return room + before;
}
#endif

float *ck_floats_create(size_t count) {
    if (count > (SIZE_MAX - huge_page) / sizeof(float)) return NULL;
    size_t bytes = ck_floats_bytes(count), unit = unit_of(bytes);
    void *memory;
#if defined(__linux__)
    if (unit == huge_page) {
        memory = map_huge(bytes);
        if (memory) live_of_thread += bytes;
        return memory;
    }
#endif
    if (posix_memalign(&memory, unit, bytes) != 0) return NULL;
    memset(memory, 0, bytes);
    live_of_thread += bytes;
    return memory;
}

void ck_floats_destroy(float *floats, size_t count) {
    if (!floats) return;
    size_t bytes = ck_floats_bytes(count);
    live_of_thread -= bytes;
#if defined(__linux__)
    if (unit_of(bytes) == huge_page) {
        (void)munmap(floats, bytes);
        return;
    }
#endif
    free(floats);
}

size_t ck_floats_live_of_thread(void) { return live_of_thread; }

void ck_memory_trim(void) {
#if defined(__GLIBC__)
    malloc_trim(0);
#endif
}
