#ifndef NONO_UNICODE_FORM_H
#define NONO_UNICODE_FORM_H

#include "compiler/base/arena.h"

/*
 * The two ways to spell a letter with a mark: as one code point (NFC) or as
 * letter and mark (NFD).  APFS keeps a name as it was given and finds it by
 * either.  Only what unicode_form.def has, and Hangul, is respelled; text that
 * is not UTF-8 stays as it is.
 */
struct text unicode_compose(struct arena *a, struct text t);
struct text unicode_decompose(struct arena *a, struct text t);

#endif
