/* SPDX-License-Identifier: MIT
 * input.h -- the bytes of a file, gzipped or not, in order, and the SHA-256 of the file.
 *
 * One pass does it all: what is stored is hashed as it is read, and unpacked when it begins
 * with gzip's two bytes.  zlib's own gzread() hides the stored bytes and takes a truncated file
 * for a complete one.  Only regular files: a pipe or a device has no size to check declarations
 * by. */
#ifndef TRAINCAST_TRACES_DATASET_INPUT_H
#define TRAINCAST_TRACES_DATASET_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct input;

/* NULL when there is no such file, it is no regular file or is empty. */
struct input *input_open(const char *path, struct err *err);
/* Reads a block of memory as if it were the file `path`; neither is copied. */
struct input *input_of_memory(const char *path, const void *bytes, size_t size);
struct input *input_free(struct input *input); /* NULL-safe, returns NULL */

/* Unpacked bytes into `to`, as many as asked for unless the input ends before: a short count
 * means the end.  -1 when reading or unpacking failed. */
int64_t input_read(struct input *input, void *to, int64_t bytes, struct err *err);

const char *input_path(const struct input *input);   /* for messages; borrowed */
int64_t input_file_bytes(const struct input *input); /* as stored */
int64_t input_offset(const struct input *input);     /* unpacked bytes handed out so far */
/* No input can unpack to more than this: deflate packs at most 1,032 to 1. */
int64_t input_most_bytes(const struct input *input);
/* Of the stored bytes read so far; after the end, of the whole file. */
void input_digest(struct input *input, unsigned char digest[32]);

#endif
