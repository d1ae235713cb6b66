#include <config.h>

#include "compiler/link/revision.h"

#include <string.h>
#include <sys/stat.h>

const char revision_link[] = "it is a symbolic link or a submodule";
const char revision_outside[] = "that is outside the repository";
const char revision_missing[] = "there is no such path in that revision";

void
revision_refuse(struct store *s, const char *argument, const char *why)
{
	struct diag *diag = diag_at(s->diags, DIAG_BAD_REVISION,
	    (struct span){0}, "cannot read \"%s\": %s", argument, why);

	diag_help(s->diags, diag,
	    "REV:PATH names what a revision of this repository has, as in "
	    "\"git show HEAD~1:profiles/agent.json\"; :PATH what is staged");
}

static const char *
revision_of(struct arena *a, const char *argument, const char *colon)
{
	return arena_text(
	    a, (struct text){argument, (uint32_t)(colon - argument)})
	    .s;
}

/*
 * A file can be called as a revision's is: which one is looked at must not
 * depend on what somebody adds to the work tree.
 */
static bool
is_ambiguous(struct store *s, const char *argument, const char *colon)
{
	const char *revision = revision_of(s->arena, argument, colon);
	struct diag *diag;
	struct text why;
	struct git *git;

	if (!git_open(s->arena, revision, &git, &why))
		return false;
	git_close(git);
	diag = diag_at(s->diags, DIAG_BAD_REVISION, (struct span){0},
	    "\"%s\" is a file or directory here, and \"%s\" is a revision",
	    argument, revision);
	diag_help(s->diags, diag,
	    "\"./%s\" is the one that lies here; to ask the revision, move "
	    "that away",
	    argument);
	return true;
}

bool
revision_named(struct store *s, const char *argument, bool *ret_named)
{
	const char *colon = strchr(argument, ':');
	struct stat st;
	const bool there = stat(argument, &st) == 0;

	*ret_named = !there && colon != NULL;
	return !there || colon == NULL || !is_ambiguous(s, argument, colon);
}

struct git *
revision_open(struct store *s, const char *argument, const char **ret_path)
{
	const char *colon = strchr(argument, ':'), *path = colon + 1;
	const bool here = strncmp(path, "./", 2) == 0 ||
			  strncmp(path, "../", 3) == 0 ||
			  strcmp(path, ".") == 0;
	struct text why;
	struct git *git;

	if (!git_open(
		s->arena, revision_of(s->arena, argument, colon), &git, &why)) {
		revision_refuse(s, argument, why.s);
		return NULL;
	}
	git_spare(git, s->data);
	git_spare(git, s->user);
	*ret_path =
	    here ? path : arena_printf(s->arena, "%s/%s", git_top(git), path).s;
	return git;
}

static bool
read_in_git(struct store *s, const char *argument, uint32_t *ret_source)
{
	const char *path;
	struct text name;
	struct git *git = revision_open(s, argument, &path);
	bool good = false;

	if (git == NULL)
		return false;
	switch (git_find(git, path, &name)) {
	case GIT_FILE:
	case GIT_DIR:
		s->sources->revision = git;
		good = source_read(s->sources, s->arena, s->diags, path,
		    (struct span){0}, ret_source);
		s->sources->revision = NULL;
		break;
	case GIT_LINK:
		revision_refuse(s, argument, revision_link);
		break;
	case GIT_OUTSIDE:
		revision_refuse(s, argument, revision_outside);
		break;
	case GIT_MISSING:
		revision_refuse(s, argument, revision_missing);
		break;
	}
	git_close(git);
	return good;
}

bool
revision_read(struct store *s, const char *argument, uint32_t *ret_source)
{
	bool in_git;

	if (!revision_named(s, argument, &in_git))
		return false;
	return in_git ? read_in_git(s, argument, ret_source)
		      : source_read(s->sources, s->arena, s->diags, argument,
			    (struct span){0}, ret_source);
}
