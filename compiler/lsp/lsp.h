#ifndef NONO_LSP_H
#define NONO_LSP_H

#include <cJSON.h>

#include "compiler/compile.h"
#include "compiler/lsp/lsp_frame.h"
#include "compiler/lsp/lsp_text.h"

/*
 * The language server: one conversation with one editor.  It keeps the text
 * of the documents that are open and nothing else; whatever is asked is
 * answered by compiling them anew, each time in an arena of its own.
 */
enum lsp_kind {
	LSP_OTHER, /* not ours: kept, and nothing said about it */
	LSP_PROFILE,
	LSP_GROUP,
	LSP_ASSERT,
};

struct lsp_document {
	struct arena arena; /* of what follows; another one for each text */
	struct text uri;    /* as the editor wrote it */
	struct text path;   /* absolute; empty: not a file of this machine */
	struct text real;   /* the same without symbolic links */
	struct text text;
	enum lsp_kind kind;
	int version;
	bool open;  /* false: the slot is free */
	bool fresh; /* nothing was published since the text changed */
};

enum lsp_state { LSP_BEGINS, LSP_RUNS, LSP_SHUT_DOWN };

struct lsp {
	const struct compile *options; /* data, -I, -D: as for compile */
	const struct target *targets;
	uint32_t ntargets;
	struct source_overlay overlay; /* the documents, for struct sources */
	struct arena arena;	       /* of the slots */
	struct VEC(struct lsp_document *) documents;
	struct frame_input in;
	int out;
	int lost; /* errno, if an answer could not be written */
	enum lsp_state state;
	enum lsp_encoding encoding;
	bool watches;	  /* the editor can say what changes on the disk */
	bool stale;	  /* something changed since the last check */
	cJSON *published; /* URI: what was said of it, printed */
};

/* Until the conversation is over; the exit status. */
int lsp_serve(struct lsp *l);

/* lsp_serve.c: sends a notification and takes its parameters over. */
void lsp_notify(struct lsp *l, const char *method, cJSON *params);

/* lsp_document.c: what the editor says of its documents. */
void lsp_did_open(struct lsp *l, const cJSON *params);
void lsp_did_change(struct lsp *l, const cJSON *params);
void lsp_did_save(struct lsp *l, const cJSON *params);
void lsp_did_close(struct lsp *l, const cJSON *params);
/* The document that is open under params.textDocument.uri, or NULL. */
struct lsp_document *lsp_document_of(struct lsp *l, const cJSON *params);
/* lsp_kind.c: by the name and, where that says too little, by the keys. */
enum lsp_kind lsp_kind_of(struct text path, struct text text);
bool lsp_is_yaml(struct text path);
/*
 * The path, absolute and without symbolic links; of a file that is not there,
 * its directory's.
 */
struct text lsp_real_path(struct arena *a, struct text path);
/* What is open of a file, or NULL: the text that counts. */
const struct lsp_document *lsp_document_at(
    const struct lsp *l, const char *path);
void lsp_documents_release(struct lsp *l);

/*
 * lsp_check.c: one compilation of one document, for one target, in an arena of
 * its own.  What was diagnosed is in compile.diags.
 */
struct lsp_check {
	const struct lsp *lsp;
	const struct lsp_document *doc;
	struct compile compile;
	const uint8_t *bytes; /* the policy; NULL: there is none */
	uint32_t size;
	uint32_t stand_in; /* a source that nobody wrote; 0: none */
	struct VEC(struct lsp_lines) lines; /* of sources, once asked for */
};
void lsp_check(const struct lsp *l, const struct lsp_document *doc,
    const struct target *t, struct lsp_check *ret_check);
void lsp_check_release(struct lsp_check *k);
/* The document as a source; false: it cannot be read. */
bool lsp_check_source(struct lsp_check *k, uint32_t *ret_source);
/* Has the span a place in something that somebody wrote? */
bool lsp_check_placed(const struct lsp_check *k, struct span at);
const struct lsp_lines *lsp_check_lines(struct lsp_check *k, uint32_t source);
/* The place of a span, as {"start": ..., "end": ...}; its file. */
cJSON *lsp_check_range(struct lsp_check *k, struct span at);
struct text lsp_check_uri(struct lsp_check *k, uint32_t source);
/* {"uri": ..., "range": ...} */
cJSON *lsp_check_location(struct lsp_check *k, struct span at);

/* lsp_publish.c: checks all, says what is new. */
void lsp_publish(struct lsp *l);

cJSON *lsp_range(const struct lsp_lines *lines, uint32_t begin, uint32_t end);
/* A member that is an object, a string, a position; NULL or false if not. */
const char *lsp_string(const cJSON *object, const char *key);
bool lsp_get_position(
    const cJSON *object, const char *key, struct lsp_position *ret_position);

#endif
