/* SPDX-License-Identifier: MIT
 * csv.c -- rows of numbers, the label first, as in UCI's HIGGS.csv or LightGBM's examples.
 *
 * Separated by commas, tabs or blanks: whichever the first row uses.  Blanks around a comma or
 * a tab do not count; quotes, missing values and a change of separator are errors. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "traces/dataset/builder.h"
#include "traces/dataset/lines.h"
#include "traces/dataset/number.h"
#include "traces/dataset/read.h"

struct csv {
    struct lines lines;
    struct builder builder;
    char separator; /* ' ' stands for any run of blanks and tabs */
};

/* To the next number: 1 there is one, 0 the line ends, -1 something else stands here. */
static inline int step(const char **at, char separator)
{
    const char *p = *at;

    while (is_blank(*p) && *p != separator)
        p++;
    if (separator != ' ' && *p == separator) {
        p++;
        while (is_blank(*p) && *p != separator)
            p++;
        *at = p;
        return 1;
    }
    while (is_blank(*p))
        p++;
    if (*p == '\n') {
        *at = p;
        return 0;
    }
    if (separator != ' ' || p == *at)
        return -1;
    *at = p;
    return 1;
}

static bool bad_number(const struct csv *csv, const char *at, int64_t column, struct err *err)
{
    const char *header = csv->builder.set->rows == 0 ? " (a header? then say header: yes)" : "";
    char token[TEXT_SHOWN];

    while (is_blank(*at) && *at != csv->separator)
        at++;
    if (lines_token(at, csv->separator, token)[0] == '\0')
        return lines_fault(&csv->lines, err, "column %" PRId64 " is empty", column);
    if (column == 1)
        return lines_fault(&csv->lines, err, "the label '%s' is not a whole number%s", token,
                           header);
    return lines_fault(&csv->lines, err,
                       "column %" PRId64 ": '%s' is not a number that a float can hold%s",
                       column, token, header);
}

/* The separator and the number of features, from the first row. */
static bool find_shape(struct csv *csv, const char *line, struct err *err)
{
    size_t length = strcspn(line, "\n");
    int64_t features = 0;
    const char *at = line;

    if (memchr(line, ',', length))
        csv->separator = ',';
    else
        csv->separator = memchr(line, '\t', length) ? '\t' : ' ';
    if (csv->separator == ' ') {
        while (at < line + length) {
            at += strcspn(at, " \n");
            while (*at == ' ')
                at++;
            features += *at != '\n';
        }
    } else {
        for (; at < line + length; at++)
            features += *at == csv->separator;
    }
    if (features == 0)
        return lines_fault(
            &csv->lines, err,
            "one column only: a row is a label and at least one feature, separated "
            "by commas, tabs or blanks");
    if (features > INT32_MAX)
        return lines_fault(&csv->lines, err, "more than %d columns", INT32_MAX);
    if (csv->builder.train && features != csv->builder.train->features)
        return lines_fault(&csv->lines, err,
                           "%" PRId64 " features, but the training set has %" PRId32, features,
                           csv->builder.train->features);
    csv->builder.set->features = (int32_t)features;
    return true;
}

static bool read_features(struct csv *csv, const char *at, float *x, struct err *err)
{
    int64_t features = csv->builder.set->features;
    char separator = csv->separator;
    int more;

    for (int64_t j = 0; j < features; j++) {
        const char *number, *end;

        more = step(&at, separator);
        number = at;
        if (more == 0)
            return lines_fault(&csv->lines, err,
                               "%" PRId64 " features, but the first row has %" PRId64, j,
                               features);
        end = more < 0 ? NULL : number_read(at, &x[j]);
        if (!end || !isfinite(x[j]) || (*end != separator && !is_blank(*end) && *end != '\n'))
            return bad_number(csv, number, j + 2, err);
        at = end;
    }
    more = step(&at, separator);
    if (more == 0)
        return true;
    return lines_fault(&csv->lines, err, "more than the %" PRId64 " features of the first row",
                       features);
}

static bool read_row(struct csv *csv, const char *line, struct err *err)
{
    struct dataset *set = csv->builder.set;
    int32_t label;
    const char *at = number_read_label(line, &label);

    if (!at || (*at != csv->separator && !is_blank(*at) && *at != '\n'))
        return bad_number(csv, line, 1, err);
    if (!builder_dense_room(&csv->builder, 1, err) ||
        !read_features(csv, at, set->x + set->rows * set->features, err))
        return false;
    if (!builder_label(&csv->builder, label)) {
        char fault[128];

        builder_label_fault(&csv->builder, label, fault, sizeof fault);
        return lines_fault(&csv->lines, err, "%s", fault);
    }
    return true;
}

bool read_csv(const struct read_request *request, struct dataset *set, struct err *err)
{
    struct csv csv = {0};
    struct err fault = {0};
    char *line;
    bool ok = false;

    lines_init(&csv.lines, request->input);
    builder_init(&csv.builder, set, request->train, input_path(request->input));
    line = lines_next(&csv.lines, &fault);
    if (line && request->header)
        line = lines_next(&csv.lines, &fault);
    if (line && !find_shape(&csv, line, &fault))
        goto done;
    for (; line; line = lines_next(&csv.lines, &fault))
        if (!read_row(&csv, line, &fault))
            goto done;
    ok = fault.text[0] == '\0' && builder_finish(&csv.builder, request->input, NULL, &fault);
done:
    builder_done(&csv.builder);
    lines_done(&csv.lines);
    return ok || err_set(err, "%s", fault.text);
}
