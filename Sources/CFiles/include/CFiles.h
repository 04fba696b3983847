#ifndef CFILES_H
#define CFILES_H

/// Gives two paths of one file system each other's content in one step: there is no moment at which either is missing.
///
/// Returns 0, or -1 with `errno` set; ENOSYS or EINVAL where the system or the file system cannot do it.
int cfiles_exchange(const char *one, const char *other);

/// Starts a program in a folder, with two descriptors as its standard input and output and its standard error thrown away, in
/// a process group of its own.
///
/// `words` are its arguments, the program's name first, with NULL behind the last. Returns 0 and the process, or a code as
/// `errno` has them.
int cfiles_spawn(const char *program, char *const *words, const char *folder, int input, int output, int *process);

#endif
