/* SPDX-License-Identifier: MIT
 * version.c -- of an object that is written again and again, a GET says which version it read.
 */
#include "tests/unit/channel/lab.h"

/* A worker overwrites an object every second; another reads it once. */
struct reading {
    double at_s;
};

static struct object shared;

static void write_again(struct actor *self, void *arg)
{
    struct lab *lab = arg;

    for (int second = 1; second <= 3; second++) {
        struct request put = {
            .verb = VERB_PUT, .object = &shared, .node = &lab->node[0], .bytes = 500000};

        engine_sleep_until(self, second, "the next second");
        channel_do(self, lab->channel, &put, "a PUT"); /* ends 0.75 s later */
    }
}

static void read_once(struct actor *self, void *arg)
{
    struct lab *lab = arg;
    struct request get = {.verb = VERB_GET, .object = &shared, .node = &lab->node[1]};

    engine_sleep_until(self, ((const struct reading *)lab->arg)->at_s, "its time");
    channel_do(self, lab->channel, &get, "a GET"); /* looks 0.25 s later */
    lab->out[0] = get.version;
}

static void story(struct lab *lab)
{
    shared = (struct object){.bytes = 500000, .visible_s = 0};
    lab_open(lab, "s3", 2, 8e6);
    actor_spawn(lab->world.engine, "writer", write_again, lab);
    actor_spawn(lab->world.engine, "reader", read_once, lab);
    lab_go(lab);
}

static void a_get_reads_what_is_there_when_its_data_begin_to_move(void **state)
{
    (void)state;
    assert_true(lab_run(story, &(struct reading){0.1})[0] == 0);
    assert_true(lab_run(story, &(struct reading){1.4})[0] == 0); /* looks at 1.65 */
    assert_true(lab_run(story, &(struct reading){1.6})[0] == 1); /* looks at 1.85 */
    assert_true(lab_run(story, &(struct reading){2.4})[0] == 1); /* moves until 3.15 */
    assert_true(lab_run(story, &(struct reading){9})[0] == 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_get_reads_what_is_there_when_its_data_begin_to_move),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
