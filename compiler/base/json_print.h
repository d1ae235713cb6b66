#ifndef NONO_JSON_PRINT_H
#define NONO_JSON_PRINT_H

#include <stdio.h>

#include <cJSON.h>

#include "compiler/base/arena.h"

/*
 * JSON that we write, through cJSON.  Where it runs out of memory the program
 * ends as the arena does: no caller checks for NULL, no half a document is
 * printed.
 */
cJSON *json_object(void);
cJSON *json_array(void);
cJSON *json_string(const char *s);

/* They take `item` over. */
void json_put(cJSON *object, const char *key, cJSON *item);
void json_push(cJSON *array, cJSON *item);

void json_put_string(cJSON *object, const char *key, const char *value);
/* Control, escape and direction characters are spelled out. */
void json_put_text(
    cJSON *object, const char *key, struct arena *a, struct text value);
void json_put_number(cJSON *object, const char *key, double value);
void json_put_bool(cJSON *object, const char *key, bool value);
/* A new array or object under the key. */
cJSON *json_put_array(cJSON *object, const char *key);
cJSON *json_put_object(cJSON *object, const char *key);
cJSON *json_push_object(cJSON *array);

/* Prints it with a newline, and frees it. */
void json_finish(cJSON *root, FILE *out);

#endif
