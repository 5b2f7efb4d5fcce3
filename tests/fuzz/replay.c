/* Feeds the files of a folder to a fuzzing harness, in order of name: each of them as it is, and
 * cut at every length where it is short, so that a corpus of a few kilobytes covers the ends of all
 * its texts. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LARGEST = 1 << 16, CUT_BELOW = 600 };

static size_t read_file(const char *folder, const char *name, uint8_t *bytes)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    size_t size = file ? fread(bytes, 1, LARGEST, file) : 0;
    if (file) fclose(file);
    return size;
}

/* In memory of exactly its size, so that a sanitizer sees any step beyond it. */
static void feed(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    if (!copy) abort();
    memcpy(copy, bytes, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

int main(int argc, char **argv)
{
    static uint8_t bytes[LARGEST];
    struct dirent **entries;
    int n = argc == 2 ? scandir(argv[1], &entries, NULL, alphasort) : -1, fed = 0;
    if (n < 0) {
        fprintf(stderr, "expected the folder of a corpus\n");
        return 2;
    }
    for (int i = 0; i < n; i++) {
        size_t size =
            entries[i]->d_name[0] == '.' ? 0 : read_file(argv[1], entries[i]->d_name, bytes);
        free(entries[i]);
        if (size == 0) continue;
        fed++;
        feed(bytes, size);
        for (size_t cut = 0; cut < size && size < CUT_BELOW; cut++) feed(bytes, cut);
    }
    free(entries);
    printf("%d texts\n", fed);
    return fed > 0 ? 0 : 1;
}
