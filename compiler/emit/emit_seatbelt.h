#ifndef NONO_EMIT_SEATBELT_H
#define NONO_EMIT_SEATBELT_H

#include "compiler/expand/caps.h"
#include "compiler/sbpl/seatbelt_text.h"

/* Operations that reading, writing and sockets come to. */
#define OPS_READ "file-read* file-map-executable process-exec*"
#define OPS_WRITE "file-write* file-link"
#define OPS_SOCKET "network-outbound network-bind network-inbound"

/* What the parts of the Seatbelt backend share. */
struct seatbelt {
	struct arena *arena;
	const struct sources *sources;
	const struct capset *caps;
	struct seatbelt_text text;
	/* For each deny, whether something can be created above it. */
	const bool *open;
	/* Places that were printed: most entries come in by the same few. */
	struct {
		struct span at;
		struct text text;
	} places[64];
};

/* One path filter and where it comes from. */
struct place_filter {
	struct path path;
	uint8_t kind;	  /* enum seatbelt_filter */
	bool data_volume; /* by its name on the data volume */
	uint32_t others;  /* statements that ask for the same */
	struct span at;	  /* no source: nobody's statement */
	const struct origin *origin;
};

struct place_filters VEC(struct place_filter);

/* emit_seatbelt_places.c: lists of path filters. */
/* The filter, and the same place by way of the system's links. */
void seatbelt_add(
    struct seatbelt *s, struct place_filters *l, struct place_filter f);
/* Sorted and unique, without what a wider one in the list implies. */
void seatbelt_tidy(struct place_filters *l);
/* One rule of the list; those below $XDG_RUNTIME_DIR only where it exists. */
void seatbelt_places(struct seatbelt *s, const char *head,
    const struct place_filters *l, const char *guard);
/* "; groups/x.json:3 <- y.json:4" behind what was written. */
void seatbelt_origin(struct seatbelt *s, struct span at,
    const struct origin *origin, uint32_t others);
/* A rule of filters that need no list. */
void seatbelt_fixed(
    struct seatbelt *s, const char *head, const char *const *filters, size_t n);

/* emit_seatbelt_base.c: what any program needs and no path is about. */
void seatbelt_base(struct seatbelt *s);
/* emit_seatbelt_network.c */
void seatbelt_network(struct seatbelt *s);
/* emit_seatbelt_files.c: grants, denies, bypasses, and their order. */
void seatbelt_files(struct seatbelt *s);
/* emit_seatbelt_case.c: denied names in whatever case of letters. */
struct fold {
	const char *head;
	bool protected;
	unsigned access; /* of the denies */
	unsigned raw;	 /* see seatbelt_places_and_raw */
};

/* What seatbelt_fold's rules ask for, once before them. */
void seatbelt_define_held(struct seatbelt *s);
void seatbelt_fold(struct seatbelt *s, const struct fold *fold);
/* emit_seatbelt_raw.c: the profile's own rules, that allow or that deny. */
void seatbelt_raw_rules(struct seatbelt *s, bool allow);
/*
 * A rule on a narrower operation goes before one on a wider, whatever their
 * order: what a raw rule allows by name is denied by name, and lifted by name.
 * A list of places under `head` and under those operations: all (0), or what
 * reading or writing has.  Names that not every macOS knows are asked for.
 */
void seatbelt_places_and_raw(struct seatbelt *s, const char *head,
    unsigned access, const struct place_filters *l, const char *guard);
/* Is a keychain of the user's granted? */
bool seatbelt_keychain(const struct capset *c);

#endif
