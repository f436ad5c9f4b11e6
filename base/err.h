/* SPDX-License-Identifier: MIT
 * err.h -- a failure of the real machine (disk, memory, database, library), on its way up to main.
 *
 * Filled once, where the failure is known, with a complete sentence; left alone on success.
 * A function that can fail so returns bool and takes `struct err *err` last.
 * The user's mistakes go to diag.h, simulated misfortune is outcome.h, our own bugs are assert(). */
#ifndef TRAINCAST_BASE_ERR_H
#define TRAINCAST_BASE_ERR_H

#include <stdbool.h>

struct err {
    char text[1024]; /* "" while nothing failed */
};

/* Stores the sentence unless one is there already (the first cause wins); err may be NULL.
 * Always returns false: `return err_set(err, "%s: %s", path, strerror(errno));` */
bool err_set(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
