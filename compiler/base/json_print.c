#include <config.h>

#include "compiler/base/json_print.h"

#include "compiler/base/diag.h"

static cJSON *
made(cJSON *item)
{
	if (item == NULL)
		diag_out_of_memory();
	return item;
}

cJSON *
json_object(void)
{
	return made(cJSON_CreateObject());
}

cJSON *
json_array(void)
{
	return made(cJSON_CreateArray());
}

cJSON *
json_string(const char *s)
{
	return made(cJSON_CreateString(s));
}

void
json_put(cJSON *object, const char *key, cJSON *item)
{
	if (!cJSON_AddItemToObject(object, key, item))
		diag_out_of_memory();
}

void
json_push(cJSON *array, cJSON *item)
{
	if (!cJSON_AddItemToArray(array, item))
		diag_out_of_memory();
}

void
json_put_string(cJSON *object, const char *key, const char *value)
{
	json_put(object, key, json_string(value));
}

void
json_put_text(
    cJSON *object, const char *key, struct arena *a, struct text value)
{
	json_put_string(object, key, diag_safe(a, value).s);
}

void
json_put_number(cJSON *object, const char *key, double value)
{
	json_put(object, key, made(cJSON_CreateNumber(value)));
}

void
json_put_bool(cJSON *object, const char *key, bool value)
{
	json_put(object, key, made(cJSON_CreateBool(value)));
}

cJSON *
json_put_array(cJSON *object, const char *key)
{
	return made(cJSON_AddArrayToObject(object, key));
}

cJSON *
json_put_object(cJSON *object, const char *key)
{
	return made(cJSON_AddObjectToObject(object, key));
}

cJSON *
json_push_object(cJSON *array)
{
	cJSON *item = json_object();

	json_push(array, item);
	return item;
}

void
json_finish(cJSON *root, FILE *out)
{
	char *text = cJSON_Print(root);

	if (text == NULL)
		diag_out_of_memory();
	(void)fputs(text, out);
	(void)putc('\n', out);
	cJSON_free(text);
	cJSON_Delete(root);
}
