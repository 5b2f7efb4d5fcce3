"""The mechanisms of the leukaemia body, one at a time, against what they must do.

Everything but one mechanism is turned off by settings, so that what remains has a formula: a normal probability, an
integral over the hidden factor, or nothing at all. Each is then turned on, and the formula must move with it. All
populations are written here, of patients so young that other deaths do not count.
"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
import need  # noqa: E402

need.modules("numpy", "scipy", "h5py")

import numpy as np  # noqa: E402
from scipy.integrate import trapezoid  # noqa: E402
from scipy.stats import norm  # noqa: E402

from judge import Judge  # noqa: E402
from program import Program  # noqa: E402
from study import SELF_CHECK, arguments  # noqa: E402

ROOT = os.path.abspath(os.path.join(HERE, "..", ".."))
PATIENTS = 200_000
MONTH, YEAR = 30.4375, 365.25
POPULATION = {"age_band": "y18to34", "age": "20 y", "sex": "female", "first_remission": "lt12", "burden": "ge50",
              "prior_hsct": "false", "donor": "false", "fit_chemo": "true", "fit_hsct": "true", "high_risk": "false",
              "cd22": "true", "relapses": 1, "line": "none"}
# Nothing but the response and the relapse clock: no deaths of a course, no waits, hazard ratios of one.
PLAIN = {"overt_survival": "1000 y", "wait_in_remission": "0 d", "hr_consolidation": 1, "hr_on_course": 1,
         "hr_later_line": 1, "relapse_sdlog": 1.2,
         **{f"hr_mrd[{level}]": 1 for level in ("undetectable", "lt001", "from001to01", "from01to1", "gt1")},
         **{f"hr_agent[{agent}]": 1 for agent in ("ino", "car")},
         **{f"hr_first_remission[{name}]": 1 for name in ("never", "ongoing", "lt12", "gt18")}}
FILES = ["relapsed_parameters.yaml", "relapsed_costs.yaml", "relapsed_population.yaml"]
AFTER_RELAPSE = {"events": ["relapse", "death"]}


def tenth(expected):
    """Wrong answers for what few patients decide: a tenth too high and too low."""
    return {"10 % too high": 1.1 * expected, "10 % too low": 0.9 * expected}


def give(*rules):
    """The rules of one strategy: these, then observation in remission, then palliation."""
    return [*({"if": condition, "choose": choice} for condition, choice in rules),
            {"if": "situation == in_remission", "choose": "observation"}, {"choose": "palliation"}]


def study(rules, model="relapsed", endpoints=None, override=None, **population):
    """An experiment of one strategy; `population` replaces what the patients have."""
    attributes = {**POPULATION, **population}
    correlation = {"z_chemo": {"z_immune": "latent_correlation"}}
    return {"experiment": "mechanism", "model": os.path.join(ROOT, "models", model + ".yaml"),
            "parameters": [os.path.join(ROOT, "configs", name) for name in FILES],
            "horizon": "60 y", "seed": 11, "patients": PATIENTS, "override": {"relapse_sdlog": 1.2, **(override or {})},
            "population": {"attributes": attributes, "correlation": correlation},
            "strategies": {"only": {"decisions": {"next_treatment": rules}}},
            "outputs": {"grid": {"to": "20 y", "every": "1 mo"}, "curves": "always"},
            "endpoints": {"os": {"events": "death"}, **(endpoints or {})}}


class Run:
    """What a run says of the shares of patients to whom things happened."""

    def __init__(self, program, experiment, **settings):
        settings = {name.replace("__", "[") + ("]" if "__" in name else ""): value for name, value in settings.items()}
        self.results = program.run(experiment, settings={**PLAIN_SETTINGS, **settings})

    def ever(self, event):
        return float(self.results.get("event_ever", strategy="only", event=event))

    def share(self, event, among):
        """Share of those to whom `among` happened, and how many they are."""
        of = self.ever(among)
        return self.ever(event) / of, round(of * PATIENTS)

    def at_last(self, cause):
        """Cumulative incidence of a cause at the end of the grid."""
        last = self.results.axis("time")[-1]
        return float(self.results.get("cumulative_incidence", strategy="only", cause=cause, time=last))

    def survival(self, endpoint, months):
        where = {"strategy": "only", "endpoint": endpoint}
        times = self.results.axis("time")
        nearest = times[int(np.argmin(np.abs(times - months * MONTH / YEAR)))]
        return (float(self.results.get("survival", time=nearest, **where)),
                float(self.results.get("survival_se", time=nearest, **where)))


PLAIN_SETTINGS = {name: value for name, value in PLAIN.items() if name != "relapse_sdlog"}
BLINA_FIRST = give(("situation == at_relapse and courses[blinatumomab] == 0", "blinatumomab"))
CHEMO_FIRST = give(("situation == at_relapse and courses[reinduction] == 0", "reinduction"))
NO_EARLY_DEATH = {f"early_death__{name}": 0 for name in ("reinduction", "blinatumomab", "brexu_cel")}


def response(program, judge):
    """A response rate is what is stated, whatever the loadings; burden moves it by its shift."""
    for burden, shift in (("ge50", -0.25), ("b5to50", 0.35)):
        for load in (0.0, 0.7):
            run = Run(program, study(BLINA_FIRST, burden=burden), blina_response=0.53, load_immune__blinatumomab=load)
            judge.share(f"response of {burden}, loading {load}", *run.share("blina_remission", "blina_dose_overt"),
                        norm.cdf(norm.ppf(0.53) + shift))
    ph = {"ph": "true", "t315i": "true", "burden": "ge50"}
    for drug, held in (("tki_blina", 0), ("ponatinib_blina", 0.3)):
        rules = give((f"situation == at_relapse and courses[{drug}] == 0", drug))
        run = Run(program, study(rules, **ph))
        expected = norm.cdf(norm.ppf(0.53) - 0.25 + norm.ppf(0.36) - norm.ppf(0.44) + held)
        judge.share(f"response of T315I to {drug}", *run.share("blina_remission", "blina_dose_overt"), expected)


def depth(program, judge):
    """The same residual disease through assays of three sensitivities."""
    rules = give(("situation == at_relapse and courses[obe_cel] == 0", "obe_cel"))
    run = Run(program, study(rules, override={"manufacturing_failure": 0}))
    flow, n = run.share("negative_by_flow", "remission_reached")
    judge.share("residual disease by flow", flow, n, 0.97)
    judge.share("residual disease by sequencing", run.share("negative_by_ngs", "remission_reached")[0], n, 0.84)
    detected = 0.97 - 0.84
    judge.share("residual disease by PCR", run.share("negative_by_pcr", "remission_reached")[0], n,
                0.84 + detected / 2)


def escape(program, judge):
    """The CD19-negative share of relapse rises with the burden treated where the switch says so, else not."""
    kinds = {"kind": {"index": "blina_remission", "competing": "death",
                      "causes": {"kept": "relapse_cd19_positive", "lost": ["relapse_cd19_negative", "lineage_switch"]}}}
    for on in (0, 1):
        for burden, ratio in (("ge50", 1.2), ("b5to50", 0.9)):
            run = Run(program, study(BLINA_FIRST, endpoints=kinds, burden=burden), escape_by_burden=on,
                      cd19_loss_share__blina=0.2, switch_share=0.03, **NO_EARLY_DEATH)
            lost, kept = run.at_last("lost"), run.at_last("kept")
            n = round(run.ever("blina_remission") * PATIENTS * (lost + kept))
            judge.share(f"CD19 lost, {burden}, switch {on}", lost / (lost + kept), n, 0.2 * ratio**on + 0.03,
                        wrong={"of the other burden": 0.2 * (2.1 - ratio) + 0.03, "20 % off": 1.2 * (0.2 * ratio**on + 0.03)})


def relapse_given_response(months, median, sd, rate, load, selection, anchored):
    """Survival without relapse of the responders of the model, by integrating over the hidden factor."""
    z = np.linspace(-8, 8, 4001)
    height = norm.pdf(norm.ppf(rate)) / rate
    mean, spread = load * height, 1 - load**2 * height * (height + norm.ppf(rate))
    width = sd / np.sqrt(1 - anchored * selection**2 * (1 - spread))
    score = (np.log(months / median) + anchored * selection * mean * width) / width
    weight = norm.pdf(z) * norm.cdf((norm.ppf(rate) + load * z) / np.sqrt(1 - load**2)) / rate
    return float(trapezoid(weight * norm.sf((score - selection * z) / np.sqrt(1 - selection**2)), z))


def selection(program, judge):
    """Turning `selection` leaves the duration of remission of the responders where it was measured."""
    rate, load, median, sd = 87 / 179, 0.7, 11.2, 1.2
    endpoints = {"crd": {"index": "remission_reached", **AFTER_RELAPSE}}
    exact = {"salvage_chemo_response": rate, "burden_shift[reinduction, ge50]": 0, "causal_share": 0,
             "share_fit_cart": 0}
    residual = 0.0
    for anchored in (1, 0):
        for dial in (0, 0.5, 0.9):
            run = Run(program, study(CHEMO_FIRST, endpoints=endpoints), selection=dial, anchored_remission=anchored,
                      **NO_EARLY_DEATH, **{name.replace("[", "__").rstrip("]"): value for name, value in exact.items()})
            for months in (3, 12, 36):
                expected = relapse_given_response(months, median, sd, rate, load, dial, anchored)
                published = norm.sf(np.log(months / median) / sd)
                judge.mean(f"no relapse at {months} months, selection {dial}, anchored {anchored}",
                           *run.survival("crd", months), expected, wrong=tenth(expected))
                if anchored:
                    residual = max(residual, abs(expected - published))
    print(f"largest shift of the anchored marginal over the dial: {100 * residual:.2f} points")
    judge.true(f"the anchored marginal moves by {residual:.4f}", residual < 0.01)


def contrast(program, judge):
    """Causal share 0 and selection 0: what was published is practice mix and index time, and nothing remains of it
    where both are taken away. Either dial alone brings a contrast back."""
    rules = give(("situation == at_relapse and debulk and courses[reinduction] == 0", "reinduction"),
                 ("situation == at_relapse and not debulk and courses[blinatumomab] == 0", "blinatumomab"),
                 ("situation == in_remission and agent == chemo and courses[blinatumomab] == 0", "blinatumomab"))
    endpoints = {"bridged": {"index": "blina_dose_in_remission", **AFTER_RELAPSE},
                 "direct": {"index": "blina_remission", **AFTER_RELAPSE}}
    experiment = study(rules, endpoints=endpoints)
    experiment["attributes"] = {"debulk": "flag"}
    experiment["population"]["attributes"]["debulk"] = {"chance": 0.5}

    def gap(**dials):
        run = Run(program, experiment, **NO_EARLY_DEATH, **dials)
        return [(months, run.survival("bridged", months), run.survival("direct", months)) for months in (6, 24)]

    nothing = {"causal_share": 0, "selection": 0}
    for months, (bridged, bridged_se), (direct, direct_se) in gap(**nothing):
        judge.mean(f"contrast at {months} months with both dials at 0", bridged - direct,
                   float(np.hypot(bridged_se, direct_se)), 0, wrong={"3 points": 0.03, "-3 points": -0.03})
    for dials in ({"causal_share": 1, "selection": 0}, {"causal_share": 0, "selection": 0.8, "anchored_remission": 0}):
        months, (bridged, _), (direct, _) = gap(**dials)[1]
        judge.true(f"no contrast with {dials}: {bridged:.3f} and {direct:.3f}", bridged - direct > 0.05)


def cells(program, judge):
    """CAR-T cells: made or not, raced by death, worn out; earlier failure of blinatumomab counts, response does not."""
    rules = give(("situation == at_relapse and had_cart == 0 and fit_cart", "brexu_cel"))
    sure = {"share_fit_cart": 1, "manufacturing_failure": 0}
    for failure, median in ((0.06, "1000 y"), (0.3, "1000 y"), (0, "150 d")):
        run = Run(program, study(rules), **{**sure, "manufacturing_failure": failure, "overt_survival": median,
                                            "vein_to_vein": "50 d", "vein_to_vein_sdlog": 0.0001})
        alive = 0.5 ** (50 / 150) if median == "150 d" else 1
        judge.share(f"cells given, failure {failure}, survival {median}", *run.share("cart_infused", "cart_chosen"),
                    (1 - failure) * alive)
    shift = norm.ppf(0.6) - norm.ppf(0.8)
    for history, expected in (("none", 0), ("failed", shift), ("responded", 0)):
        run = Run(program, study(rules, blina_history=history, had_blina=1), bridging_shrinks=0, **sure,
                  **NO_EARLY_DEATH)
        judge.share(f"response to cells, blinatumomab {history}", *run.share("remission_reached", "cart_infused"),
                    norm.cdf(norm.ppf(0.8) - 0.2 + expected))
    endpoints = {"positive": {"index": "remission_reached", "competing": "death",
                              "causes": {"kept": "relapse_cd19_positive", "lost": "relapse_cd19_negative"}}}
    shares = []
    for ratio in (1, 4):
        run = Run(program, study(rules, endpoints=endpoints), hr_aplasia_lost=ratio, infection_fatal=0, **sure,
                  **NO_EARLY_DEATH)
        shares.append(run.at_last("kept"))
    judge.true(f"loss of aplasia does not raise CD19-positive relapse: {shares}", shares[1] > shares[0] + 0.05)


def veno_occlusive(program, judge):
    """VOD follows the cycles of inotuzumab had before a transplant."""
    rules = give(("situation == at_relapse and courses[reinduction] == 0", "reinduction"))
    for cycles, expected in ((0, 0.01), (1, 0.01 + 0.2), (3, 0.01 + 0.2 * 1.4)):
        run = Run(program, study(rules, donor="true", had_ino=cycles))
        judge.share(f"VOD after {cycles} cycles", *run.share("vod_seen", "transplant"), expected,
                    wrong={"as after one cycle more": expected + 0.04, "as after one less": expected - 0.04})


def entrances(program, judge):
    """The relapse that ends a first remission gives it its length; a remission at the entrance is relapsed from."""
    population = {"first_remission": "ongoing", "relapses": 0, "burden": "from01to1", "t_first_remission": "0 d - 6 mo"}
    late = {"short": {"index": "relapse", "who": "first_remission == lt12", "events": "death"},
            "middle": {"index": "relapse", "who": "first_remission == m12to18", "events": "death"},
            "crd": AFTER_RELAPSE}
    run = Run(program, study(give(), model="mrd_positive", endpoints=late, **population), causal_share=0, selection=0)
    relapsed = {name: float(run.results.get("endpoint_n", strategy="only", endpoint=name))
                for name in ("short", "middle")}
    curve = [run.survival("crd", months)[0] for months in (6, 12)]
    expected = [norm.sf(np.log(months / 11.2) / 1.2) for months in (6, 12)]
    for months, value, answer in zip((6, 12), curve, expected):
        judge.share(f"relapse-free at {months} months from the entrance", value, PATIENTS, answer)
    judge.share("first remissions below a year", relapsed["short"] / PATIENTS, PATIENTS, 1 - expected[0], rounding=0.002,
                wrong=tenth(1 - expected[0]))
    judge.share("first remissions of 12 to 18 months", relapsed["middle"] / PATIENTS, PATIENTS, expected[0] - expected[1],
                rounding=0.002, wrong=tenth(expected[0] - expected[1]))


def main():
    options = arguments(__doc__, self_check=SELF_CHECK)
    judge = Judge("disease", options.self_check)
    with Program(options.program) as program:
        for mechanism in (response, depth, escape, selection, contrast, cells, veno_occlusive, entrances):
            mechanism(program, judge)
    return judge.verdict()


if __name__ == "__main__":
    sys.exit(main())
