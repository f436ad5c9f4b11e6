/* SPDX-License-Identifier: MIT
 * json_text.h -- writes JSON as it goes: commas, quoting and indentation are seen to here. */
#ifndef TRAINCAST_SIM_SCENARIO_JSON_TEXT_H
#define TRAINCAST_SIM_SCENARIO_JSON_TEXT_H

#include <stdbool.h>
#include <stdio.h>

struct json {
    FILE *out;
    int depth;
    bool comma; /* something stands before in the innermost collection */
};

/* text in quotes, as JSON has it. */
void json_quote(FILE *out, const char *text);

/* key NULL: an element of a list, or the root. */
void json_open(struct json *json, const char *key, char bracket); /* '{' or '[' */
void json_close(struct json *json, char bracket);                 /* '}' or ']' */
void json_text(struct json *json, const char *key, const char *text);
void json_number(struct json *json, const char *key, double number);
/* text is JSON already. */
void json_raw(struct json *json, const char *key, const char *text);
void json_bool(struct json *json, const char *key, bool yes);

#endif
