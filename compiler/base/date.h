#ifndef NONO_DATE_H
#define NONO_DATE_H

#include <stdbool.h>

#include "compiler/base/text.h"

/* Days, as waivers have them: "2027-01-31", which sort as they follow. */
enum { DATE_SIZE = sizeof("YYYY-MM-DD") };

/* Of that shape, and a day that exists? */
bool date_valid(struct text t);
/* Today in UTC. */
void date_today(char ret[DATE_SIZE]);
/* Is the day over on `today`? */
bool date_is_past(struct text day, const char *today);

#endif
