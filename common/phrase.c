#include "common/phrase.h"

const char *const role_names[ROLE_COUNT] = {
#define ROLE(name, ...) #name,
#include "common/roles.def"
#undef ROLE
};

const char *const chord_rule_texts[CHORD_RULE_COUNT] = {
#define CHORD_RULE(name, text, doc) text,
#include "common/chord_rules.def"
#undef CHORD_RULE
};

const char *const rule_texts[RULE_COUNT] = {
#define RULE(name, text, doc) text,
#include "common/rules.def"
#undef RULE
};
