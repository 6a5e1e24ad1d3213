#include "common/phrase.h"

const char *const role_names[ROLE_COUNT] = {
#define ROLE(name, ...) #name,
#include "common/roles.def"
#undef ROLE
};

const char *const rule_texts[RULE_COUNT] = {
#define RULE(name, text, doc) text,
#include "common/rules.def"
#undef RULE
};
