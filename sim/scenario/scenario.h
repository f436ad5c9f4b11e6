/* SPDX-License-Identifier: MIT
 * scenario.h -- one resolved scenario: what a YAML file asks for, every preset filled in.
 *
 * The only folder that includes libyaml.  Loading reports every mistake at file:line:col, all
 * at once; what comes out is immutable and goes everywhere as `const struct scenario *`.
 *
 * Layers, later wins: presets of the tables < provider catalogue < the user's overlay file <
 * the scenario < --set.  Where each value came from is kept and printed by `resolve`.
 *
 * The families of kinds (channels, platforms, models ...) are handed in, because they live in
 * folders above this one. */
#ifndef TRAINCAST_SIM_SCENARIO_SCENARIO_H
#define TRAINCAST_SIM_SCENARIO_SCENARIO_H

#include <stdio.h>

#include "base/diag.h"
#include "base/field.h"
#include "base/pace.h"

/* Seconds of one core of the reference kind for the work of a training step or evaluation:
 * rows * row_s + nonzeros * nonzero_s + calls * call_s + flops / flops_per_s (terms left out
 * are 0).  A node with v vCPUs does it in Amdahl's time, by parallel_ratio. */
struct compute_conf {
    char *name; /* provider's entry, by default the model's kind */
    double row_s;
    double nonzero_s;
    double call_s;
    double flops_per_s;       /* INFINITY when absent */
    double parse_bytes_per_s; /* of one core, loading the data set; INFINITY when absent */
    double parallel_ratio;    /* share of the work that more cores speed up */
    double evaluate_ratio;    /* an evaluated row's time over a trained row's */
};

struct group_conf {
    int64_t count;
    struct choice platform; /* family "platform": faas | iaas */
    struct pace_conf pace;
    struct compute_conf compute; /* FIELD_ENTRY of the provider's section "compute" */
};

struct link_conf { /* what lies between two groups, or within one, in place of what else says so
                    */
    char *from, *to;
    bool both_ways;
    int traffic;                  /* enum traffic; TRAFFIC_COUNT: all */
    struct value latency_s;       /* NaN: as the channel and the platforms say */
    double bandwidth_bytes_per_s; /* per pair of nodes; INFINITY when absent */
    struct choice loss;           /* family "loss"; kind NULL: the channel's */
};

struct charge_as_conf {
    int64_t rows;      /* 0: absent */
    int64_t bytes;     /* 0: absent */
    int64_t test_rows; /* 0: absent */
};

/* Where the partitions lie when the run begins. */
enum data_location { DATA_IN_STORE, DATA_ON_DISK, DATA_IN_MEMORY };

struct images_conf {
    char *shape;     /* "3x32x32"; NULL: as the source says */
    char *mean, *sd; /* "0.49 0.48 0.45", "measured"; NULL: not normalised */
    int64_t crop;    /* pixels; 0: none */
    bool flip;
};

struct data_conf {
    struct choice source; /* family "data", written inline: `data: {source: file, path: ...}` */
    struct choice partition; /* family "partition" */
    int location;            /* enum data_location */
    double validation_ratio; /* 0: none */
    struct images_conf images;
    struct charge_as_conf charge_as;
};

/* Whose rows a charged evaluation goes through on each worker. */
enum evaluated_rows { EVALUATED_TRAINING, EVALUATED_TEST, EVALUATED_BOTH };

struct evaluate_conf {
    struct every every;
    bool charged;
    int charged_rows; /* enum evaluated_rows */
};

struct record_conf {
    int requests; /* 0 counts, 1 rows */
    int spans;    /* enum span_record */
};

struct stop_conf { /* 0 / NaN: absent */
    double epochs;
    int64_t rounds;
    double train_loss, test_loss, test_accuracy; /* NaN: absent */
    double time_s;
    int64_t cost_pusd;
};

struct scenario {
    char *name;
    char *campaign; /* NULL: none */
    int64_t seed;
    struct choice job;     /* family "job" */
    struct map groups;     /* of struct group_conf */
    struct map channels;   /* of struct choice, family "channel"; the first is the job's */
    struct map links;      /* of struct link_conf */
    struct data_conf data; /* source.kind is NULL when the job trains nothing */
    struct choice model, optimizer, pattern, sync;
    struct evaluate_conf evaluate;
    struct record_conf record;
    struct stop_conf stop;
};

/* Like --set, but its mistakes are shown where it was written. */
struct scenario_setting {
    const char *key, *text; /* "platform.memory", "3 GB" */
    struct place key_place, text_place;
};

/* Files of YAML and of values, read once for many scenarios, and providers', checked once.  A
 * file that changes meanwhile is not read again. */
struct scenario_shelf;
struct scenario_shelf *scenario_shelf_new(void);
/* After the scenarios that were made with it.  NULL-safe, returns NULL. */
struct scenario_shelf *scenario_shelf_free(struct scenario_shelf *shelf);

struct scenario_options {
    const struct family *const *families;    /* ends in NULL */
    const char *platforms_dir;               /* where providers' files are */
    const char *data_dir;                    /* --data, or NULL */
    const char *const *set;                  /* "key.path=value", ends in NULL; or NULL */
    const int64_t *seed;                     /* --seed, or NULL */
    const struct scenario_setting *settings; /* below --set; a later one wins */
    size_t setting_count;
    struct scenario_shelf *shelf; /* or NULL */
};

/* NULL when diags has errors. */
struct scenario *scenario_new(const char *path, const struct scenario_options *options,
                              struct diag_list *diags);
/* The same from bytes; name is what messages call them, and files they name are beside it. */
struct scenario *scenario_new_from_memory(const char *name, const void *bytes, size_t size,
                                          const struct scenario_options *options,
                                          struct diag_list *diags);
/* The same scenario with one more setting ("optimizer.learning_rate=0.1"); NULL when diags has
 * errors.  Independent of the first. */
struct scenario *scenario_variant(const struct scenario *scenario, const char *setting,
                                  struct diag_list *diags);
struct scenario *scenario_free(struct scenario *scenario);

/* Where a key of the long form was given ("groups.workers.platform.memory"); {0} when by
 * preset.  Of an absent key: where the nearest enclosing one was given, at last the file's
 * beginning.  place.file is borrowed. */
struct place scenario_place(const struct scenario *scenario, const char *key_path);
/* The resolved text of a leaf ("groups.workers.platform.provider"), NULL when absent; borrowed.
 */
const char *scenario_text(const struct scenario *scenario, const char *key_path);

/* The long form as YAML.  with_origins: each line ends in `# FILE:LINE, source | preset |
 * --set`. Without origins the text is canonical: equal text = equal scenario; its SHA-256 is
 * the key. It loads again to itself and needs no file but the named provider's: overlays are
 * resolved into their values, csv files of values written out (data files are not). */
void scenario_print(const struct scenario *scenario, bool with_origins, FILE *out);
/* 64 hexadecimal digits of the canonical text; borrowed. */
const char *scenario_sha256(const struct scenario *scenario);

/* Every resolved leaf, in order: for the database's params.  text is as in YAML; number is NaN
 * for what is no number; unit is "" where there is none. */
/* number is in the database's unit of the dimension (dimension_unit: seconds, bytes, USD ...).
 */
typedef void(scenario_leaf_fn)(void *arg, const char *key_path, const char *text, double number,
                               const char *unit);
void scenario_leaves(const struct scenario *scenario, scenario_leaf_fn *leaf, void *arg);

/* All that what is learnt depends on, as text, line by line: the leaves that no table says are
 * apart from it, and of data files their size and the time of their last change.  groups that
 * take no part in learning may be left out; ends in NULL, or NULL. */
void scenario_print_learning(const struct scenario *scenario, const char *const *left_out,
                             FILE *out);

/* All that the rows in memory depend on, as text: the source, and the seed unless it reads
 * files. */
void scenario_print_data(const struct scenario *scenario, FILE *out);

/* A path named by the scenario (data.path): absolute, else under --data, else beside the
 * scenario's file.  Returns a new string. */
char *scenario_data_path(const struct scenario *scenario, const char *path);

/* Checks one provider's file as a whole, also what no scenario uses. */
void scenario_check_provider(const char *path, const struct scenario_options *options,
                             struct diag_list *diags);
/* Checks the families' tables themselves: presets that load, keys that do not collide, families
 * that exist, a doc for everything.  For tests; no diag = they are sound. */
void scenario_check_tables(const struct family *const *families, struct diag_list *diags);

/* -- what the tables say, as text ------------------------------------------------- */
extern const struct field scenario_fields[]; /* the long form's top level */
void scenario_list(const struct family *const *families, const char *family_or_null, FILE *out);
/* What providers have under "instance", "cache_node" ..., or with "provider" themselves; false
 * when nobody has such a section. */
bool scenario_list_catalogue(const struct scenario_options *options, const char *section,
                             FILE *out, struct diag_list *diags);
/* what = "instance.t2.medium": that entry of each provider that has it, with all it says; false
 * when none has. */
bool scenario_describe_entry(const struct scenario_options *options, const char *what,
                             FILE *out, struct diag_list *diags);
/* what = "channel.s3", "channel" or "scenario"; false when there is none (a suggestion in
 * *err). */
bool scenario_describe(const struct family *const *families, const char *what, FILE *out,
                       struct err *err);
void scenario_json_schema(const struct family *const *families, FILE *out); /* draft-07 */
void scenario_manual(const struct family *const *families, FILE *out);      /* Markdown */

#endif
