/* SPDX-License-Identifier: MIT
 * sweep.h -- a file that asks for many runs, and the points it makes:
 * scenarios/sweeps/NAME.yaml.
 *
 *     name: higgs-channels                    # the campaign in the database; by default the
 * file scenario: ../higgs-lr.yaml              # or a list of them set: {stop.epochs: 5} # for
 * all points axes:                                   # axes.h grid: {channel: [s3, memcached],
 * platform.memory: [1 GB, 2 GB, 3 GB]} where: platform.memory > 1 GB or channel == s3       #
 * where.h; or a list, all must hold replications: 5                         # with seeds 1 to
 * 5, the same ones at every point point_name: "{channel} {memory}"        # of the run in the
 * database
 *
 * Points are in the order of the file: the last axis changes fastest, replications faster
 * still. */
#ifndef TRAINCAST_SIM_SWEEP_SWEEP_H
#define TRAINCAST_SIM_SWEEP_SWEEP_H

#include "sim/results/results.h"
#include "sim/scenario/scenario.h"
#include "sim/sweep/axes.h"

struct sweep_conf {
    char *name; /* NULL: the file's */
    const struct node *scenario, *set, *where;
    struct axes_conf axes;
    int64_t replications;
    int64_t seed; /* 0: the scenario's, or 1 for replications */
    char *point_name;
};
extern const struct field sweep_fields[];

/* One wanted run. */
struct point {
    size_t scenario;    /* of sweep->scenario */
    size_t combination; /* of sweep->axes */
    int64_t replication;
    char *name;
};

struct sweep {
    const char *name; /* campaign */
    char *path;
    char **scenario; /* files, as to be opened */
    char **stem;     /* of their names */
    size_t scenarios;
    struct axes axes;
    struct point *point;
    size_t points, point_capacity;

    struct sweep_conf conf;
    struct scenario_options options; /* for every point; settings are each point's own */
    struct scenario_setting *common; /* conf.set */
    size_t commons;
    struct sheet *sheet;
    struct arena arena;
};

/* NULL after complaints.  options are borrowed until sweep_free. */
struct sweep *sweep_new(const char *path, const struct scenario_options *options,
                        struct diag_list *diags);
struct sweep *sweep_free(struct sweep *sweep);
/* Makes sweep->point; false after complaints. */
bool sweep_make_points(struct sweep *sweep, struct diag_list *diags);

/* The scenario of a point, checked as far as is possible without data; NULL after complaints.
 */
struct scenario *sweep_resolve(const struct sweep *sweep, size_t point,
                               struct diag_list *diags);
/* What the sweep varies and the point's values; at most so many.  Texts are the sweep's. */
enum { SWEEP_MOST_AXES = 64 };
size_t sweep_axes(const struct sweep *sweep, size_t point,
                  struct param_row row[SWEEP_MOST_AXES]);

#endif
