/* SPDX-License-Identifier: MIT
 * exchange_doom.c -- a node dies at each wait of every collective over every channel: nobody
 * hangs, nothing leaks (under ASan), and a replacement brings the exchange to its end. */
#include "sim/channel/exchange.h"
#include "tests/conformance/exchange_lab.h"

enum { DEATHS = 15 };

typedef void(trial_fn)(struct trial trial);

/* Calls it for deaths of the first, a middle and the last rank, spread over the two rounds. */
static void at_many_times(trial_fn *check)
{
    static const int doomed[] = {0, 2, 6};

    for (int i = 0; all_patterns[i]; i++)
        for (int j = 0; all_channels[j]; j++) {
            struct trial trial = {.pattern = all_patterns[i],
                                  .channel = all_channels[j],
                                  .ranks = 7,
                                  .rounds = 2,
                                  .bytes = 700000,
                                  .polling = POLLING_COMPUTED,
                                  .jitter = true,
                                  .late_s = 0.05};
            double whole_s;

            if (!they_fit(trial.pattern, trial.channel))
                continue;
            whole_s = trial_in(0, trial)->end_s;

            for (int k = 1; k <= DEATHS; k++) {
                trial.doomed = doomed[k % 3];
                trial.doom_s = whole_s * k / (DEATHS + 1);
                check(trial);
            }
        }
}

static void gives_up(struct trial trial)
{
    const struct ending *ending = try(trial);

    /* The doomed rank may have been through already. */
    assert_close(ending->through + ending->lost + ending->dead, 7, 0);
    assert_true(ending->dead == 1 || ending->through == 7);
}

static void is_replaced(struct trial trial)
{
    const struct ending *ending;

    trial.replaced = true;
    ending = try(trial);
    assert_close(ending->through, 7, 0);
    assert_close(ending->lost, 0, 0);
}

static void everybody_leaves_when_a_rank_dies_at_any_wait(void **state)
{
    (void)state;
    at_many_times(gives_up);
}

static void a_replacement_finishes_what_a_dead_rank_began(void **state)
{
    (void)state;
    at_many_times(is_replaced);
}

static void what_a_dead_node_had_under_way_is_lost(void **state)
{
    const struct ending *ending = try((struct trial){.pattern = "ring",
                                                     .channel = "direct",
                                                     .ranks = 3,
                                                     .bytes = 3000000,
                                                     .doomed = 1,
                                                     .doom_s = 0.5});

    (void)state;
    /* Messages of 1 s after 0.25 s: the one from rank 1 and the one to it had moved 0.25 MB. */
    assert_close(ending->messages_lost, 3, 0); /* ... and 2 to 0, whom it told to give up */
    assert_close(ending->bytes_sent, 750000, 1e-6);
}

/* -- failures that are no deaths
 * ----------------------------------------------------------------- */

static void story_too_large(struct lab *lab)
{
    struct trial trial = {
        .pattern = "allreduce", .channel = "s3", .ranks = 3, .rounds = 1, .bytes = 1001};
    struct group group;

    lab->s3.store.max_object_bytes = 1000;
    lab_open(lab, "s3", 4, 1e6);
    group_open(&group, lab, &trial, 0);
    lab_go(lab);
    group_close(&group);
}

static void a_message_above_the_limit_ends_the_exchange(void **state)
{
    const struct ending *ending = (const struct ending *)lab_run(story_too_large, NULL);

    (void)state;
    assert_close(ending->through, 0, 0);
    assert_true(ending->dead >= 1);
}

static void late_body(struct actor *self, void *arg)
{
    struct group *group = arg;

    engine_sleep_until(self, 5, "");
    group->lab->out[100] = exchange_run(self, group->exchange[0], 0, group->member[0].node);
    group->lab->out[101] = engine_now_s(group->lab->world.engine);
}

static void story_late(struct lab *lab)
{
    struct trial trial = {.pattern = "ring", .channel = "direct", .ranks = 2, .rounds = 1};
    struct tree_conf tree = {.fan_out = 2};
    struct choice collective = {.kind = pattern_named("ring"), .conf = &tree};
    struct member member[2] = {{0}};
    struct exchange *exchange[1];
    struct group group = {.lab = lab, .trial = &trial, .exchange = exchange, .member = member};

    lab_open(lab, "direct", 2, 1e6);
    member[0].node = &lab->node[0];
    group.plan = exchange_plan_new(&collective, 2, vector_whole(100));
    exchange[0] = exchange_new(group.plan, lab->channel);
    exchange_abandon(exchange[0]);
    actor_spawn(lab->world.engine, "late", late_body, &group);
    lab_go(lab);
    exchange_free(exchange[0]);
    exchange_plan_free(group.plan);
}

static void who_comes_after_it_was_abandoned_is_told_at_once(void **state)
{
    const double *out = lab_run(story_late, NULL);

    (void)state;
    assert_int_equal((int)out[100], OUTCOME_LOST);
    assert_close(out[101], 5, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_leaves_when_a_rank_dies_at_any_wait),
        cmocka_unit_test(a_replacement_finishes_what_a_dead_rank_began),
        cmocka_unit_test(what_a_dead_node_had_under_way_is_lost),
        cmocka_unit_test(a_message_above_the_limit_ends_the_exchange),
        cmocka_unit_test(who_comes_after_it_was_abandoned_is_told_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
