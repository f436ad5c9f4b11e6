/* SPDX-License-Identifier: MIT
 * insert.c -- rows through prepared statements, with one place for failure; see inside.h. */
#include "sim/results/inside.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sim/results/tape.h"

static void check(struct writer *writer, int code)
{
    if (writer->ok && code != SQLITE_OK && code != SQLITE_DONE && code != SQLITE_ROW)
        writer->ok = results_fail(writer->results, writer->err);
}

/* -- statements, kept from one use to the next: preparing one takes longer than a row -- */
static struct statement *new_statement(struct writer *writer, const char *sql)
{
    struct results *results = writer->results;
    struct statement *statement = NEW(struct statement);

    check(writer, sqlite3_prepare_v2(results->db, sql, -1, &statement->handle, NULL));
    if (!writer->ok) {
        free(statement);
        return NULL;
    }
    statement->sql = memory_text(sql);
    statement->next = results->statements;
    results->statements = statement;
    return statement;
}

static struct statement *find_statement(struct writer *writer, const char *sql)
{
    for (struct statement *at = writer->results->statements; at; at = at->next)
        if (!at->busy && strcmp(at->sql, sql) == 0)
            return at;
    return new_statement(writer, sql);
}

void results_forget_statements(struct results *results)
{
    struct statement *next;

    for (struct statement *at = results->statements; at; at = next) {
        next = at->next;
        sqlite3_finalize(at->handle);
        free(at->sql);
        free(at);
    }
    results->statements = NULL;
}

struct insert insert_open(struct writer *writer, const char *sql)
{
    struct insert insert = {.writer = writer};

    if (writer->tape) {
        tape_statement(writer->tape, sql);
        return insert;
    }
    if (writer->ok)
        insert.statement = find_statement(writer, sql);
    if (insert.statement)
        insert.statement->busy = true;
    return insert;
}

void insert_done(struct insert *insert)
{
    if (!insert->statement)
        return;
    sqlite3_reset(insert->statement->handle); /* failures are known already */
    sqlite3_clear_bindings(insert->statement->handle);
    insert->statement->busy = false;
    insert->statement = NULL;
}

/* -- values -- */
void put_int(struct insert *insert, int64_t value)
{
    if (insert->writer->tape)
        tape_int(insert->writer->tape, value);
    else if (insert->writer->ok)
        check(insert->writer,
              sqlite3_bind_int64(insert->statement->handle, ++insert->column, value));
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
    if (insert->writer->tape)
        tape_real(insert->writer->tape, value);
    else if (insert->writer->ok) /* SQLite makes NULL of NaN */
        check(insert->writer,
              sqlite3_bind_double(insert->statement->handle, ++insert->column, value));
}

void put_text(struct insert *insert, const char *text)
{
    if (insert->writer->tape)
        tape_text(insert->writer->tape, text);
    else if (insert->writer->ok)
        check(insert->writer, sqlite3_bind_text(insert->statement->handle, ++insert->column,
                                                text, -1, SQLITE_STATIC));
}

void put_bytes(struct insert *insert, const void *bytes, size_t size)
{
    assert(!insert->writer->tape);
    if (insert->writer->ok)
        check(insert->writer, sqlite3_bind_blob64(insert->statement->handle, ++insert->column,
                                                  bytes, size, SQLITE_STATIC));
}

void put_run(struct insert *insert)
{
    if (insert->writer->tape)
        tape_run(insert->writer->tape);
    else
        put_int(insert, insert->writer->run_id);
}

void put_word(struct insert *insert, enum vocabulary vocabulary, int word)
{
    const struct results *results = insert->writer->results;

    if (insert->writer->tape)
        tape_word(insert->writer->tape, vocabulary, word);
    else
        put_int(insert, vocabulary == VOCABULARY_STATUS    ? results->status_id[word]
                        : vocabulary == VOCABULARY_OUTCOME ? results->outcome_id[word]
                                                           : results->activity_id[word]);
}

void put_row(struct insert *insert)
{
    if (insert->writer->tape) {
        tape_row(insert->writer->tape);
        return;
    }
    if (!insert->writer->ok)
        return;
    check(insert->writer, sqlite3_step(insert->statement->handle));
    sqlite3_reset(insert->statement->handle);
    insert->column = 0;
}

bool put_query(struct insert *insert, int64_t *ret_value)
{
    bool found;

    assert(!insert->writer->tape); /* what is put on a tape has no answer */
    if (!insert->writer->ok)
        return false;
    check(insert->writer, sqlite3_step(insert->statement->handle));
    found = insert->writer->ok && sqlite3_data_count(insert->statement->handle) > 0;
    if (found)
        *ret_value = sqlite3_column_int64(insert->statement->handle, 0);
    sqlite3_reset(insert->statement->handle);
    insert->column = 0;
    return found;
}
