/* SPDX-License-Identifier: MIT
 * compute_fit.c -- timed batches of a known machine give its times back. */
#include "sim/calibrate/compute_fit.h"

#include "base/rng.h"
#include "base/text.h"
#include "sim/calibrate/overlay.h"
#include "tests/unit/calibrate/paper.h"

static const double row_s = 8.79e-6, call_s = 240e-6, nonzero_s = 10e-9;

/* Batches of 100 to 100,000 rows, of 28 features or of any number. */
static void add_batches(struct text *csv, int count, bool sparse, double noise)
{
    struct rng rng = rng_at(rng_stream(1, "batch"), 0, 0);

    text_add(csv, sparse ? "rows,calls,nonzeros,seconds\n" : "rows,calls,seconds\n");
    for (int i = 0; i < count; i++) {
        double rows = pow(10, 2 + i % 4), calls = 1 + i % 7;
        double nonzeros = sparse ? rows * (double)(10 + rng_below(&rng, 1000)) : 0;
        double seconds = (rows * row_s + calls * call_s + nonzeros * nonzero_s) *
                         exp(noise * rng_normal(&rng));

        if (sparse)
            text_add(csv, "%.0f,%.0f,%.0f,%.17g\n", rows, calls, nonzeros, seconds);
        else
            text_add(csv, "%.0f,%.0f,%.17g\n", rows, calls, seconds);
    }
}

static bool fit_text(struct compute_fit *fit, const char *text, struct diag_list *diags)
{
    bool ok;

    diag_init(diags);
    ok = compute_fit_make(fit, paper(text), diags);
    paper_away();
    return ok;
}

static void done(struct compute_fit *fit, struct diag_list *diags)
{
    compute_fit_done(fit);
    diag_done(diags);
}

static void without_noise_the_machine_comes_back_exactly(void **state)
{
    (void)state;
    for (int sparse = 0; sparse < 2; sparse++) {
        struct text csv = {0};
        struct compute_fit fit;
        struct diag_list diags;

        add_batches(&csv, 40, sparse, 0);
        assert_true(fit_text(&fit, csv.chars, &diags));
        assert_close(fit.term_s[COMPUTE_ROW], row_s, 1e-9);
        assert_close(fit.term_s[COMPUTE_CALL], call_s, 1e-9);
        if (sparse)
            assert_close(fit.term_s[COMPUTE_NONZERO], nonzero_s, 1e-9);
        assert_true(fit.residuals.max_relative < 1e-9);
        done(&fit, &diags);
        text_done(&csv);
    }
}

/* 5 % of noise in 400 timings: each time within four of its standard errors, and that is small.
 */
static void with_noise_times_are_as_sure_as_they_say(void **state)
{
    static const double truth[] = {
        [COMPUTE_ROW] = 8.79e-6, [COMPUTE_CALL] = 240e-6, [COMPUTE_NONZERO] = 10e-9};
    struct text csv = {0};
    struct compute_fit fit;
    struct diag_list diags;

    (void)state;
    add_batches(&csv, 400, true, 0.05);
    assert_true(fit_text(&fit, csv.chars, &diags));
    for (int j = 0; j < COMPUTE_TERMS; j++) {
        assert_true(fabs(fit.term_s[j] - truth[j]) < 4 * fit.deviation_s[j]);
        assert_true(fit.deviation_s[j] < 0.03 * truth[j]);
    }
    assert_close(fit.residuals.median_relative, 0.05 * 0.6745, 0.2);
    assert_close(fit.fitted_tail.p99_s, fit.measured_tail.p99_s, 0.1);
    done(&fit, &diags);
    text_done(&csv);
}

static void what_cannot_be_told_is_said(void **state)
{
    static const struct {
        const char *text, *says;
        int line;
    } hopeless[] = {
        {"rows,calls\n1,1\n2,1\n3,1\n", "there is no column 'seconds'", 1},
        {"rows,calls,seconds\n1,1,1\n2,1,2\n", "there are 2 measurements: 3 is the least", 3},
        {"rows,calls,nonzeros,seconds\n1,1,7,1\n2,1,9,2\n3,1,9,3\n",
         "there are 3 measurements: 4 is the least to fit 3 times", 4},
        {"rows,calls,seconds\n1,0,1\n2,0,2\n3,0,3\n", "'calls' is 0 in every row", 2},
        {"rows,calls,seconds\n100,1,1\n200,2,2\n400,4,4\n",
         "'rows' and 'calls' grow together in every row", 2},
        {"rows,calls,nonzeros,seconds\n1,1,2,1\n2,1,3,2\n3,2,5,3\n4,3,7,1\n5,1,6,2\n",
         "depend on one another", 2},
        {"rows,calls,seconds\n1,1,1\n2,1,-2\n3,1,3\n", "'seconds' is -2, but must be above 0",
         3},
    };

    (void)state;
    for (size_t i = 0; i < sizeof hopeless / sizeof *hopeless; i++) {
        struct compute_fit fit;
        struct diag_list diags;

        assert_false(fit_text(&fit, hopeless[i].text, &diags));
        assert_says(&diags, hopeless[i].line, hopeless[i].says);
        done(&fit, &diags);
    }
}

static void the_overlay_of_an_entry_has_all_its_times(void **state)
{
    struct overlay_about about = {
        .path = "mine.yaml", .csv_path = "x.csv", .date = "2021-01-31", .name = "lr"};
    struct text csv = {0}, overlay = {0};
    struct compute_fit fit;
    struct diag_list diags;

    (void)state;
    add_batches(&csv, 40, false, 0);
    assert_true(fit_text(&fit, csv.chars, &diags));
    overlay_of_compute(&overlay, &about, &fit);
    assert_non_null(strstr(overlay.chars, "compute:\n  \"lr\":\n"));
    assert_non_null(strstr(overlay.chars, "    row: 8.79 us\n"));
    assert_non_null(strstr(overlay.chars, "    call: 240 us\n"));
    assert_non_null(strstr(overlay.chars, "    nonzero: 0 s # not measured apart"));
    text_done(&overlay);
    text_done(&csv);
    done(&fit, &diags);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_noise_the_machine_comes_back_exactly),
        cmocka_unit_test(with_noise_times_are_as_sure_as_they_say),
        cmocka_unit_test(what_cannot_be_told_is_said),
        cmocka_unit_test(the_overlay_of_an_entry_has_all_its_times),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
