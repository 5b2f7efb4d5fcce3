/* Inside the loader: what the files say while they are being turned into the frozen model. Only
 * load.c, build_*.c, freeze.c, warn*.c and describe.c include this.
 *
 * Order of work (load.c): files joined into sections -> instances of modules written out -> names declared ->
 * parameters compiled in order of dependence -> population, events, decisions, rewards, strategies,
 * endpoints and targets compiled -> the model in words -> everything copied into the model's arena
 * (freeze.c) -> a parameter block filled per strategy as proof -> warnings. sim/README.md says which file does what.
 *
 * Three arenas: sources live with the diagnostics (a message shows source lines after a failed
 * load), nodes and working lists in `scratch`, and whatever the frozen model points to in
 * model->arena: names that end up in the model go through sq_build_keep. Functions return false
 * after reporting, or with out_of_memory set. */
#ifndef SQ_LANG_BUILD_H
#define SQ_LANG_BUILD_H

#include "base/vec.h"
#include "lang/csv.h"
#include "lang/diag.h"
#include "lang/expr.h"
#include "lang/law_names.h"
#include "lang/load.h"
#include "lang/node.h"
#include "math/fit.h"
#include "model/model.h"

/* ---- small containers ------------------------------------------------------------------- */

/* Text to integer: open addressing, in an arena. Zero-initialise. */
typedef struct sq_index {
    const char **key;
    int *value;
    size_t size, used;
} sq_index;

/* Adds or replaces; false when memory is out. The key is not copied. */
bool sq_index_put(sq_arena *arena, sq_index *index, const char *key, int value);
int sq_index_get(const sq_index *index, const char *key); /* -1 if absent */

/* A text that grows, in malloc'd memory; `failed` once memory was out. */
typedef struct sq_writer {
    char *items;
    size_t count, capacity;
    bool failed;
} sq_writer;

void sq_write(sq_writer *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
void sq_write_node(sq_writer *w,
                   const sq_node *node); /* as one line, in the language's own words */

typedef struct sq_ints {
    int *items;
    size_t count, capacity;
} sq_ints;

/* ---- sections: what the joined files say ------------------------------------------------ */

typedef struct sq_entry {
    const char *name;
    sq_place place;
    const sq_node *node;
} sq_entry;

typedef struct sq_entries {
    sq_entry *items;
    size_t count, capacity;
    sq_index index;
} sq_entries;

/* Sections that are maps of named things, joined from all files in order. */
typedef enum sq_section {
    SQ_IN_CATEGORIES,
    SQ_IN_ATTRIBUTES,
    SQ_IN_STATES,
    SQ_IN_FUNCTIONS,
    SQ_IN_PROCEDURES,
    SQ_IN_EVENTS,
    SQ_IN_DECISIONS,
    SQ_IN_COSTS,
    SQ_IN_PARAMETERS,
    SQ_IN_OVERRIDE,
    SQ_IN_STRATEGIES,
    SQ_IN_RULES,
    SQ_IN_COMMON_RULES,
    SQ_IN_ENDPOINTS,
    SQ_IN_TARGETS,
    SQ_IN_EMULATE,
    SQ_IN_MODULES,
    SQ_IN_INSTANCES,
    SQ_SECTIONS
} sq_section;

/* Where an instance stands: how many entries each section had when it was met. */
typedef struct sq_instance_at {
    size_t at[SQ_SECTIONS];
} sq_instance_at;

/* Keys that are said once. */
typedef enum sq_single {
    SQ_ONE_MODEL,
    SQ_ONE_MODEL_TITLE,
    SQ_ONE_CURRENCY,
    SQ_ONE_START,
    SQ_ONE_UTILITY,
    SQ_ONE_EXPERIMENT,
    SQ_ONE_EXPERIMENT_TITLE,
    SQ_ONE_HORIZON,
    SQ_ONE_CLOSES,
    SQ_ONE_PATIENTS,
    SQ_ONE_SEED,
    SQ_ONE_POPULATION,
    SQ_ONE_CALIBRATE,
    SQ_ONE_VALIDATE,
    SQ_ONE_REFERENCE,
    SQ_ONE_DISCOUNT,
    SQ_ONE_OUTPUTS,
    SQ_ONE_SWEEP,
    SQ_ONE_ANCHORS,
    SQ_SINGLES
} sq_single;

typedef struct sq_said {
    const sq_node *node; /* NULL: not said */
    sq_place place;
} sq_said;

/* ---- names and parameters --------------------------------------------------------------- */

/* A name an expression can use; `what` for messages ("attribute"). */
typedef struct sq_named {
    const char *name, *what;
    sq_place place;
    sq_symbol symbol;
    int param; /* index into params, -1 */
    bool used;
    unsigned walk; /* of the last collection of needs that passed here */
} sq_named;

typedef enum sq_param_kind {
    SQ_PARAM_NUMBER,
    SQ_PARAM_LAW,
    SQ_PARAM_FUNCTION,
    SQ_PARAM_PROFILE, /* a hazard ratio that wanes */
} sq_param_kind;

typedef struct sq_steps {
    sq_step *items;
    size_t count, capacity;
} sq_steps;

/* Knots of one row of a table: x known, y an expression or (from a CSV) a number. */
typedef struct sq_knots {
    int n;
    double *x, *y;
    const sq_node **y_node; /* NULL: use y */
    sq_place *place, *y_place;
} sq_knots;

/* Numbers a law may wear beside its arguments: truncation from below and above, and a shift. */
typedef enum sq_wrap { SQ_WRAP_LOW, SQ_WRAP_HIGH, SQ_WRAP_SHIFT, SQ_WRAPS } sq_wrap;

/* A definition of the parameter files, or a law of the model that needs room in the block (then
 * hidden). */
typedef struct sq_param {
    const char *name;
    sq_place place;
    const sq_node *node;
    sq_param_kind kind;
    bool hidden, has_unit, broken;
    int n_dims, dim[SQ_KEYS], n_entries;
    sq_unit unit;     /* of the number, of the law's variable, or of the function's value */
    sq_unit argument; /* of a function's argument */
    int slot;         /* first of n_entries; for laws see below */
    sq_family family;
    int arg_slot[SQ_LAW_ARGS], cured_slot, row_slot; /* -1 without */
    int wrap_slot[SQ_WRAPS];                         /* -1 without */
    int coefficient_slot; /* of a spline: number k of entry e at + k * n_entries + e */
    int profile_slot;     /* of a waning hazard ratio: from, to, start, length */
    int table;                                       /* -1 without */
    bool all_cause; /* a curve stated for all causes of its event together */
    int first_symbol, n_symbols;
    const sq_node **leaf; /* [n_entries] of laws */
    sq_knots *knots;      /* [n_entries], by calendar year [n_entries][n_years] of table laws; [1] of functions */
    int n_years;          /* life table by calendar year, else 0 */
    double *years;        /* [n_years] as the file has them, rising */
    sq_steps steps;
    sq_ints needs; /* parameters read */
    int mark;      /* of the depth-first ordering */
} sq_param;

/* What `--set` sets beside parameters. */
#define SQ_HORIZON "horizon"
/* Path of the source that a setting of the command line becomes. */
#define SQ_SET_PATH "--set"

/* A value that replaces one number: from `override:` or the command line, or for one strategy. */
typedef struct sq_patch {
    const char *name; /* canonical: "cr[reinduction, ge50]" */
    const sq_node *node;
    const sq_node *about; /* the map that the value stands in, which says what is known of it; NULL */
    sq_place place;
    bool applied;
} sq_patch;

typedef struct sq_strategy_set {
    int strategy, param, step;
    sq_program value;
    const char *where;
    sq_ints needs;
} sq_strategy_set;

/* What can be judged at load because it reads parameters alone. */
typedef enum sq_probe_kind {
    SQ_PROBE_LAW,
    SQ_PROBE_DRAW,
    SQ_PROBE_UTILITY,
    SQ_PROBE_LOADING,
} sq_probe_kind;
typedef struct sq_probe {
    sq_probe_kind kind;
    bool is_waiting; /* the law is of a time to wait, which cannot be negative */
    bool is_bounded; /* the law is of an attribute that lies between `low` and `high` */
    double low, high;
    sq_place place;
    sq_law_spec law;
    int draw;
    bool must_sum_to_one;
    sq_program utility;
    sq_program own_variance; /* what the loadings of a draw leave */
} sq_probe;

/* Clocks named beside a published curve, to be found once the events are built. */
typedef struct sq_beside {
    int param, solve;
    const sq_node *clocks, *given; /* `net of:` or `incidence against:`; `for:` or NULL */
} sq_beside;

/* Hidden attributes of an emulation, declared before expressions are compiled: drawn at baseline (-1 none), and the first
 * of those of its groups and of its covariates. */
typedef struct sq_hidden {
    const sq_entry *entry;
    int follow_up, drop_out, groups, covariates;
} sq_hidden;

/* An endpoint whose passages are noted, in SQ_NOTES attributes that follow each other. */
typedef struct sq_noted_endpoint {
    const char *endpoint;
    int attribute;
} sq_noted_endpoint;

/* A block of actions: [first, end). */
typedef struct sq_range {
    int first, end;
} sq_range;

/* ---- the builder ------------------------------------------------------------------------ */

typedef struct sq_build {
    sq_arena scratch;
    sq_model *model;
    sq_diags *diags;
    sq_diags ignored; /* where messages go while a model is read alone */
    bool out_of_memory;
    bool may_be_model; /* a file that is no experiment is read as a model */
    bool skim; /* a model without its parameters: expressions that fail stay "not given" */
    const sq_load_options *options;
    sq_compiler compiler;

    sq_entries section[SQ_SECTIONS];
    sq_said one[SQ_SINGLES];
    SQ_VEC(sq_instance_at) instance_at; /* of the section of instances */
    sq_index used_modules, used_procedures;
    sq_index file_index;
    SQ_VEC(const char *) chain; /* files being read, outermost first */
    SQ_VEC(sq_place) file_named_at;

    SQ_VEC(sq_named) symbols;
    sq_index symbol_index;
    SQ_VEC(const char *) symbol_names;
    SQ_VEC(const sq_node *) attribute_nodes; /* NULL for implicit ones */
    SQ_VEC(sq_place) attribute_places;
    SQ_VEC(bool) attribute_given; /* has an initial value or comes from the population */
    sq_ints attribute_symbols;    /* each one's symbol; elements of a vector share it */
    sq_index element_index, column_index; /* attributes by "courses[cart]" and by "courses_cart" */
    const sq_node **initial_leaf; /* of the vector whose initial values are being read */
    sq_index category_index, occurrence_index;
    SQ_VEC(const char *) occurrence_names;
    SQ_VEC(sq_place) occurrence_places;

    unsigned walks;
    SQ_VEC(sq_param) params;
    SQ_VEC(sq_patch) patches;
    sq_index patch_index;
    SQ_VEC(sq_strategy_set) strategy_sets;
    SQ_VEC(sq_probe) probes;
    SQ_VEC(sq_range) decision_ranges; /* pairs (decision, range) flattened by decision_owner */
    sq_ints decision_owner;
    sq_ints members; /* attributes with a normal score at baseline: latents, then those drawn and correlated */
    SQ_VEC(sq_program) correlation; /* n x n in the members, row-major; the diagonal not given */
    int block_size;

    /* Lists that become arrays of the model. */
    SQ_VEC(sq_category) categories;
    SQ_VEC(sq_attribute) attributes;
    SQ_VEC(sq_state) states;
    SQ_VEC(const char *) state_names;
    SQ_VEC(sq_event) events;
    SQ_VEC(const char *) marks;
    SQ_VEC(const char *) losses;
    SQ_VEC(sq_cost) costs;
    sq_ints latents;
    SQ_VEC(sq_site) sites;
    SQ_VEC(sq_place) site_places;
    sq_index site_index;
    SQ_VEC(sq_action) actions;
    int n_runs; /* procedures written out so far */
    SQ_VEC(sq_draw) draws;
    SQ_VEC(sq_draw_option) draw_options;
    SQ_VEC(sq_table) tables;
    SQ_VEC(sq_decision) decisions;
    SQ_VEC(sq_rule) rules;
    SQ_VEC(sq_strategy) strategies;
    SQ_VEC(sq_step) steps;
    SQ_VEC(sq_solve) solves;
    SQ_VEC(sq_stated_point) stated_points;
    SQ_VEC(sq_stated_patient) stated_patients;
    SQ_VEC(sq_stated_value) stated_values;
    SQ_VEC(sq_stated_clock) stated_clocks;
    SQ_VEC(sq_beside) besides;
    sq_ints event_params; /* [n_events + 1]: how many params there were before each event was built */
    int n_splits;
    SQ_VEC(sq_evidence) evidence;
    SQ_VEC(sq_parameter) parameters;
    SQ_VEC(double) quantiles;
    SQ_VEC(sq_highlight) highlights;
    SQ_VEC(sq_grouping) groupings;
    SQ_VEC(sq_subgroup) subgroups;
    SQ_VEC(sq_endpoint) endpoints;
    SQ_VEC(sq_cause) causes;
    SQ_VEC(sq_target) targets;
    int first_hidden; /* attribute: from here on all are of emulations */
    SQ_VEC(sq_hidden) hidden;
    SQ_VEC(sq_noted_endpoint) noted;
    sq_index noted_index;
    SQ_VEC(sq_snapshot) snapshots;
    SQ_VEC(sq_emulation) emulations;
    SQ_VEC(sq_override) overrides;
    SQ_VEC(sq_source_file) files;
    int n_counters;
} sq_build;

/* ---- used by all parts (build_names.c, build_text.c) ------------------------------------- */

/* Everything the language lets an expression read in a given place. */
enum {
    SQ_READ_LIFE = SQ_ALLOW_PARAMETERS | SQ_ALLOW_PATIENT | SQ_ALLOW_TIME,
    SQ_READ_BASELINE = SQ_ALLOW_PARAMETERS | SQ_ALLOW_PATIENT,
    SQ_READ_REWARD = SQ_ALLOW_PARAMETERS | SQ_ALLOW_PATIENT | SQ_ALLOW_TIME_IN_TABLES,
};

static inline sq_type sq_number(int time, int money, sq_kind kind)
{
    return (sq_type){SQ_TYPE_NUMBER, {(int8_t)time, (int8_t)money, (uint8_t)kind}, 0};
}
static inline sq_type sq_type_time(void) { return sq_number(1, 0, SQ_KIND_NONE); }
static inline sq_type sq_type_plain(void) { return sq_number(0, 0, SQ_KIND_NONE); }
static inline sq_type sq_type_probability(void) { return sq_number(0, 0, SQ_KIND_PROBABILITY); }
static inline sq_type sq_type_flag(void) { return (sq_type){SQ_TYPE_FLAG, {0, 0, 0}, 0}; }

/* A copy in the model's arena; NULL (and out_of_memory) when memory is out. */
const char *sq_build_keep(sq_build *b, const char *text);
/* The writer's text in the model's arena; frees the writer. "" when memory is out. */
const char *sq_build_keep_written(sq_build *b, sq_writer *w);
/* Notes that memory is out; always false. */
bool sq_build_no_memory(sq_build *b);
/* Space, or NULL with out_of_memory set. */
void *sq_build_scratch(sq_build *b, size_t count, size_t size);
const char *sq_build_where(sq_build *b, sq_place place);
bool sq_is_word(const char *text); /* [A-Za-z_][A-Za-z0-9_]* */
/* Whether a name is a word; reports if not, as what cannot be named so ("an event"). */
bool sq_expect_word(sq_build *b, const char *name, const char *what, sq_place place);
/* The text of a scalar that must be there; NULL after reporting. `what`: what it is for. */
const char *sq_scalar_text(sq_build *b, const sq_node *node, const char *what);
/* The value of an optional key of a map restricted to words[NULL-terminated]; -1 after reporting.
 */
int sq_choice(sq_build *b, const sq_node *node, const char *what, const char *const *words,
              int otherwise);
bool sq_flag_constant(sq_build *b, const sq_node *node, const char *what, bool otherwise);
bool sq_integer_constant(sq_build *b, const sq_node *node, const char *what, uint64_t least,
                         uint64_t most, uint64_t *value);
/* A scalar node made here, in scratch. */
const sq_node *sq_made_scalar(sq_build *b, const char *text, sq_place place);
/* A list or a map made here, in scratch, with room for so many entries; NULL or false when memory is
 * out. Nobody changes what is put in. */
sq_node *sq_made_list(sq_build *b, sq_place place, size_t room);
void sq_list_put(sq_node *list, const sq_node *item);
typedef struct sq_made_map {
    sq_node *node;
    const char **key;
    sq_place *place;
} sq_made_map;
bool sq_map_begin(sq_build *b, sq_place place, size_t room, sq_made_map *map);
void sq_map_put(sq_made_map *map, const char *key, sq_place place, const sq_node *item);
/* The parts of "0.2 at 2 y" as scalar nodes; false if ` at ` is not there. */
bool sq_split_at(sq_build *b, const sq_node *node, const char *separator, const sq_node **left,
                 const sq_node **right);

/* Compiles; true in skim mode even where it fails (the program then stays "not given"). */
bool sq_build_expr(sq_build *b, const sq_node *node, sq_type want, unsigned allow, sq_program *out,
                   sq_bits *reads);
bool sq_bits_empty(const sq_bits *bits);
/* A program of one constant. */
sq_program sq_build_constant(sq_build *b, double value);
/* Whether the stack machine can hold a composed program; reports if not. */
bool sq_build_depth_fits(sq_build *b, sq_program program, sq_place place);

int sq_find_category(const sq_build *b, const char *name);
int sq_find_label(const sq_category *category, const char *label);
int sq_find_state(const sq_build *b, const char *name);
int sq_find_event(const sq_build *b, const char *name);
int sq_find_occurrence(const sq_build *b, const char *name);
/* The same for a scalar node, reporting what is not known; -1 then. */
int sq_named_state(sq_build *b, const sq_node *node, const char *what);
int sq_named_event(sq_build *b, const sq_node *node, const char *what);
int sq_named_occurrence(sq_build *b, const sq_node *node, const char *what);
int sq_named_label(sq_build *b, int category, const char *label, sq_place place);
/* One occurrence or a list of them, joined into a set; true if all are known. */
bool sq_occurrence_set(sq_build *b, const sq_node *node, const char *what, sq_bits *set);
const sq_category *sq_category_of(const sq_build *b, int index);
/* An endpoint by its name, or the cause that `cause:` of a map names (may be left out where the endpoint has one, beside a
 * competing event); -1 after reporting. */
int sq_named_endpoint(sq_build *b, const sq_node *node);
int sq_named_cause(sq_build *b, const sq_node *map, int endpoint);
/* The strategy that `strategy:` of a map names, which may be left out where there is one; -1 after reporting, as `what`; -2:
 * one that is left out of this run. */
int sq_named_strategy(sq_build *b, const sq_node *map, const char *what);

/* The longest name that can be found again in the text of an expression. */
enum { SQ_LONGEST_NAME = 255 };
/* Adds a name to the namespace of expressions; an error naming both places if it is taken. -1 then.
 */
int sq_add_symbol(sq_build *b, const char *name, const char *what, sq_place place, sq_symbol symbol,
                  int param);

/* ---- attributes (build_attributes.c) ---------------------------------------------------- */

bool sq_is_type_word(const char *name);
/* The type a node names: a word of the language or a category; false after reporting. */
bool sq_read_type(sq_build *b, const sq_node *node, sq_type *type);
void sq_declare_attributes(sq_build *b);
/* Adds an attribute that no file declares (a decision's own); its index, or -1 after reporting. */
int sq_add_attribute(sq_build *b, sq_attribute attribute, sq_place place);
/* What `initial:` says of an attribute or of this element of a vector; NULL if nothing. Elements are asked
 * for in order. */
const sq_node *sq_initial_of(sq_build *b, int attribute);
/* Whether a node in the place of a value of this type says `unset` (and that is no label of its category). */
bool sq_says_unset(const sq_build *b, sq_type type, const sq_node *node);
/* What a map of attributes gives a whole vector: a node for each of its n elements, which may be one and
 * the same; n = 0 after a report. */
typedef struct sq_vector_values {
    int first, n;
    const sq_node **node;
} sq_vector_values;
/* True if name is that of a vector: node is then its value for all elements, or a map by label. */
bool sq_whole_vector(sq_build *b, const char *name, const sq_node *node, sq_vector_values *out);
/* How many elements an attribute's symbol stands for; 1 without `by:`. */
int sq_vector_size(const sq_build *b, const sq_symbol *symbol);
/* An attribute or one element ("courses[cart]") by its name; -1 for anything else, whole vectors included. */
int sq_find_attribute(sq_build *b, const char *name);
/* The same for a scalar node, reporting what is not known; -1 then. */
int sq_named_attribute(sq_build *b, const sq_node *node, const char *what);
/* Notes that something other than an expression reads the attribute. */
void sq_attribute_is_read(sq_build *b, int attribute);
/* Where an action writes: attribute + value of offset (not given: 0). `name`: of the attribute, of the element
 * where that is known, else of the vector. */
typedef struct sq_target_place {
    const char *name;
    int attribute;
    sq_program offset;
} sq_target_place;
bool sq_read_target(sq_build *b, const sq_node *node, unsigned allow, sq_target_place *out);

/* ---- the stages ------------------------------------------------------------------------- */

/* build_files.c: reads a file and all it names into sections. */
bool sq_build_files(sq_build *b, const char *path);
/* Adds to a section; an error naming both places if the name is taken there. */
bool sq_add_entry(sq_build *b, sq_section section, sq_entry entry);
/* A further file named by a node (CSV); path relative to the file the node stands in. */
const sq_source *sq_build_read_beside(sq_build *b, const sq_node *node);

/* The path of a file that a node names, as seen from where the program was started; in scratch. NULL after reporting. */
const char *sq_build_path_beside(sq_build *b, const sq_node *node);

/* build_calibrate.c: the section of a calibration, once files are read, into a calibration whose memory is the arena of
 * b->model; and the same section met in an experiment, which is an error. */
struct sq_calibration;
bool sq_build_calibration(sq_build *b, struct sq_calibration *calibration);
bool sq_refuse_calibration(sq_build *b);
/* What files without a model have in common: nothing of an experiment stands beside their section (reported); expressions
 * know numbers and units alone; texts of all files, the name and the title are kept in the arena of b->model. */
bool sq_build_stands_alone(sq_build *b, const char *section);
void sq_build_without_names(sq_build *b);
const sq_source_file *sq_build_keep_files(sq_build *b, int *n);
bool sq_build_keep_name(sq_build *b, const char *otherwise, const char **name, const char **title);

/* build_validate.c: the same of a registry of experiments that are held against what was published. */
struct sq_validation;
bool sq_build_validation(sq_build *b, struct sq_validation *validation);
bool sq_refuse_validation(sq_build *b);

/* build_modules.c: after all files are read, writes every instance of a module into the sections. */
bool sq_build_modules(sq_build *b);

/* build_names.c */
bool sq_build_names(sq_build *b);
/* Whether nothing that an expression reads may bear this name. */
bool sq_is_reserved_name(const char *name);
/* Tells of every `mark:` and `lose utility:` (the key) in lists of actions under a node. */
void sq_find_used(const sq_node *node, void (*found)(void *context, const char *key, const sq_node *name),
                  void *context);

/* build_parameters.c: declares and compiles all definitions. */
bool sq_build_parameters(sq_build *b);
/* Collects the parameters a node's expressions read. */
void sq_collect_needs(sq_build *b, const sq_node *node, sq_ints *needs, int depth);
/* The unit a node names; false after reporting. */
bool sq_read_unit(sq_build *b, const sq_node *node, sq_unit *unit);
/* The category that a node names, itself or by an attribute of it; false after reporting. */
bool sq_axis_category(sq_build *b, const sq_node *node, int *category);
/* Makes a category a dimension of a definition. */
bool sq_add_dimension(sq_build *b, sq_param *param, const sq_node *node);
/* The canonical form of "cr[ a,b ]": "cr[a, b]"; in scratch. */
const char *sq_canonical_name(sq_build *b, const char *name);
/* Reads `by:` of param->node: the categories of a table's entries. */
bool sq_read_dimensions(sq_build *b, sq_param *param);
/* The block's steps of a strategy, in order of dependence; -1 strategy: no replacements. */
bool sq_build_steps(sq_build *b, int strategy, int *first_step, int *n_steps);
/* strategies' `set:` */
bool sq_build_strategy_set(sq_build *b, int strategy, const sq_node *set);
sq_patch *sq_find_patch(sq_build *b, const char *name);
/* "NAME[label, label]" or "NAME.scale[label]" of an entry (row-major); in the model's arena. */
const char *sq_entry_name(sq_build *b, const sq_param *param, const char *suffix, int entry);
/* Consecutive slots of the block. */
int sq_take_slots(sq_build *b, int n);
sq_symbol sq_param_symbol(const sq_param *param, int slot, sq_unit unit);

/* build_numbers.c: the entries of definitions and the numbers in them. */

/* What is known of a number besides its value; filled from its map and the map above it. */
typedef struct sq_about {
    const char *source, *note;
    sq_class class;
    bool has_class;
    sq_uncertainty uncertainty;
    double u[2], prior[2], residual_check;
    int split; /* as in sq_parameter */
} sq_about;

/* The node of each entry of a definition by category (leaf[n_entries], row-major); `known`: keys
 * that may stand beside the labels. Reports unknown and missing labels. */
bool sq_collect_entries(sq_build *b, const sq_param *param, const char *const *known,
                        const sq_node **leaf);
bool sq_read_about(sq_build *b, const sq_node *node, const sq_about *above, sq_about *about);
bool sq_check_about(sq_build *b, const sq_param *param, const char *name, sq_place place,
                    const sq_about *about);
bool sq_compile_numbers(sq_build *b, sq_param *param);
/* The value of an expression of numbers and units only; false without a word for any other. */
bool sq_plain_value(sq_build *b, const sq_node *node, sq_unit unit, double *value);
/* "11 of 23"; false if it is not of that form with 0 <= k <= n and n > 0. */
bool sq_scan_share(const char *text, double *k, double *n);
/* A step that gives block[slot] the value of an expression (or of the patch of that name), and,
 * unless the parameter is hidden, a row in the list of parameters. */
bool sq_add_number(sq_build *b, sq_param *param, const char *name, int slot, sq_unit unit,
                   const sq_node *node, const sq_about *about, bool may_be_negative);
/* A step without a row in the list. */
bool sq_add_value(sq_build *b, sq_param *param, const char *name, int slot, sq_unit unit,
                  sq_program value, sq_place place, bool may_be_negative);
bool sq_add_constant(sq_build *b, sq_param *param, int slot, double value, sq_place place);
bool sq_add_step(sq_build *b, sq_param *param, sq_step step);
/* Takes the unit found in an expression as the parameter's, or checks it against the one it has. */
bool sq_unify_unit(sq_build *b, sq_param *param, sq_type type, sq_place place);
void sq_list_number(sq_build *b, const sq_param *param, const char *name, int slot, sq_unit unit,
                    sq_place place, const sq_about *about);
/* A row for an entry of a law given by knots: its n values have no names of their own. */
void sq_list_table(sq_build *b, const sq_param *param, const char *name, int n, sq_unit unit,
                   sq_place place, const sq_about *about);

/* build_tables.c: function tables and laws given by knots. */
/* Takes room in the block for a table; its index, -1 after reporting. */
int sq_add_table(sq_build *b, sq_param *param, sq_table table);
bool sq_add_table_step(sq_build *b, sq_param *param);
bool sq_declare_function(sq_build *b, sq_param *param, int index);
bool sq_compile_function(sq_build *b, sq_param *param);
bool sq_declare_table_law(sq_build *b, sq_param *param, int index);
/* Rows of a law's table: its entries, times its calendar years. */
int sq_table_rows(const sq_param *param);
/* `above`: what is known of the whole definition. */
bool sq_compile_table_law(sq_build *b, sq_param *param, const sq_about *above);

/* Room for n knots; false when memory is out. */
bool sq_new_knots(sq_build *b, sq_knots *knots, int n);
/* Whether knot i lies above the one before; reports if not, as knots of `what` ("a table"). */
bool sq_knots_increase(sq_build *b, const sq_knots *knots, int i, const char *what);

/* build_table_files.c: tables in comma-separated files. */
/* The columns that tell the rows of a law's table apart: axis[i] names a category or an attribute of
 * one, column[i] a column of the file. */
typedef struct sq_by_columns {
    int n;
    const sq_node *axis[SQ_KEYS], *column[SQ_KEYS];
} sq_by_columns;
/* One of the unit that a node names ("y", "EUR/mo", "1/y"), in internal units. */
bool sq_one_of_unit(sq_build *b, const sq_node *node, sq_type type, double *one);
/* Those that a law's map names itself: `by: {COLUMN: CATEGORY}` of a life table, `csv: {by: {CATEGORY:
 * COLUMN}}` of others; none where it names none. */
bool sq_read_by_columns(sq_build *b, const sq_node *law, sq_by_columns *by);
/* A file that a node names, split into cells; NULL after reporting. */
const sq_csv *sq_open_csv(sq_build *b, const sq_node *file);
/* `where: {COLUMN: TEXT}` or `{COLUMN: [TEXT, TEXT]}` of a map: the rows that count. The texts of one column stand
 * next to each other; a row holds one of them. */
enum { SQ_MOST_WHERE = 32 };
typedef struct sq_where {
    int n, column[SQ_MOST_WHERE];
    const char *text[SQ_MOST_WHERE];
} sq_where;
bool sq_read_where(sq_build *b, const sq_csv *csv, const sq_node *map, sq_where *out);
bool sq_where_holds(const sq_where *where, const sq_csv *csv, size_t row);

/* build_rows.c: numbers in comma-separated files, a row each. */
/* A definition whose numbers stand in a file (`csv:`) as the map it would be if they stood in it; the
 * dimensions of param are known. NULL after reporting. */
const sq_node *sq_definition_from_csv(sq_build *b, const sq_param *param);
/* Adds a definition per row of the file that `csv` names to the section of parameters. */
bool sq_parameters_from_csv(sq_build *b, const sq_node *csv);

/* Knots of all entries of a life table. */
bool sq_life_table_rows(sq_build *b, sq_param *param);
/* Knots of entries [first, first + n_entries) from `csv:` of the map `law`, whose key `value` names the
 * column of values: "rate" (per time), "survival" or "value" (of the given unit). */
bool sq_csv_knots(sq_build *b, const sq_param *param, const sq_node *law, const char *value,
                  sq_unit argument, sq_unit unit, int first, int n_entries, sq_knots *knots);

/* build_laws.c: laws as parameters; build_law_uses.c: laws where they stand. */
bool sq_declare_law(sq_build *b, sq_param *param, int index);
bool sq_compile_law(sq_build *b, sq_param *param);
/* What a law's map says: each argument's expression (NULL: to be solved for), the cured share, and what was
 * published of the curve. */
typedef struct sq_law_args {
    const sq_node *arg[SQ_LAW_ARGS], *cured;
    bool cured_is_free;        /* `cured: solve` */
    double plateau_k, plateau_n; /* `plateau: K of N`; n is 0 without */
    int n_points, n_of_curve;  /* all points; those of `curve:` among them */
    const sq_node *time[SQ_CURVE_POINTS], *share[SQ_CURVE_POINTS];
    bool is_incidence;
    const sq_node *beside, *patients; /* `net of:` or `incidence against:`; `patients:` */
} sq_law_args;
bool sq_read_law_args(sq_build *b, sq_family family, const sq_node *node, bool is_parameter,
                      sq_law_args *out);
int sq_family_from_word(sq_build *b, const char *word, sq_place place); /* -1 after reporting */
/* A law in an event or a draw: a parameter's name or a map of one family. `unit`: of the variable.
 */
bool sq_build_law(sq_build *b, const sq_node *node, const char *owner, sq_unit unit, unsigned allow,
                  sq_law_spec *law, sq_bits *reads);
/* "NAME.scale[label]" of an entry. */
const char *sq_arg_entry_name(sq_build *b, const sq_param *param, const char *arg, int entry);
/* Whether the node is a scalar; reports if not. */
bool sq_is_scalar(sq_build *b, const sq_node *node, const char *what);

bool sq_add_law_symbol(sq_build *b, sq_param *param, int index, const char *part, int slot,
                       sq_unit unit);

/* build_wrappers.c: truncation and shift. */
const char *sq_wrap_name(sq_wrap wrap); /* "truncate.from" */
/* The keys of what a law of this family may wear, at most 2; how many. */
size_t sq_wrap_keys(sq_family family, const char **keys);
/* What a law's map wears; NULL where not worn. */
bool sq_read_wraps(sq_build *b, const sq_node *map, const sq_node *wrap[SQ_WRAPS]);
/* Slots and names for what any entry of a law parameter wears, and the steps that fill an entry's. */
bool sq_declare_wraps(sq_build *b, sq_param *param, int index);
bool sq_compile_wraps(sq_build *b, sq_param *param, int entry, const sq_about *about);
/* The program of a law that holds it; the programs of what a map wears that stands in the model. */
sq_program *sq_wrap_of(sq_law_spec *law, sq_wrap wrap);
bool sq_build_wraps(sq_build *b, const sq_node *map, sq_unit unit, unsigned allow,
                    sq_law_spec *law, sq_bits *reads);

/* build_splines.c: splines of Royston and Parmar. Declaring reads knots and coefficients of all entries
 * and names the coefficients; compiling an entry fills its row of the table from them. */
bool sq_declare_spline(sq_build *b, sq_param *param, int index, sq_table *table);
bool sq_compile_spline_entry(sq_build *b, sq_param *param, int entry, const sq_about *above);

/* build_profiles.c: hazard ratios over time. */
bool sq_declare_profile(sq_build *b, sq_param *param, int index);
bool sq_compile_profile(sq_build *b, sq_param *param);
/* `hazard ratio over time:` of an event's map, if it is there, into the profile of the event's law. */
bool sq_build_profile(sq_build *b, const sq_node *map, sq_event *event);

/* build_statements.c: what was published of a law's curve, in place of its arguments. */
/* The keys of statements that a law of this family takes, at most 12; how many. */
size_t sq_statement_keys(sq_family family, const char **keys);
bool sq_read_statements(sq_build *b, sq_family family, const sq_node *map, sq_law_args *out);
/* Whether arguments and statements together give a law; reports what is missing or too much. */
bool sq_enough_stated(sq_build *b, sq_family family, const sq_node *node, const sq_law_args *out);
/* The step that solves what an entry does not give, and rows for what it will find. */
bool sq_add_solve(sq_build *b, sq_param *param, int entry, const sq_law_args *args,
                  const sq_about *about);
/* An entry's law, its numbers being those of the block. */
sq_law_spec sq_entry_law(sq_build *b, const sq_param *param, int entry);

/* build_beside.c: the clocks that ran beside a published curve. */
/* Reads `for:` and notes the clocks, which are found once events are built. */
bool sq_read_beside(sq_build *b, const sq_param *param, const sq_node *map, const sq_law_args *args,
                    sq_solve *solve);
/* The clocks themselves, and what must be filled before they can be asked. */
bool sq_build_beside(sq_build *b);
/* build_splits.c: shares counted together, and priors. */
/* Whether a node at this level of a table by category is a `split:` of its last category. */
bool sq_is_split(const sq_build *b, const sq_param *param, const sq_node *node, int level);
/* The share of an entry in the split of its leaf; its count, prior and the split's number into *about. */
bool sq_read_split(sq_build *b, const sq_param *param, const sq_node *leaf, int entry, double *value,
                   sq_about *about);
/* `prior: [a, b]` beside a count. */
bool sq_read_count_prior(sq_build *b, const sq_node *prior, sq_about *about);
/* build_evidence.c: units of uncertainty, from the parameters and the curves. */
bool sq_build_evidence(sq_build *b);
/* Loadings on latents: mean and sd of the normal score. */
bool sq_build_loading(sq_build *b, const sq_node *node, unsigned allow, sq_loading *loading,
                      sq_bits *reads);

/* build_sites.c */
int sq_build_site(sq_build *b, const char *owner, const char *own, const sq_node *key,
                  sq_place place);
bool sq_check_site_hashes(sq_build *b);

/* build_events.c, build_actions.c, build_decisions.c, build_strategies.c */
bool sq_build_events(sq_build *b);
bool sq_build_start(sq_build *b);
/* A list of actions (NULL: none) with an optional final goto; the index of the first, -1 after
 * errors. */
int sq_build_actions(sq_build *b, const sq_node *list, const sq_node *final_goto, const char *owner,
                     sq_range *range);
/* `chance`, `among` or `from` of the map `node` for an attribute. */
bool sq_build_draw(sq_build *b, const sq_node *node, const sq_target_place *target, const char *owner,
                   unsigned allow, int *draw);
bool sq_build_sets(sq_build *b, const sq_node *map, unsigned allow);
int sq_add_action(sq_build *b, sq_action action);
bool sq_declare_decisions(sq_build *b);
bool sq_build_decisions(sq_build *b);
/* The map in the files that declares the decision of this name, which is one. */
const sq_node *sq_decision_node(const sq_build *b, const char *name);
bool sq_build_strategies(sq_build *b);
/* Whether a strategy is among those that this run is of. */
bool sq_strategy_is_wanted(const sq_build *b, const char *name);

/* build_population.c, build_patients.c, build_correlation.c, build_rewards.c, build_endpoints.c,
 * build_targets.c, build_experiment.c, build_outputs.c */
bool sq_build_population(sq_build *b);
/* Notes that the population gives an attribute, once; false after reporting. given[n_attributes]. */
bool sq_give_attribute(sq_build *b, int attribute, const char *name, sq_place place, bool *given);
/* Patients from a file: the map under `csv:`. */
bool sq_build_patients(sq_build *b, const sq_node *map, bool *given);
bool sq_build_correlation(sq_build *b);
/* Place of an attribute among the members of the correlation; -1 if it is none. */
int sq_correlated_member(const sq_build *b, int attribute);
bool sq_declare_costs(sq_build *b);
bool sq_build_rewards(sq_build *b);
bool sq_build_endpoints(sq_build *b);
bool sq_build_targets(sq_build *b);
/* build_emulations.c: hidden attributes, with the names; all else, once there are endpoints. */
void sq_declare_emulations(sq_build *b);
bool sq_build_emulations(sq_build *b);
/* build_estimates.c: one estimate of an emulation whose groups and covariates are known. */
bool sq_build_estimate(sq_build *b, const sq_emulation *e, const sq_entry *entry, sq_cohort_estimate *out);
/* The node that names the endpoint of an estimate; NULL if it is of none. */
const sq_node *sq_estimated_endpoint(const sq_node *map);
bool sq_build_experiment(sq_build *b);
/* The attribute `entry_year`, which must be a number; false after reporting what needs it. */
bool sq_need_entry_year(sq_build *b, sq_place place, const char *what, int *attribute);
/* A time that is not negative, in days. */
bool sq_time_constant(sq_build *b, const sq_node *node, double *days);
bool sq_build_outputs(sq_build *b);

/* build_words.c: events, decisions, rules, endpoints, population and rewards in words, from their
 * nodes. */
void sq_build_words(sq_build *b);
/* "uniform (min 1 y, max 7 y)" */
void sq_law_in_words(sq_writer *w, const sq_node *law);

/* build_unused.c: checks and warns of procedures and named expressions that nothing uses; after all that
 * could use them. */
bool sq_build_unused(sq_build *b);

/* freeze.c: copies lists into the model; probes what can be judged; warn.c: what deserves a
 * warning. */
bool sq_build_freeze(sq_build *b);
bool sq_build_probe(sq_build *b);

/* build_sweep.c: after freezing, whose parameters scenarios set. */
bool sq_build_sweep(sq_build *b);
/* build_anchors.c: after the sweep, what is fitted again in its scenarios. */
bool sq_build_anchors(sq_build *b);
void sq_build_warn(sq_build *b);
/* warn_tables.c: life tables that end before patients must (`beyond: error` makes it an error). */
void sq_warn_of_tables(sq_build *b);
/* warn_clocks.c: clocks that hold numbers which something changes while they run. */
void sq_warn_of_held(sq_build *b);
/* warn_gotos.c: gotos that a later one of the same firing always overrides. */
void sq_warn_of_gotos(sq_build *b);
/* warn_unset.c: attributes that are read, begin unset, and never get a value. */
void sq_warn_of_unset(sq_build *b);
/* A warning, unless there is one at the same place: lists of rules are read once per strategy. */
void sq_warn_once(sq_build *b, sq_place place, const char *text);

#endif
