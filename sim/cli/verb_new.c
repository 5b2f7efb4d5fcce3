/* sequela new: a starting project that runs at once. Its files are written into NAME.part, which gets its
 * name when it is whole; whatever goes wrong before leaves nothing behind. */
#include "cli/console.h"
#include "cli/templates.h"
#include "cli/verbs.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct project {
    char *path, *part; /* where it shall be, and where it is written */
    const char *name;  /* the last component of path */
} project;

enum { LONGEST_NAME = 64 };

/* ---- names -------------------------------------------------------------------------------- */

static bool is_name(const char *text)
{
    size_t n = strlen(text);
    if (n == 0 || n > LONGEST_NAME || !isalpha((unsigned char)text[0])) return false;
    for (size_t i = 0; i < n; i++)
        if (!isalnum((unsigned char)text[i]) && text[i] != '_' && text[i] != '-') return false;
    return true;
}

static char *joined(const char *a, const char *between, const char *b)
{
    size_t size = strlen(a) + strlen(between) + strlen(b) + 1;
    char *text = malloc(size);
    if (text != NULL) snprintf(text, size, "%s%s%s", a, between, b);
    return text;
}

/* The text with the project's name in place of @NAME@; *size is its length. NULL: out of memory. */
static char *filled(const char *text, size_t length, const char *name, size_t *size)
{
    static const char slot[] = "@NAME@";
    size_t n = sizeof slot - 1;
    char *out = NULL;
    FILE *memory = open_memstream(&out, size);
    if (memory == NULL) return NULL;
    for (size_t i = 0; i < length; i++) {
        if (length - i >= n && memcmp(text + i, slot, n) == 0) {
            (void)fputs(name, memory);
            i += n - 1;
        } else {
            (void)fputc(text[i], memory);
        }
    }
    if (fclose(memory) == 0) return out;
    free(out);
    return NULL;
}

/* The path of a file of the project inside NAME.part. */
static char *path_of(const project *p, const sq_template *file)
{
    size_t size;
    char *name = filled(file->name, strlen(file->name), p->name, &size);
    char *path = name != NULL ? joined(p->part, "/", name) : NULL;
    free(name);
    return path;
}

/* ---- the place ---------------------------------------------------------------------------- */

static bool is_empty_folder(const char *path)
{
    DIR *folder = opendir(path);
    const struct dirent *entry;
    bool empty = folder != NULL;
    while (empty && (entry = readdir(folder)) != NULL)
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    if (folder != NULL) (void)closedir(folder);
    return empty;
}

static bool place_is_free(const project *p)
{
    struct stat info;
    if (lstat(p->path, &info) != 0) return true; /* if for another reason than absence, mkdir says why */
    if (!S_ISDIR(info.st_mode))
        sq_say("new: %s: exists and is not a folder; nothing was written", p->path);
    else if (!is_empty_folder(p->path))
        sq_say("new: %s: is a folder with something in it; name a new one; nothing was written", p->path);
    else
        return true;
    return false;
}

/* Removes the folder of a file if the file stands in one of its own. */
static void remove_folder(const project *p, char *path)
{
    *strrchr(path, '/') = '\0';
    if (strlen(path) > strlen(p->part)) (void)rmdir(path);
}

/* Removes NAME.part with the files of a project; what anybody else put there stays, and so does it. */
static void discard(const project *p)
{
    for (const sq_template *file = sq_templates; file->name != NULL; file++) {
        char *path = path_of(p, file);
        if (path == NULL) continue;
        (void)unlink(path);
        remove_folder(p, path);
        free(path);
    }
    (void)rmdir(p->part);
}

/* A place that cannot be used is the user's to change; a full disk is not. */
static int cannot(const char *path, int reason)
{
    bool full = reason == ENOSPC || reason == EDQUOT || reason == EIO;
    sq_say("new: %s: cannot be created: %s", path, strerror(reason));
    return full ? SQ_EXIT_FAILED : SQ_EXIT_INPUT;
}

static int begin(const project *p)
{
    if (mkdir(p->part, 0777) == 0) return SQ_EXIT_DONE;
    if (errno != EEXIST) return cannot(p->path, errno);
    discard(p); /* left by a program that was killed */
    return mkdir(p->part, 0777) == 0 ? SQ_EXIT_DONE : cannot(p->part, errno);
}

/* ---- the files ---------------------------------------------------------------------------- */

/* Makes the folder that a file stands in, where it is not the project's own. */
static bool folder_made(const char *path)
{
    char *folder = strdup(path);
    if (folder == NULL) return false;
    *strrchr(folder, '/') = '\0';
    bool made = mkdir(folder, 0777) == 0 || errno == EEXIST;
    free(folder);
    return made;
}

static bool write_file(const char *path, const char *text, size_t size)
{
    FILE *file = folder_made(path) ? fopen(path, "wx") : NULL;
    if (file == NULL) return false;
    bool written = fwrite(text, 1, size, file) == size;
    written = written && fflush(file) == 0 && (fsync(fileno(file)) == 0 || errno == EINVAL);
    int reason = errno;
    bool closed = fclose(file) == 0;
    if (!written) errno = reason;
    return written && closed;
}

static int write_template(const project *p, const sq_template *file)
{
    size_t size;
    char *path = path_of(p, file);
    char *text = filled((const char *)file->bytes, file->size, p->name, &size);
    int code = SQ_EXIT_DONE;
    if (path == NULL || text == NULL) {
        sq_say("out of memory");
        code = SQ_EXIT_FAILED;
    } else if (!write_file(path, text, size)) {
        sq_say("new: %s: could not be written: %s", path, strerror(errno));
        code = SQ_EXIT_FAILED;
    }
    free(path);
    free(text);
    return code;
}

static int write_project(const project *p)
{
    int code = begin(p);
    if (code != SQ_EXIT_DONE) return code;
    for (const sq_template *file = sq_templates; file->name != NULL && code == SQ_EXIT_DONE; file++)
        code = write_template(p, file);
    if (code == SQ_EXIT_DONE && rename(p->part, p->path) != 0) code = cannot(p->path, errno);
    if (code != SQ_EXIT_DONE) discard(p);
    return code;
}

/* ---- the verb ----------------------------------------------------------------------------- */

static void say_what_next(const project *p)
{
    printf("%s holds a study that runs; %s.yaml is where to start reading. Now:\n"
           "  cd %s\n"
           "  sequela check %s.yaml\n"
           "  sequela run %s.yaml\n"
           "  sequela summary results/%s.h5\n",
           p->path, p->name, p->path, p->name, p->name, p->name);
}

static int make(project *p)
{
    size_t n = strlen(p->path);
    while (n > 1 && p->path[n - 1] == '/') p->path[--n] = '\0';
    const char *stroke = strrchr(p->path, '/');
    p->name = stroke != NULL ? stroke + 1 : p->path;
    if (!is_name(p->name)) {
        sq_say("new: '%s' cannot name a study; expected a letter, then letters, digits, _ and -, %d at most",
               p->name, (int)LONGEST_NAME);
        return SQ_EXIT_INPUT;
    }
    p->part = joined(p->path, ".part", "");
    if (p->part == NULL) {
        sq_say("out of memory");
        return SQ_EXIT_FAILED;
    }
    if (!place_is_free(p)) return SQ_EXIT_INPUT;
    int code = write_project(p);
    if (code == SQ_EXIT_DONE) say_what_next(p);
    return code;
}

static int act(const sq_arguments *a)
{
    project p = {.path = strdup(a->operands[0])};
    int code = SQ_EXIT_FAILED;
    if (p.path == NULL)
        sq_say("out of memory");
    else
        code = make(&p);
    free(p.path);
    free(p.part);
    return code;
}

static const sq_option options[] = {
    {0, NULL, NULL, NULL},
};

const sq_verb sq_verb_new = {
    "new",
    "NAME",
    1,
    "a starting project that runs at once",
    "Writes the folder NAME with an experiment (NAME.yaml), its model and its parameters, commented:\n"
    "three states, two strategies, numbers that are illustrations. A folder that has something in it is\n"
    "left alone.",
    options,
    act,
};
