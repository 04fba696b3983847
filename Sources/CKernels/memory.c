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

float *ck_floats_create(size_t count) {
    if (count > (SIZE_MAX - huge_page) / sizeof(float)) return NULL;
    size_t bytes = count * sizeof(float), unit = bytes < huge_page ? alignment : huge_page;
    bytes = (bytes + unit - 1) / unit * unit;
    void *memory;
    if (posix_memalign(&memory, unit, bytes > 0 ? bytes : unit) != 0) return NULL;
#if defined(__linux__)
    // A hint: where it is declined, small pages serve.
    if (unit == huge_page) (void)madvise(memory, bytes, MADV_HUGEPAGE);
#endif
    memset(memory, 0, bytes);
    return memory;
}

void ck_floats_destroy(float *floats) { free(floats); }

void ck_memory_trim(void) {
#if defined(__GLIBC__)
    malloc_trim(0);
#endif
}
