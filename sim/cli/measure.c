/* Figures in words. Small pure numbers get decimals until two digits of them are seen: hazard ratios of .07 are told. */
#include "cli/measure.h"

#include "cli/console.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { MOST_DECIMALS = 4 };

sq_measure sq_measure_of(const char *unit, double typical)
{
    if (strcmp(unit, "1") == 0) return (sq_measure){100, 1, "%"};
    if (strcmp(unit, "year") != 0) return (sq_measure){1, 0, unit};
    return typical < 2 ? (sq_measure){12, 1, "mo"} : (sq_measure){1, 2, "y"};
}

sq_measure sq_measure_plain(void) { return (sq_measure){1, -1, ""}; }

static bool is_plain(sq_measure m) { return m.decimals < 0; }

/* Decimals by which one digit of x is seen. */
static int decimals_of(double x) { return x > 0 && isfinite(x) ? -(int)floor(log10(x)) : 0; }

static int decimals_for(sq_measure m, double value, double se)
{
    int least = m.decimals, needed = isnan(se) ? 0 : decimals_of(se * m.by);
    if (is_plain(m)) { /* two digits of a pure number, and two decimals from .1 to 10 */
        int own = decimals_of(fabs(value)) + 1;
        least = own < 1 ? 1 : own;
        if (least < 2 && fabs(value) < 10) least = 2;
    }
    int decimals = needed > least ? needed : least;
    return decimals < MOST_DECIMALS ? decimals : MOST_DECIMALS;
}

static const char *number(sq_measure m, double value, int decimals, char *text, size_t size)
{
    if (isinf(value)) return value > 0 ? "infinite" : "-infinite";
    if (is_plain(m) && value >= 0 && value < .00005) return "<0.0001"; /* chances, and ratios that tend to 0 */
    return sq_grouped(value * m.by, decimals, text, size);
}

const char *sq_measure_text(sq_measure m, double value, double se, sq_arena *arena)
{
    char text[48], error[48];
    const char *gap = m.word[0] ? " " : "";
    if (isnan(value)) return "–";
    if (isinf(value)) return number(m, value, 0, text, sizeof text);
    int decimals = decimals_for(m, value, se);
    const char *told = number(m, value, decimals, text, sizeof text);
    if (isnan(se)) return sq_arena_format(arena, "%s%s%s", told, gap, m.word);
    return sq_arena_format(arena, "%s ± %s%s%s", told, sq_grouped(se * m.by, decimals, error, sizeof error), gap, m.word);
}

const char *sq_measure_interval(sq_measure m, double low, double high, sq_arena *arena)
{
    char first[48], second[48];
    if (isnan(low) || isnan(high)) return "–";
    return sq_arena_format(arena, "%s to %s", number(m, low, decimals_for(m, low, (double)NAN), first, sizeof first),
                           number(m, high, decimals_for(m, high, (double)NAN), second, sizeof second));
}
