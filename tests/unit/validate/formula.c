/* SPDX-License-Identifier: MIT
 * Formulas over measures of runs: what they come to, and what is said of wrong ones. */
#include "tests/test.h"

#include "sim/validate/formula.h"

static char *measure_names[] = {(char *)"time", (char *)"cost"};
static char *run_names[] = {(char *)"a", (char *)"b_2"};
static const struct map measures = {2, measure_names, NULL}, runs = {2, run_names, NULL};

/* time(a) 10, time(b_2) 20, cost(a) 11, cost(b_2) 21 */
static double made_up(void *arg, size_t measure, size_t run)
{
    (void)arg;
    return 10 * (double)(run + 1) + (double)measure;
}

static double value_of(const char *text)
{
    struct formula formula;
    struct err err = {""};
    double value;

    if (!formula_read(&formula, text, &measures, &runs, &err))
        fail_msg("%s: %s", text, err.text);
    assert_int_equal(formula.sides, 1);
    value = formula_side(&formula, 0, made_up, NULL);
    formula_done(&formula);
    return value;
}

static bool holds(const char *text)
{
    double side[FORMULA_SIDES];
    struct formula formula;
    struct err err = {""};
    bool yes;

    if (!formula_read(&formula, text, &measures, &runs, &err))
        fail_msg("%s: %s", text, err.text);
    for (size_t i = 0; i < formula.sides; i++)
        side[i] = formula_side(&formula, i, made_up, NULL);
    yes = formula_holds(&formula, side);
    formula_done(&formula);
    return yes;
}

static void arithmetic_has_its_usual_order(void **state)
{
    (void)state;
    assert_close(value_of("1 + 2 * 3"), 7, 0);
    assert_close(value_of("(1 + 2) * 3"), 9, 0);
    assert_close(value_of("8 - 4 - 2"), 2, 0);
    assert_close(value_of("8 / 4 / 2"), 1, 0);
    assert_close(value_of("-2 * -(3 - .5)"), 5, 0);
    assert_close(value_of("1.5e2"), 150, 0);
}

static void a_measure_is_that_of_its_run(void **state)
{
    (void)state;
    assert_close(value_of("time(a)"), 10, 0);
    assert_close(value_of(" cost ( b_2 ) "), 21, 0);
    assert_close(value_of("(time(b_2) - time(a)) / cost(a)"), 10.0 / 11, 0);
}

static void every_relation_of_a_chain_must_hold(void **state)
{
    (void)state;
    assert_true(holds("time(a) < time(b_2)"));
    assert_false(holds("time(a) > time(b_2)"));
    assert_false(holds("time(a) < time(a)"));
    assert_true(holds("time(a) < cost(a) < time(b_2) < cost(b_2)"));
    assert_false(holds("time(a) < time(b_2) < cost(a)"));
    assert_true(holds("2 * time(a) < cost(b_2) > 20"));
    assert_false(holds("0 / 0 < 1"));
    assert_false(holds("0 / 0 > 1"));
}

static void what_is_wrong_is_said(void **state)
{
    static const struct {
        const char *text, *why;
    } wrong[] = {
        {"", "lacks a name at its end"},
        {"tme(a)", "names the measure 'tme', which there is not; did you mean 'time'?"},
        {"time(c)", "names the run 'c', which there is not"},
        {"time", "needs '(RUN)' behind the measure at its end"},
        {"time(a", "lacks ')' at its end"},
        {"(1 + 2", "lacks ')' at its end"},
        {"1 +", "lacks a name at its end"},
        {"1 2", "makes no sense at '2'"},
        {"1 < ", "lacks a name at its end"},
        {"1 = 1", "makes no sense at '= 1'"},
        {"1e999", "has too large a number at '1e999'"},
        {"1<1<1<1<1<1<1<1<1", "has too many sides at '1'"},
        {"--------------------------------------------1",
         "is nested too deeply at '------------1'"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct formula formula = {0};
        struct err err = {""};

        assert_false(formula_read(&formula, wrong[i].text, &measures, &runs, &err));
        assert_string_equal(err.text, wrong[i].why);
        formula_done(&formula);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arithmetic_has_its_usual_order),
        cmocka_unit_test(a_measure_is_that_of_its_run),
        cmocka_unit_test(every_relation_of_a_chain_must_hold),
        cmocka_unit_test(what_is_wrong_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
