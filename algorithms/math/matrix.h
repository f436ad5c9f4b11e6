/* SPDX-License-Identifier: MIT
 * matrix.h -- labelled rows as the mathematics sees them: borrowed, dense or sparse (CSR).
 *
 * Letters used in all of algorithms/:  N rows (examples), D features, K classes, P parameters,
 * W workers (ranks), B rows of a batch.  Everything is row-major. */
#ifndef TRAINCAST_ALGORITHMS_MATH_MATRIX_H
#define TRAINCAST_ALGORITHMS_MATH_MATRIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the D features of a row are, if they are an image: channel by channel, row by row. */
struct image {
    int32_t channels, height, width; /* 0: rows are no images */
};

/* What is done to images while they are learnt from; nothing when they are evaluated. */
struct augmentation {
    int64_t crop;       /* pixels of black put around them before a random piece is cut out */
    bool flip;          /* left to right, every other one */
    const float *black; /* float[channels]; NULL: 0 */
};

struct matrix {
    int64_t rows;     /* N */
    int32_t features; /* D */
    int32_t classes;  /* K */
    const float *x;   /* dense: float[N][D]; NULL when sparse */
    const int64_t
        *row_start; /* sparse: int64[N+1]; row r is [row_start[r], row_start[r+1]) of ... */
    const int32_t *column; /* ... column, each in [0, D), and */
    const float *value;    /* value */
    const int32_t *y;      /* int32[N], each in [0, K) */
    struct image image;
    struct augmentation augmentation;
};

/* What is random in learning from rows (crops, flips, dropout) is indexed by this, so that a
 * repeated step repeats it. */
struct occasion {
    uint64_t seed;
    uint32_t worker, step;
};

/* Some rows of a matrix: index[0..count), or first, first+1, ... first+count-1 when index is
 * NULL. A small value, passed by copy; matrix and index are borrowed. */
struct rows {
    const struct matrix *matrix;
    const uint32_t *index;
    int64_t first;
    int64_t count;
    struct occasion occasion;
};

static inline bool matrix_is_sparse(const struct matrix *matrix)
{
    return matrix->x == NULL;
}

static inline struct rows rows_all(const struct matrix *matrix)
{
    return (struct rows){.matrix = matrix, .count = matrix->rows};
}

/* The matrix row behind position i. */
static inline int64_t rows_at(struct rows rows, int64_t i)
{
    return rows.index ? (int64_t)rows.index[i] : rows.first + i;
}

/* Positions [from, from + count) of rows. */
static inline struct rows rows_slice(struct rows rows, int64_t from, int64_t count)
{
    return (struct rows){.matrix = rows.matrix,
                         .index = rows.index ? rows.index + from : NULL,
                         .first = rows.first + from,
                         .count = count,
                         .occasion = rows.occasion};
}

/* Kernels go through rows in blocks of at most so many; a multiple of every vector's length. */
enum { BLOCK_ROWS = 256 };

/* Stored numbers of these rows: count * D when dense. */
int64_t rows_nonzeros(struct rows rows);

/* Working memory of one job.  Made once per lane of the pool, never inside a training loop. */
struct scratch {
    float *number; /* 64-byte aligned */
    int64_t numbers;
    uint32_t *index;
    int64_t indices;
    void *memory; /* private */
};

void scratch_init(struct scratch *scratch, int64_t numbers, int64_t indices);
void scratch_done(struct scratch *scratch); /* safe on {0}, twice */

#endif
