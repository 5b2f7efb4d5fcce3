/* Levenberg's and Marquardt's method on dense systems of at most five unknowns. The damping falls by ten after
 * a step that helps and rises by ten after one that does not, so that far from the solution it walks down
 * the gradient and near it converges as Newton's method does. Additions, multiplications, divisions and
 * square roots only: exactly rounded everywhere. */
#include "math/least_squares.h"

#include "math/cholesky.h"

#include <math.h>
#include <string.h>

static const double STEP = 6e-6, LONGEST_MOVE = 3, LEAST_DAMPING = 1e-15, MOST_DAMPING = 1e15;
static const double HOPEFUL = .98; /* a walk to zero is given up when that is left of the sum after so many steps */
enum { MOST_STEPS = 300, WATCHED_STEPS = 20 };

typedef double matrix[SQ_UNKNOWNS][SQ_UNKNOWNS];

typedef struct slope {
    double by[SQ_RESIDUALS][SQ_UNKNOWNS];
} slope;

static double sum_of_squares(const double *r, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++) sum += r[i] * r[i];
    return sum;
}

static bool value_at(const sq_least_squares *p, const double *x, double *r, double *sum)
{
    if (!p->function(p->context, x, r)) return false;
    *sum = sum_of_squares(r, p->n_residuals);
    return isfinite(*sum);
}

/* The slope along one unknown: central, or one-sided at the edge of where the function has a value. */
static bool slope_along(const sq_least_squares *p, const double *x, const double *here, int j, slope *s)
{
    double there[SQ_UNKNOWNS], up[SQ_RESIDUALS], down[SQ_RESIDUALS], unused;
    double h = STEP * fmax(1, fabs(x[j]));
    memcpy(there, x, sizeof *x * (size_t)p->n_unknowns);
    there[j] = x[j] + h;
    bool has_up = value_at(p, there, up, &unused);
    there[j] = x[j] - h;
    bool has_down = value_at(p, there, down, &unused);
    if (!has_up && !has_down) return false;
    double width = has_up && has_down ? 2 * h : h;
    for (int i = 0; i < p->n_residuals; i++)
        s->by[i][j] = ((has_up ? up[i] : here[i]) - (has_down ? down[i] : here[i])) / width;
    return true;
}

static bool slope_at(const sq_least_squares *p, const double *x, const double *here, slope *s)
{
    for (int j = 0; j < p->n_unknowns; j++)
        if (!slope_along(p, x, here, j, s)) return false;
    return true;
}

/* Normal equations: a = J'J and g = J'r. */
static void normal_equations(const sq_least_squares *p, const slope *s, const double *r, matrix a,
                             double g[SQ_UNKNOWNS])
{
    for (int j = 0; j < p->n_unknowns; j++) {
        g[j] = 0;
        for (int i = 0; i < p->n_residuals; i++) g[j] += s->by[i][j] * r[i];
        for (int k = 0; k <= j; k++) {
            a[j][k] = 0;
            for (int i = 0; i < p->n_residuals; i++) a[j][k] += s->by[i][j] * s->by[i][k];
            a[k][j] = a[j][k];
        }
    }
}

/* Cholesky's factor of a, its diagonal raised by the damping; false if it has none. */
static bool factorise(int n, matrix a, double damping, matrix l)
{
    double largest = 0;
    for (int i = 0; i < n; i++) largest = fmax(largest, a[i][i]);
    for (int i = 0; i < n; i++) {
        memcpy(l[i], a[i], sizeof *l[i] * (size_t)n);
        l[i][i] += damping * (a[i][i] + 1e-12 * largest);
    }
    return sq_cholesky_factorise(l[0], n, SQ_UNKNOWNS, 0) == n;
}

/* move = -(l l')^-1 g, shortened to a length that the transforms of the unknowns can bear. */
static void solve_move(int n, matrix l, const double *g, double *move)
{
    double longest = 0;
    for (int i = 0; i < n; i++) move[i] = -g[i];
    sq_cholesky_solve(l[0], n, SQ_UNKNOWNS, move);
    for (int i = 0; i < n; i++) longest = fmax(longest, fabs(move[i]));
    for (int i = 0; i < n && longest > LONGEST_MOVE; i++) move[i] *= LONGEST_MOVE / longest;
}

typedef struct walk {
    double *x, r[SQ_RESIDUALS], sum, damping;
} walk;

/* Raises the damping until a move lowers the sum. False when none does: x is where it can be. */
static bool step_down(const sq_least_squares *p, walk *w, matrix a, const double *g)
{
    int n = p->n_unknowns;
    for (; w->damping < MOST_DAMPING; w->damping *= 10) {
        matrix l;
        double move[SQ_UNKNOWNS], there[SQ_UNKNOWNS], r[SQ_RESIDUALS], sum;
        if (!factorise(n, a, w->damping, l)) continue;
        solve_move(n, l, g, move);
        for (int i = 0; i < n; i++) there[i] = w->x[i] + move[i];
        if (!value_at(p, there, r, &sum) || !(sum < w->sum)) continue;
        memcpy(w->x, there, sizeof *there * (size_t)n);
        memcpy(w->r, r, sizeof *r * (size_t)p->n_residuals);
        w->sum = sum;
        w->damping = fmax(LEAST_DAMPING, w->damping / 10);
        return true;
    }
    return false;
}

double sq_least_squares_solve(const sq_least_squares *p, double *x)
{
    walk w = {.x = x, .damping = 1e-3};
    if (!value_at(p, x, w.r, &w.sum)) return NAN;
    double watched = INFINITY;
    for (int i = 0; i < MOST_STEPS && w.sum > 0; i++) {
        if (p->n_residuals == p->n_unknowns && i % WATCHED_STEPS == 0) {
            if (w.sum > HOPEFUL * watched) break;
            watched = w.sum;
        }
        slope s;
        matrix a;
        double g[SQ_UNKNOWNS], before = w.sum;
        if (!slope_at(p, x, w.r, &s)) break;
        normal_equations(p, &s, w.r, a, g);
        bool moved = step_down(p, &w, a, g);
        if (!moved || (before - w.sum < 1e-15 * before && w.damping < 1)) break;
    }
    return w.sum;
}
