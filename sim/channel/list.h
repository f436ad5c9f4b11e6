/* SPDX-License-Identifier: MIT
 * list.h -- every channel, one line each.  No include guard: read twice. */
CHANNEL(direct)
CHANNEL(dynamodb)
CHANNEL(memcached)
CHANNEL(redis)
CHANNEL(s3)
CHANNEL(vm_ps)
