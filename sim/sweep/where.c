/* SPDX-License-Identifier: MIT
 * where.c -- see where.h: recursive descent that evaluates as it reads. */
#include "sim/sweep/where.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "sim/sweep/axes.h"

enum { LONGEST = 64, DEEPEST = 32 };

enum sort { SORT_TRUTH, SORT_NUMBER, SORT_TEXT, SORT_ABSENT };

struct operand {
    enum sort sort;
    bool truth;
    double number; /* of a text in quotes: NaN, or the quantity that it is as well */
    char text[LONGEST];
};

struct reader {
    const char *at;
    where_name_fn *name;
    void *arg;
    int depth;
    bool of_memory; /* an axis of memory is named somewhere: MB and GB are powers of 1024 */
    struct err *err;
};

static bool either(struct reader *r, struct operand *out);

static void skip_blanks(struct reader *r)
{
    r->at += strspn(r->at, " \t\n");
}

static bool wrong(struct reader *r, const char *what)
{
    char shown[TEXT_SHOWN];

    if (!*r->at)
        return err_set(r->err, "%s at its end", what);
    return err_set(r->err, "%s at '%s'", what, text_shown(r->at, shown));
}

static bool take(struct reader *r, const char *sign)
{
    skip_blanks(r);
    if (strncmp(r->at, sign, strlen(sign)) != 0)
        return false;
    r->at += strlen(sign);
    return true;
}

static bool is_of_name(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.';
}

static bool take_word(struct reader *r, const char *word)
{
    size_t length = strlen(word);

    skip_blanks(r);
    if (strncmp(r->at, word, length) != 0 || is_of_name(r->at[length]))
        return false;
    r->at += length;
    return true;
}

/* -- factors -- */
/* The longest text from here on that is a quantity: `65 MB/s`, but `65 / x`. */
static bool quantity(struct reader *r, struct operand *out)
{
    char text[LONGEST];
    size_t most = strcspn(r->at, "<>=!()*+,'");

    for (size_t length = most < LONGEST - 1 ? most : LONGEST - 1; length > 0; length--) {
        double number;

        if (length < most && is_of_name(r->at[length]) && is_of_name(r->at[length - 1]))
            continue; /* in the middle of a word */
        memcpy(text, r->at, length);
        while (length > 0 && text[length - 1] == ' ')
            length--;
        text[length] = '\0';
        number = axes_number(text, r->of_memory, NULL);
        if (isnan(number))
            continue;
        r->at += length;
        *out = (struct operand){.sort = SORT_NUMBER, .number = number};
        return true;
    }
    return wrong(r, "has no number with a known unit");
}

static bool quoted(struct reader *r, struct operand *out)
{
    char end = *r->at++;
    size_t length = strcspn(r->at, end == '"' ? "\"" : "'");

    if (!r->at[length] || length >= LONGEST)
        return wrong(r, "lacks a closing quote");
    *out = (struct operand){.sort = SORT_TEXT};
    memcpy(out->text, r->at, length);
    out->number = axes_number(out->text, r->of_memory, NULL);
    r->at += length + 1;
    return true;
}

static bool named(struct reader *r, struct operand *out)
{
    struct where_value value = {0};
    const char *near = NULL;
    char name[LONGEST];
    size_t length = 0;

    while (is_of_name(r->at[length]))
        length++;
    if (length == 0 || length >= LONGEST)
        return wrong(r, "lacks a name or a number");
    memcpy(name, r->at, length);
    name[length] = '\0';
    *out = (struct operand){.sort = SORT_TEXT, .number = NAN};
    switch (r->name(r->arg, name, &value, &near)) {
    case WHERE_UNKNOWN:
        return err_set(r->err, "names '%s', which is neither an axis nor a value of one%s%s%s",
                       name, near ? "; did you mean '" : "", near ? near : "",
                       near ? "'?" : "");
    case WHERE_WORD:
        snprintf(out->text, sizeof out->text, "%s", name);
        break;
    case WHERE_ABSENT:
        out->sort = SORT_ABSENT;
        break;
    case WHERE_AXIS:
        if (!value.text)
            *out = (struct operand){.sort = SORT_NUMBER, .number = value.number};
        else
            snprintf(out->text, sizeof out->text, "%s", value.text);
        break;
    }
    r->at += length;
    return true;
}

static bool factor_inside(struct reader *r, struct operand *out)
{
    if (isdigit((unsigned char)*r->at) || *r->at == '.')
        return quantity(r, out);
    if (*r->at == '\'' || *r->at == '"')
        return quoted(r, out);
    if (take(r, "("))
        return either(r, out) && (take(r, ")") || wrong(r, "lacks ')'"));
    return named(r, out);
}

static bool factor(struct reader *r, struct operand *out)
{
    bool ok;

    skip_blanks(r);
    if (r->depth == DEEPEST)
        return wrong(r, "is nested too deeply");
    r->depth++;
    if (take(r, "-")) {
        ok = factor(r, out);
        if (ok && out->sort != SORT_NUMBER && out->sort != SORT_ABSENT)
            ok = wrong(r, "takes the negative of what is no number");
        out->number = -out->number;
    } else {
        ok = factor_inside(r, out);
    }
    r->depth--;
    return ok;
}

/* -- arithmetic -- */
static bool apply(struct reader *r, char sign, struct operand *left,
                  const struct operand *right)
{
    if (left->sort == SORT_ABSENT || right->sort == SORT_ABSENT) {
        left->sort = SORT_ABSENT;
        return true;
    }
    if (left->sort != SORT_NUMBER || right->sort != SORT_NUMBER)
        return wrong(r, "computes with what is no number");
    left->number = sign == '+'   ? left->number + right->number
                   : sign == '-' ? left->number - right->number
                   : sign == '*' ? left->number * right->number
                                 : left->number / right->number;
    return true;
}

static bool row(struct reader *r, const char *one, const char *other, struct operand *out,
                bool (*next)(struct reader *r, struct operand *out))
{
    struct operand right;

    if (!next(r, out))
        return false;
    while (true) {
        char sign = take(r, one) ? *one : take(r, other) ? *other : '\0';

        if (!sign)
            return true;
        if (!next(r, &right) || !apply(r, sign, out, &right))
            return false;
    }
}

static bool product(struct reader *r, struct operand *out)
{
    return row(r, "*", "/", out, factor);
}

static bool sum(struct reader *r, struct operand *out)
{
    return row(r, "+", "-", out, product);
}

/* -- truth -- */
/* '2 GB', as the conditions of questions have it. */
static void as_quantity(struct operand *operand, const struct operand *other)
{
    if (other->sort == SORT_NUMBER && operand->sort == SORT_TEXT && !isnan(operand->number))
        operand->sort = SORT_NUMBER;
}

static bool compare(struct reader *r, const char *sign, struct operand *left,
                    struct operand *right)
{
    double order = left->number - right->number;
    bool equality = strchr("=!", sign[0]) || sign[1] == '>';
    enum sort sort;

    as_quantity(left, right);
    as_quantity(right, left);
    sort = left->sort;

    if (sort == SORT_ABSENT || right->sort == SORT_ABSENT) {
        *left = (struct operand){.sort = SORT_TRUTH};
        return true;
    }
    if (sort != right->sort || sort == SORT_TRUTH)
        return wrong(r, "compares a number with a word");
    if (sort == SORT_TEXT && !equality)
        return wrong(r, "orders words");
    if (sort == SORT_TEXT)
        order = strcmp(left->text, right->text);
    *left = (struct operand){.sort = SORT_TRUTH};
    left->truth = sign[0] == '='                     ? order == 0
                  : sign[0] == '!' || sign[1] == '>' ? order != 0
                  : strcmp(sign, "<=") == 0          ? order <= 0
                  : strcmp(sign, ">=") == 0          ? order >= 0
                  : strcmp(sign, "<") == 0           ? order < 0
                                                     : order > 0;
    return true;
}

static bool one(struct reader *r, struct operand *out)
{
    static const char *const signs[] = {"==", "!=", "<>", "<=", ">=", "<", ">", "="};
    struct operand right;

    if (take_word(r, "not")) {
        if (!one(r, out))
            return false;
        if (out->sort != SORT_TRUTH)
            return wrong(r, "has 'not' before what is no comparison");
        out->truth = !out->truth;
        return true;
    }
    if (!sum(r, out))
        return false;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (take(r, signs[i]))
            return sum(r, &right) && compare(r, signs[i], out, &right);
    return true;
}

static bool joined(struct reader *r, const char *word, struct operand *out,
                   bool (*next)(struct reader *r, struct operand *out))
{
    struct operand right;

    if (!next(r, out))
        return false;
    while (take_word(r, word)) {
        if (!next(r, &right))
            return false;
        if (out->sort != SORT_TRUTH || right.sort != SORT_TRUTH)
            return wrong(r, "joins what is no comparison");
        out->truth = word[0] == 'a' ? out->truth && right.truth : out->truth || right.truth;
    }
    return true;
}

static bool both(struct reader *r, struct operand *out)
{
    return joined(r, "and", out, one);
}

static bool either(struct reader *r, struct operand *out)
{
    return joined(r, "or", out, both);
}

/* Is there a name that ends in "memory"? */
static bool names_memory(const char *text)
{
    const char *at = text, *found;
    size_t size = strlen("memory");

    while ((found = strstr(at, "memory")) && is_of_name(found[size]))
        at = found + 1;
    return found != NULL;
}

bool where_holds(const char *text, where_name_fn *name, void *arg, bool *ret_holds,
                 struct err *err)
{
    struct reader r = {
        .at = text, .name = name, .arg = arg, .of_memory = names_memory(text), .err = err};
    struct operand value;

    if (!either(&r, &value))
        return false;
    skip_blanks(&r);
    if (*r.at)
        return wrong(&r, "makes no sense");
    if (value.sort != SORT_TRUTH)
        return err_set(err, "is no comparison");
    *ret_holds = value.truth;
    return true;
}
