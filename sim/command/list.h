/* SPDX-License-Identifier: MIT
 * list.h -- every command, in the order of `traincast --help`.  No include guard: read twice.
 */
COMMAND(run)
COMMAND(sweep)
COMMAND(check)
COMMAND(resolve)
COMMAND(validate)
COMMAND(compare)
COMMAND(estimate)
COMMAND(calibrate)
COMMAND(list)
COMMAND(describe)
COMMAND(schema)
COMMAND(manual)
COMMAND(completion)
COMMAND(version)
