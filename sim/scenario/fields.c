/* SPDX-License-Identifier: MIT
 * fields.c -- the tables of a scenario's long form; the structs are in scenario.h. */
#include "base/traffic.h"
#include "sim/scenario/scenario.h"

static const struct field compute_fields[] = {
    CONF(struct compute_conf, row_s, .preset = "0 s", .absent_is = ABSENT_ZERO,
         .doc = "Time of one training row on one core."),
    CONF(struct compute_conf, nonzero_s, .preset = "0 s", .absent_is = ABSENT_ZERO,
         .doc = "Time of one stored value of a sparse row."),
    CONF(struct compute_conf, call_s, .preset = "0 s", .absent_is = ABSENT_ZERO,
         .doc = "Time of one step, however small its batch is."),
    CONF(struct compute_conf, flops_per_s, .key = "flops", .above_min = true, .optional = true,
         .absent_is = ABSENT_INFINITY,
         .absent = "operations take no time beyond the other terms",
         .doc = "Rate of one core at the model's floating-point operations."),
    CONF(struct compute_conf, parse_bytes_per_s, .above_min = true, .optional = true,
         .absent_is = ABSENT_INFINITY, .absent = "loading waits for the data only",
         .doc = "Bytes of the data set that one core parses in a second while it is loaded."),
    CONF(struct compute_conf, parallel_ratio, .max = 1, .preset = "0", .absent_is = ABSENT_ZERO,
         .doc = "Share of the work that more cores speed up (Amdahl)."),
    CONF(struct compute_conf, evaluate_ratio, .preset = "1",
         .doc = "Time of an evaluated row over that of a trained one."),
    CONF_END,
};

static const struct field straggler_fields[] = {
    CONF(struct straggler_conf, member, .max = 999999,
         .doc = "Its number in the group, from 0: worker 0 leads an allreduce."),
    CONF(struct straggler_conf, speed_ratio, .above_min = true,
         .doc = "How fast its node computes, of what it would otherwise."),
    CONF_END,
};

static const struct field group_fields[] = {
    CONF(struct group_conf, count, .min = 1, .max = 1000000, .preset = "1",
         .doc = "How many nodes there are."),
    CONF(struct group_conf, platform, .apart = true, .family = "platform",
         .doc = "What the nodes are."),
    CONF(struct group_conf, pace.speed_ratio, .key = "speed", .apart = true, .preset = "1",
         .above_min = true,
         .doc = "How fast a node is, drawn once for each; 1: as the catalogue says."),
    CONF_MAP(struct group_conf, pace.stragglers, struct straggler_conf, .key = "stragglers",
             .apart = true, .fields = straggler_fields, .optional = true,
             .absent = "all are alike, but for `speed`",
             .doc = "Members that are slower than the others, each by a name of your own."),
    CONF_ENTRY(struct group_conf, compute, .apart = true, .family = "compute",
               .fields = compute_fields, .preset = "$model@platform.instance.name",
               .optional = true, .absent = "the job trains no model",
               .doc = "What arithmetic takes on these nodes."),
    CONF_END,
};

static const struct field link_fields[] = {
    CONF(struct link_conf, from, .doc = "A group."),
    CONF(struct link_conf, to, .doc = "Another group, or the same: between its nodes."),
    CONF(struct link_conf, both_ways, .preset = "yes",
         .doc = "Whether it also holds for what goes from `to` to `from`."),
    CONF(struct link_conf, traffic, .names = traffic_names_and_all, .preset = "all",
         .doc = "The class of traffic that it holds for; the first link that fits counts."),
    CONF(struct link_conf, latency_s, .optional = true,
         .absent = "as the channel and the platforms say",
         .doc = "Time of an empty message, one way."),
    CONF(struct link_conf, bandwidth_bytes_per_s, .above_min = true, .optional = true,
         .absent_is = ABSENT_INFINITY, .absent = "as much as the nodes' network cards carry",
         .doc = "Rate between each pair of nodes."),
    CONF(struct link_conf, loss, .family = "loss", .optional = true, .absent = "the channel's",
         .doc = "Which messages it loses."),
    CONF_END,
};

static const struct field charge_as_fields[] = {
    CONF(struct charge_as_conf, rows, .min = 1, .max = 1e12, .optional = true,
         .absent = "the rows that are there", .doc = "Rows of the full data set."),
    CONF(struct charge_as_conf, bytes, .min = 1, .optional = true,
         .absent = "the bytes that are there", .doc = "Bytes of the full data set."),
    CONF(struct charge_as_conf, test_rows, .min = 1, .max = 1e12, .optional = true,
         .absent = "the test rows that are there",
         .doc = "Rows of the full test set, where its evaluation is charged."),
    CONF_END,
};

static const char *const location_words[] = {"store", "disk", "memory", NULL};
static const struct field images_fields[] = {
    CONF(struct images_conf, shape, .optional = true, .absent = "as the source says",
         .doc = "Channels, height and width of the images that the rows are, like 3x32x32."),
    CONF(struct images_conf, mean, .optional = true, .absent = "0 for every channel",
         .doc = "Taken from every pixel, whose values are 0 to 1: one number for each channel, "
                "like 0.491 0.482 0.447, or 'measured' over the training rows."),
    CONF(struct images_conf, sd, .optional = true, .absent = "1 for every channel",
         .doc = "What every pixel is then divided by: likewise."),
    CONF(struct images_conf, crop, .max = 256, .preset = "0",
         .doc =
             "While learning, put so many black pixels around an image and cut a random piece "
             "of its own size out; 0: no.",
         .source = "torchvision.transforms.RandomCrop with padding"),
    CONF(struct images_conf, flip, .preset = "no",
         .doc = "While learning, mirror every other image, at random, left to right.",
         .source = "torchvision.transforms.RandomHorizontalFlip"),
    CONF_END,
};

static const struct field data_fields[] = {
    CONF(struct data_conf, source, .family = "data", .beside = true,
         .doc = "Where the rows come from; the fields of that kind stand beside it."),
    CONF(struct data_conf, partition, .family = "partition", .preset = "iid",
         .doc = "Which worker gets which rows."),
    CONF(struct data_conf, location, .apart = true, .names = location_words, .optional = true,
         .absent = "store",
         .doc = "Where the partitions lie when the run begins: in the job's store, from which "
                "everybody loads; or, hot, each on the disk of the machine that will train on "
                "it, or parsed in its memory already.  Functions keep nothing.",
         .source = "LambdaML, section 5: hot data"),
    CONF(struct data_conf, validation_ratio, .max = 0.95, .preset = "0",
         .doc =
             "Share of every partition that is held out of training: loaded, held in memory "
             "and paid for, but neither learnt from nor evaluated, so that time and money "
             "are those of a job that keeps such rows. What is evaluated beside the training "
             "rows is the test set."),
    CONF(struct data_conf, images, .fields = images_fields, .optional = true,
         .absent = "pixels are learnt from as they are",
         .doc = "What images are, and what is done to them before they are learnt from. The "
                "random part is the same whenever a worker repeats its round."),
    CONF(struct data_conf, charge_as, .fields = charge_as_fields, .optional = true,
         .absent = "time, bytes and money are those of the rows that are there",
         .doc =
             "Charge time, bytes and money of a larger data set than the one that is learned "
             "from. The step count is the larger one's, too."),
    CONF_END,
};

static const char *const evaluated_words[] = {"training", "test", "both", NULL};
static const struct field evaluate_fields[] = {
    CONF(struct evaluate_conf, every, .preset = "1 epoch",
         .doc = "How often loss and accuracy are "
                "computed."),
    CONF(struct evaluate_conf, charged, .preset = "no",
         .doc = "Whether that costs simulated time and money."),
    CONF(struct evaluate_conf, charged_rows, .names = evaluated_words, .optional = true,
         .absent = "training",
         .doc = "What that costs each worker: to go through the rows that it trains on; "
                "through the whole test set, which it then loads and holds as well; or both.",
         .source = "LambdaML, github.com/DS3Lab/LambdaML at e7d466e: every worker evaluates "
                   "the whole test set"),
    CONF_END,
};

static const char *const request_words[] = {"counts", "rows", NULL};
static const char *const span_words[] = {"none", "critical", "all", NULL};

static const struct field record_fields[] = {
    CONF(struct record_conf, requests, .names = request_words, .preset = "counts",
         .doc = "Requests of channels: counted by operation, or a row for each."),
    CONF(struct record_conf, spans, .names = span_words, .preset = "critical",
         .doc =
             "Who did what from when to when: of nobody, of the critical path, of everybody."),
    CONF_END,
};

static const struct field stop_fields[] = {
    CONF(struct stop_conf, epochs, .above_min = true, .optional = true,
         .absent_is = ABSENT_ZERO, .absent = "no limit",
         .doc = "After so many passes over the data."),
    CONF(struct stop_conf, rounds, .min = 1, .optional = true, .absent = "no limit",
         .doc = "After so many exchanges."),
    CONF(struct stop_conf, train_loss, .optional = true, .absent = "not looked at",
         .doc = "When the training loss is this or less."),
    CONF(struct stop_conf, test_loss, .optional = true, .absent = "not looked at",
         .doc = "When the test loss is this or less."),
    CONF(struct stop_conf, test_accuracy, .max = 1, .optional = true, .absent = "not looked at",
         .doc = "When this share of the test rows or more is told right."),
    CONF(struct stop_conf, time_s, .above_min = true, .optional = true,
         .absent_is = ABSENT_ZERO, .absent = "no limit",
         .doc = "After so much simulated time."),
    CONF(struct stop_conf, cost_pusd, .min = 1, .optional = true, .absent = "no limit",
         .doc = "When the bill has come to this."),
    CONF_END,
};

const struct field scenario_fields[] = {
    CONF(struct scenario, name, .apart = true, .optional = true, .absent = "the file's name",
         .doc = "What the run is called in the database."),
    CONF(struct scenario, campaign, .apart = true, .optional = true, .absent = "none",
         .doc = "What the run belongs to, for queries over many runs."),
    CONF(struct scenario, seed, .preset = "1",
         .doc = "Of all random numbers: the same seed gives the same run."),
    CONF(struct scenario, job, .family = "job", .preset = "data_parallel",
         .doc = "What the nodes do together."),
    CONF_MAP(struct scenario, groups, struct group_conf, .fields = group_fields,
             .doc = "Nodes that are alike, by name."),
    CONF_MAP(struct scenario, channels, struct choice, .apart = true, .family = "channel",
             .doc = "How nodes exchange data, by name; the first one is the job's."),
    CONF_MAP(struct scenario, links, struct link_conf, .apart = true, .fields = link_fields,
             .optional = true, .absent = "as the platforms say",
             .doc = "What lies between two groups, by name of the link."),
    CONF(struct scenario, data, .fields = data_fields, .doc = "What is learned from."),
    CONF(struct scenario, model, .family = "model", .doc = "What is learned."),
    CONF(struct scenario, optimizer, .family = "optimizer", .doc = "How it is learned."),
    CONF(struct scenario, pattern, .apart = true, .family = "pattern",
         .doc = "Which messages the workers exchange so that each has the sum."),
    CONF(struct scenario, sync, .family = "sync", .doc = "Who waits for whom."),
    CONF(struct scenario, evaluate, .apart = true, .fields = evaluate_fields,
         .doc = "How often the model is measured."),
    CONF(struct scenario, record, .apart = true, .fields = record_fields,
         .doc = "What the database keeps."),
    CONF(struct scenario, stop, .apart = true, .fields = stop_fields, .optional = true,
         .absent = "when the job is done",
         .doc = "When to end: whichever comes first; the reason is stored."),
    CONF_END,
};
