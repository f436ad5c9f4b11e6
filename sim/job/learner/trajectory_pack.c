/* SPDX-License-Identifier: MIT
 * trajectory_pack.c -- a trajectory as bytes and back; see trajectory.h.
 *
 * Little-endian, member by member, so that it does not depend on how structs lie in memory. The
 * work of a round is mostly that of the one before, or of the worker before: runs of such are
 * counted, which makes 300 workers x 1000 rounds some kilobytes. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sim/job/learner/trajectory_inside.h"

/* Raised with every change of the form. */
enum { FORM = 3, MARK = 0x4A617254 };
static const int64_t floats_most = (int64_t)1 << 36;

/* Whoever adds a member must add it below, or a repeated run would not be the computed one. */
_Static_assert(sizeof(struct work) == 32, "pack every member of struct work");
_Static_assert(sizeof(struct learner_facts) == 1104,
               "pack every member of struct learner_facts");
_Static_assert(sizeof(struct evaluation) == 32, "pack every member of struct evaluation");

/* -- one description of the form, for both directions -- */
struct packer {
    struct text *out; /* NULL: reads */
    const char *at, *end;
    bool ok;
};

static void bytes(struct packer *p, void *value, size_t size)
{
    if (p->out) {
        text_add_bytes(p->out, value, size);
    } else if ((size_t)(p->end - p->at) >= size) {
        memcpy(value, p->at, size);
        p->at += size;
    } else {
        memset(value, 0, size);
        p->ok = false;
    }
}

static void integer(struct packer *p, int64_t *value)
{
    uint8_t byte[8];

    for (int i = 0; i < 8; i++)
        byte[i] = (uint8_t)((uint64_t)*value >> (8 * i));
    bytes(p, byte, sizeof byte);
    *value = 0;
    for (int i = 0; i < 8; i++)
        *value |= (int64_t)((uint64_t)byte[i] << (8 * i));
}

static void truth(struct packer *p, bool *value)
{
    uint8_t byte = *value;

    bytes(p, &byte, sizeof byte);
    *value = byte != 0;
}

static void integer32(struct packer *p, int32_t *value)
{
    int64_t wide = *value;

    integer(p, &wide);
    *value = (int32_t)wide;
}

static void real(struct packer *p, double *value)
{
    int64_t bits;

    memcpy(&bits, value, sizeof bits);
    integer(p, &bits);
    memcpy(value, &bits, sizeof bits);
}

/* A count that the rest of the bytes can hold at all, each item taking so many of them. */
static void count(struct packer *p, int64_t *value, size_t least_each)
{
    integer(p, value);
    if (!p->out && (*value < 0 || (uint64_t)*value * least_each > (uint64_t)(p->end - p->at))) {
        p->ok = false;
        *value = 0;
    }
}

static void *items(struct packer *p, void *array, int64_t number, size_t size)
{
    return p->out ? array : memory_new((size_t)number + 1, size);
}

static void work(struct packer *p, struct work *work)
{
    integer(p, &work->rows);
    integer(p, &work->nonzeros);
    integer(p, &work->calls);
    real(p, &work->flops);
}

static void facts(struct packer *p, struct learner_facts *f)
{
    int64_t workers = f->workers;

    count(p, &workers, 4 * 8);
    f->workers = (int)workers;
    integer(p, &f->parameters);
    integer(p, &f->model_floats);
    truth(p, &f->phantom);
    integer(p, &f->vector_bytes);
    integer(p, &f->model_bytes);
    integer(p, &f->start_bytes);
    real(p, &f->epochs_per_round);
    integer(p, &f->charged_rows);
    integer(p, &f->rows);
    integer(p, &f->test_rows);
    integer32(p, &f->features);
    integer32(p, &f->classes);
    integer(p, &f->file_bytes);
    integer(p, &f->test_file_bytes);
    bytes(p, f->charge_note, sizeof f->charge_note);
    bytes(p, f->data_name, sizeof f->data_name);
    bytes(p, f->test_name, sizeof f->test_name);
    bytes(p, f->data_sha256, sizeof f->data_sha256);
    bytes(p, f->test_sha256, sizeof f->test_sha256);
    integer(p, &f->test.bytes);
    integer(p, &f->test.memory_bytes);
    work(p, &f->test.work);
    f->sum_bytes = items(p, f->sum_bytes, workers, sizeof *f->sum_bytes);
    f->partition_bytes = items(p, f->partition_bytes, workers, sizeof *f->partition_bytes);
    f->footprint_bytes = items(p, f->footprint_bytes, workers, sizeof *f->footprint_bytes);
    f->real_rows = items(p, f->real_rows, workers, sizeof *f->real_rows);
    f->evaluate_work = items(p, f->evaluate_work, workers, sizeof *f->evaluate_work);
    for (int64_t w = 0; w < workers; w++) {
        integer(p, &f->sum_bytes[w]);
        integer(p, &f->partition_bytes[w]);
        integer(p, &f->footprint_bytes[w]);
        integer(p, &f->real_rows[w]);
        work(p, &f->evaluate_work[w]);
    }
}

/* -- work of all rounds, in runs of equals -- */
enum like { LIKE_NONE, LIKE_ROUND_BEFORE, LIKE_WORKER_BEFORE };

static bool same_work(const struct work *a, const struct work *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static enum like like_of(const struct trajectory *t, int64_t i)
{
    int64_t W = t->facts.workers;

    if (i >= W && same_work(&t->work[i], &t->work[i - W]))
        return LIKE_ROUND_BEFORE;
    if (i % W > 0 && same_work(&t->work[i], &t->work[i - 1]))
        return LIKE_WORKER_BEFORE;
    return LIKE_NONE;
}

static void pack_work(struct packer *p, struct trajectory *t)
{
    int64_t all = t->rounds * t->facts.workers, run;

    for (int64_t i = 0; i < all; i += run) {
        int64_t like = like_of(t, i);

        for (run = 1; i + run < all && like_of(t, i + run) == (enum like)like; run++)
            continue;
        integer(p, &like);
        integer(p, &run);
        for (int64_t k = i; like == LIKE_NONE && k < i + run; k++)
            work(p, &t->work[k]);
    }
}

static void unpack_work(struct packer *p, struct trajectory *t)
{
    int64_t W = t->facts.workers, all = t->rounds * W, like = 0, run = 0;

    for (int64_t i = 0; i < all && p->ok; i += run) {
        integer(p, &like);
        integer(p, &run);
        if (run < 1 || run > all - i || like < LIKE_NONE || like > LIKE_WORKER_BEFORE ||
            (like == LIKE_ROUND_BEFORE && i < W) || (like == LIKE_WORKER_BEFORE && i % W == 0))
            p->ok = false;
        for (int64_t k = i; p->ok && k < i + run; k++)
            if (like == LIKE_NONE)
                work(p, &t->work[k]);
            else
                t->work[k] = t->work[like == LIKE_ROUND_BEFORE ? k - W : k - 1];
    }
}

static void evaluations(struct packer *p, struct trajectory *t)
{
    for (int64_t i = 0; i < t->rounds && p->ok; i++) {
        struct evaluation *e = &t->evaluation[i];

        truth(p, &t->is_evaluated[i]);
        if (!t->is_evaluated[i])
            continue;
        real(p, &e->train_loss);
        real(p, &e->train_accuracy);
        real(p, &e->test_loss);
        real(p, &e->test_accuracy);
    }
}

static void snapshots(struct packer *p, struct trajectory *t)
{
    size_t floats = (size_t)(t->shared_floats + t->state_floats * t->facts.workers);
    int64_t number = (int64_t)t->snapshots;

    count(p, &number, floats * sizeof(float) + 16);
    t->snapshot = items(p, t->snapshot, number, sizeof *t->snapshot);
    for (int64_t i = 0; i < number; i++) {
        struct snapshot *snapshot = &t->snapshot[i];

        integer(p, &snapshot->round);
        integer(p, &snapshot->settled_round);
        snapshot->value = items(p, snapshot->value, (int64_t)floats, sizeof(float));
        bytes(p, snapshot->value, floats * sizeof(float));
    }
    if (!p->out)
        t->snapshots = t->snapshot_capacity = (size_t)number;
}

static void head(struct packer *p, struct trajectory *t)
{
    int64_t mark = MARK, form = FORM;

    integer(p, &mark);
    integer(p, &form);
    if (mark != MARK || form != FORM) {
        p->ok = false;
        return;
    }
    facts(p, &t->facts);
    integer(p, &t->shared_floats);
    integer(p, &t->state_floats);
    integer(p, &t->settled_round);
    integer(p, &t->stride);
}

void trajectory_pack(const struct trajectory *trajectory, struct text *out)
{
    struct trajectory *t = (struct trajectory *)trajectory; /* packing writes nothing */
    struct packer p = {.out = out, .ok = true};
    int64_t rounds = t->rounds;

    assert(t->known);
    head(&p, t);
    integer(&p, &rounds);
    pack_work(&p, t);
    evaluations(&p, t);
    snapshots(&p, t);
}

struct trajectory *trajectory_unpack(const char *from, size_t size)
{
    struct trajectory *t = trajectory_new();
    struct packer p = {.at = from, .end = from + size, .ok = true};
    int64_t rounds = 0;

    head(&p, t);
    t->known = p.ok;
    if (p.ok &&
        (t->shared_floats > floats_most || t->state_floats > floats_most ||
         t->shared_floats < 0 || t->state_floats < 0 || t->facts.workers < 1 || t->stride < 1))
        p.ok = false;
    if (p.ok)
        count(&p, &rounds, 1);
    if (p.ok) {
        trajectory_reserve(t, rounds);
        t->rounds = rounds;
        unpack_work(&p, t);
        evaluations(&p, t);
    }
    if (p.ok)
        snapshots(&p, t);
    return p.ok ? t : trajectory_free(t);
}
