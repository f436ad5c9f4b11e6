/* SPDX-License-Identifier: MIT
 * cifar10.c -- CIFAR-10's binary version: records of 3,073 bytes, a label and 3 x 32 x 32
 * pixels.
 *
 * cs.toronto.edu/~kriz/cifar.html: red, green, blue plane, each row by row.  The batches of the
 * original can be put behind one another in one file (cat), gzipped or not. */
#include <inttypes.h>

#include "traces/dataset/builder.h"
#include "traces/dataset/pixels.h"
#include "traces/dataset/read.h"

enum {
    CHANNELS = 3,
    SIDE = 32,
    PIXELS = CHANNELS * SIDE * SIDE,
    RECORD_BYTES = 1 + PIXELS,
    CHUNK_RECORDS = 64,
    CLASSES = 10
};

static bool bad_record(struct input *input, int64_t offset, const char *what, struct err *err)
{
    return err_set(err, "%s: byte %" PRId64 ": %s", input_path(input), offset, what);
}

static bool take_record(struct input *input, struct builder *builder,
                        const unsigned char *record, int64_t offset, struct err *err)
{
    struct dataset *set = builder->set;
    char fault[128];

    if (record[0] >= CLASSES)
        return bad_record(input, offset, "a label above 9: this is no CIFAR-10 file", err);
    pixels_to_floats(record + 1, PIXELS, set->x + set->rows * PIXELS);
    if (builder_label(builder, record[0]))
        return true;
    builder_label_fault(builder, record[0], fault, sizeof fault);
    return bad_record(input, offset, fault, err);
}

static bool read_records(struct input *input, struct builder *builder, struct err *err)
{
    unsigned char chunk[CHUNK_RECORDS * RECORD_BYTES];

    for (;;) {
        int64_t offset = input_offset(input);
        int64_t got = input_read(input, chunk, sizeof chunk, err), records = got / RECORD_BYTES;

        if (got < 0 || !builder_dense_room(builder, records, err))
            return false;
        for (int64_t i = 0; i < records; i++)
            if (!take_record(input, builder, chunk + i * RECORD_BYTES,
                             offset + i * RECORD_BYTES, err))
                return false;
        if (got % RECORD_BYTES)
            return bad_record(input, offset + records * RECORD_BYTES,
                              "the file ends within this record of 3,073 bytes", err);
        if (got < (int64_t)sizeof chunk)
            return true;
    }
}

bool read_cifar10(const struct read_request *request, struct dataset *set, struct err *err)
{
    struct builder builder;
    bool ok = false;

    builder_init(&builder, set, request->train, input_path(request->input));
    if (request->train && request->train->features != PIXELS) {
        err_set(err, "%s: images of %d pixels, but the training set has %" PRId32 " features",
                input_path(request->input), PIXELS, request->train->features);
        goto done;
    }
    set->features = PIXELS;
    set->channels = CHANNELS;
    set->height = set->width = SIDE;
    ok = read_records(request->input, &builder, err) &&
         builder_finish(&builder, request->input, NULL, err);
done:
    builder_done(&builder);
    return ok;
}
