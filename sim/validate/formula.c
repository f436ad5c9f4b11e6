/* SPDX-License-Identifier: MIT
 * formula.c -- see formula.h: recursive descent to postfix, and the machine that runs it. */
#include "sim/validate/formula.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

struct reader {
    struct formula *formula;
    const char *at;
    const struct map *measures, *runs;
    int depth;
    struct err *err;
};

static bool read_sum(struct reader *r);

static void skip_blanks(struct reader *r)
{
    r->at += strspn(r->at, " \t\n");
}

static void add(struct reader *r, struct formula_step step)
{
    struct formula *formula = r->formula;

    ROOM_FOR_ONE(formula->step, formula->steps, formula->capacity);
    formula->step[formula->steps++] = step;
}

static void add_operator(struct reader *r, char sign)
{
    add(r, (struct formula_step){.what = FORMULA_OPERATOR, .sign = sign});
}

static bool wrong(struct reader *r, const char *what)
{
    char shown[TEXT_SHOWN];

    if (!*r->at)
        return err_set(r->err, "%s at its end", what);
    return err_set(r->err, "%s at '%s'", what, text_shown(r->at, shown));
}

static bool take(struct reader *r, char expected)
{
    skip_blanks(r);
    if (*r->at != expected)
        return false;
    r->at++;
    return true;
}

/* -- names ---------------------------------------------------------------------------- */
/* A word of letters, digits and '_' that is in the map. */
static bool read_name(struct reader *r, const struct map *map, const char *kind,
                      size_t *ret_index)
{
    struct nearest nearest = {0};
    char word[64];
    size_t length;

    skip_blanks(r);
    for (length = 0; isalnum((unsigned char)r->at[length]) || r->at[length] == '_';)
        length++;
    if (length == 0 || length >= sizeof word)
        return wrong(r, "lacks a name");
    memcpy(word, r->at, length);
    word[length] = '\0';
    nearest.word = word;
    for (size_t i = 0; i < map->count; i++) {
        if (strcmp(map->name[i], word) == 0) {
            r->at += length;
            *ret_index = i;
            return true;
        }
        nearest_try(&nearest, map->name[i]);
    }
    return err_set(r->err, "names the %s '%s', which there is not%s%s%s", kind, word,
                   nearest.best ? "; did you mean '" : "", nearest.best ? nearest.best : "",
                   nearest.best ? "'?" : "");
}

static bool read_measure(struct reader *r)
{
    struct formula_step step = {.what = FORMULA_MEASURE};

    if (!read_name(r, r->measures, "measure", &step.measure))
        return false;
    if (!take(r, '('))
        return wrong(r, "needs '(RUN)' behind the measure");
    if (!read_name(r, r->runs, "run", &step.run))
        return false;
    if (!take(r, ')'))
        return wrong(r, "lacks ')'");
    add(r, step);
    return true;
}

/* -- arithmetic ----------------------------------------------------------------------- */
static bool read_number(struct reader *r)
{
    char *end;
    double number = strtod(r->at, &end);

    if (!isfinite(number))
        return wrong(r, "has too large a number");
    r->at = end;
    add(r, (struct formula_step){.what = FORMULA_NUMBER, .number = number});
    return true;
}

static bool read_factor(struct reader *r)
{
    bool ok = true;

    skip_blanks(r);
    if (r->depth == FORMULA_DEPTH)
        return wrong(r, "is nested too deeply");
    r->depth++;
    if (isdigit((unsigned char)*r->at) || *r->at == '.') {
        ok = read_number(r);
    } else if (take(r, '(')) {
        ok = read_sum(r);
        if (ok && !take(r, ')'))
            ok = wrong(r, "lacks ')'");
    } else if (take(r, '-')) {
        ok = read_factor(r);
        add_operator(r, '~');
    } else {
        ok = read_measure(r);
    }
    r->depth--;
    return ok;
}

/* Operands joined by either of two operators, from left to right. */
static bool read_row(struct reader *r, char one, char other, bool (*operand)(struct reader *r))
{
    if (!operand(r))
        return false;
    while (true) {
        char sign = take(r, one) ? one : take(r, other) ? other : '\0';

        if (!sign)
            return true;
        if (!operand(r))
            return false;
        add_operator(r, sign);
    }
}

static bool read_product(struct reader *r)
{
    return read_row(r, '*', '/', read_factor);
}

static bool read_sum(struct reader *r)
{
    return read_row(r, '+', '-', read_product);
}

static bool read_sides(struct reader *r)
{
    struct formula *formula = r->formula;

    while (true) {
        char relation;

        if (!read_sum(r))
            return false;
        formula->side_end[formula->sides++] = formula->steps;
        relation = take(r, '<') ? '<' : take(r, '>') ? '>' : '\0';
        if (!relation)
            return *r->at ? wrong(r, "makes no sense") : true;
        if (formula->sides == FORMULA_SIDES)
            return wrong(r, "has too many sides");
        formula->relation[formula->sides - 1] = relation;
    }
}

bool formula_read(struct formula *ret_formula, const char *text, const struct map *measures,
                  const struct map *runs, struct err *err)
{
    struct formula formula = {0};
    struct reader r = {&formula, text, measures, runs, 0, err};

    if (!read_sides(&r)) {
        formula_done(&formula);
        return false;
    }
    *ret_formula = formula;
    return true;
}

void formula_done(struct formula *formula)
{
    free(formula->step);
    *formula = (struct formula){0};
}

/* -- values --------------------------------------------------------------------------- */
static double apply(char sign, double left, double right)
{
    return sign == '+'   ? left + right
           : sign == '-' ? left - right
           : sign == '*' ? left * right
                         : left / right;
}

double formula_side(const struct formula *formula, size_t side, formula_measure_fn *measure,
                    void *arg)
{
    size_t begin = side ? formula->side_end[side - 1] : 0, depth = 0;
    double *stack = NEW_ARRAY(double, formula->side_end[side] - begin), value;

    for (size_t i = begin; i < formula->side_end[side]; i++) {
        const struct formula_step *step = &formula->step[i];

        if (step->what == FORMULA_NUMBER) {
            stack[depth++] = step->number;
        } else if (step->what == FORMULA_MEASURE) {
            stack[depth++] = measure(arg, step->measure, step->run);
        } else if (step->sign == '~') {
            stack[depth - 1] = -stack[depth - 1];
        } else {
            depth--;
            stack[depth - 1] = apply(step->sign, stack[depth - 1], stack[depth]);
        }
    }
    value = stack[0];
    free(stack);
    return value;
}

bool formula_holds(const struct formula *formula, const double *side)
{
    for (size_t i = 0; i + 1 < formula->sides; i++)
        if (formula->relation[i] == '<' ? !(side[i] < side[i + 1]) : !(side[i] > side[i + 1]))
            return false;
    return true;
}
