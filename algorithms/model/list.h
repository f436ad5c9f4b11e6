/* SPDX-License-Identifier: MIT
 * list.h -- every model, one line each.  No include guard: read twice. */
MODEL(lr)
MODEL(svm)
MODEL(kmeans)
MODEL(quadratic)
MODEL(network)
