/* SPDX-License-Identifier: MIT
 * decimal.c -- see decimal.h. */
#include "base/decimal.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Powers of ten that a double holds without rounding. */
static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                              1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                              1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

enum { EXACT_TEN = 22, EXACT_DIGITS = 15 };

bool decimal_read(const char *number, size_t length, int shift, double *ret_value)
{
    size_t i = number[0] == '+' || number[0] == '-';
    int digits = 0;
    double whole = 0;
    bool behind = false;

    for (; i < length && number[i] != 'e' && number[i] != 'E'; i++) {
        if (number[i] == '.') {
            behind = true;
            continue;
        }
        digits += digits > 0 || number[i] != '0';
        whole = 10 * whole + (number[i] - '0');
        shift -= behind;
        if (digits > EXACT_DIGITS)
            return false;
    }
    if (i < length) {
        long exponent = strtol(number + i + 1, NULL, 10);

        if (exponent > 2 * EXACT_TEN || exponent < -2 * EXACT_TEN)
            return false;
        shift += (int)exponent;
    }
    if (shift > EXACT_TEN || shift < -EXACT_TEN)
        return false;
    whole = shift < 0 ? whole / tens[-shift] : whole * tens[shift];
    *ret_value = number[0] == '-' ? -whole : whole;
    return true;
}

static void strip_zeros(struct decimal *decimal)
{
    while (decimal->count > 1 && decimal->digit[decimal->count - 1] == '0')
        decimal->count--;
}

struct decimal decimal_rounded(double value, int digits)
{
    struct decimal decimal = {.count = 0};
    const char *p;
    char text[48];

    snprintf(text, sizeof text, "%.*e", digits - 1, fabs(value));
    for (p = text; *p != 'e'; p++)
        if (*p != '.')
            decimal.digit[decimal.count++] = *p;
    decimal.exponent = value == 0 ? 0 : atoi(p + 1);
    strip_zeros(&decimal);
    return decimal;
}

/* The decimal of fewest digits that is |value|, if 14 are enough; the text of any with fewer is
 * another number by many times what a multiplication rounds. */
bool decimal_exact(double value, struct decimal *ret_decimal)
{
    enum { MOST_BEHIND = 12, MOST = EXACT_DIGITS - 1 };
    double size = fabs(value);

    for (int behind = 0; behind <= MOST_BEHIND && size * tens[behind] < tens[MOST]; behind++) {
        double whole = nearbyint(size * tens[behind]);
        char reversed[24];
        int count = 0;

        if (whole / tens[behind] != size)
            continue;
        for (int64_t left = (int64_t)whole; left > 0 || count == 0; left /= 10)
            reversed[count++] = (char)('0' + left % 10);
        for (int i = 0; i < count; i++)
            ret_decimal->digit[i] = reversed[count - 1 - i];
        ret_decimal->count = count;
        ret_decimal->exponent = value == 0 ? 0 : count - 1 - behind;
        strip_zeros(ret_decimal);
        return true;
    }
    return false;
}

static char *put(char *out, const char *chars, int count)
{
    memcpy(out, chars, (size_t)count);
    return out + count;
}

char *decimal_put(char *out, const struct decimal *decimal, bool negative, int shift)
{
    int count = decimal->count, exponent = decimal->exponent + shift;
    const char *digit = decimal->digit;

    if (count == 1 && digit[0] == '0')
        exponent = 0;
    if (negative)
        *out++ = '-';
    if (exponent >= 0 &&
        exponent < 7) { /* 100 rather than 1e2, but 1e9 rather than 1000000000 */
        int whole = exponent + 1 > count ? count : exponent + 1;

        out = put(put(out, digit, whole), "0000000", exponent + 1 - whole);
        if (count > whole)
            out = put(put(out, ".", 1), digit + whole, count - whole);
    } else if (exponent < 0 && exponent >= -5) {
        out = put(put(out, "0.00000", 1 - exponent), digit, count);
    } else {
        out = put(out, digit, 1);
        if (count > 1)
            out = put(put(out, ".", 1), digit + 1, count - 1);
        out += sprintf(out, "e%d", exponent);
    }
    *out = '\0';
    return out;
}
