/* SPDX-License-Identifier: MIT
 * rng.c -- see rng.h. */
#include "base/rng.h"

#include <math.h>
#include <string.h>

#include <Random123/philox.h>

static philox4x32_ctr_t philox(const uint32_t key[2], uint32_t c0, uint32_t c1, uint64_t block)
{
    philox4x32_ctr_t counter = {{c0, c1, (uint32_t)block, (uint32_t)(block >> 32)}};
    philox4x32_key_t k = {{key[0], key[1]}};

    return philox4x32(counter, k);
}

struct rng_stream rng_stream(uint64_t seed, const char *name)
{
    uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    struct rng_stream stream;

    /* Philox in a chain over the name, eight bytes a link: a keyed hash of (seed, name). */
    for (size_t i = 0, n = strlen(name) + 1; i < n; i += 8) {
        uint32_t part[2] = {0, 0};
        philox4x32_ctr_t r;

        memcpy(part, name + i, n - i < 8 ? n - i : 8);
        r = philox(key, part[0], part[1], 0x7472616e63617374u);
        key[0] = r.v[0];
        key[1] = r.v[1];
    }
    memcpy(stream.key, key, sizeof key);
    return stream;
}

struct rng rng_at(struct rng_stream stream, uint32_t a, uint32_t b)
{
    return (struct rng){.key = {stream.key[0], stream.key[1]}, .a = a, .b = b};
}

uint32_t rng_u32(struct rng *rng)
{
    if (rng->left == 0) {
        philox4x32_ctr_t r = philox(rng->key, rng->a, rng->b, rng->block++);

        memcpy(rng->word, r.v, sizeof rng->word);
        rng->left = 4;
    }
    return rng->word[4 - rng->left--];
}

uint64_t rng_u64(struct rng *rng)
{
    uint64_t high = rng_u32(rng);

    return high << 32 | rng_u32(rng);
}

double rng_uniform(struct rng *rng)
{
    return (double)(rng_u64(rng) >> 11) * 0x1p-53;
}

uint64_t rng_below(struct rng *rng, uint64_t bound)
{
    uint64_t reject_above = UINT64_MAX - (UINT64_MAX % bound + 1) % bound;
    uint64_t draw;

    do
        draw = rng_u64(rng);
    while (draw > reject_above);
    return draw % bound;
}

double rng_normal(struct rng *rng)
{
    double radius = sqrt(-2 * log1p(-rng_uniform(rng)));

    return radius * cos(2 * M_PI * rng_uniform(rng));
}

double rng_exponential(struct rng *rng)
{
    return -log1p(-rng_uniform(rng));
}

void rng_shuffle(struct rng *rng, uint32_t *item, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        size_t j = rng_below(rng, i);
        uint32_t held = item[i - 1];

        item[i - 1] = item[j];
        item[j] = held;
    }
}
