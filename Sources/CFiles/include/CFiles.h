#ifndef CFILES_H
#define CFILES_H

/// Gives two paths of one file system each other's content in one step: there is no moment at which either is missing.
///
/// Returns 0, or -1 with `errno` set; ENOSYS or EINVAL where the system or the file system cannot do it.
int cfiles_exchange(const char *one, const char *other);

#endif
