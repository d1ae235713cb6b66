#include <config.h>

#include "compiler/base/date.h"

#include <time.h>

static unsigned
number(const char *s, unsigned digits)
{
	unsigned n = 0;

	for (unsigned i = 0; i < digits; i++)
		n = n * 10 + (unsigned)(s[i] - '0');
	return n;
}

bool
date_valid(struct text t)
{
	static const char shape[] = "dddd-dd-dd";
	static const unsigned days[] = {
	    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	unsigned year, month, day;
	bool leap;

	if (t.len != sizeof(shape) - 1)
		return false;
	for (uint32_t i = 0; i < t.len; i++)
		if (shape[i] == 'd' ? t.s[i] < '0' || t.s[i] > '9'
				    : t.s[i] != shape[i])
			return false;
	year = number(t.s, 4);
	month = number(t.s + 5, 2);
	day = number(t.s + 8, 2);
	leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return month >= 1 && month <= 12 && day >= 1 &&
	       day <= days[month - 1] + (month == 2 && leap);
}

void
date_today(char ret[DATE_SIZE])
{
	time_t now = time(NULL);
	struct tm tm;

	if (gmtime_r(&now, &tm) == NULL ||
	    strftime(ret, DATE_SIZE, "%Y-%m-%d", &tm) == 0)
		memcpy(ret, "9999-12-31", DATE_SIZE);
}

bool
date_is_past(struct text day, const char *today)
{
	return text_compare(day, text_of(today)) < 0;
}
