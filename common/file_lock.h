/*
 * file_lock - a file that one process at a time holds: the writer of a ring, the composer of a
 * station.
 *
 * Memory:  the struct is the caller's; zeroed, it holds nothing.
 * Threads: each struct belongs to one thread; any number of processes.
 * Errors:  0, or -errno; -EWOULDBLOCK when another process holds it.
 */
#ifndef AURALIS_FILE_LOCK_H
#define AURALIS_FILE_LOCK_H

/* Held until finish or death. */
struct file_lock {
    int fd_plus_one; /* 0: not open */
};
/* Makes the file, mode 0600, when it is not there; follows no symbolic link. On a
 * read-only file system one that is there serves as well. While another process holds it, it
 * stays open: trying again is one system call. */
int file_lock_take(struct file_lock *lock, const char *path);
void file_lock_finish(struct file_lock *lock);

#endif
