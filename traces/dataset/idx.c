/* SPDX-License-Identifier: MIT
 * idx.c -- MNIST's format: one file of images, one of labels, sizes first, all big-endian.
 *
 * yann.lecun.com/exdb/mnist: two zero bytes, a type (8: unsigned byte), the number of
 * dimensions, each dimension in four bytes, then the bytes.  Images have two or more
 * dimensions, the first counts them; pixels become 0..1. */
#include <inttypes.h>
#include <string.h>

#include "traces/dataset/builder.h"
#include "traces/dataset/pixels.h"
#include "traces/dataset/read.h"

enum { TYPE_UNSIGNED_BYTE = 8, DIMENSIONS_MOST = 8, CHUNK_BYTES = 1 << 16 };

static uint32_t big_endian(const unsigned char b[4])
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static bool truncated(struct input *input, struct err *err)
{
    return err_set(err, "%s: the file is truncated: it ends at byte %" PRId64,
                   input_path(input), input_offset(input));
}

static bool read_exactly(struct input *input, void *to, int64_t bytes, struct err *err)
{
    int64_t got = input_read(input, to, bytes, err);

    if (got < 0)
        return false;
    return got == bytes ? true : truncated(input, err);
}

/* What a file says of itself. */
struct head {
    int64_t count, each; /* objects, and bytes of one */
    int dimensions;      /* of one */
    int32_t size[DIMENSIONS_MOST];
};

/* The file may be long enough for what follows. */
static bool read_head(struct input *input, int least_dimensions, struct head *ret_head,
                      struct err *err)
{
    unsigned char head[4];
    int64_t each = 1, most = input_file_bytes(input), count = 0;
    int32_t sizes[DIMENSIONS_MOST] = {0};

    if (!read_exactly(input, head, sizeof head, err))
        return false;
    if (head[0] != 0 || head[1] != 0)
        return err_set(err,
                       "%s: no IDX file: it begins with %02x %02x, not with two zero bytes",
                       input_path(input), head[0], head[1]);
    if (head[2] != TYPE_UNSIGNED_BYTE)
        return err_set(err,
                       "%s: byte 2: IDX type %d is not supported, only %d (unsigned bytes)",
                       input_path(input), head[2], TYPE_UNSIGNED_BYTE);
    if (head[3] < least_dimensions || head[3] > DIMENSIONS_MOST ||
        (least_dimensions == 1 && head[3] != 1))
        return err_set(err, "%s: byte 3: %d dimensions are not what %s have", input_path(input),
                       head[3], least_dimensions == 1 ? "labels" : "images");
    most = input_most_bytes(input); /* known once the first bytes have been read */
    for (int i = 0; i < head[3]; i++) {
        unsigned char size[4];

        if (!read_exactly(input, size, sizeof size, err))
            return false;
        if (i == 0)
            count = big_endian(size);
        else if (big_endian(size) == 0 || each > INT32_MAX / (int64_t)big_endian(size))
            return err_set(
                err, "%s: byte %" PRId64 ": dimension %d is %" PRIu32 ", which makes no image",
                input_path(input), input_offset(input) - 4, i, big_endian(size));
        else
            each *= sizes[i - 1] = (int32_t)big_endian(size);
    }
    if (count > most / each)
        return err_set(err,
                       "%s: the header declares %" PRId64 " x %" PRId64
                       " bytes, more than the file holds",
                       input_path(input), count, each);
    *ret_head = (struct head){.count = count, .each = each, .dimensions = head[3] - 1};
    memcpy(ret_head->size, sizes, sizeof sizes);
    return true;
}

static bool read_end(struct input *input, struct err *err)
{
    unsigned char more;
    int64_t got = input_read(input, &more, 1, err);

    if (got == 1)
        return err_set(err, "%s: the file goes on after byte %" PRId64 ", where its data end",
                       input_path(input), input_offset(input) - 1);
    return got == 0;
}

static bool read_images(struct input *input, struct builder *builder, int64_t count,
                        struct err *err)
{
    unsigned char chunk[CHUNK_BYTES];
    float *x = builder->set->x;
    int64_t left = count * builder->set->features;

    while (left > 0) {
        int64_t bytes = left < CHUNK_BYTES ? left : CHUNK_BYTES;

        if (!read_exactly(input, chunk, bytes, err))
            return false;
        pixels_to_floats(chunk, bytes, x);
        x += bytes;
        left -= bytes;
    }
    return read_end(input, err);
}

static bool read_labels(struct input *input, struct builder *builder, int64_t count,
                        struct err *err)
{
    unsigned char chunk[CHUNK_BYTES];
    char fault[128];

    while (count > 0) {
        int64_t bytes = count < CHUNK_BYTES ? count : CHUNK_BYTES;

        if (!read_exactly(input, chunk, bytes, err))
            return false;
        for (int64_t i = 0; i < bytes; i++) {
            if (builder_label(builder, chunk[i]))
                continue;
            builder_label_fault(builder, chunk[i], fault, sizeof fault);
            return err_set(err, "%s: byte %" PRId64 ": %s", input_path(input),
                           input_offset(input) - bytes + i, fault);
        }
        count -= bytes;
    }
    return read_end(input, err);
}

/* Height and width, or channels before them; other objects are rows of numbers. */
static void take_shape(struct dataset *set, const struct head *images)
{
    const int32_t *size = images->size;

    if (images->dimensions != 2 && images->dimensions != 3)
        return;
    set->channels = images->dimensions == 3 ? *size++ : 1;
    set->height = size[0];
    set->width = size[1];
}

bool read_idx(const struct read_request *request, struct dataset *set, struct err *err)
{
    struct builder builder;
    struct head images, labels;
    bool ok = false;

    builder_init(&builder, set, request->train, input_path(request->input));
    if (!read_head(request->input, 2, &images, err) ||
        !read_head(request->labels, 1, &labels, err))
        goto done;
    if (images.count != labels.count) {
        err_set(err, "%s: %" PRId64 " images, but %s has %" PRId64 " labels",
                input_path(request->input), images.count, input_path(request->labels),
                labels.count);
        goto done;
    }
    if (request->train && images.each != request->train->features) {
        err_set(err, "%s: images of %" PRId64 " pixels, but the training set's have %" PRId32,
                input_path(request->input), images.each, request->train->features);
        goto done;
    }
    set->features = (int32_t)images.each;
    take_shape(set, &images);
    ok = builder_dense_room(&builder, images.count, err) &&
         read_images(request->input, &builder, images.count, err) &&
         read_labels(request->labels, &builder, labels.count, err) &&
         builder_finish(&builder, request->input, request->labels, err);
done:
    builder_done(&builder);
    return ok;
}
