/* SPDX-License-Identifier: MIT
 * scene.h -- requests in a lab, each told as a scene: who begins what when, and how it ended.
 */
#ifndef TRAINCAST_TESTS_UNIT_CHANNEL_SCENE_H
#define TRAINCAST_TESTS_UNIT_CHANNEL_SCENE_H

#include "tests/unit/channel/lab.h"

struct scene {
    struct lab *lab;
    struct request request;
    double at_s;
    double *end_s, *waited_s, *outcome; /* each may be NULL */
};

static inline void scene_act(struct actor *self, void *arg)
{
    struct scene *scene = arg;
    enum outcome outcome;

    engine_sleep_until(self, scene->at_s, "the scene");
    outcome = channel_do(self, scene->lab->channel, &scene->request, "a request");
    if (scene->end_s)
        *scene->end_s = engine_now_s(scene->lab->world.engine);
    if (scene->waited_s)
        *scene->waited_s = scene->request.waited_s;
    if (scene->outcome)
        *scene->outcome = outcome;
    lab_leave(scene->lab);
}

static inline struct actor *scene_begin(struct lab *lab, struct scene *scene, double at_s)
{
    scene->lab = lab;
    scene->at_s = at_s;
    lab->clients++;
    return actor_spawn(lab->world.engine, "client", scene_act, scene);
}

static inline struct object object_there(int64_t bytes)
{
    return (struct object){.bytes = bytes, .visible_s = 0};
}

#endif
