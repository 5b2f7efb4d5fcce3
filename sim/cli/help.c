/* Help, made from the same tables that the parser reads, so that it cannot promise an option
 * that is not there. */
#include "cli/console.h"
#include "cli/verbs.h"

#include <string.h>

void sq_print_help(void)
{
    puts("sequela: discrete-event Monte Carlo simulation of treatment pathways\n"
         "\n"
         "usage: sequela VERB [OPTIONS] FILE\n");
    for (const sq_verb *const *verb = sq_verbs; *verb != NULL; verb++)
        printf("  %-8s %-38s %s\n", (*verb)->name, (*verb)->operands, (*verb)->summary);
    puts("  help     VERB                                   options of a verb\n"
         "\n"
         "sequela --version names the program's version and the libraries it was built with.\n"
         "Exit codes: 0 done, 1 the work failed, 2 the input or the command line is wrong,\n"
         "3 published figures are missed (validate).\n"
         "A research and modelling tool, not medical advice.");
}

static void print_option(const sq_option *option)
{
    char left[64];
    char letter[4] = "   ";
    if (option->letter != '\0') {
        letter[0] = '-';
        letter[1] = option->letter;
        letter[2] = ',';
    }
    snprintf(left, sizeof left, "%s --%s%s%s", letter, option->name,
             option->value != NULL ? "=" : "", option->value != NULL ? option->value : "");
    printf("  %-28s %s\n", left, option->text);
}

void sq_print_verb_help(const sq_verb *verb)
{
    printf("usage: sequela %s [OPTIONS] %s\n\n%s%s\n", verb->name, verb->operands, verb->summary,
           verb->text[0] != '\0' ? "." : "");
    if (verb->text[0] != '\0') printf("%s\n", verb->text);
    puts("\noptions:");
    for (const sq_option *option = verb->options; option->name != NULL; option++)
        if (option->text != NULL) print_option(option);
    const sq_option help = {'h', "help", NULL, "show this help"};
    print_option(&help);
}
