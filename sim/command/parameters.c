/* SPDX-License-Identifier: MIT
 * parameters.c -- see parameters.h.
 *
 * Format: numpy.lib.format, version 1.0: magic, length of the header, a Python dictionary
 * padded with spaces to a multiple of 64 bytes, the values. */
#include "sim/command/parameters.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define FLOAT32 "<f4"
#else
#define FLOAT32 ">f4"
#endif

enum { HEADER_BYTES = 128, PREFIX_BYTES = 10 };

/* Fills header: HEADER_BYTES. */
static void describe(char *header, int64_t count)
{
    int length = HEADER_BYTES - PREFIX_BYTES;
    char text[HEADER_BYTES];
    int used = snprintf(
        text, sizeof text,
        "{'descr': '" FLOAT32 "', 'fortran_order': False, 'shape': (%" PRId64 ",), }", count);

    memcpy(header, "\x93NUMPY\x01\x00", 8);
    header[8] = (char)(length & 0xff);
    header[9] = (char)(length >> 8);
    memset(header + PREFIX_BYTES, ' ', (size_t)length);
    memcpy(header + PREFIX_BYTES, text, (size_t)used);
    header[HEADER_BYTES - 1] = '\n';
}

bool parameters_write(const char *path, const float *parameter, int64_t count, struct err *err)
{
    char header[HEADER_BYTES];
    FILE *out = fopen(path, "wb");
    bool failed;

    if (!out)
        return err_set(err, "%s: %s", path, strerror(errno));
    describe(header, count);
    failed = fwrite(header, sizeof header, 1, out) != 1 ||
             fwrite(parameter, sizeof *parameter, (size_t)count, out) != (size_t)count;
    if (fclose(out) != 0 || failed)
        return err_set(err, "%s: %s", path, strerror(errno));
    return true;
}
