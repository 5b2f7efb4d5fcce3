/* Writing a file so that a reader meets either nothing or all of it. The order matters: data to
 * disk, then the name, then the folder that holds the name; a power cut between any two leaves
 * the old state or the new one. A symbolic link is followed first, so that the file it points to
 * is replaced and not the link. What exists and is no ordinary file is refused: renaming over
 * /dev/null would replace the device. */
#include "io/part.h"

#include "io/h5.h"
#include "io/results.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static char *folder_of(const char *path)
{
    const char *stroke = strrchr(path, '/');
    if (stroke == NULL) return strdup(".");
    return stroke == path ? strdup("/") : strndup(path, (size_t)(stroke - path));
}

static sq_status no_memory(sq_error *err, const char *path)
{
    return sq_fail(err, SQ_ERR_MEMORY, "out of memory while writing %s", path);
}

/* Whoever writes a temporary file holds a lock on it while it is open (HDF5 does so by itself), so a
 * lock tells a run that is alive from the remains of one that was killed. File systems without locks
 * answer otherwise, and are taken not to know. */
static bool is_being_written(const char *part)
{
    int fd = open(part, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return false;
    bool locked = flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    (void)close(fd);
    return locked;
}

/* Removes the remains of an earlier run. */
static sq_status clear_the_way(sq_part *p, sq_error *err)
{
    if (is_being_written(p->part))
        return sq_fail(err, SQ_ERR_INPUT, "%s: is being written by another run (%s is in use)",
                       p->path, p->part);
    p->leftover = unlink(p->part) == 0;
    if (p->leftover || errno == ENOENT || errno == ENOTDIR) return SQ_OK;
    return sq_fail(err, SQ_ERR_INPUT, "%s: is in the way and cannot be removed: %s", p->part,
                   strerror(errno));
}

sq_status sq_part_begin(sq_part *p, const char *path, sq_error *err)
{
    struct stat info;
    *p = (sq_part){.path = NULL};
    bool is_link = lstat(path, &info) == 0 && S_ISLNK(info.st_mode);
    p->path = is_link ? realpath(path, NULL) : strdup(path);
    if (p->path == NULL && is_link)
        return sq_fail(err, SQ_ERR_INPUT,
                       "%s: is a link that leads nowhere; a result goes to an ordinary file", path);
    size_t size = p->path == NULL ? 0 : strlen(p->path) + sizeof ".part";
    p->part = size == 0 ? NULL : malloc(size);
    if (p->part == NULL) {
        sq_part_free(p);
        return no_memory(err, path);
    }
    snprintf(p->part, size, "%s.part", p->path);
    sq_status status = clear_the_way(p, err);
    if (status != SQ_OK) sq_part_free(p);
    return status;
}

void sq_part_free(sq_part *p)
{
    free(p->path);
    free(p->part);
    *p = (sq_part){.path = NULL};
}

void sq_part_discard(const sq_part *p)
{
    if (p->part != NULL) (void)unlink(p->part);
}

static sq_status write_failed(const char *path, sq_error *err)
{
    return sq_fail(err, SQ_ERR_IO, "%s: could not be written: %s", path, strerror(errno));
}

static bool write_bytes(int fd, const char *bytes, size_t size)
{
    enum { AT_ONCE = 1 << 24 };
    while (size > 0) {
        ssize_t done = write(fd, bytes, size < AT_ONCE ? size : AT_ONCE);
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) return false;
        bytes += done;
        size -= (size_t)done;
    }
    return true;
}

sq_status sq_part_write(const sq_part *p, const void *bytes, size_t size, sq_error *err)
{
    int fd = open(p->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) return write_failed(p->part, err);
    (void)flock(fd, LOCK_EX | LOCK_NB);
    sq_status status = write_bytes(fd, bytes, size) ? SQ_OK : write_failed(p->part, err);
    if (close(fd) != 0 && status == SQ_OK) status = write_failed(p->part, err);
    return status;
}

/* Syncs a file or folder by its name. File systems that cannot sync a folder say EINVAL: no
 * fault. */
static bool synced(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC);
    if (fd < 0) return false;
    bool done = fsync(fd) == 0 || errno == EINVAL || errno == EROFS;
    int reason = errno;
    (void)close(fd);
    errno = reason;
    return done;
}

sq_status sq_part_commit(const sq_part *p, sq_error *err)
{
    if (!synced(p->part, O_RDWR)) return write_failed(p->part, err);
    if (rename(p->part, p->path) != 0) return write_failed(p->path, err);
    char *folder = folder_of(p->path);
    if (folder == NULL) return no_memory(err, p->path);
    bool done = synced(folder, O_RDONLY | O_DIRECTORY);
    free(folder);
    return done ? SQ_OK : write_failed(p->path, err);
}

/* ---- the check before a run ----------------------------------------------------------------- */

/* A result may replace a result; anything else that bears the name was somebody's work, HDF5 or
 * not. Of a file that may not be read nothing is known against it. */
static bool may_be_replaced(const char *path, off_t size)
{
    return size == 0 || access(path, R_OK) != 0 || sq_h5_is_result(path);
}

static sq_status check_existing(const char *path, sq_error *err)
{
    struct stat info;
    if (stat(path, &info) != 0) return SQ_OK;
    if (S_ISDIR(info.st_mode))
        return sq_fail(err, SQ_ERR_INPUT, "%s: is a folder; the name of a file was expected", path);
    if (!S_ISREG(info.st_mode))
        return sq_fail(err, SQ_ERR_INPUT,
                       "%s: is a device or a pipe; a result goes to an ordinary "
                       "file, because it appears only when it is whole",
                       path);
    if (!may_be_replaced(path, info.st_size))
        return sq_fail(err, SQ_ERR_INPUT,
                       "%s: exists and is not a result of sequela; it will not be "
                       "overwritten (choose another name or remove it)",
                       path);
    return SQ_OK;
}

static sq_status check_folder(const char *path, sq_error *err)
{
    struct stat info;
    char *folder = folder_of(path);
    if (folder == NULL) return no_memory(err, path);
    sq_status status = SQ_OK;
    if (stat(folder, &info) != 0)
        status = sq_fail(err, SQ_ERR_INPUT, "%s: its folder %s cannot be used: %s", path, folder,
                         strerror(errno));
    else if (!S_ISDIR(info.st_mode))
        status = sq_fail(err, SQ_ERR_INPUT, "%s: %s is not a folder", path, folder);
    free(folder);
    return status;
}

/* Permission is asked of the system by doing it: access() knows neither read-only file systems
 * nor root's limits on all of them. */
static sq_status try_creating(const sq_part *p, sq_error *err)
{
    int fd = open(p->part, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0)
        return sq_fail(err, SQ_ERR_INPUT, "%s: cannot be created: %s", p->path, strerror(errno));
    (void)close(fd);
    (void)unlink(p->part);
    return SQ_OK;
}

sq_status sq_results_check_target(const char *path, bool *leftover, sq_error *err)
{
    *leftover = false;
    if (path[0] == '\0' || path[strlen(path) - 1] == '/')
        return sq_fail(err, SQ_ERR_INPUT, "\"%s\": the name of a file was expected", path);
    sq_status status = check_existing(path, err);
    if (status == SQ_OK) status = check_folder(path, err);
    if (status != SQ_OK) return status;
    sq_part p;
    status = sq_part_begin(&p, path, err);
    if (status == SQ_OK) status = try_creating(&p, err);
    *leftover = p.leftover;
    sq_part_free(&p);
    return status;
}
