/* SPDX-License-Identifier: MIT
 * units.c -- see units.h; the one table of units.
 *
 * A unit is factor * 10^exponent of the program's unit.  The power of ten is not multiplied but
 * written into the number before it is read ("0.0464e12"), so that a decimal unit costs no
 * rounding: prices become exactly the integers one expects. */
#include "base/units.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/decimal.h"
#include "base/text.h"

struct unit {
    enum dimension dimension;
    const char *name;
    double factor;
    int exponent;
    bool shown; /* units_format may choose it */
};

/* Of each dimension, those shown are in ascending order. */
/* clang-format off */
static const struct unit units[] = {
    {DIMENSION_SECONDS,      "ns",       1, -9, true},
    {DIMENSION_SECONDS,      "us",       1, -6, true},
    {DIMENSION_SECONDS,      "ms",       1, -3, true},
    {DIMENSION_SECONDS,      "s",        1, 0, true},
    {DIMENSION_SECONDS,      "min",      60, 0, true},
    {DIMENSION_SECONDS,      "h",        3600, 0, true},
    {DIMENSION_SECONDS,      "d",        86400, 0, true},

    {DIMENSION_BYTES,        "B",        1, 0, true},
    {DIMENSION_BYTES,        "kB",       1, 3, true},
    {DIMENSION_BYTES,        "KB",       1, 3, false},
    {DIMENSION_BYTES,        "KiB",      1024, 0, true},
    {DIMENSION_BYTES,        "MB",       1, 6, true},
    {DIMENSION_BYTES,        "MiB",      1048576, 0, true},
    {DIMENSION_BYTES,        "GB",       1, 9, true},
    {DIMENSION_BYTES,        "GiB",      1073741824, 0, true},
    {DIMENSION_BYTES,        "TB",       1, 12, true},
    {DIMENSION_BYTES,        "TiB",      1099511627776, 0, true},

    {DIMENSION_MEMORY,       "B",        1, 0, true},
    {DIMENSION_MEMORY,       "kB",       1024, 0, true},
    {DIMENSION_MEMORY,       "KB",       1024, 0, false},
    {DIMENSION_MEMORY,       "KiB",      1024, 0, false},
    {DIMENSION_MEMORY,       "MB",       1048576, 0, true},
    {DIMENSION_MEMORY,       "MiB",      1048576, 0, false},
    {DIMENSION_MEMORY,       "GB",       1073741824, 0, true},
    {DIMENSION_MEMORY,       "GiB",      1073741824, 0, false},
    {DIMENSION_MEMORY,       "TB",       1099511627776, 0, true},
    {DIMENSION_MEMORY,       "TiB",      1099511627776, 0, false},

    {DIMENSION_BYTES_PER_S,  "B/s",      1, 0, true},
    {DIMENSION_BYTES_PER_S,  "kB/s",     1, 3, true},
    {DIMENSION_BYTES_PER_S,  "KB/s",     1, 3, false},
    {DIMENSION_BYTES_PER_S,  "MB/s",     1, 6, true},
    {DIMENSION_BYTES_PER_S,  "GB/s",     1, 9, true},
    {DIMENSION_BYTES_PER_S,  "TB/s",     1, 12, true},
    {DIMENSION_BYTES_PER_S,  "KiB/s",    1024, 0, false},
    {DIMENSION_BYTES_PER_S,  "MiB/s",    1048576, 0, false},
    {DIMENSION_BYTES_PER_S,  "GiB/s",    1073741824, 0, false},
    {DIMENSION_BYTES_PER_S,  "b/s",      0.125, 0, false},
    {DIMENSION_BYTES_PER_S,  "kb/s",     0.125, 3, false},
    {DIMENSION_BYTES_PER_S,  "Mb/s",     0.125, 6, false},
    {DIMENSION_BYTES_PER_S,  "Gb/s",     0.125, 9, false},
    {DIMENSION_BYTES_PER_S,  "Tb/s",     0.125, 12, false},

    {DIMENSION_FLOPS,        "FLOP",     1, 0, true},
    {DIMENSION_FLOPS,        "kFLOP",    1, 3, true},
    {DIMENSION_FLOPS,        "MFLOP",    1, 6, true},
    {DIMENSION_FLOPS,        "GFLOP",    1, 9, true},
    {DIMENSION_FLOPS,        "TFLOP",    1, 12, true},
    {DIMENSION_FLOPS,        "PFLOP",    1, 15, true},

    {DIMENSION_FLOPS_PER_S,  "FLOP/s",   1, 0, true},
    {DIMENSION_FLOPS_PER_S,  "kFLOP/s",  1, 3, true},
    {DIMENSION_FLOPS_PER_S,  "MFLOP/s",  1, 6, true},
    {DIMENSION_FLOPS_PER_S,  "GFLOP/s",  1, 9, true},
    {DIMENSION_FLOPS_PER_S,  "TFLOP/s",  1, 12, true},
    {DIMENSION_FLOPS_PER_S,  "PFLOP/s",  1, 15, true},

    {DIMENSION_PER_S,        "/h",       1 / 3600.0, 0, false},
    {DIMENSION_PER_S,        "/min",     1 / 60.0, 0, false},
    {DIMENSION_PER_S,        "/s",       1, 0, true},

    {DIMENSION_PUSD,         "USD",      1, 12, true},
    {DIMENSION_PUSD_PER_HOUR,"USD/h",    1, 12, true},
    {DIMENSION_PUSD_PER_GB_S,"USD/GB-s", 1, 12, true},
    {DIMENSION_PUSD_PER_GB,  "USD/GB",   1, 12, true},
    {DIMENSION_PUSD_PER_REQUEST, "USD/million requests", 1, 6, false},
    {DIMENSION_PUSD_PER_REQUEST, "USD/1000 requests", 1, 9, true},
    {DIMENSION_PUSD_PER_REQUEST, "USD/request", 1, 12, true},
    {DIMENSION_PUSD_PER_GB_MONTH, "USD/GB-month", 1, 12, true},
};
/* clang-format on */

enum { UNIT_COUNT = sizeof units / sizeof units[0] };

static const char *const suffixes[] = {
#define X(upper_, suffix_, example_) suffix_,
    DIMENSION_LIST(X)
#undef X
};

enum dimension dimension_of_name(const char *name, size_t *ret_stem)
{
    size_t length = strlen(name), longest = 0, stem = length;
    enum dimension found = DIMENSION_NONE;

    for (int i = 1; i < DIMENSION_COUNT; i++) {
        const char *bare = suffixes[i] + (suffixes[i][0] == '_');
        size_t size = strlen(suffixes[i]);

        if (size <= longest || !length || name[length - 1] != suffixes[i][size - 1])
            continue;
        if (strcmp(name, bare) != 0 &&
            (length < size || strcmp(name + length - size, suffixes[i]) != 0))
            continue;
        longest = size;
        found = (enum dimension)i;
        stem = strcmp(name, bare) == 0 ? length : length - size;
    }
    if (found == DIMENSION_MEMORY)
        stem = length - strlen("_bytes");
    if (found == DIMENSION_NONE && length > 6 && strcmp(name + length - 6, "_ratio") == 0)
        stem = length - 6;
    if (ret_stem)
        *ret_stem = stem;
    return found;
}

const char *dimension_example(enum dimension dimension)
{
    static const char *const examples[] = {
#define X(upper_, suffix_, example_) example_,
        DIMENSION_LIST(X)
#undef X
    };

    return examples[dimension];
}

const char *dimension_unit(enum dimension dimension, double *ret_scale)
{
    bool money = dimension >= DIMENSION_PUSD;

    if (ret_scale)
        *ret_scale = money ? 1e12 : 1;
    for (size_t i = 0; i < UNIT_COUNT; i++)
        if (units[i].dimension == dimension && units[i].factor == 1 &&
            units[i].exponent == (money ? 12 : 0))
            return units[i].name;
    return "";
}

/* -- reading ---------------------------------------------------------------------- */

/* The length of the decimal number that text begins with; 0 when it is none.  strtod alone
 * would also take "inf", "nan" and hexadecimal. */
static size_t number_length(const char *text)
{
    size_t i = text[0] == '+' || text[0] == '-', digits = 0, exponent;

    for (; isdigit((unsigned char)text[i]); i++)
        digits++;
    if (text[i] == '.')
        for (i++; isdigit((unsigned char)text[i]); i++)
            digits++;
    if (digits == 0)
        return 0;
    if (text[i] != 'e' && text[i] != 'E')
        return i;
    exponent = i + 1;
    if (text[exponent] == '+' || text[exponent] == '-')
        exponent++;
    if (!isdigit((unsigned char)text[exponent]))
        return i;
    while (isdigit((unsigned char)text[exponent]))
        exponent++;
    return exponent;
}

/* number (of that length, maybe with an exponent) * 10^shift, rounded once. */
static double shifted(const char *number, size_t length, int shift)
{
    const char *e = memchr(number, 'e', length);
    long exponent = 0;
    double value;
    char *copy;

    if (decimal_read(number, length, shift, &value))
        return value;
    copy = malloc(length + 32);
    if (!copy)
        return NAN;
    if (!e)
        e = memchr(number, 'E', length);
    if (e)
        exponent = strtol(e + 1, NULL, 10);
    if (exponent > 100000 ||
        exponent < -100000) /* out of double's reach; keeps the sum in range */
        exponent = exponent > 0 ? 100000 : -100000;
    snprintf(copy, length + 32, "%.*se%ld", (int)(e ? (size_t)(e - number) : length), number,
             exponent + shift);
    value = strtod(copy, NULL);
    free(copy);
    return value;
}

static const struct unit *unit_find(enum dimension dimension, const char *name)
{
    for (size_t i = 0; i < UNIT_COUNT; i++)
        if (units[i].dimension == dimension && strcmp(units[i].name, name) == 0)
            return &units[i];
    return NULL;
}

/* Units that are never written but often read, too: networks come in bits. */
static bool is_said(const struct unit *unit)
{
    return unit->shown ||
           (unit->factor == 0.125 && (unit->exponent == 6 || unit->exponent == 9));
}

/* "'MB/s' or 'Mb/s'": those that differ from the word in case only, else all of the dimension.
 */
static void add_choices(struct text *out, enum dimension dimension, const char *word)
{
    bool alike = false;
    int said = 0;

    for (size_t i = 0; i < UNIT_COUNT; i++)
        if (units[i].dimension == dimension && strcasecmp(units[i].name, word) == 0)
            alike = true;
    for (size_t i = 0; i < UNIT_COUNT; i++) {
        if (units[i].dimension != dimension ||
            (alike ? strcasecmp(units[i].name, word) != 0 : !is_said(&units[i])))
            continue;
        text_add(out, "%s'%s'", said++ ? ", " : "", units[i].name);
    }
}

static bool say_wrong_unit(const char *text, const char *word, enum dimension dimension,
                           struct err *err)
{
    struct text choices = {0};
    char shown[TEXT_SHOWN];

    text_shown(text, shown);
    add_choices(&choices, dimension, word);
    err_set(err, "has the wrong unit: '%s' (it may be %s), for example '%s'", shown,
            choices.chars ? choices.chars : "none", dimension_example(dimension));
    text_done(&choices);
    return false;
}

bool units_parse(const char *text, enum dimension dimension, double *ret_value, struct err *err)
{
    const char *example = dimension_example(dimension);
    size_t length = number_length(text);
    const char *word = text + length;
    const struct unit *unit;
    char shown[TEXT_SHOWN];
    double value;

    while (*word == ' ' || *word == '\t')
        word++;
    if (length == 0)
        return err_set(err, "must be a number%s, for example '%s', not '%s'",
                       dimension == DIMENSION_NONE ? "" : " with a unit", example,
                       text_shown(text, shown));
    if (dimension == DIMENSION_NONE && *word != '\0')
        return err_set(err, "must be a plain number, for example '%s', not '%s'", example,
                       text);
    if (dimension != DIMENSION_NONE && *word == '\0')
        return err_set(err, "needs a unit, for example '%s', not '%s'", example,
                       text_shown(text, shown));
    unit = dimension == DIMENSION_NONE ? NULL : unit_find(dimension, word);
    if (dimension != DIMENSION_NONE && !unit)
        return say_wrong_unit(text, word, dimension, err);
    value = shifted(text, length, unit ? unit->exponent : 0);
    if (unit && unit->factor != 1)
        value *= unit->factor;
    if (!isfinite(value))
        return err_set(err, "is too large a number: '%s'", text_shown(text, shown));
    *ret_value = value;
    return true;
}

enum { DIGITS_MOST = 17, UNIT_LONGEST = 32, QUANTITY_LONGEST = 96 };

/* -- writing ---------------------------------------------------------------------- */

static void put_unit(char *out, const struct unit *unit)
{
    if (unit)
        snprintf(out, UNIT_LONGEST, "%s%s", unit->name[0] != '/' ? " " : "", unit->name);
}

/* The fewest digits, and no more than most, which, followed by the unit, read back as value;
 * false when those are not enough (a unit like min does not divide evenly).  The shift of the
 * unit moves the decimal point of the text and thus costs no rounding. */
static bool write_in(double value, enum dimension dimension, const struct unit *unit, int most,
                     char out[QUANTITY_LONGEST])
{
    double scaled = unit ? value / unit->factor : value, again;
    int shift = unit ? -unit->exponent : 0;
    struct decimal decimal;

    if (decimal_exact(scaled, &decimal) && scaled * (unit ? unit->factor : 1) == value) {
        put_unit(decimal_put(out, &decimal, value < 0, shift), unit);
        return decimal.count <= most;
    }
    for (int digits = 1; digits <= most; digits++) {
        decimal = decimal_rounded(scaled, digits);
        put_unit(decimal_put(out, &decimal, value < 0, shift), unit);
        if (units_parse(out, dimension, &again, NULL) && again == value)
            return true;
    }
    return false;
}

void units_format(double value, enum dimension dimension, char *out, size_t size)
{
    char best[QUANTITY_LONGEST] = "", text[QUANTITY_LONGEST];
    size_t best_length = 0;
    const struct unit *smallest = NULL;

    if (dimension == DIMENSION_NONE || !isfinite(value)) {
        if (!isfinite(value) || !write_in(value, dimension, NULL, DIGITS_MOST, best))
            snprintf(best, sizeof best, "%.17g", value);
        snprintf(out, size, "%s", best);
        return;
    }
    for (size_t i = 0; i < UNIT_COUNT; i++) {
        const struct unit *unit = &units[i];
        size_t length;
        int most; /* digits: more would not be the shortest text */

        if (unit->dimension != dimension || !unit->shown)
            continue;
        if (!smallest || (value == 0 && unit->factor == 1 && unit->exponent == 0))
            smallest = unit;
        most = best_length && best_length < DIGITS_MOST ? (int)best_length : DIGITS_MOST;
        if (fabs(value) < unit->factor * pow(10, unit->exponent) * (1 - 1e-12) ||
            !write_in(value, dimension, unit, most, text))
            continue;
        length = strlen(text) - strlen(unit->name);
        if (best_length == 0 || length <= best_length) {
            best_length = length;
            snprintf(best, sizeof best, "%s", text);
        }
    }
    if (best_length == 0 && smallest &&
        !write_in(value, dimension, smallest, DIGITS_MOST, best))
        snprintf(best, sizeof best, "%.17g %s", value, smallest->name);
    snprintf(out, size, "%s", best);
}

void units_pattern(enum dimension dimension, char *out, size_t size)
{
    struct text pattern = {0};
    int said = 0;

    text_add(&pattern, "^[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?");
    if (dimension != DIMENSION_NONE) {
        text_add(&pattern, "[ \\t]*(");
        for (size_t i = 0; i < UNIT_COUNT; i++)
            if (units[i].dimension == dimension)
                text_add(&pattern, "%s%s", said++ ? "|" : "", units[i].name);
        text_add(&pattern, ")");
    }
    text_add(&pattern, "$");
    snprintf(out, size, "%s", pattern.chars);
    text_done(&pattern);
}
