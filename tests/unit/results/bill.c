/* SPDX-License-Identifier: MIT
 * bill.c -- SQL alone recomputes the bill, to the last pico-dollar, and notices a wrong one. */
#include "tests/unit/results/fixture.h"

#include "base/rng.h"

struct difference {
    int lines, wrong;
    __int128 billed_pusd, recomputed_pusd; /* of all runs */
};

static struct difference recompute(const char *path)
{
    struct difference difference = {0};
    size_t size;
    char *sql = file_content("analysis/recompute_bill.sql", &size);
    sqlite3 *db = open_to_read(path);
    sqlite3_stmt *statement;

    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(db));
    while (sqlite3_step(statement) == SQLITE_ROW) {
        difference.lines++;
        difference.billed_pusd += sqlite3_column_int64(statement, 4);
        difference.recomputed_pusd += sqlite3_column_int64(statement, 5);
        difference.wrong += sqlite3_column_int64(statement, 6) != 0;
        assert_int_equal(sqlite3_column_type(statement, 5), SQLITE_INTEGER);
    }
    sqlite3_finalize(statement);
    sqlite3_close(db);
    free(sql);
    return difference;
}

static void write_ledger_of(const char *path, struct ledger *ledger)
{
    struct run_info info = some_info();
    struct run_end end = some_end();

    write_whole_run(path, &info, &end, ledger);
    ledger_free(ledger);
}

static void a_bill_is_recomputed_to_the_same_integer(void **state)
{
    struct folder *folder = *state;
    struct difference difference;

    write_some_run(folder->db);
    difference = recompute(folder->db);
    assert_int_equal(difference.lines, 6);
    assert_int_equal(difference.wrong, 0);
    assert_true(difference.recomputed_pusd == difference.billed_pusd);
    assert_true(difference.billed_pusd > 0);
}

static void random_bills_are_recomputed_also_beyond_64_bits(void **state)
{
    struct folder *folder = *state;
    struct rng rng = rng_at(rng_stream(1, "bill"), 0, 0);
    struct difference difference;

    for (int run = 0; run < 20; run++) {
        struct ledger *ledger = some_ledger(3, 1);

        for (int i = 0; i < 50; i++) {
            /* up to a day of 32 GB, up to a year of the dearest machine */
            charge_invocation(ledger, 1, (int64_t)rng_below(&rng, 86400000),
                              128 + (int64_t)rng_below(&rng, 32640));
            charge_machine(ledger, 0, i % 2 ? "p4d.24xlarge" : "t2.medium",
                           (int64_t)rng_below(&rng, 365 * 86400),
                           i % 2 ? INT64_C(32772600000000) : 46400000000);
            charge_requests(ledger, i % 3 ? "main" : "s3", i % 5 ? "PUT" : "LIST",
                            1000000 + (int64_t)rng_below(&rng, 1000000),
                            (int64_t)rng_below(&rng, 1000000), i % 5 ? 5000000 : 400000);
        }
        write_ledger_of(folder->db, ledger);
    }
    difference = recompute(folder->db);
    assert_true(difference.lines >= 20 * 8);
    assert_int_equal(difference.wrong, 0);
    assert_true(difference.recomputed_pusd == difference.billed_pusd);
}

static void a_bill_that_is_one_pico_dollar_off_is_noticed(void **state)
{
    struct folder *folder = *state;
    struct ledger *ledger = some_ledger(3, 1);

    ledger_charge(ledger, "faas duration", 0, BILL_GB_S, 16666700, 1);
    write_ledger_of(folder->db, ledger);
    assert_int_equal(recompute(folder->db).wrong, 1);
}

static void an_invocation_or_machine_that_was_never_charged_is_noticed(void **state)
{
    struct folder *folder = *state;
    struct ledger *ledger = some_ledger(3, 1);

    ledger_invocation(ledger, &(struct invocation_row){.function = "worker",
                                                       .billed_ms = 100,
                                                       .memory_mb = 1024,
                                                       .pusd_per_gb_s = 20000000,
                                                       .pusd_per_request = 200000,
                                                       .cost_pusd = 2000000});
    ledger_machine(ledger, &(struct machine_row){.instance = "t2.medium",
                                                 .billed_s = 60,
                                                 .pusd_per_hour = 46400000000});
    write_ledger_of(folder->db, ledger);
    assert_int_equal(recompute(folder->db).wrong, 3); /* duration, invocation, machine */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_bill_is_recomputed_to_the_same_integer),
        IN_FOLDER(random_bills_are_recomputed_also_beyond_64_bits),
        IN_FOLDER(a_bill_that_is_one_pico_dollar_off_is_noticed),
        IN_FOLDER(an_invocation_or_machine_that_was_never_charged_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
