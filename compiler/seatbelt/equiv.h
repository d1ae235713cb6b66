#ifndef NONO_EQUIV_H
#define NONO_EQUIV_H

#include "compiler/compile.h"
#include "compiler/decide/decide.h"
#include "compiler/sbpl/sbpl.h"
#include "compiler/sbpl/seatbelt_text.h"

/*
 * Two backends, one verdict.  A profile is compiled for both, and requests at
 * its borders and at random are put to the Landlock decider and to the
 * Seatbelt evaluator.  Where they differ, a class says why, or the profile is
 * not compiled alike.  The classes are documented in nonoc(1).
 */
enum equiv_op {
	EQUIV_READ,
	EQUIV_LIST,
	EQUIV_WRITE,
	EQUIV_TRUNCATE,
	EQUIV_EXECUTE,
	EQUIV_IOCTL,
	EQUIV_CREATE,
	EQUIV_MKDIR,
	EQUIV_REMOVE,
	EQUIV_RMDIR,
	EQUIV_RENAME,
	EQUIV_LINK,
	EQUIV_CONNECT,
	EQUIV_BIND,
	EQUIV_PATH_OPS,
	EQUIV_CONNECT_TCP = EQUIV_PATH_OPS,
	EQUIV_BIND_TCP,
	EQUIV_SEND_UDP,
	EQUIV_BIND_UDP,
	EQUIV_OPS,
};

struct equiv_request {
	enum equiv_op op;
	struct text path, to; /* absolute */
	uint16_t port;
	bool elsewhere; /* the port is not this machine's */
};

enum equiv_class {
	EQUIV_FUTURE,	 /* D2: a name yet to come */
	EQUIV_TOP,	 /* D3: the granted directory itself */
	EQUIV_TEMPORARY, /* D2: the name under which a file is saved */
	EQUIV_MOVE,	 /* D6: across directories */
	EQUIV_BASE,	 /* rules that no profile asks for */
	EQUIV_SOCKETS,	 /* sockets directly in a directory */
	EQUIV_SPECIAL,	 /* D5: /proc, /dev/fd and their like */
	EQUIV_ADDRESS,	 /* another machine's port */
	EQUIV_CLASSES,
	EQUIV_UNEXPLAINED = EQUIV_CLASSES,
};

struct equiv_class_name {
	const char *key, *what;
};
extern const struct equiv_class_name equiv_class_names[EQUIV_CLASSES];
extern const char *const equiv_op_names[EQUIV_OPS];

struct equiv_count {
	uint64_t asked, agreed, readings; /* two readings of SBPL differ */
	uint64_t classes[EQUIV_CLASSES + 1];
};

/* Where the roots are for both backends. */
struct equiv_place {
	enum blob_root root;
	const char *path;
};
extern const struct equiv_place equiv_places[];
extern const uint32_t equiv_place_n;

struct equiv {
	struct compile *compile;
	struct capset seatbelt_caps;
	const struct text *places; /* of the grants, where the roots are */
	struct arena scratch;	   /* of one request */
	struct decider *landlock;
	struct sbpl_policy policy;
	struct sbpl_judge *tree, *last;
	bool consent;
	uint64_t random;
	struct equiv_count count;
	uint32_t shown;
};

/* Compiles for both.  False: diagnosed. */
bool equiv_open(struct equiv *e, struct compile *c, bool consent);
void equiv_close(struct equiv *e);
/* Asks both; what differs without a reason is printed. */
void equiv_ask(struct equiv *e, const struct equiv_request *r);
/* Every operation on what the profile names, and around it. */
void equiv_borders(struct equiv *e);
void equiv_random(struct equiv *e, uint64_t requests);

/* Why would they differ?  landlock is what the first says. */
enum equiv_class equiv_explain(const struct equiv *e,
    const struct equiv_request *r, const struct decide_answer *landlock,
    bool landlock_allows);
/* Is the path a directory wherever the profile makes sense? */
bool equiv_is_directory(const struct equiv *e, struct text path);
bool equiv_is_file(const struct equiv *e, struct text path);
bool equiv_is_below_file(const struct equiv *e, struct text path);
/* A path of the capset where the roots are. */
struct text equiv_place_path(struct arena *a, struct path p);

#endif
