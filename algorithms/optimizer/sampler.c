/* SPDX-License-Identifier: MIT
 * sampler.c -- see sampler.h. */
#include "algorithms/optimizer/sampler.h"

#include <assert.h>

#include "algorithms/optimizer/permutation.h"

static int64_t divide_up(int64_t a, int64_t b)
{
    return a / b + (a % b != 0);
}

void sampler_init(struct sampler *sampler, struct rows shard, int64_t batch_size,
                  int64_t charged_rows, uint64_t seed, uint32_t worker)
{
    int64_t nonzeros = rows_nonzeros(shard);

    assert(shard.count >= 1 && shard.count <= UINT32_MAX && batch_size >= 1);
    *sampler = (struct sampler){
        .shard = shard,
        .batch_size = batch_size,
        .step_rows = batch_size < shard.count ? batch_size : shard.count,
        .classical = charged_rows == 0,
        .charged_rows = charged_rows ? charged_rows : shard.count,
        .worker = worker,
        .seed = seed,
        .stream = rng_stream(seed, "optimizer.batch"),
    };
    sampler->charged_nonzeros =
        sampler->classical
            ? nonzeros
            : (int64_t)((double)nonzeros / (double)shard.count * (double)charged_rows + 0.5);
    sampler->steps_per_epoch = divide_up(sampler->charged_rows, batch_size);
}

int64_t sampler_row_count(const struct sampler *sampler, int64_t step)
{
    int64_t begin;

    if (!sampler->classical)
        return sampler->step_rows;
    begin = step % sampler->steps_per_epoch * sampler->batch_size;
    return sampler->shard.count - begin < sampler->step_rows ? sampler->shard.count - begin
                                                             : sampler->step_rows;
}

/* Names of `count` rows from position `from` of pass `pass`. */
static void draw(const struct sampler *sampler, int64_t pass, int64_t from, int64_t count,
                 uint32_t *index)
{
    struct rng rng = rng_at(sampler->stream, sampler->worker, (uint32_t)pass);
    struct permutation permutation;

    permutation_init(&permutation, &rng, (uint32_t)sampler->shard.count);
    permutation_fill(&permutation, (uint32_t)from, count, index);
    if (sampler->shard.index)
        for (int64_t i = 0; i < count; i++)
            index[i] = sampler->shard.index[index[i]];
    else
        for (int64_t i = 0; i < count; i++)
            index[i] += (uint32_t)sampler->shard.first;
}

struct rows sampler_rows(const struct sampler *sampler, int64_t step, uint32_t *index)
{
    int64_t rows = sampler->shard.count;
    int64_t count = sampler_row_count(sampler, step);
    int64_t steps_per_epoch = sampler->steps_per_epoch;
    int64_t pass, from, head;
    struct occasion occasion = {sampler->seed, sampler->worker, (uint32_t)step};

    if (sampler->step_rows == rows) {
        struct rows all = sampler->shard;

        all.occasion = occasion;
        return all;
    }
    if (sampler->classical) {
        pass = step / steps_per_epoch;
        from = step % steps_per_epoch * sampler->batch_size;
    } else {
        pass = step * sampler->step_rows / rows;
        from = step * sampler->step_rows % rows;
    }
    head = rows - from < count ? rows - from : count;
    draw(sampler, pass, from, head, index);
    if (head < count)
        draw(sampler, pass + 1, 0, count - head, index + head);
    return (struct rows){
        .matrix = sampler->shard.matrix, .index = index, .count = count, .occasion = occasion};
}

/* Share of a charged epoch's non-zeros that its first `rows` rows have. */
static int64_t nonzeros_before(const struct sampler *sampler, int64_t rows)
{
    return (int64_t)((double)sampler->charged_nonzeros / (double)sampler->charged_rows *
                         (double)rows +
                     0.5);
}

struct sampler_charge sampler_charge(const struct sampler *sampler, int64_t step)
{
    int64_t begin = step % sampler->steps_per_epoch * sampler->batch_size;
    int64_t end = begin + sampler->batch_size;

    if (end > sampler->charged_rows)
        end = sampler->charged_rows;
    return (struct sampler_charge){.rows = end - begin,
                                   .nonzeros = nonzeros_before(sampler, end) -
                                               nonzeros_before(sampler, begin)};
}
