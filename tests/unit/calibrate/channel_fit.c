/* SPDX-License-Identifier: MIT
 * channel_fit.c -- measurements made from a known channel give that channel back. */
#include "sim/calibrate/channel_fit.h"

#include "base/rng.h"
#include "base/text.h"
#include "sim/calibrate/overlay.h"
#include "tests/unit/calibrate/paper.h"

/* The channel that the measurements are made from. */
struct made {
    int count;
    double latency_s, sigma, bytes_per_s;
    double disturbed_ratio; /* of the measurements take five times as long */
    double jitter;          /* sigma of the bandwidth */
};

static const double sizes[] = {1e3, 1e4, 1e5, 1e6, 1e7, 1e8};
enum { SIZES = sizeof sizes / sizeof *sizes };

static void add_requests(struct text *csv, const struct made *made, const char *operation)
{
    struct rng rng = rng_at(rng_stream(1, operation), 0, 0);

    for (int i = 0; i < made->count; i++) {
        double bytes = sizes[i % SIZES];
        double seconds = made->latency_s * exp(made->sigma * rng_normal(&rng)) +
                         bytes / made->bytes_per_s * exp(made->jitter * rng_normal(&rng));

        if (rng_uniform(&rng) < made->disturbed_ratio)
            seconds *= 5;
        text_add(csv, "%s,%.0f,%.17g\n", operation, bytes, seconds);
    }
}

static bool fit_text(struct channel_fit *fit, const char *text, const char *operation,
                     struct diag_list *diags)
{
    bool ok;

    diag_init(diags);
    ok = channel_fit_make(fit, paper(text), operation, diags);
    paper_away();
    return ok;
}

static void fit_made(struct channel_fit *fit, const struct made *made, struct diag_list *diags)
{
    struct text csv = {0};

    text_add(&csv, "operation,bytes,seconds\n");
    add_requests(&csv, made, "GET");
    assert_true(fit_text(fit, csv.chars, NULL, diags));
    text_done(&csv);
}

static void done(struct channel_fit *fit, struct diag_list *diags)
{
    channel_fit_done(fit);
    diag_done(diags);
}

static void without_noise_the_channel_comes_back_exactly(void **state)
{
    struct made made = {.count = 30, .latency_s = 0.08, .bytes_per_s = 65e6};
    struct channel_fit fit;
    struct diag_list diags;

    (void)state;
    fit_made(&fit, &made, &diags);
    assert_close(fit.latency_s, 0.08, 1e-9);
    assert_close(fit.bandwidth_bytes_per_s, 65e6, 1e-9);
    assert_close(fit.sigma, 0, 0);
    assert_true(fit.residuals.max_relative < 1e-9);
    assert_int_equal(diags.count, 0);
    done(&fit, &diags);
}

/* 600 measurements, 300 of them small ones: 4 standard errors of a median are 4 1.25
 * 0.4/sqrt(300) = 12 %, of a sigma 4 / sqrt(600) = 16 %. */
static void a_lognormal_latency_comes_back(void **state)
{
    struct made made = {.count = 600, .latency_s = 0.08, .sigma = 0.4, .bytes_per_s = 65e6};
    struct channel_fit fit;
    struct diag_list diags;

    (void)state;
    fit_made(&fit, &made, &diags);
    assert_close(fit.latency_s, 0.08, 0.12);
    assert_close(fit.sigma, 0.4, 0.16);
    assert_close(fit.bandwidth_bytes_per_s, 65e6, 0.01);
    assert_close(fit.fitted.p99_s, 0.08 * exp(0.4 * 2.3263), 0.2);
    assert_close(fit.measured.p99_s, fit.fitted.p99_s, 0.25);
    assert_true(fit.s_per_byte.low <= 1 / 65e6 && fit.s_per_byte.high >= 1 / 65e6);
    done(&fit, &diags);
}

static void bandwidth_that_varies_and_disturbed_requests_move_it_little(void **state)
{
    struct made made = {.count = 600,
                        .latency_s = 0.08,
                        .sigma = 0.2,
                        .bytes_per_s = 65e6,
                        .disturbed_ratio = 0.05,
                        .jitter = 0.1};
    struct channel_fit fit;
    struct diag_list diags;

    (void)state;
    fit_made(&fit, &made, &diags);
    assert_close(fit.latency_s, 0.08, 0.1);
    assert_close(fit.bandwidth_bytes_per_s, 65e6, 0.05);
    done(&fit, &diags);
}

static void a_tail_that_is_not_lognormal_is_said_and_can_be_kept(void **state)
{
    struct made made = {.count = 3000,
                        .latency_s = 0.08,
                        .sigma = 0.1,
                        .bytes_per_s = 65e6,
                        .disturbed_ratio = 0.04};
    struct overlay_about about = {.path = "x.yaml",
                                  .csv_path = "x.csv",
                                  .date = "2021-01-31",
                                  .name = "s3",
                                  .empirical = true};
    struct channel_fit fit;
    struct diag_list diags;
    struct text overlay = {0};

    (void)state;
    fit_made(&fit, &made, &diags);
    assert_says(&diags, 2, "the tail of the latency is not lognormal");
    overlay_of_channel(&overlay, &about, &fit);
    assert_non_null(strstr(overlay.chars, "latency: {empirical: ["));
    text_done(&overlay);
    done(&fit, &diags);
}

static void operations_are_told_apart_or_chosen(void **state)
{
    struct made fast = {.count = 60, .latency_s = 0.02, .bytes_per_s = 65e6};
    struct made slow = {.count = 60, .latency_s = 0.05, .bytes_per_s = 65e6};
    struct channel_fit fit;
    struct diag_list diags;
    struct text csv = {0};

    (void)state;
    text_add(&csv, "operation,bytes,seconds\n");
    add_requests(&csv, &fast, "GET");
    add_requests(&csv, &slow, "PUT");
    assert_true(fit_text(&fit, csv.chars, NULL, &diags));
    assert_int_equal(fit.operations, 2);
    assert_string_equal(fit.operation[1].name, "PUT");
    assert_close(fit.operation[0].latency.p50_s, 0.02, 0.01);
    assert_close(fit.operation[1].latency.p50_s, 0.05, 0.01);
    done(&fit, &diags);
    assert_true(fit_text(&fit, csv.chars, "PUT", &diags));
    assert_close(fit.latency_s, 0.05, 1e-9);
    assert_int_equal(fit.count, 60);
    done(&fit, &diags);
    assert_false(fit_text(&fit, csv.chars, "LIST", &diags));
    assert_says(&diags, 1, "0 measurements of operation 'LIST'");
    done(&fit, &diags);
    text_done(&csv);
}

/* 40 connections of 65 MB/s would carry 2.6 GB/s; the service carries 1 GB/s. */
static void a_full_service_is_seen_where_many_ask_at_once(void **state)
{
    struct channel_fit fit;
    struct diag_list diags;
    struct text csv = {0};

    (void)state;
    text_add(&csv, "operation,bytes,seconds,concurrency\n");
    for (int i = 0; i < 20; i++)
        for (int connections = 1; connections <= 40; connections += 13) {
            double bytes = 1e7 * (1 + i % 4);
            double each = fmin(65e6, 1e9 / connections);

            text_add(&csv, "GET,%.0f,%.17g,%d\n", bytes, 0.08 + bytes / each, connections);
        }
    assert_true(fit_text(&fit, csv.chars, NULL, &diags));
    assert_int_equal(fit.levels, 4);
    assert_int_equal(fit.count, 20);
    assert_close(fit.bandwidth_bytes_per_s, 65e6, 1e-9);
    assert_close(fit.aggregate_bytes_per_s, 1e9, 1e-6);
    assert_close(fit.level[1].bytes_per_s, fit.level[1].expected_bytes_per_s, 1e-6);
    done(&fit, &diags);
    text_done(&csv);
}

static void what_cannot_be_told_is_said(void **state)
{
    static const struct {
        const char *text, *says;
        int line;
        bool taken;
    } hopeless[] = {
        {"operation,bytes,seconds\nPUT,10,1\nPUT,20,2\n",
         "there are 2 measurements: 3 is the least", 3, false},
        {"operation,bytes,seconds\nPUT,10,1\nPUT,10,2\nGET,10,3\n",
         "every measurement moves 10 bytes: bandwidth cannot be told from latency", 2, false},
        {"operation,bytes,seconds\nPUT,10,3\nPUT,20,2\nGET,30,1\n",
         "no limit of bandwidth is to be seen", 2, true},
        {"operation,bytes,seconds\nPUT,10,1\nPUT,20,2\nGET,30,3\n", "no latency is to be seen",
         2, true},
        {"operation,bytes,seconds\nPUT,1000,0.08\nGET,1200,0.09\nGET,1400,0.07\nGET,1500,0.1\n",
         "bandwidth is uncertain", 2, true},
        {"operation,bytes,seconds,concurrency\nPUT,1,1,1\nPUT,2,1,2\nPUT,3,1,2\n",
         "there are 1 measurements with concurrency 1", 1, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof hopeless / sizeof *hopeless; i++) {
        struct channel_fit fit;
        struct diag_list diags;

        assert_int_equal(fit_text(&fit, hopeless[i].text, NULL, &diags), hopeless[i].taken);
        assert_says(&diags, hopeless[i].line, hopeless[i].says);
        done(&fit, &diags);
    }
}

static void the_overlay_says_what_was_found_and_from_what(void **state)
{
    struct made made = {.count = 30, .latency_s = 0.08, .bytes_per_s = 65e6};
    struct overlay_about about = {.path = "out/mine.yaml",
                                  .csv_path = "in/my \"own\".csv",
                                  .date = "2021-01-31",
                                  .name = "s3"};
    struct channel_fit fit;
    struct diag_list diags;
    struct text overlay = {0};

    (void)state;
    fit_made(&fit, &made, &diags);
    overlay_of_channel(&overlay, &about, &fit);
    assert_non_null(strstr(overlay.chars, "name: \"mine\"\n"));
    assert_non_null(strstr(overlay.chars, "channel:\n  s3:\n"));
    assert_non_null(
        strstr(overlay.chars, "calibrated from my \\\"own\\\".csv, 30 measurements"));
    assert_non_null(strstr(overlay.chars, "    date: 2021-01-31\n"));
    assert_non_null(strstr(overlay.chars, "    latency: 80 ms\n"));
    assert_non_null(strstr(overlay.chars, "    bandwidth: 65 MB/s\n"));
    text_done(&overlay);
    done(&fit, &diags);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_noise_the_channel_comes_back_exactly),
        cmocka_unit_test(a_lognormal_latency_comes_back),
        cmocka_unit_test(bandwidth_that_varies_and_disturbed_requests_move_it_little),
        cmocka_unit_test(a_tail_that_is_not_lognormal_is_said_and_can_be_kept),
        cmocka_unit_test(operations_are_told_apart_or_chosen),
        cmocka_unit_test(a_full_service_is_seen_where_many_ask_at_once),
        cmocka_unit_test(what_cannot_be_told_is_said),
        cmocka_unit_test(the_overlay_says_what_was_found_and_from_what),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
