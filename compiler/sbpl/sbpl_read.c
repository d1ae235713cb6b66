#include <config.h>

#include "compiler/sbpl/sbpl.h"

static struct span
place_in_file(const void *of, uint32_t begin, uint32_t end)
{
	return (struct span){*(const uint32_t *)of, begin, end};
}

bool
sbpl_file_name(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot != NULL &&
	       (strcmp(dot, ".sb") == 0 || strcmp(dot, ".sbpl") == 0);
}

bool
sbpl_read(struct arena *a, struct diags *d, const struct sources *s,
    uint32_t source, const struct sbpl_node **ret_first)
{
	struct sbpl_input in = {
	    .text = source_get(s, source)->text,
	    .place = place_in_file,
	    .of = &source,
	};

	return sbpl_parse(a, d, &in, SBPL_SHAPE_FILE, ret_first);
}
