/* SPDX-License-Identifier: MIT
 * progress.c -- see progress.h. */
#include "sim/command/progress.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "sim/sweep/clock.h"

enum { TERMINAL_MS = 200, LOG_MS = 10000 };

void progress_init(struct progress *progress, bool quiet)
{
    *progress = (struct progress){.quiet = quiet, .terminal = isatty(STDERR_FILENO)};
    progress->begun_s = progress->last_s = clock_wall_s();
}

static double share_done(const struct run_progress *now)
{
    return now->epochs_wanted > 0 ? now->epoch / now->epochs_wanted : NAN;
}

void progress_show(void *arg, const struct run_progress *now)
{
    struct progress *progress = arg;
    double wall_s = clock_wall_s();
    double every_s = (progress->terminal ? TERMINAL_MS : LOG_MS) * 1e-3;
    double share = share_done(now);

    if (progress->quiet || wall_s - progress->last_s < every_s)
        return;
    progress->last_s = wall_s;
    progress->shown = true;
    if (progress->terminal)
        fprintf(stderr, "\r\033[K");
    fprintf(stderr, "round %lld  epoch %.4g", (long long)now->round, now->epoch);
    if (now->epochs_wanted > 0)
        fprintf(stderr, "/%.4g", now->epochs_wanted);
    if (!isnan(now->train_loss))
        fprintf(stderr, "  loss %.5f", now->train_loss);
    fprintf(stderr, "  simulated %.1f s  %.6f USD", now->sim_time_s,
            (double)now->cost_pusd * 1e-12);
    if (share > 0)
        fprintf(stderr, "  ETA %.0f s", (wall_s - progress->begun_s) * (1 - share) / share);
    fputs(progress->terminal ? "" : "\n", stderr);
    fflush(stderr);
}

void progress_end(struct progress *progress)
{
    if (progress->shown && progress->terminal)
        fprintf(stderr, "\r\033[K");
}
