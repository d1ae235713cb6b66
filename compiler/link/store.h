#ifndef NONO_STORE_H
#define NONO_STORE_H

#include "compiler/decode/decode.h"

/*
 * Where profiles and groups are found, and in what order.  Each file is read
 * and decoded once.
 */
enum store_place {
	STORE_FILE,	 /* named on the command line */
	STORE_SIBLING,	 /* beside the file that asked */
	STORE_INCLUDE,	 /* -I DIR */
	STORE_USER,	 /* the user's own directory */
	STORE_INSTALLED, /* came with nonoc */
};

struct profile_file {
	struct text name; /* without directory and suffix */
	struct text path; /* as opened: the identity of the file */
	struct text dir;
	enum store_place place;
	uint32_t source;
	const struct profile_ast *ast;
};

struct group_file {
	struct text name;
	uint32_t source;
	const struct group_ast *ast;
};

struct store {
	struct arena *arena;
	struct diags *diags;
	struct sources *sources;
	struct VEC(const char *) includes; /* -I, in order */
	const char *data;		   /* holds groups/ and profiles/ */
	const char *user;		   /* profiles of the user; or NULL */
	struct VEC(struct profile_file *) profiles;
	struct VEC(struct group_file *) groups;
};

/*
 * What the command line names: a file (it has a '/' or a known suffix) or
 * the name of a profile.
 */
bool store_profile(struct store *s, const char *argument,
    const struct profile_file **ret_file);
/* A profile that is in memory; it has no siblings. */
bool store_profile_text(struct store *s, const char *name, struct text text,
    const struct profile_file **ret_file);
/* A base that `from` asks for; `name` was written at name.at. */
bool store_base(struct store *s, const struct profile_file *from,
    const struct name_entry *name, const struct profile_file **ret_file);
/* N3010: a file of the installed data is missing.  False. */
bool store_no_data(struct store *s, const char *what);
/* The profile whose groups every profile gets: the one that came with nonoc. */
bool store_default(struct store *s, const struct profile_file **ret_file);
bool store_group(struct store *s, const struct name_entry *name,
    const struct group_file **ret_file);
bool store_has_group(struct store *s, struct text name);

/* A file's name without its directory and a profile's suffix. */
struct text store_name_of(struct text path);

/* The names in one place, sorted: for `nonoc list` and for suggestions. */
struct name_array store_list_groups(struct store *s);
struct name_array store_list_in(struct store *s, const char *dir);
struct name_array store_list_profiles(struct store *s, enum store_place place);

#endif
