/* Parts of a calibration that have answers of their own: eigenvectors, scales, residuals. That parameters come back is
 * for tests/calibration. */
#include "math/eigen.h"
#include "math/kernel.h"
#include "study/likelihood.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "text_files.h"

static void assert_near(double found, double expected, double tolerance)
{
    if (!(fabs(found - expected) <= tolerance)) fail_msg("%.17g, expected %.17g", found, expected);
}

/* ---- eigenvectors ----------------------------------------------------------------------------- */

static void known_eigenvalues(void **state)
{
    (void)state;
    double a[] = {2, 1, 0, 1, 2, 0, 0, 0, 5}, value[3], vector[9];
    sq_eigen_symmetric(a, 3, value, vector);
    const double expected[] = {5, 3, 1};
    for (int i = 0; i < 3; i++) assert_near(value[i], expected[i], 1e-14);
    assert_near(vector[0 * 3 + 2], 1, 1e-14);
    assert_near(vector[1 * 3 + 0], sqrt(.5), 1e-14);
    assert_near(vector[1 * 3 + 1], sqrt(.5), 1e-14);
    assert_near(fabs(vector[2 * 3 + 0] + vector[2 * 3 + 1]), 0, 1e-14);
}

/* Values and vectors give back the matrix, whatever it is. */
static void a_matrix_is_its_eigenvectors(void **state)
{
    (void)state;
    enum { N = 8 };
    double matrix[N * N], a[N * N], value[N], vector[N * N];
    for (int i = 0; i < N; i++)
        for (int j = 0; j <= i; j++) matrix[i * N + j] = matrix[j * N + i] = fmod(sqrt(2) * (i + 1) * (j + 3), 1) + (i == j) * i;
    memcpy(a, matrix, sizeof a);
    sq_eigen_symmetric(a, N, value, vector);
    for (int i = 1; i < N; i++) assert_true(value[i] <= value[i - 1]);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            double sum = 0;
            for (int k = 0; k < N; k++) sum += value[k] * vector[k * N + i] * vector[k * N + j];
            assert_near(sum, matrix[i * N + j], 1e-13);
        }
}

static void scales_lead_back(void **state)
{
    (void)state;
    for (int scale = SQ_FIT_LINEAR; scale <= SQ_FIT_LOGIT; scale++)
        for (double x = .05; x < 1; x += .05)
            assert_near(sq_fit_from_scale((sq_fit_scale)scale, sq_fit_to_scale((sq_fit_scale)scale, x)), x, 1e-15);
    assert_near(sq_fit_to_scale(SQ_FIT_LOGIT, .75), log(3), 1e-15);
}

/* ---- residuals -------------------------------------------------------------------------------- */

static const char MODEL[] = "model: m\nstates: {here: , dead: {death: true}}\nstart: {state: here}\n"
                            "events: {die: {time: {exponential: {rate: 0.1/y}}, goto: dead}}\n";
static const char EXPERIMENT[] =
    "experiment: e\nmodel: m.yaml\nhorizon: 10 y\nstrategies: {only: }\nendpoints: {os: {events: death}}\ntargets:\n"
    "  late: {what: {survival: os, at: 4 y}, published: 20 of 50, use: fitted, curve: c}\n"
    "  counted: {what: {survival: os, at: 1 y}, published: 30 of 40, use: fitted}\n"
    "  time: {what: {median: os}, published: 2 y, interval: [1 y, 4 y], use: fitted}\n"
    "  early: {what: {survival: os, at: 2 y}, published: 35 of 50, use: fitted, curve: c}\n"
    "  plain: {what: {mean: life_years}, published: 3 y, interval: [2 y, 4 y], use: fitted}\n";
enum { LATE, COUNTED, TIME, EARLY, PLAIN, N_TARGETS };

static sq_suite *the_suite(void)
{
    char folder[] = P_tmpdir "/sequela-calibrate-XXXXXX", path[128];
    const char *paths[] = {path};
    sq_suite *suite = NULL;
    sq_error err = {0};
    assert_non_null(mkdtemp(folder));
    write_file(folder, "m.yaml", MODEL);
    write_file(folder, "e.yaml", EXPERIMENT);
    snprintf(path, sizeof path, "%s/e.yaml", folder);
    sq_status status = sq_suite_new(&suite, 1, paths, NULL, NULL, &err);
    remove_file(folder, "m.yaml");
    remove_file(folder, "e.yaml");
    rmdir(folder);
    if (status) fail_msg("%s", err.text);
    return suite;
}

typedef struct likened {
    sq_suite *suite;
    sq_arena arena;
    sq_likelihood likelihood;
} likened;

static likened all_targets(void)
{
    likened l = {.suite = the_suite()};
    sq_fit_target fitted[N_TARGETS];
    sq_error err = {0};
    for (int i = 0; i < N_TARGETS; i++) fitted[i] = (sq_fit_target){0, i};
    assert_int_equal(sq_likelihood_make(&l.likelihood, l.suite, N_TARGETS, fitted, 1000, &l.arena, &err), SQ_OK);
    assert_int_equal(l.likelihood.n, N_TARGETS);
    return l;
}

static void drop(likened *l)
{
    sq_suite_free(l->suite);
    sq_arena_free(&l->arena);
}

/* The residual of a target whose figures, with errors, are given; of a curve's last point the sum of squares. */
static double residual_of(const likened *l, int target, const sq_suite_figure *figures)
{
    double residual[N_TARGETS];
    sq_likelihood_residuals(&l->likelihood, figures, residual);
    for (int i = 0; i < N_TARGETS; i++)
        if (l->likelihood.terms[i].target == target) return residual[i];
    fail_msg("no term of target %d", target);
    return NAN;
}

static void counts_have_their_deviance(void **state)
{
    (void)state;
    likened l = all_targets();
    sq_suite_figure f[N_TARGETS] = {[COUNTED] = {.6, 0}};
    double deviance = 2 * (30 * log(.75 / .6) + 10 * log(.25 / .4));
    assert_near(residual_of(&l, COUNTED, f), -sqrt(deviance), 1e-12);
    f[COUNTED].se = sqrt(.6 * .4 / 40); /* as many simulated patients as published ones: half the evidence */
    assert_near(residual_of(&l, COUNTED, f), -sqrt(deviance / 2), 1e-12);
    f[COUNTED] = (sq_suite_figure){.75, 0};
    assert_near(residual_of(&l, COUNTED, f), 0, 1e-12);
    drop(&l);
}

/* 1 y to 4 y is symmetric around 2 y on the scale of the logarithm; 2 y to 4 y around 3 y as it stands. */
static void intervals_have_their_scale(void **state)
{
    (void)state;
    likened l = all_targets();
    sq_suite_figure f[N_TARGETS] = {[TIME] = {3, 0}, [PLAIN] = {3.5, 0}};
    double log_sd = log(4) / (2 * 1.959963984540054), sd = 2 / (2 * 1.959963984540054);
    assert_near(residual_of(&l, TIME, f), log(1.5) / log_sd, 1e-12);
    assert_near(residual_of(&l, PLAIN, f), .5 / sd, 1e-12);
    f[TIME].se = 3 * log_sd; /* an error as large as the published one */
    assert_near(residual_of(&l, TIME, f), log(1.5) / (log_sd * sqrt(2)), 1e-12);
    f[TIME].simulated = NAN;
    assert_true(residual_of(&l, TIME, f) > 10);
    drop(&l);
}

/* The two points of a curve: d' S^-1 d with the covariances of log(-log) of one binomial sample. */
static void points_of_a_curve_are_joint(void **state)
{
    (void)state;
    likened l = all_targets();
    sq_suite_figure f[N_TARGETS] = {[EARLY] = {.6, 0}, [LATE] = {.45, 0}};
    double p[] = {.7, .4}, x[] = {.6, .45}, sd[2], d[2];
    for (int i = 0; i < 2; i++) {
        sd[i] = sqrt(p[i] * (1 - p[i]) / 50) / fabs(p[i] * log(p[i]));
        d[i] = (log(-log(x[i])) - log(-log(p[i]))) / sd[i];
    }
    double cor = sqrt(.3 * .4 / (.7 * .6));
    double expected = (d[0] * d[0] - 2 * cor * d[0] * d[1] + d[1] * d[1]) / (1 - cor * cor);
    double early = residual_of(&l, EARLY, f), late = residual_of(&l, LATE, f);
    assert_near(early * early + late * late, expected, 1e-10);
    assert_true(early < 0); /* the simulated survival is the lower one */
    drop(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_eigenvalues),
        cmocka_unit_test(a_matrix_is_its_eigenvectors),
        cmocka_unit_test(scales_lead_back),
        cmocka_unit_test(counts_have_their_deviance),
        cmocka_unit_test(intervals_have_their_scale),
        cmocka_unit_test(points_of_a_curve_are_joint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
