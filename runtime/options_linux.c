#include <config.h>

#include "runtime/launch.h"
#include "runtime/report.h"

void
options_check(const struct options *o)
{
	if (o->allow_gpu || o->allow_launch_services)
		die("usage",
		    o->allow_gpu ? "--allow-gpu" : "--allow-launch-services",
		    " is for macOS: leave it out, the profile grants devices "
		    "by their paths",
		    NULL);
}
