/* SPDX-License-Identifier: MIT
 * libsvm.c -- sparse rows: a label, then index:value pairs in ascending order of index.
 *
 * The format of LIBSVM and SVMlight (csie.ntu.edu.tw/~cjlin/libsvm).  Its indices begin at 1,
 * but files that begin at 0 are common: when an index 0 occurs anywhere in the training file,
 * its indices begin at 0, otherwise at 1, and the test file is read alike.  D is `features`, or
 * the largest index of the training file.  What follows a '#' is a comment. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "traces/dataset/builder.h"
#include "traces/dataset/lines.h"
#include "traces/dataset/number.h"
#include "traces/dataset/read.h"

enum { INDEX_MOST = INT32_MAX - 1 };

struct libsvm {
    struct lines lines;
    struct builder builder;
    int64_t features; /* D when it is known beforehand, else 0 */
    int first_index;  /* test set: 0 or 1; training set: -1, not known until its end */
    int64_t largest;  /* index so far */
    int64_t largest_line;
    bool zero_seen;
};

static bool bad_token(const struct libsvm *svm, const char *at, const char *what,
                      struct err *err)
{
    char token[TEXT_SHOWN];

    return lines_fault(&svm->lines, err, "'%s' is not %s", lines_token(at, '#', token), what);
}

/* An index and its ':'; NULL when this is none. */
static const char *read_index(const char *at, int64_t *ret_index)
{
    const char *begin = at;
    int64_t index = 0;

    for (; (unsigned)*at - '0' < 10 && at - begin < 18; at++)
        index = index * 10 + (*at - '0');
    *ret_index = index;
    return at > begin && *at == ':' ? at + 1 : NULL;
}

static bool check_index(struct libsvm *svm, int64_t index, int64_t previous, struct err *err)
{
    if (index > INDEX_MOST)
        return lines_fault(&svm->lines, err, "index %" PRId64 " is above %d", index,
                           INDEX_MOST);
    if (index <= previous)
        return lines_fault(&svm->lines, err,
                           "index %" PRId64 " after index %" PRId64 ": indices must ascend",
                           index, previous);
    if (index < svm->first_index)
        return lines_fault(&svm->lines, err,
                           "index 0, but in the training set indices begin at 1");
    if (svm->features && svm->first_index >= 0 && index - svm->first_index >= svm->features)
        return lines_fault(&svm->lines, err,
                           "index %" PRId64 ", but there are %" PRId64
                           " features (say `features:` for more)",
                           index, svm->features);
    svm->zero_seen |= index == 0;
    if (index > svm->largest) {
        svm->largest = index;
        svm->largest_line = svm->lines.number;
    }
    return true;
}

static bool read_pairs(struct libsvm *svm, const char *at, struct err *err)
{
    struct builder *builder = &svm->builder;
    struct dataset *set = builder->set;
    int64_t index, previous = -1;

    for (;;) {
        const char *token, *value, *end;

        while (is_blank(*at))
            at++;
        if (*at == '\n' || *at == '#')
            return true;
        token = at;
        value = read_index(at, &index);
        if (!value)
            return bad_token(svm, token, "index:value with an index from 0 up", err);
        if (!check_index(svm, index, previous, err))
            return false;
        if (builder->values == builder->value_capacity && !builder_sparse_room(builder, 1, err))
            return false;
        end = number_read(value, &set->value[builder->values]);
        if (!end || !isfinite(set->value[builder->values]) ||
            !(is_blank(*end) || *end == '\n' || *end == '#'))
            return bad_token(svm, token, "index:value with a number that a float can hold",
                             err);
        set->column[builder->values++] = (int32_t)index;
        previous = index;
        at = end;
    }
}

static bool read_row(struct libsvm *svm, const char *line, struct err *err)
{
    struct builder *builder = &svm->builder;
    int32_t label;
    const char *at = number_read_label(line, &label);

    if (!at || !(is_blank(*at) || *at == '\n' || *at == '#'))
        return bad_token(svm, line, "a label (a whole number)", err);
    if (!builder_sparse_room(builder, 1, err))
        return false;
    builder->set->row_start[builder->set->rows] = builder->values;
    if (!read_pairs(svm, at, err))
        return false;
    if (!builder_label(builder, label)) {
        char fault[128];

        builder_label_fault(builder, label, fault, sizeof fault);
        return lines_fault(&svm->lines, err, "%s", fault);
    }
    return true;
}

/* Now that every index has been seen: where do they begin, and how many are there? */
static bool settle_indices(struct libsvm *svm, const struct read_request *request,
                           struct err *err)
{
    struct dataset *set = svm->builder.set;

    if (svm->first_index < 0) {
        svm->first_index = svm->zero_seen ? 0 : 1;
        *request->first_index = svm->first_index;
        if (svm->features && svm->largest - svm->first_index >= svm->features) {
            svm->lines.number = svm->largest_line;
            return lines_fault(&svm->lines, err,
                               "index %" PRId64 ", but there are %" PRId64
                               " features and indices begin at %d",
                               svm->largest, svm->features, svm->first_index);
        }
    }
    if (!svm->features)
        svm->features = svm->largest - svm->first_index + 1;
    if (svm->features < 1)
        return err_set(err, "%s: no row has any feature", svm->builder.path);
    set->features = (int32_t)svm->features;
    if (svm->first_index == 1)
        for (int64_t i = 0; i < svm->builder.values; i++)
            set->column[i]--;
    return true;
}

bool read_libsvm(const struct read_request *request, struct dataset *set, struct err *err)
{
    struct libsvm svm = {.first_index = request->train ? *request->first_index : -1,
                         .features =
                             request->train ? request->train->features : request->features};
    struct err fault = {0};
    char *line;
    bool ok = false;

    lines_init(&svm.lines, request->input);
    builder_init(&svm.builder, set, request->train, input_path(request->input));
    while ((line = lines_next(&svm.lines, &fault)))
        if (*line != '#' && !read_row(&svm, line, &fault))
            goto done;
    ok = fault.text[0] == '\0' && (set->rows == 0 || settle_indices(&svm, request, &fault)) &&
         builder_finish(&svm.builder, request->input, NULL, &fault);
done:
    builder_done(&svm.builder);
    lines_done(&svm.lines);
    return ok || err_set(err, "%s", fault.text);
}
