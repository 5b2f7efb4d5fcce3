/* Tokens of expressions. A word may begin with a digit, for labels such as 5to50 do; a number is
 * told from such a word by what follows it: nothing that belongs to a word, or a unit (28d). Every
 * error names what the user probably knows from elsewhere (&&, =, ≤) in the language's own
 * spelling. */
#include "base/text.h"
#include "lang/expr_tree.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ASCII alone: <ctype.h> follows the locale. */
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
static bool is_word(char c) { return is_letter(c) || is_digit(c); }

static const struct {
    const char *word;
    double factor;
    sq_unit unit;
} units[] = {
    {"d", 1, {.time = 1}},
    {"wk", SQ_DAYS_PER_WEEK, {.time = 1}},
    {"mo", SQ_DAYS_PER_MONTH, {.time = 1}},
    {"y", SQ_DAYS_PER_YEAR, {.time = 1}},
};

static bool same(const char *text, size_t length, const char *word)
{
    return strlen(word) == length && memcmp(text, word, length) == 0;
}

bool sq_unit_literal(const sq_compiler *c, const char *word, size_t length, double *factor,
                     sq_unit *unit)
{
    const char *currency = c->names.currency;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (!same(word, length, units[i].word)) continue;
        *factor = units[i].factor;
        *unit = units[i].unit;
        return true;
    }
    if (!currency || !*currency || !same(word, length, currency)) return false;
    *factor = 1;
    *unit = (sq_unit){.money = 1};
    return true;
}

static bool is_currency(const char *word, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (word[i] < 'A' || word[i] > 'Z') return false;
    return length == 3;
}

const char *sq_unit_advice(const sq_compiler *c, const char *word, size_t length)
{
    static const char *const spelled[][2] = {
        {"day", "d"},     {"days", "d"}, {"D", "d"},    {"w", "wk"},      {"week", "wk"},
        {"weeks", "wk"},  {"wks", "wk"}, {"m", "mo"},   {"mon", "mo"},    {"month", "mo"},
        {"months", "mo"}, {"mos", "mo"}, {"year", "y"}, {"years", "y"},   {"yr", "y"},
        {"yrs", "y"},     {"a", "y"},    {"Y", "y"},    {"percent", "%"},
    };
    const char *currency = c->names.currency, *advice = "";
    sq_arena *arena = &c->diags->arena;
    for (size_t i = 0; i < sizeof spelled / sizeof spelled[0]; i++)
        if (same(word, length, spelled[i][0]))
            advice = sq_arena_format(arena, "; did you mean '%s'?", spelled[i][1]);
    if (!advice || *advice) return advice ? advice : "";
    if (is_currency(word, length) && currency && *currency)
        advice = sq_arena_format(arena, "; the currency of this model is %s", currency);
    else if (is_currency(word, length))
        advice = "; for amounts of money the model must say 'currency:'";
    return advice ? advice : "";
}

bool sq_token_is(const sq_lexer *lexer, const sq_token *token, const char *text)
{
    return same(lexer->origin->text + token->start, token->end - token->start, text);
}

/* ---- numbers and words ---------------------------------------------------------------- */

/* Bytes of the number at p; 0 if none. */
static size_t number_length(const char *p)
{
    size_t n = 0, digits = 0;
    for (; is_digit(p[n]); n++) digits++;
    if (p[n] == '.' && is_digit(p[n + 1]))
        for (n++; is_digit(p[n]); n++) digits++;
    if (digits == 0) return 0;
    if (p[n] != 'e' && p[n] != 'E') return n;
    size_t e = n + 1;
    if (p[e] == '+' || p[e] == '-') e++;
    if (!is_digit(p[e])) return n;
    while (is_digit(p[e])) e++;
    return e;
}

static bool lex_number(sq_lexer *lexer, sq_token *token, size_t length)
{
    const char *text = lexer->origin->text + token->start;
    if (sq_text_number(text, length, &token->value) != length)
        return sq_expr_error(lexer->c, lexer->origin, token->start,
                             "a number of more than %d characters", SQ_LONGEST_NUMBER);
    token->kind = SQ_TOKEN_NUMBER;
    token->end = token->start + (uint32_t)length;
    return isfinite(token->value)
               ? true
               : sq_expr_error(lexer->c, lexer->origin, token->start,
                               "the number %.*s is too large", (int)length, text);
}

static size_t word_length(const char *p)
{
    size_t n = 0;
    while (is_word(p[n])) n++;
    while (p[n] == '.' && is_word(p[n + 1]) && !is_digit(p[0]))
        for (n++; is_word(p[n]); n++) continue;
    return n;
}

/* At a digit, or a point before one. */
static bool lex_digits(sq_lexer *lexer, sq_token *token)
{
    const char *text = lexer->origin->text + token->start;
    size_t number = number_length(text), word = word_length(text);
    double factor;
    sq_unit unit;
    size_t tail = word_length(text + number);
    bool ends = !is_word(text[number]) && text[number] != '.';
    if (ends || (tail > 0 && sq_unit_literal(lexer->c, text + number, tail, &factor, &unit)))
        return lex_number(lexer, token, number);
    if (text[word] == '.' || word < number)
        return sq_expr_error(lexer->c, lexer->origin, token->start,
                             "cannot read '%.*s': expected a number such as 1.5 or 1e-3",
                             (int)(number + tail + (text[number] == '.')), text);
    token->kind = SQ_TOKEN_WORD;
    token->end = token->start + (uint32_t)word;
    return true;
}

/* ---- marks ---------------------------------------------------------------------------- */

static size_t mark_length(const char *p)
{
    static const char *const two[] = {"==", "!=", "<=", ">="};
    for (size_t i = 0; i < sizeof two / sizeof two[0]; i++)
        if (strncmp(p, two[i], 2) == 0) return 2;
    return *p != '\0' && strchr("+-*/^%()[],<>", *p) ? 1 : 0;
}

static bool refuse(sq_lexer *lexer)
{
    static const char *const spelled[][2] = {
        {"&&", "and"}, {"||", "or"}, {"&", "and"}, {"|", "or"},  {"=", "=="},  {"!", "not"},
        {"≤", "<="},   {"≥", ">="},  {"≠", "!="},  {"×", "*"},   {"·", "*"},   {"−", "-"},
        {"–", "-"},    {"÷", "/"},   {"€", "EUR"}, {"$", "USD"}, {"£", "GBP"},
    };
    const char *p = lexer->origin->text + lexer->at;
    for (size_t i = 0; i < sizeof spelled / sizeof spelled[0]; i++)
        if (strncmp(p, spelled[i][0], strlen(spelled[i][0])) == 0)
            return sq_expr_error(lexer->c, lexer->origin, lexer->at, "'%s' is written '%s' here",
                                 spelled[i][0], spelled[i][1]);
    if (*p == '\'' || *p == '"')
        return sq_expr_error(lexer->c, lexer->origin, lexer->at,
                             "names and labels stand without quotes in an expression");
    size_t n = 1;
    while (((unsigned char)p[n] & 0xC0) == 0x80) n++;
    return sq_expr_error(lexer->c, lexer->origin, lexer->at,
                         "'%.*s' has no meaning in an expression", (int)n, p);
}

bool sq_lex(sq_lexer *lexer, sq_token *token)
{
    const char *text = lexer->origin->text;
    while (text[lexer->at] == ' ' || text[lexer->at] == '\t') lexer->at++;
    const char *p = text + lexer->at;
    *token = (sq_token){.kind = SQ_TOKEN_END, .start = lexer->at, .end = lexer->at};
    size_t mark = mark_length(p);
    if (is_digit(*p) || (*p == '.' && is_digit(p[1]))) {
        if (!lex_digits(lexer, token)) return false;
    } else if (is_letter(*p)) {
        token->kind = SQ_TOKEN_WORD;
        token->end = lexer->at + (uint32_t)word_length(p);
    } else if (mark > 0) {
        token->kind = SQ_TOKEN_MARK;
        token->end = lexer->at + (uint32_t)mark;
    } else if (*p != '\0') {
        return refuse(lexer);
    }
    lexer->at = token->end;
    return true;
}
