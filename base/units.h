/* SPDX-License-Identifier: MIT
 * units.h -- quantities with units, as text and as numbers.
 *
 * One table (units.c) lists every unit of every dimension.  Inside the program a dimension has
 * one unit, which is the suffix of the names that carry it:
 *     _s seconds (double) · _bytes (int64_t) · _bytes_per_s (double; text "65 MB/s" or "1 Gb/s")
 *     _flops, _flops_per_s (double) · _per_s a rate of events (double; text "3500/s")
 *     _pusd pico-dollars (int64_t; text "5 USD") · _pusd_per_X money for one X
 *     _ratio a number without unit.
 * A name that is nothing but a suffix ("bytes") has its dimension and is its own stem.
 * Decimal prefixes are powers of 1000 (MB), binary ones of 1024 (MiB), b is a bit, B is a byte.
 * Exception of the field: a function's memory "3 GB" is 3072 MiB at the providers; fields that
 * mean that are called memory and their dimension is DIMENSION_MEMORY (k, M, G = 1024 powers). */
#ifndef TRAINCAST_BASE_UNITS_H
#define TRAINCAST_BASE_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* clang-format off */
#define DIMENSION_LIST(X)                                                                   \
    X(NONE,            "",                 "0.5")                                           \
    X(SECONDS,         "_s",               "80 ms")                                         \
    X(BYTES,           "_bytes",           "8 GB")                                          \
    X(MEMORY,          "memory_bytes",     "3 GB")                                          \
    X(BYTES_PER_S,     "_bytes_per_s",     "65 MB/s")                                       \
    X(FLOPS,           "_flops",           "2 GFLOP")                                       \
    X(FLOPS_PER_S,     "_flops_per_s",     "16 GFLOP/s")                                    \
    X(PER_S,           "_per_s",           "3500/s")                                        \
    X(PUSD,            "_pusd",            "5 USD")                                         \
    X(PUSD_PER_HOUR,   "_pusd_per_hour",   "0.0464 USD/h")                                  \
    X(PUSD_PER_GB_S,   "_pusd_per_gb_s",   "0.0000166667 USD/GB-s")                         \
    X(PUSD_PER_GB,     "_pusd_per_gb",     "0.09 USD/GB")                                   \
    X(PUSD_PER_REQUEST,"_pusd_per_request","0.005 USD/1000 requests")                       \
    X(PUSD_PER_GB_MONTH,"_pusd_per_gb_month","0.023 USD/GB-month")
/* clang-format on */

enum dimension {
#define X(upper_, suffix_, example_) DIMENSION_##upper_,
    DIMENSION_LIST(X)
#undef X
        DIMENSION_COUNT
};

/* The dimension that a member's name ends in ("cold_start_s" -> SECONDS), and the length of the
 * name without that suffix in *ret_stem (may be NULL): the YAML key is the stem.
 * A name that ends in "memory_bytes" has dimension MEMORY and stem "...memory". */
enum dimension dimension_of_name(const char *name, size_t *ret_stem);
const char *dimension_example(enum dimension dimension);
/* The unit in which the database keeps a dimension ("s", "B", "USD/h", "" for a plain number), and
 * how many of the program's units that is (1; 1e12 for money) in *ret_scale (may be NULL). */
const char *dimension_unit(enum dimension dimension, double *ret_scale);

/* "3 GB" -> 3221225472 for MEMORY, 3e9 for BYTES.  False when the text is no finite number, has no
 * unit or one of another dimension; *err then says how to write it, as a predicate to which the
 * caller puts the name: "needs a unit, for example '3 GB', not '3008'". */
bool units_parse(const char *text, enum dimension dimension, double *ret_value, struct err *err);
/* The shortest text that units_parse reads back to the same number, in the largest fitting unit. */
void units_format(double value, enum dimension dimension, char *out, size_t size);
/* A regular expression (ECMA 262) of what units_parse accepts, for the JSON Schema. */
void units_pattern(enum dimension dimension, char *out, size_t size);

#endif
