/* SPDX-License-Identifier: MIT
 * insert.c -- rows through prepared statements, with one place for failure; see inside.h. */
#include "sim/results/inside.h"

#include <string.h>

static void check(struct writer *writer, int code)
{
    if (writer->ok && code != SQLITE_OK && code != SQLITE_DONE && code != SQLITE_ROW)
        writer->ok = results_fail(writer->results, writer->err);
}

struct insert insert_open(struct writer *writer, const char *sql)
{
    struct insert insert = {.writer = writer};

    if (writer->ok)
        check(writer,
              sqlite3_prepare_v2(writer->results->db, sql, -1, &insert.statement, NULL));
    return insert;
}

void insert_done(struct insert *insert)
{
    sqlite3_finalize(insert->statement); /* NULL is fine; failures are known already */
    insert->statement = NULL;
}

void put_int(struct insert *insert, int64_t value)
{
    if (insert->writer->ok)
        check(insert->writer, sqlite3_bind_int64(insert->statement, ++insert->column, value));
}

void put_count(struct insert *insert, int64_t value)
{
    if (value >= 0)
        put_int(insert, value);
    else
        put_text(insert, NULL);
}

void put_real(struct insert *insert, double value)
{
    if (insert->writer->ok) /* SQLite makes NULL of NaN */
        check(insert->writer, sqlite3_bind_double(insert->statement, ++insert->column, value));
}

void put_text(struct insert *insert, const char *text)
{
    if (insert->writer->ok)
        check(insert->writer,
              sqlite3_bind_text(insert->statement, ++insert->column, text, -1, SQLITE_STATIC));
}

void put_row(struct insert *insert)
{
    if (!insert->writer->ok)
        return;
    check(insert->writer, sqlite3_step(insert->statement));
    sqlite3_reset(insert->statement);
    insert->column = 0;
}

bool put_query(struct insert *insert, int64_t *ret_value)
{
    bool found;

    if (!insert->writer->ok)
        return false;
    check(insert->writer, sqlite3_step(insert->statement));
    found = insert->writer->ok && sqlite3_data_count(insert->statement) > 0;
    if (found)
        *ret_value = sqlite3_column_int64(insert->statement, 0);
    sqlite3_reset(insert->statement);
    insert->column = 0;
    return found;
}
