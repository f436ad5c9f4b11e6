/* SPDX-License-Identifier: MIT
 * tape.c -- see tape.h. */
#include "sim/results/tape.h"

#include <assert.h>
#include <string.h>

enum mark {
    MARK_STATEMENT = 'S', /* text */
    MARK_INT = 'i',       /* 8 bytes */
    MARK_REAL = 'r',      /* 8 bytes */
    MARK_TEXT = 't',      /* up to and with its NUL */
    MARK_NULL = 'n',
    MARK_RUN = 'u',
    MARK_WORD = 'w', /* two bytes: vocabulary, word */
    MARK_ROW = 'R',
};

static void add_mark(struct text *tape, enum mark mark)
{
    const char byte = (char)mark;

    text_add_bytes(tape, &byte, 1);
}

void tape_statement(struct text *tape, const char *sql)
{
    add_mark(tape, MARK_STATEMENT);
    text_add_bytes(tape, sql, strlen(sql) + 1);
}

void tape_int(struct text *tape, int64_t value)
{
    add_mark(tape, MARK_INT);
    text_add_bytes(tape, (const char *)&value, sizeof value);
}

void tape_real(struct text *tape, double value)
{
    add_mark(tape, MARK_REAL);
    text_add_bytes(tape, (const char *)&value, sizeof value);
}

void tape_text(struct text *tape, const char *text)
{
    add_mark(tape, text ? MARK_TEXT : MARK_NULL);
    if (text)
        text_add_bytes(tape, text, strlen(text) + 1);
}

void tape_run(struct text *tape)
{
    add_mark(tape, MARK_RUN);
}

void tape_word(struct text *tape, enum vocabulary vocabulary, int word)
{
    const char bytes[2] = {(char)vocabulary, (char)word};

    add_mark(tape, MARK_WORD);
    text_add_bytes(tape, bytes, sizeof bytes);
}

void tape_row(struct text *tape)
{
    add_mark(tape, MARK_ROW);
}

/* -- playing -- */
struct player {
    const char *at, *end;
    struct insert insert;
    bool first, written;
};

static const char *take(struct player *player, size_t size)
{
    const char *bytes = player->at;

    assert((size_t)(player->end - player->at) >= size);
    player->at += size;
    return bytes;
}

static const char *take_text(struct player *player)
{
    return take(player, strnlen(player->at, (size_t)(player->end - player->at)) + 1);
}

static void play_row(struct player *player)
{
    struct writer *writer = player->insert.writer;

    put_row(&player->insert);
    if (player->first && writer->ok)
        player->written = sqlite3_changes(writer->results->db) == 1;
    player->first = false;
}

static void play_value(struct player *player, enum mark mark)
{
    const char *word;
    int64_t integer;
    double real;

    switch (mark) {
    case MARK_INT:
        memcpy(&integer, take(player, sizeof integer), sizeof integer);
        put_int(&player->insert, integer);
        return;
    case MARK_REAL:
        memcpy(&real, take(player, sizeof real), sizeof real);
        put_real(&player->insert, real);
        return;
    case MARK_TEXT:
        put_text(&player->insert, take_text(player));
        return;
    case MARK_NULL:
        put_text(&player->insert, NULL);
        return;
    case MARK_RUN:
        put_run(&player->insert);
        return;
    case MARK_WORD:
        word = take(player, 2);
        put_word(&player->insert, (enum vocabulary)word[0], word[1]);
        return;
    case MARK_STATEMENT:
    case MARK_ROW:
        break;
    }
    assert(!"a mark that no tape holds");
}

void tape_play(const char *bytes, size_t size, struct writer *writer, bool *ret_written)
{
    struct player player = {.at = bytes, .end = bytes + size, .first = true, .written = true};

    while (player.at < player.end && writer->ok && player.written) {
        enum mark mark = (enum mark) * take(&player, 1);

        if (mark == MARK_STATEMENT) {
            insert_done(&player.insert);
            player.insert = insert_open(writer, take_text(&player));
        } else if (mark == MARK_ROW) {
            play_row(&player);
        } else {
            play_value(&player, mark);
        }
    }
    insert_done(&player.insert);
    *ret_written = player.written;
}
