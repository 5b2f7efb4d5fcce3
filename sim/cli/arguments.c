/* Parsing a command line by the verb's own table of options. The C library's getopt_long keeps
 * its place in global variables and its messages name no alternatives; a table and a loop do
 * neither. */
#include "cli/arguments.h"

#include "base/text.h"
#include "cli/console.h"

#include <stdlib.h>
#include <string.h>

static const sq_option help = {'h', "help", NULL, "show this help"};

static bool complain(const sq_arguments *a, const char *what, const char *name, int length)
{
    sq_say("%s: %s '%.*s' (see 'sequela help %s')", a->verb->name, what, length, name,
           a->verb->name);
    return false;
}

/* ---- which option is meant ------------------------------------------------------------------ */

enum { MOST_OPTIONS = 32 };

static bool unknown_option(const sq_arguments *a, const char *name, size_t length)
{
    const char *names[MOST_OPTIONS];
    size_t n = 0;
    for (const sq_option *o = a->verb->options; o->name != NULL && n < MOST_OPTIONS; o++)
        if (o->text != NULL) names[n++] = o->name;
    char *wanted = strndup(name, length);
    const char *near = wanted == NULL ? NULL : sq_nearest_name(wanted, names, n);
    if (near != NULL)
        sq_say("%s: unknown option '--%s'; did you mean '--%s'?", a->verb->name, wanted, near);
    else
        sq_say("%s: unknown option '--%.*s'; 'sequela help %s' lists its options", a->verb->name,
               (int)length, name, a->verb->name);
    free(wanted);
    return false;
}

/* The option of that name, or the only one that begins so; NULL after a complaint. */
static const sq_option *long_option(const sq_arguments *a, const char *name, size_t length)
{
    const sq_option *found = NULL;
    int n = 0;
    for (const sq_option *o = a->verb->options;; o++) {
        const sq_option *candidate = o->name == NULL ? &help : o;
        if (length > 0 && strncmp(candidate->name, name, length) == 0) {
            if (candidate->name[length] == '\0') return candidate;
            found = candidate;
            n++;
        }
        if (o->name == NULL) break;
    }
    if (n == 1) return found;
    if (n > 1)
        sq_say("%s: option '--%.*s' could be several; write it out", a->verb->name, (int)length,
               name);
    else
        unknown_option(a, name, length);
    return NULL;
}

static const sq_option *short_option(const sq_arguments *a, char letter)
{
    for (const sq_option *o = a->verb->options; o->name != NULL; o++)
        if (o->letter == letter && letter != '\0') return o;
    return letter == help.letter ? &help : NULL;
}

/* ---- reading them --------------------------------------------------------------------------- */

typedef struct reader {
    int argc, next;
    char **argv;
} reader;

static void add(sq_arguments *a, const sq_option *option, const char *value)
{
    a->given[a->n_given++] = (sq_given){option, value};
}

static bool take_value(sq_arguments *a, reader *r, const sq_option *option)
{
    if (r->next >= r->argc) {
        sq_say("%s: option '--%s' needs a value: --%s %s", a->verb->name, option->name,
               option->name, option->value);
        return false;
    }
    add(a, option, r->argv[r->next++]);
    return true;
}

static bool read_long(sq_arguments *a, reader *r, const char *text)
{
    size_t length = strcspn(text, "=");
    const sq_option *option = long_option(a, text, length);
    if (option == NULL) return false;
    if (option->value == NULL && text[length] == '=')
        return complain(a, "no value belongs to option", text - 2, (int)length + 2);
    if (option->value != NULL && text[length] != '=') return take_value(a, r, option);
    add(a, option, option->value != NULL ? text + length + 1 : NULL);
    return true;
}

/* "-qn100": letters without values may be joined, the first that takes a value takes the rest. */
static bool read_short(sq_arguments *a, reader *r, const char *letters)
{
    for (; *letters != '\0'; letters++) {
        const sq_option *option = short_option(a, *letters);
        if (option == NULL) {
            char name[3] = {'-', *letters, '\0'};
            return complain(a, "unknown option", name, 2);
        }
        if (option->value == NULL) {
            add(a, option, NULL);
            continue;
        }
        if (letters[1] == '\0') return take_value(a, r, option);
        add(a, option, letters + 1);
        return true;
    }
    return true;
}

static bool check_operands(const sq_arguments *a)
{
    if (a->n_operands == a->verb->n_operands || a->verb->n_operands == SQ_ANY_OPERANDS || sq_count(a, "help") > 0) return true;
    if (a->n_operands < a->verb->n_operands)
        sq_say("%s: %s is missing: sequela %s %s", a->verb->name, a->verb->operands, a->verb->name,
               a->verb->operands);
    else
        complain(a, "one argument too many:", a->operands[a->verb->n_operands],
                 (int)strlen(a->operands[a->verb->n_operands]));
    return false;
}

/* ---- the command line as text --------------------------------------------------------------- */

static bool needs_quotes(const char *word)
{
    static const char safe[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,+@%^";
    return word[0] == '\0' || word[strspn(word, safe)] != '\0';
}

static char *quoted(char *to, const char *word)
{
    bool quotes = needs_quotes(word);
    if (quotes) *to++ = '\'';
    for (; *word != '\0'; word++) {
        if (*word != '\'') {
            *to++ = *word;
            continue;
        }
        memcpy(to, "'\\''", 4);
        to += 4;
    }
    if (quotes) *to++ = '\'';
    return to;
}

static char *command_line(int argc, char **argv)
{
    size_t size = sizeof "sequela";
    for (int i = 1; i < argc; i++) size += 4 * strlen(argv[i]) + 3;
    char *text = malloc(size), *to = text;
    if (text == NULL) return NULL;
    memcpy(to, "sequela", 7);
    to += 7;
    for (int i = 1; i < argc; i++) {
        *to++ = ' ';
        to = quoted(to, argv[i]);
    }
    *to = '\0';
    return text;
}

int sq_arguments_parse(sq_arguments *a, const sq_verb *verb, int argc, char **argv)
{
    *a = (sq_arguments){.verb = verb};
    size_t most = 0; /* "-qh" holds two options, so letters bound their number */
    for (int i = 0; i < argc; i++) most += strlen(argv[i]) + 1;
    a->given = calloc(most, sizeof *a->given);
    a->operands = calloc(most, sizeof *a->operands);
    a->command_line = command_line(argc, argv);
    if (a->given == NULL || a->operands == NULL || a->command_line == NULL) {
        sq_say("out of memory");
        return SQ_EXIT_FAILED;
    }
    reader r = {.argc = argc, .next = 2, .argv = argv};
    bool options = true, fine = true;
    while (fine && r.next < argc) {
        const char *word = argv[r.next++];
        if (options && strcmp(word, "--") == 0)
            options = false;
        else if (options && strncmp(word, "--", 2) == 0)
            fine = read_long(a, &r, word + 2);
        else if (options && word[0] == '-' && word[1] != '\0')
            fine = read_short(a, &r, word + 1);
        else
            a->operands[a->n_operands++] = word;
    }
    return fine && check_operands(a) ? SQ_EXIT_DONE : SQ_EXIT_INPUT;
}

void sq_arguments_free(sq_arguments *a)
{
    free(a->given);
    free(a->operands);
    free(a->command_line);
    *a = (sq_arguments){.verb = NULL};
}

/* ---- asking --------------------------------------------------------------------------------- */

int sq_count(const sq_arguments *a, const char *name)
{
    int n = 0;
    for (int i = 0; i < a->n_given; i++) n += strcmp(a->given[i].option->name, name) == 0;
    return n;
}

int sq_values(const sq_arguments *a, const char *name, const char **list)
{
    int n = 0;
    for (int i = 0; i < a->n_given; i++)
        if (strcmp(a->given[i].option->name, name) == 0) list[n++] = a->given[i].value;
    return n;
}

const char *sq_value(const sq_arguments *a, const char *name)
{
    const char *value = NULL;
    for (int i = 0; i < a->n_given; i++)
        if (strcmp(a->given[i].option->name, name) == 0) value = a->given[i].value;
    return value;
}

/* Multiplies without leaving the range. */
static bool times(int64_t *value, int64_t factor)
{
    return !__builtin_mul_overflow(*value, factor, value);
}

static bool read_suffix(const char *text, int64_t *value)
{
    if (*text == '\0') return true;
    if ((*text == 'k' || *text == 'M') && text[1] == '\0')
        return times(value, *text == 'k' ? 1000 : 1000000);
    if (*text != 'e' || text[1] < '0' || text[1] > '9') return false;
    int power = 0;
    for (text++; *text >= '0' && *text <= '9' && power < 100; text++)
        power = 10 * power + (*text - '0');
    if (*text != '\0') return false;
    for (; power > 0; power--)
        if (!times(value, 10)) return false;
    return true;
}

static bool read_integer(const char *text, int64_t *value)
{
    const char *start = text;
    int64_t n = 0;
    for (; (*text >= '0' && *text <= '9') || (*text == '_' && text > start); text++) {
        if (*text == '_' && (text[-1] == '_' || text[1] < '0' || text[1] > '9')) return false;
        if (*text == '_') continue;
        if (!times(&n, 10) || __builtin_add_overflow(n, *text - '0', &n)) return false;
    }
    if (text == start || !read_suffix(text, &n)) return false;
    *value = n;
    return true;
}

bool sq_integer(const sq_arguments *a, const char *name, const char *meaning, int64_t least,
                int64_t most, int64_t *value)
{
    const char *text = sq_value(a, name);
    int64_t read = 0;
    if (text == NULL) return true;
    if (read_integer(text, &read) && read >= least && read <= most) {
        *value = read;
        return true;
    }
    sq_say("%s: --%s: '%s' is not %s; expected an integer from %lld to %lld", a->verb->name, name,
           text, meaning, (long long)least, (long long)most);
    return false;
}
