/* SPDX-License-Identifier: MIT
 * json_text.c -- see json_text.h. */
#include "sim/scenario/json_text.h"

void json_quote(FILE *out, const char *text)
{
    fputc('"', out);
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        if (*p == '"' || *p == '\\')
            fprintf(out, "\\%c", *p);
        else if (*p < ' ')
            fprintf(out, "\\u%04x", *p);
        else
            fputc(*p, out);
    fputc('"', out);
}

static void begin(struct json *json, const char *key)
{
    if (json->comma)
        fputc(',', json->out);
    if (json->depth > 0)
        fprintf(json->out, "\n%*s", json->depth, "");
    if (key) {
        json_quote(json->out, key);
        fputs(": ", json->out);
    }
    json->comma = true;
}

void json_open(struct json *json, const char *key, char bracket)
{
    begin(json, key);
    fputc(bracket, json->out);
    json->depth++;
    json->comma = false;
}

void json_close(struct json *json, char bracket)
{
    json->depth--;
    if (json->comma)
        fprintf(json->out, "\n%*s", json->depth, "");
    fputc(bracket, json->out);
    if (json->depth == 0)
        fputc('\n', json->out);
    json->comma = true;
}

void json_text(struct json *json, const char *key, const char *text)
{
    begin(json, key);
    json_quote(json->out, text);
}

void json_number(struct json *json, const char *key, double number)
{
    begin(json, key);
    fprintf(json->out, "%.17g", number);
}

void json_raw(struct json *json, const char *key, const char *text)
{
    begin(json, key);
    fputs(text, json->out);
}

void json_bool(struct json *json, const char *key, bool yes)
{
    begin(json, key);
    fputs(yes ? "true" : "false", json->out);
}
