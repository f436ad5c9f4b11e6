/* SPDX-License-Identifier: MIT
 * number.c -- see number.h.
 *
 * The digits make an integer m (19 of them fit), the point and the exponent a power of ten, and
 * m * 10^e in double is off by at most 2 units in the last place: m's conversion, the table's
 * rounding and the product's, half a unit each, and half a unit of m when digits were dropped.
 * Rounding that to float gives what exact arithmetic gives, unless a float tie lies within the
 * error; then, and beyond the normal floats, strtof decides.  (Clinger 1990 has the idea.) */
#include "traces/dataset/number.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
#define DECADE(start_) start_##0, start_##1, start_##2, start_##3, start_##4, \
                       start_##5, start_##6, start_##7, start_##8, start_##9
/* clang-format on */
static const double ten_up[] = {DECADE(1e0), DECADE(1e1), DECADE(1e2),
                                DECADE(1e3), DECADE(1e4), DECADE(1e5)};
static const double ten_down[] = {DECADE(1e-0), DECADE(1e-1), DECADE(1e-2),
                                  DECADE(1e-3), DECADE(1e-4), DECADE(1e-5)};

enum { TABLE_MOST = 59, DIGITS_MOST = 19, ERROR_ULPS = 8, EXPONENT_MOST = 100000 };

struct decimal {
    uint64_t mantissa;
    int digits;   /* leading zeros included */
    int exponent; /* value = mantissa * 10^exponent when digits <= DIGITS_MOST */
    bool negative;
};

static inline unsigned digit_of(char c)
{
    return (unsigned)(unsigned char)c - '0';
}

static const char *read_digits(const char *at, struct decimal *decimal)
{
    uint64_t mantissa = decimal->mantissa;
    const char *begin = at;
    unsigned digit;

    while ((digit = digit_of(*at)) < 10) {
        mantissa = mantissa * 10 + digit;
        at++;
    }
    decimal->mantissa = mantissa;
    /* A line is shorter than 2^28 bytes, so this fits. */
    decimal->digits += (int)(at - begin);
    return at;
}

/* The exponent behind e or E, if there is one. */
static const char *read_exponent(const char *at, struct decimal *decimal)
{
    const char *p = at + 1;
    bool negative = *p == '-';
    int exponent = 0;

    if (*p == '-' || *p == '+')
        p++;
    if (digit_of(*p) >= 10)
        return at;
    for (; digit_of(*p) < 10; p++)
        if (exponent < EXPONENT_MOST)
            exponent = exponent * 10 + (int)digit_of(*p);
    decimal->exponent += negative ? -exponent : exponent;
    return p;
}

static const char *read_decimal(const char *at, struct decimal *decimal)
{
    const char *point;

    *decimal = (struct decimal){.negative = *at == '-'};
    if (*at == '-' || *at == '+')
        at++;
    at = read_digits(at, decimal);
    if (*at == '.') {
        point = at + 1;
        at = read_digits(point, decimal);
        decimal->exponent = -(int)(at - point);
    }
    if (decimal->digits == 0)
        return NULL;
    if (*at == 'e' || *at == 'E')
        at = read_exponent(at, decimal);
    return at;
}

/* False where the shortcut cannot be trusted. */
static inline bool round_to_float(const struct decimal *decimal, float *ret_value)
{
    int e = decimal->exponent;
    double value;
    uint64_t bits, below;

    if (decimal->digits > DIGITS_MOST || e > TABLE_MOST || e < -TABLE_MOST)
        return false;
    value = (double)decimal->mantissa * (e < 0 ? ten_down[-e] : ten_up[e]);
    if (!(value >= FLT_MIN && value <= FLT_MAX)) {
        *ret_value = decimal->negative ? -0.0f : 0.0f;
        return decimal->mantissa == 0;
    }
    memcpy(&bits, &value, sizeof bits);
    below = bits & 0x1fffffff; /* what a float has no room for; 0x10000000 is the tie */
    if (below - (0x10000000 - ERROR_ULPS) <= 2 * ERROR_ULPS)
        return false;
    *ret_value = (float)(decimal->negative ? -value : value);
    return true;
}

const char *number_read(const char *text, float *ret_value)
{
    struct decimal decimal;
    const char *end = read_decimal(text, &decimal);

    if (end && !round_to_float(&decimal, ret_value))
        *ret_value = strtof(text, NULL); /* the same grammar but for what was refused above */
    return end;
}

const char *number_read_label(const char *text, int32_t *ret_label)
{
    struct decimal decimal;
    const char *end = read_decimal(text, &decimal);
    double value;

    if (!end)
        return NULL;
    if (decimal.exponent == 0 && decimal.digits <= 9) {
        *ret_label = decimal.negative ? -(int32_t)decimal.mantissa : (int32_t)decimal.mantissa;
        return end;
    }
    value = strtod(text, NULL);
    if (!(value >= INT32_MIN && value <= INT32_MAX) || value != rint(value))
        return NULL;
    *ret_label = (int32_t)value;
    return end;
}
