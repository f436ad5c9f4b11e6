/* SPDX-License-Identifier: MIT
 * list.h -- every kind of job, one line each.  No include guard: read twice. */
JOB(data_parallel)
JOB(service)
JOB(decentralised)
JOB(search)
