/* SPDX-License-Identifier: MIT
 * read_file.c -- a whole file, or a clear word why not; see document.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sim/scenario/document.h"

static void complain(struct diag_list *diags, struct place place, const char *path,
                     const char *why)
{
    if (place.file)
        diag_add(diags, DIAG_ERROR, place, "cannot read '%s': %s", path, why);
    else
        diag_add(diags, DIAG_ERROR, (struct place){path, 0, 0}, "cannot be read: %s", why);
}

bool document_read_file(struct arena *arena, const char *path, struct place place,
                        const char **ret_bytes, size_t *ret_size, struct diag_list *diags)
{
    FILE *file = fopen(path, "rb");
    char *bytes = NULL;
    size_t size = 0, capacity = 0, got;
    bool ok = false;

    if (!file) {
        complain(diags, place, path, strerror(errno));
        return false;
    }
    do { /* not by its length: it may be a pipe */
        if (capacity - size < 4096)
            bytes = memory_resize(bytes, capacity = capacity ? 2 * capacity : 16384, 1);
        errno = 0;
        got = fread(bytes + size, 1, capacity - size, file);
        size += got;
    } while (got > 0 && size <= DOCUMENT_BYTES);
    if (ferror(file)) {
        complain(diags, place, path, strerror(errno ? errno : EIO));
        goto done;
    }
    if (size > DOCUMENT_BYTES) {
        complain(diags, place, path, "it is larger than 16 MiB");
        goto done;
    }
    *ret_bytes = arena_bytes(arena, bytes, size);
    *ret_size = size;
    ok = true;
done:
    free(bytes);
    fclose(file);
    return ok;
}
