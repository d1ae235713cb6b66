#ifndef NONO_YAML_PLAIN_H
#define NONO_YAML_PLAIN_H

/*
 * What a plain (unquoted) YAML scalar is.  Only what every YAML reader takes
 * alike has a type; whatever YAML 1.1, YAML 1.2 or a well-known reader would
 * take for something else than text is to be quoted.
 */
enum yaml_plain {
	YAML_PLAIN_TEXT,
	YAML_PLAIN_TRUE,
	YAML_PLAIN_FALSE,
	YAML_PLAIN_NULL,
	YAML_PLAIN_INTEGER, /* -?(0|[1-9][0-9]*) */

	/* The rest is refused. */
	YAML_PLAIN_EMPTY,
	YAML_PLAIN_BOOL,   /* yes, No, ON, True, y */
	YAML_PLAIN_NIL,	   /* ~, Null */
	YAML_PLAIN_NUMBER, /* 010, 0x1F, 1_000, 1.5, .5, 1e3, .inf, 12:30 */
	YAML_PLAIN_DATE,   /* 2001-12-14 and what follows */
	YAML_PLAIN_MERGE,  /* << */
	YAML_PLAIN_EQUALS, /* = */
};

/* `s` ends with a NUL. */
enum yaml_plain yaml_plain_scan(const char *s);

#endif
