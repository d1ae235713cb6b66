#include <config.h>

#include <fcntl.h>
#include <unistd.h>

#include "runtime/launch.h"
#include "runtime/report.h"

static bool
ask(const char *access, struct path at)
{
	char answer[64];
	ssize_t n;
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (tty < 0)
		return false;
	line_add("grant ");
	line_add(access);
	line_add(" to ");
	line_add(shown(at.s));
	line_add("? [y/N] ");
	line_ask(tty);
	n = read(tty, answer, sizeof(answer));
	close(tty);
	return n > 0 && (answer[0] == 'y' || answer[0] == 'Y');
}

bool
consent_possible(const struct launch *l)
{
	return !l->opt.dry_run && isatty(0) && isatty(2);
}

bool
consent_given(const struct launch *l, const char *access, struct path at)
{
	if (l->opt.allow_cwd || (consent_possible(l) && ask(access, at)))
		return true;
	warn(
	    shown(at.s), " is not granted: pass --allow-cwd to grant it", NULL);
	return false;
}
