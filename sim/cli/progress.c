/* Progress. The bar is redrawn in place some times a second; a log file gets a line every ten
 * seconds, so that a job's output stays short and still says that it lives. */
#include "cli/progress.h"

#include "cli/console.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

static double steady_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

sq_progress_bar sq_progress_begin(bool quiet)
{
    sq_progress_bar bar = {.quiet = quiet, .terminal = isatty(STDERR_FILENO) == 1};
    bar.started = bar.last = steady_seconds();
    return bar;
}

/* "1 h 04 min", "3 min 20 s", "12 s". */
static void say_duration(double seconds, char *text, size_t size)
{
    long s = (long)(seconds + 0.5);
    if (s >= 3600)
        snprintf(text, size, "%ld h %02ld min", s / 3600, s % 3600 / 60);
    else if (s >= 60)
        snprintf(text, size, "%ld min %02ld s", s / 60, s % 60);
    else
        snprintf(text, size, "%ld s", s);
}

static void draw_bar(double share)
{
    enum { WIDTH = 24 };
    int full = (int)(share * WIDTH);
    fputs("\r\033[K[", stderr);
    for (int i = 0; i < WIDTH; i++) fputs(i < full ? "█" : "·", stderr);
    fputs("] ", stderr);
}

void sq_progress_show(void *context, int64_t done, int64_t total)
{
    sq_progress_bar *bar = context;
    double now = steady_seconds(), elapsed = now - bar->started;
    double pause = bar->terminal ? 0.2 : 10;
    if (bar->quiet || total <= 0 || done <= 0 || now - bar->last < pause) return;
    double share = (double)done / (double)total, rate = elapsed > 0 ? (double)done / elapsed : 0;
    char left[32], count[32], all[32], speed[32];
    say_duration(rate > 0 ? (double)(total - done) / rate : 0, left, sizeof left);
    sq_grouped((double)done, 0, count, sizeof count);
    sq_grouped((double)total, 0, all, sizeof all);
    sq_grouped(rate, 0, speed, sizeof speed);
    bar->last = now;
    bar->shown = true;
    if (bar->terminal)
        draw_bar(share);
    else
        fputs("sequela: ", stderr);
    fprintf(stderr, "%3.0f %%  %s of %s patients  %s/s  %s left", 100 * share, count, all, speed,
            left);
    if (!bar->terminal) fputc('\n', stderr);
    fflush(stderr);
}

void sq_progress_end(sq_progress_bar *bar)
{
    if (bar->shown && bar->terminal) fputs("\r\033[K", stderr);
    bar->shown = false;
}
