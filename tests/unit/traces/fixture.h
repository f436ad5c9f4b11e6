/* SPDX-License-Identifier: MIT
 * fixture.h -- what the tests of traces/ share: readers fed from memory. */
#ifndef TRAINCAST_TESTS_UNIT_TRACES_FIXTURE_H
#define TRAINCAST_TESTS_UNIT_TRACES_FIXTURE_H

#include "traces/dataset/read.h"

#include "tests/test.h"

/* A training set and, maybe, a test set, as one reader reads them. */
struct reading {
    read_fn *read;
    bool header;
    int64_t features;
    int first_index;
    struct dataset train, test;
    struct err err;
};

/* Reads bytes into reading->train, or into reading->test when there is a training set. */
static inline bool read_bytes(struct reading *reading, const void *bytes, size_t size)
{
    bool first = reading->train.rows == 0;
    struct input *input = input_of_memory("x", bytes, size);
    struct read_request request = {.input = input,
                                   .train = first ? NULL : &reading->train,
                                   .features = reading->features,
                                   .header = reading->header,
                                   .first_index = &reading->first_index};
    bool ok;

    reading->err.text[0] = '\0';
    ok = reading->read(&request, first ? &reading->train : &reading->test, &reading->err);
    input_free(input);
    if (!ok) /* as data_open does */
        dataset_done(first ? &reading->train : &reading->test);
    return ok;
}

static inline bool read_text(struct reading *reading, const char *text)
{
    return read_bytes(reading, text, strlen(text));
}

static inline void reading_done(struct reading *reading)
{
    dataset_done(&reading->train);
    dataset_done(&reading->test);
}

/* The text is refused, with a message that contains `expected`. */
#define assert_refused(reading_, text_, expected_)                                             \
    do {                                                                                       \
        assert_false(read_text((reading_), (text_)));                                          \
        if (!strstr((reading_)->err.text, (expected_)))                                        \
            fail_msg("'%s' does not say '%s'", (reading_)->err.text, (expected_));             \
    } while (0)

#define assert_accepted(reading_, text_)                                                       \
    do {                                                                                       \
        if (!read_text((reading_), (text_)))                                                   \
            fail_msg("refused: %s", (reading_)->err.text);                                     \
    } while (0)

#endif
