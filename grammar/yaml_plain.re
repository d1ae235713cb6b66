#include <config.h>

#include "grammar/yaml_plain.h"

enum yaml_plain
yaml_plain_scan(const char *s)
{
	const unsigned char *p = (const unsigned char *)s, *marker;

	/*!re2c
	re2c:define:YYCTYPE = "unsigned char";
	re2c:define:YYCURSOR = p;
	re2c:define:YYMARKER = marker;
	re2c:yyfill:enable = 0;

	end = "\x00";
	sign = [+-]?;
	digits = [0-9] [0-9_,]*;
	exponent = [eE] sign [0-9_]+;
	sixty = (":" [0-5]? [0-9])+ ("." [0-9_]*)?;

	* { return YAML_PLAIN_TEXT; }
	end { return YAML_PLAIN_EMPTY; }
	"true" end { return YAML_PLAIN_TRUE; }
	"false" end { return YAML_PLAIN_FALSE; }
	"null" end { return YAML_PLAIN_NULL; }
	"-"? ("0" | [1-9] [0-9]*) end { return YAML_PLAIN_INTEGER; }

	('true' | 'false' | 'yes' | 'no' | 'on' | 'off' | 'y' | 'n') end {
		return YAML_PLAIN_BOOL;
	}
	("~" | 'null') end { return YAML_PLAIN_NIL; }
	"<<" end { return YAML_PLAIN_MERGE; }
	"=" end { return YAML_PLAIN_EQUALS; }

	sign digits? "." [0-9_] [0-9_]* exponent? end {
		return YAML_PLAIN_NUMBER;
	}
	sign digits "."? exponent? end { return YAML_PLAIN_NUMBER; }
	sign "0" [xX] [0-9a-fA-F_]+ end { return YAML_PLAIN_NUMBER; }
	sign "0" [oO] [0-7_]+ end { return YAML_PLAIN_NUMBER; }
	sign "0" [bB] [01_]+ end { return YAML_PLAIN_NUMBER; }
	sign [0-9] [0-9_]* sixty end { return YAML_PLAIN_NUMBER; }
	sign "." ('inf' | 'nan') end { return YAML_PLAIN_NUMBER; }
	sign ('inf' | 'nan' | 'infinity') end { return YAML_PLAIN_NUMBER; }

	[0-9]{4} "-" [0-9]{1,2} "-" [0-9]{1,2} ([tT \t] [^\x00]*)? end {
		return YAML_PLAIN_DATE;
	}
	*/
}
