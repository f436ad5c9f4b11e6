/* SPDX-License-Identifier: MIT
 * overlay.h -- what was fitted, as a file of the catalogue's form: for `file: mine.yaml` beside
 * a provider (platforms/README.md).
 *
 * It says of every number from which csv it is and when it was fitted, so that it may also
 * become part of a provider's file as it stands. */
#ifndef TRAINCAST_SIM_CALIBRATE_OVERLAY_H
#define TRAINCAST_SIM_CALIBRATE_OVERLAY_H

#include "base/err.h"
#include "base/text.h"
#include "sim/calibrate/channel_fit.h"
#include "sim/calibrate/compute_fit.h"

struct overlay_about {
    const char *path;     /* of the overlay: its stem is its name */
    const char *csv_path; /* the measurements' */
    const char *date;     /* today's: "2021-01-31" */
    const char *name;     /* of the channel's kind, or of the compute entry */
    bool empirical;       /* the measured latencies themselves instead of the distribution */
    bool has_aggregate;   /* the kind of channel has a field for a full service */
};

/* At most so many of the measured latencies are written: evenly spaced quantiles of them. */
enum { OVERLAY_LATENCIES = 1000 };

void overlay_of_channel(struct text *out, const struct overlay_about *about,
                        const struct channel_fit *fit);
void overlay_of_compute(struct text *out, const struct overlay_about *about,
                        const struct compute_fit *fit);
/* Replaces path as a whole: what is there stays as it is when writing fails. */
bool overlay_write(const char *path, const struct text *text, struct err *err);

#endif
