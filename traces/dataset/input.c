/* SPDX-License-Identifier: MIT
 * input.c -- see input.h. */
#include "traces/dataset/input.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nettle/sha2.h>
#include <zlib.h>

#include "base/memory.h"

enum { BLOCK_BYTES = 1 << 18, DEFLATE_MOST_RATIO = 1032 };

struct input {
    char *path;
    int file;                    /* -1: memory */
    const unsigned char *memory; /* what has not been taken of it */
    size_t memory_left;
    int64_t file_bytes, taken_bytes, offset;
    struct sha256_ctx sha256;
    bool started, packed, ended; /* ended: the stored bytes are used up */
    bool member_ended;           /* packed: between two gzip members */
    z_stream unpack;
    unsigned char *block; /* stored bytes, [begin, end) not yet unpacked or handed out */
    size_t begin, end;
};

static struct input *new_input(const char *path, int64_t file_bytes)
{
    struct input *input = NEW(struct input);

    input->path = memory_text(path);
    input->file = -1;
    input->file_bytes = file_bytes;
    input->block = memory_new(1, BLOCK_BYTES);
    sha256_init(&input->sha256);
    return input;
}

struct input *input_open(const char *path, struct err *err)
{
    struct input *input = NULL;
    struct stat stat;
    /* O_NONBLOCK: opening a pipe nobody writes to must not hang. */
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (file < 0 || fstat(file, &stat) < 0) {
        err_set(err, "%s: %s", path, strerror(errno));
    } else if (!S_ISREG(stat.st_mode)) {
        err_set(err, "%s: this is %s, not a file", path,
                S_ISDIR(stat.st_mode) ? "a directory" : "a device or a pipe");
    } else if (stat.st_size == 0) {
        err_set(err, "%s: the file is empty", path);
    } else {
        input = new_input(path, stat.st_size);
        input->file = file;
        file = -1;
    }
    if (file >= 0)
        close(file);
    return input;
}

struct input *input_of_memory(const char *path, const void *bytes, size_t size)
{
    struct input *input = new_input(path, (int64_t)size);

    input->memory = bytes;
    input->memory_left = size;
    return input;
}

struct input *input_free(struct input *input)
{
    if (!input)
        return NULL;
    if (input->packed)
        inflateEnd(&input->unpack);
    if (input->file >= 0)
        close(input->file);
    free(input->block);
    free(input->path);
    free(input);
    return NULL;
}

/* Stored bytes to `to`, at most `bytes`; 0 at the end, -1 on failure. */
static int64_t take_stored(struct input *input, unsigned char *to, size_t bytes,
                           struct err *err)
{
    ssize_t got;

    if (input->file < 0) {
        got = (ssize_t)(bytes < input->memory_left ? bytes : input->memory_left);
        if (got > 0)
            memcpy(to, input->memory, (size_t)got);
        input->memory += got;
        input->memory_left -= (size_t)got;
    } else {
        do
            got = read(input->file, to, bytes);
        while (got < 0 && errno == EINTR);
    }
    if (got < 0) {
        err_set(err, "%s: reading failed at byte %" PRId64 ": %s", input->path,
                input->taken_bytes, strerror(errno));
        return -1;
    }
    sha256_update(&input->sha256, (size_t)got, to);
    input->taken_bytes += got;
    input->ended = got == 0;
    return got;
}

/* At least one stored byte in the block unless the file ends here. */
static bool fill_block(struct input *input, struct err *err)
{
    int64_t got;

    if (input->begin < input->end || input->ended)
        return true;
    got = take_stored(input, input->block, BLOCK_BYTES, err);
    input->begin = 0;
    input->end = got > 0 ? (size_t)got : 0;
    return got >= 0;
}

static bool start(struct input *input, struct err *err)
{
    input->started = true;
    if (!fill_block(input, err))
        return false;
    if (input->end < 2 || input->block[0] != 0x1f || input->block[1] != 0x8b)
        return true;
    /* 16: a gzip header is expected; 15: the largest window. */
    if (inflateInit2(&input->unpack, 16 + 15) != Z_OK)
        return err_set(err, "%s: zlib has no memory left", input->path);
    input->packed = true;
    return true;
}

static bool bad_gzip(const struct input *input, const char *what, struct err *err)
{
    return err_set(err, "%s: gzip data are %s at byte %" PRId64 " of the file", input->path,
                   what, input->taken_bytes - (int64_t)(input->end - input->begin));
}

/* One call of inflate; *ret_got 0 at the end. */
static bool unpack_some(struct input *input, unsigned char *to, size_t bytes, size_t *ret_got,
                        struct err *err)
{
    int status;

    *ret_got = 0;
    if (!fill_block(input, err))
        return false;
    if (input->begin == input->end)
        return input->member_ended ? true : bad_gzip(input, "truncated", err);
    if (input->member_ended) {
        if (inflateReset(&input->unpack) != Z_OK)
            return bad_gzip(input, "damaged", err);
        input->member_ended = false;
    }
    input->unpack.next_in = input->block + input->begin;
    input->unpack.avail_in = (uInt)(input->end - input->begin);
    input->unpack.next_out = to;
    input->unpack.avail_out = (uInt)bytes;
    status = inflate(&input->unpack, Z_NO_FLUSH);
    input->begin = input->end - input->unpack.avail_in;
    *ret_got = bytes - input->unpack.avail_out;
    input->member_ended = status == Z_STREAM_END;
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
        return bad_gzip(input, "damaged", err);
    return true;
}

static int64_t read_packed(struct input *input, unsigned char *to, int64_t bytes,
                           struct err *err)
{
    int64_t done = 0;

    while (done < bytes) {
        size_t got, want = bytes - done < BLOCK_BYTES ? (size_t)(bytes - done) : BLOCK_BYTES;

        if (!unpack_some(input, to + done, want, &got, err))
            return -1;
        done += (int64_t)got;
        if (got == 0 && input->member_ended && input->begin == input->end && input->ended)
            break;
    }
    return done;
}

static int64_t read_plain(struct input *input, unsigned char *to, int64_t bytes,
                          struct err *err)
{
    size_t held = input->end - input->begin;
    int64_t done = (int64_t)held < bytes ? (int64_t)held : bytes;

    memcpy(to, input->block + input->begin, (size_t)done);
    input->begin += (size_t)done;
    while (done < bytes && !input->ended) {
        int64_t want = bytes - done < BLOCK_BYTES ? bytes - done : BLOCK_BYTES;
        int64_t got = take_stored(input, to + done, (size_t)want, err);

        if (got < 0)
            return -1;
        done += got;
    }
    return done;
}

int64_t input_read(struct input *input, void *to, int64_t bytes, struct err *err)
{
    int64_t got;

    if (!input->started && !start(input, err))
        return -1;
    got =
        input->packed ? read_packed(input, to, bytes, err) : read_plain(input, to, bytes, err);
    if (got > 0)
        input->offset += got;
    return got;
}

const char *input_path(const struct input *input)
{
    return input->path;
}

int64_t input_file_bytes(const struct input *input)
{
    return input->file_bytes;
}

int64_t input_offset(const struct input *input)
{
    return input->offset;
}

int64_t input_most_bytes(const struct input *input)
{
    if (!input->packed)
        return input->file_bytes;
    return input->file_bytes > INT64_MAX / DEFLATE_MOST_RATIO
               ? INT64_MAX
               : input->file_bytes * DEFLATE_MOST_RATIO;
}

void input_digest(struct input *input, unsigned char digest[32])
{
    struct sha256_ctx copy = input->sha256; /* reading the digest would reset the hash */

    sha256_digest(&copy, 32, digest);
}
