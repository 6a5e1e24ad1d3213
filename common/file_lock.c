#include "common/file_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

int file_lock_take(struct file_lock *lock, const char *path)
{
    if (lock->fd_plus_one == 0) {
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

        if (fd < 0 && errno == EROFS) {
            /* a disk that the kernel has made read-only: what is there can still be locked */
            fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        }
        if (fd < 0) {
            return -errno;
        }
        lock->fd_plus_one = fd + 1;
    }
    return flock(lock->fd_plus_one - 1, LOCK_EX | LOCK_NB) == 0 ? 0 : -errno;
}

void file_lock_finish(struct file_lock *lock)
{
    if (lock->fd_plus_one != 0) {
        close(lock->fd_plus_one - 1);
    }
    lock->fd_plus_one = 0;
}
