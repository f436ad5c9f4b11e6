/* SPDX-License-Identifier: MIT
 * bert_large.c -- BERT-Large: 24 transformer layers, 335,141,888 parameters; cost only.
 *
 * Devlin et al., NAACL 2019, section 3: L = 24, H = 1024, A = 16, feed-forward 4 H, vocabulary
 * of 30,522 word pieces, 512 positions, 2 segments; with the pooler over the first token.
 * SIMPLIFIED: layers are counted, not computed: a transformer layer is one entry each for
 * attention and feed-forward, its norms' and softmax's arithmetic left out of multiply-adds
 * (under 1 %), and the heads of pre-training are not there: a classifier stands at the end. */
#include "algorithms/network/known/known.h"

enum { H = 1024, LAYERS = 24, HEADS = 16, WORDS = 30522, POSITIONS = 512 };

struct bert_conf {
    int64_t tokens;
};

static const struct field fields[] = {
    CONF(struct bert_conf, tokens, .min = 1, .max = POSITIONS, .preset = "128",
         .doc = "Tokens of an example.",
         .source = "Devlin et al., appendix A.2: 128 for nine tenths of the steps"),
    CONF_END,
};

static int64_t linear_parameters(int64_t in, int64_t out)
{
    return in * out + out;
}

/* An example is T tokens of H numbers: T channels of H x 1 would be no less arbitrary. */
static void add_layer(struct layers *layers, int index, int64_t T)
{
    layer_name name;

    /* query, key, value, output; T x T scores of each head, twice; what is kept: query, key,
     * value, context, the scores before and after the softmax, the input of the norm */
    add_counted(layers, name_of(name, "attention%d", index),
                (struct counted_conf){.parameters = 4 * linear_parameters(H, H) + 2 * H,
                                      .multiply_adds = T * 4 * H * H + 2 * T * T * H,
                                      .activation_floats = 5 * T * H + 2 * HEADS * T * T});
    /* what is kept: before and after the nonlinearity, the input of the norm */
    add_counted(layers, name_of(name, "feed_forward%d", index),
                (struct counted_conf){.parameters = linear_parameters(H, 4 * H) +
                                                    linear_parameters(4 * H, H) + 2 * H,
                                      .multiply_adds = T * 8 * H * H,
                                      .activation_floats = 9 * T * H});
}

static void describe(const void *conf, struct shape input, int32_t classes,
                     struct layers *layers)
{
    const struct bert_conf *bert = conf;
    int64_t T = bert->tokens;

    (void)input;
    (void)classes;
    add_counted(layers, "embedding",
                (struct counted_conf){.parameters = (WORDS + POSITIONS + 2 + 2) * (int64_t)H,
                                      .activation_floats = T * H,
                                      .channels = T * H});
    for (int i = 1; i <= LAYERS; i++)
        add_layer(layers, i, T);
    add_counted(layers, "pooler",
                (struct counted_conf){.parameters = linear_parameters(H, H),
                                      .multiply_adds = (int64_t)H * H,
                                      .channels = H});
    add_dense(layers, "classes", 0);
    add_loss(layers);
}

const struct known_kind known_bert_large = {
    .kind = {.name = "bert_large",
             .doc = "BERT-Large with a classifier: its cost only, it cannot be computed.",
             .source = "Devlin et al., NAACL 2019, section 3",
             .fields = fields,
             .conf_size = sizeof(struct bert_conf)},
    .input = {.flat = true, .channels = 128, .height = 1, .width = 1},
    .classes = 2,
    .describe = describe,
};
