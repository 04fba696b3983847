/* Stands in front of the C library's allocator and counts the calls between bench_count(1) and bench_count(0).
 * Linux and glibc only. Every thread counts. What the C library itself maps is behind a call counted here. */
#define _GNU_SOURCE
#include <errno.h>
#include <execinfo.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

enum { MALLOC, CALLOC, REALLOC, ALIGNED, MMAP, KINDS };
static const char *const names[KINDS] = {"malloc", "calloc", "realloc", "aligned", "mmap"};
enum { TRACES = 8, DEPTH = 16 };

static atomic_int counting;
static atomic_long calls[KINDS], bytes[KINDS];
static atomic_int traced;
static void *traces[TRACES][DEPTH];
static int depths[TRACES];

static void note(int kind, size_t size) {
    if (!atomic_load_explicit(&counting, memory_order_relaxed)) return;
    calls[kind]++;
    bytes[kind] += (long)size;
    int slot = traced++;
    if (slot < TRACES) depths[slot] = backtrace(traces[slot], DEPTH);
}

void bench_count(int on) {
    void *warm[2];
    backtrace(warm, 2); /* Its first call loads a library. */
    counting = on;
    if (on) return;
    long total = 0;
    for (int k = 0; k < KINDS; k++) {
        printf("%s %ld calls %ld bytes\n", names[k], calls[k], bytes[k]);
        total += calls[k];
    }
    printf("total %ld\n", total);
    fflush(stdout);
    for (int i = 0; i < traced && i < TRACES; i++) {
        fprintf(stderr, "allocation %d, from\n", i + 1);
        backtrace_symbols_fd(traces[i], depths[i], STDERR_FILENO);
    }
}

void *malloc(size_t size) { return note(MALLOC, size), __libc_malloc(size); }
void *calloc(size_t count, size_t size) { return note(CALLOC, count * size), __libc_calloc(count, size); }
void *realloc(void *old, size_t size) { return note(REALLOC, size), __libc_realloc(old, size); }
void *memalign(size_t to, size_t size) { return note(ALIGNED, size), __libc_memalign(to, size); }
void *aligned_alloc(size_t to, size_t size) { return memalign(to, size); }
int posix_memalign(void **result, size_t to, size_t size) {
    void *memory = memalign(to, size);
    if (!memory) return ENOMEM;
    *result = memory;
    return 0;
}
void *mmap(void *at, size_t size, int protection, int flags, int file, off_t offset) {
    note(MMAP, size);
    return (void *)syscall(SYS_mmap, at, size, protection, flags, file, offset);
}
