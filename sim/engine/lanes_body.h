/* The loops of the kernel table at one width: what lanes.h promises, over the vectors of math/simd.h. The file
 * that includes this has defined SQ_WIDTH, SQ_LANES (the table's name in C), SQ_LANES_NAME (its name for people),
 * included math/simd.h and defined the few steps for which instruction sets have nothing in common:
 *
 *   lanes_gather(column, lane), lanes_gather_w                        column[lane[0 … W - 1]]
 *   lanes_scatter(column, lane, x)                                    the same columns become x
 *   lanes_load_counts(count)                                          W numbers of four bytes, as words
 *   lanes_store_pairs(to, x, y)                                       x[0], y[0], x[1], y[1], …
 *   lanes_store_integers(to, x)                                       W integers, as numbers of four bytes
 *   lanes_empty_line(line)                                            eight columns of one lane
 *   lanes_pick(to, lane, bits)                                        the lanes whose bit is set, in order; W are
 *                                                                     written, of which the first so many count
 *
 * A loop takes SQ_WIDTH lanes at a time and rounds n up. Padding is computed on like anything else, but nothing
 * there may decide which memory is read: where a number is an index or an address, lanes from n on take lane 0's. */
#ifndef SQ_ENGINE_LANES_BODY_H
#define SQ_ENGINE_LANES_BODY_H

#include "engine/lanes.h"
#include "engine/lanes_arm.h"
#include "engine/lanes_count.h"
#include "engine/lanes_endpoint.h"
#include "engine/lanes_luck.h"
#include "engine/lanes_move.h"
#include "engine/lanes_race.h"
#include "engine/lanes_reward.h"
#include "engine/lanes_sums.h"
#include "engine/lanes_value.h"

const sq_lanes SQ_LANES = {
    .name = SQ_LANES_NAME,
    .width = SQ_WIDTH,
    .gather = gather,
    .gather_words = gather_words,
    .gather_blocks = gather_blocks,
    .gather_blocks_at = gather_blocks_at,
    .gather_block_at = gather_block_at,
    .empty_lines = empty_lines,
    .select = select_lanes,
    .assign = assign,
    .write = write_all,
    .claim = claim,
    .within = within,
    .equal = equal,
    .with_bit = with_bit,
    .with_dense_bit = with_dense_bit,
    .write_bit = write_bit,
    .settle_clocks = settle_clocks,
    .race = race,
    .pass_time = pass_time,
    .happened = happened,
    .times_if = times_if,
    .counts = counts,
    .count_up = count_up,
    .first_times = first_times,
    .operate = operate,
    .steps = steps,
    .truths = truths,
    .table_rows = table_rows,
    .table_at = table_at,
    .patients = patients,
    .uniforms = uniforms,
    .keyed_uniforms = keyed_uniforms,
    .hazards = hazards,
    .normal_scores = normal_scores,
    .survivals = survivals,
    .score_hazards = score_hazards,
    .loaded_scores = loaded_scores,
    .choose = choose,
    .law_inverse = v_laws_inverse,
    .law_remaining = v_laws_remaining,
    .law_spent = v_laws_spent,
    .law_start = v_laws_start,
    .law_admissible = v_laws_admissible,
    .set_due = set_due,
    .put = put,
    .differs = differs,
    .instants = instants,
    .add_losses = add_losses,
    .next_breaks = next_breaks,
    .change_rates = change_rates,
    .pay = pay,
    .fill_lines = fill_lines,
    .close_accounts = close_accounts,
    .sum_records = sum_records,
    .same_word = same_word,
    .absent = absent,
    .enter = enter,
    .leave = leave,
    .places = places,
};

#endif
