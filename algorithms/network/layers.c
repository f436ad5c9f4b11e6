/* SPDX-License-Identifier: MIT
 * layers.c -- the registry of layers, lists of them, and shapes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/network/inside.h"
#include "algorithms/network/layer/layer.h"
#include "base/memory.h"

static const struct kind *const kinds[] = {
#define LAYER(name_) &layer_##name_.kind,
#include "algorithms/network/layer/list.h"
#undef LAYER
    NULL,
};

const struct family layer_family = {
    .name = "layer",
    .doc = "What a network is made of, one after another.",
    .kinds = kinds,
};

int64_t shape_count(struct shape shape)
{
    return (int64_t)shape.channels * shape.height * shape.width;
}

const char *shape_text(struct shape shape, char *out, size_t size)
{
    if (shape.flat)
        snprintf(out, size, "%d", shape.channels);
    else
        snprintf(out, size, "%dx%dx%d", shape.channels, shape.height, shape.width);
    return out;
}

/* Calls visit on every text member of a kind's settings. */
static void each_text(const struct kind *kind, void *conf, void (*visit)(char **text))
{
    for (const struct field *field = kind->fields; field && field->member; field++)
        if (field->type == FIELD_TEXT)
            visit((char **)((char *)conf + field->offset));
}

static void own(char **text)
{
    *text = memory_text(*text);
}

static void release(char **text)
{
    free(*text);
}

void layers_done(struct layers *layers)
{
    for (int32_t i = 0; i < layers->count; i++) {
        struct layer *layer = &layers->layer[i];

        each_text(layer->choice.kind, layer->choice.conf, release);
        free(layer->choice.conf);
        free(layer->name);
    }
    free(layers->layer);
    *layers = (struct layers){NULL};
}

void layers_add(struct layers *layers, const char *name, const struct kind *kind,
                const void *conf)
{
    struct layer *layer;

    ROOM_FOR_ONE(layers->layer, layers->count, layers->capacity);
    layer = &layers->layer[layers->count++];
    *layer = (struct layer){.name = memory_text(name), .choice = {.kind = kind}};
    if (kind->conf_size == 0)
        return;
    layer->choice.conf = memory_new(1, kind->conf_size);
    memcpy(layer->choice.conf, conf, kind->conf_size);
    each_text(kind, layer->choice.conf, own);
}

void layers_add_map(struct layers *layers, const struct map *map)
{
    const struct choice *choice = map->entry;

    for (size_t i = 0; i < map->count; i++)
        layers_add(layers, map->name[i], choice[i].kind, choice[i].conf);
}
