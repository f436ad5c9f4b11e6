/* SPDX-License-Identifier: MIT
 * decimal.h -- decimal numbers as digits: from doubles and back without printf and strtod where
 * few digits do.
 *
 * Every setting of a scenario is read and written again in its shortest form, hundreds of
 * numbers for each point of a sweep, and nearly all of them have few digits.  An integer below
 * 2^53 and a power of ten up to 10^22 are exact as doubles, so one multiplication or division
 * of them rounds once, and thus right (Clinger, How to read floating point numbers accurately,
 * PLDI 1990). */
#ifndef TRAINCAST_BASE_DECIMAL_H
#define TRAINCAST_BASE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>

/* digit[0].digit[1]digit[2]... * 10^exponent, without zeros at the end. */
struct decimal {
    char digit[24];
    int count, exponent;
};

enum { DECIMAL_TEXT = 48 };

/* The number (of that length, well-formed, maybe with an exponent) * 10^shift, rounded once;
 * false when it has too many digits for that. */
bool decimal_read(const char *number, size_t length, int shift, double *ret_value);
/* The decimal of fewest digits that reads as |value|; false when 14 digits are not enough. */
bool decimal_exact(double value, struct decimal *ret_decimal);
/* |value|, rounded to so many digits. */
struct decimal decimal_rounded(double value, int digits);
/* The number times 10^shift, as plain a text as it goes: 0.0004, 100, 1.1e9.  out has room for
 * DECIMAL_TEXT bytes; returns where the text ends. */
char *decimal_put(char *out, const struct decimal *decimal, bool negative, int shift);

#endif
