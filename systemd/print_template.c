/* Prints auralis.conf as it is installed, made from the table of settings while building. */
#include "common/settings.h"

int main(void)
{
    settings_print_template(stdout);
    return fflush(stdout) == 0 ? 0 : 1;
}
