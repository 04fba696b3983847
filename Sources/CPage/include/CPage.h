#ifndef CPAGE_H
#define CPAGE_H

#include <stddef.h>

/// How many files are embedded.
size_t cpage_count(void);

/// The name of file `index`, from 0.
const char *cpage_name(size_t index);

/// The first of its bytes; `count` receives their number.
const unsigned char *cpage_bytes(size_t index, size_t *count);

#endif
