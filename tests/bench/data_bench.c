/* SPDX-License-Identifier: MIT
 * data_bench.c -- how fast rows come in: text readers in MB/s, the generator in rows/s.
 *
 *     data_bench [ROWS]
 *
 * Text is made in memory from generated rows, so no disk is measured; unpacking apart, that is
 * what loading costs.  strtof() over the same text stands beside it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <nettle/sha2.h>

#include "base/text.h"
#include "traces/dataset/data.h"
#include "traces/dataset/read.h"

extern const struct data_kind data_higgs_like;

static double now_s(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* "1,0.869,...": three decimals as in LightGBM's copy, or 18 as in UCI's. */
static struct text as_csv(const struct dataset *set, const char *number_format)
{
    struct text text = {0};
    char number[64];

    for (int64_t r = 0; r < set->rows; r++) {
        text_add_bytes(&text, set->y[r] ? "1" : "0", 1);
        for (int32_t j = 0; j < set->features; j++) {
            int n = snprintf(number, sizeof number, number_format,
                             (double)set->x[r * set->features + j]);

            text_add_bytes(&text, number, (size_t)n);
        }
        text_add_bytes(&text, "\n", 1);
    }
    return text;
}

static struct text as_libsvm(const struct dataset *set, const char *number_format)
{
    struct text text = {0};
    char pair[64];

    for (int64_t r = 0; r < set->rows; r++) {
        text_add_bytes(&text, set->y[r] ? "1" : "0", 1);
        for (int32_t j = 0; j < set->features; j++) {
            int n = snprintf(pair, sizeof pair, " %d:", j + 1);

            n += snprintf(pair + n, sizeof pair - (size_t)n, number_format,
                          (double)set->x[r * set->features + j]);
            text_add_bytes(&text, pair, (size_t)n);
        }
        text_add_bytes(&text, "\n", 1);
    }
    return text;
}

static void bench_reader(const char *name, read_fn *read, const struct text *text)
{
    double best_s = 1e9;

    for (int round = 0; round < 3; round++) {
        struct input *input = input_of_memory(name, text->chars, text->length);
        int first_index;
        struct read_request request = {.input = input, .first_index = &first_index};
        struct dataset set = {0};
        struct err err = {0};
        double begin_s = now_s(CLOCK_PROCESS_CPUTIME_ID);

        if (!read(&request, &set, &err)) {
            fprintf(stderr, "%s\n", err.text);
            exit(1);
        }
        best_s = fmin(best_s, now_s(CLOCK_PROCESS_CPUTIME_ID) - begin_s);
        dataset_done(&set);
        input_free(input);
    }
    printf("%-28s %7.0f MB/s\n", name, (double)text->length * 1e-6 / best_s);
}

/* What the readers would cost at least if they called strtof. */
static void bench_strtof(const char *name, const struct text *text)
{
    double begin_s = now_s(CLOCK_PROCESS_CPUTIME_ID), sum = 0;
    char *at = text->chars, *end;

    while (*at) {
        sum += (double)strtof(at, &end);
        at = end + 1;
    }
    printf("%-28s %7.0f MB/s  (sum %g)\n", name,
           (double)text->length * 1e-6 / (now_s(CLOCK_PROCESS_CPUTIME_ID) - begin_s), sum);
}

static void bench_sha256(const struct text *text)
{
    struct sha256_ctx sha256;
    double begin_s = now_s(CLOCK_PROCESS_CPUTIME_ID);

    sha256_init(&sha256);
    sha256_update(&sha256, text->length, (const uint8_t *)text->chars);
    printf("%-28s %7.0f MB/s  (part of each reader)\n", "sha256",
           (double)text->length * 1e-6 / (now_s(CLOCK_PROCESS_CPUTIME_ID) - begin_s));
}

static void generate(int64_t rows, struct data *data)
{
    struct higgs_like_conf conf = {.rows = rows};
    struct data_request request = {.conf = &conf, .seed = 1};
    struct err err = {0};
    double cpu_s = now_s(CLOCK_PROCESS_CPUTIME_ID), wall_s = now_s(CLOCK_MONOTONIC);

    if (!data_open(&data_higgs_like.kind, &request, data, &err)) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    cpu_s = now_s(CLOCK_PROCESS_CPUTIME_ID) - cpu_s;
    wall_s = now_s(CLOCK_MONOTONIC) - wall_s;
    printf("%-28s %7.2f M rows/s of wall time, %.2f M rows/s and core\n", "higgs-like",
           (double)rows * 1e-6 / wall_s, (double)rows * 1e-6 / cpu_s);
}

int main(int argc, char **argv)
{
    int64_t rows = argc > 1 ? atoll(argv[1]) : 2000000;
    struct data data;
    struct text text;

    generate(rows, &data);
    data.train.rows = rows < 200000 ? rows : 200000; /* enough text */

    text = as_csv(&data.train, ",%.3f");
    bench_sha256(&text);
    bench_reader("csv, 3 decimals", read_csv, &text);
    bench_strtof("csv, 3 decimals, by strtof", &text);
    text_done(&text);
    text = as_csv(&data.train, ",%.18e");
    bench_reader("csv, 19 digits", read_csv, &text);
    bench_strtof("csv, 19 digits, by strtof", &text);
    text_done(&text);
    text = as_libsvm(&data.train, "%.3f");
    bench_reader("libsvm, 3 decimals", read_libsvm, &text);
    text_done(&text);
    text = as_libsvm(&data.train, "%.18e");
    bench_reader("libsvm, 19 digits", read_libsvm, &text);
    text_done(&text);
    data_done(&data);
    return 0;
}
