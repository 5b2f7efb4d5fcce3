/* Runs a command and says what it used, as JSON on standard error: peak memory [bytes] and processor seconds. A child
 * counts the memory of whoever started it, until it becomes the command; so that has to be a small program. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + 1e-6 * (double)t.tv_usec;
}

int main(int argc, char **argv)
{
    int status = 0;
    struct rusage used;
    if (argc < 2) return 2;
    pid_t child = fork();
    if (child == 0) {
        execvp(argv[1], argv + 1);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &used) != child) return 1;
    fprintf(stderr, "\n{\"peak_bytes\": %ld, \"process_seconds\": %.6f}\n", 1024 * used.ru_maxrss,
            seconds(used.ru_utime) + seconds(used.ru_stime));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
