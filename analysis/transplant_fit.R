# Fits the rates and hazard ratios of models/transplant.yaml to the data `ebmt4` of the R package mstate, and
# computes from the same data the state probabilities that its targets hold the simulation against.
#
#     Rscript analysis/transplant_fit.R ebmt4.RData configs
#
# Needs R with its package survival, and the data file of mstate (data/ebmt4.RData). Writes into the folder:
#   transplant_rates.csv     per transition and period: events, person-years, rate of the reference patient, 95 % interval
#   transplant_ratios.csv    per transition and covariate: hazard ratio, 95 % interval
#   transplant_patients.csv  how many patients have each combination of covariates
# and prints the non-parametric figures. Rates are constant within periods of time since transplantation (since
# relapse for death after it), so each transition is a Poisson regression on person-time split at the periods.
library(survival)

argument <- commandArgs(trailingOnly = TRUE)
load(argument[1])
folder <- argument[2]
CUTS <- c(0, 10, 15, 20, 25, 30, 40, 60, 100, 180, 365, 730, 1825)
AFTER_RELAPSE <- c(0, 30, 90, 180, 365, 730)

data <- within(ebmt4, {
    age_group <- factor(agecl, labels = c("to20", "from20to40", "above40"))
    era <- factor(year, labels = c("years1985to1989", "years1990to1994", "years1995to1998"))
    donor <- factor(match, labels = c("same_sex", "other_sex"))
    prophylaxis <- factor(proph, labels = c("withheld", "given"))
})
covariates <- c("age_group", "era", "donor", "prophylaxis")

# ---- one row per patient and state, with what ended the stay ------------------------------------------------
stays <- function(d) {
    end <- pmin(d$rel, d$srv)
    final <- ifelse(d$rel.s == 1 & d$rel <= d$srv, "rel", ifelse(d$srv.s == 1, "dead", "censored"))
    time_rec <- ifelse(d$rec.s == 1, d$rec, Inf)
    time_ae <- ifelse(d$ae.s == 1, d$ae, Inf)
    first <- pmin(time_rec, time_ae)
    second <- pmax(time_rec, time_ae)
    started <- ifelse(time_ae < time_rec, "ae", ifelse(time_rec < time_ae, "rec", "none"))
    row <- function(from, start, stop, to, who)
        data.frame(d[who, c("id", covariates)], from = from[who], start = start[who], stop = stop[who], to = to[who])
    n <- nrow(d)
    a <- row(rep("tx", n), rep(0, n), pmin(first, end), ifelse(is.finite(first), started, final), rep(TRUE, n))
    one <- is.finite(first)
    b <- row(started, first, pmin(second, end), ifelse(is.finite(second), "both", final), one)
    c <- row(rep("both", n), second, end, final, is.finite(second))
    rbind(a, b, c)
}
rows <- stays(data)
stopifnot(all(rows$stop > rows$start))
relapsed <- data[data$rel.s == 1 & data$rel <= data$srv, ]
# A death on the day of relapse comes half a day after it.
relapsed <- data.frame(relapsed[c("id", covariates)], from = "rel", start = 0,
    stop = pmax(relapsed$srv - relapsed$rel, 0.5), to = ifelse(relapsed$srv.s == 1, "dead", "censored"))

# ---- Poisson regressions -------------------------------------------------------------------------------------
labels_of <- function(cuts) paste0("d", cuts)
interval <- function(estimate, se, digits) signif(exp(estimate + c(0, -1.96, 1.96) * se), digits)

fit <- function(rows, from, to, cuts) {
    rows$event <- as.integer(rows$to == to)
    split <- survSplit(Surv(start, stop, event) ~ ., rows[rows$from == from, ], cut = cuts[-1], episode = "k")
    split$period <- factor(labels_of(cuts)[split$k], levels = labels_of(cuts))
    years <- (split$stop - split$start) / 365.25
    events <- tapply(split$event, split$period, sum, default = 0)
    total <- tapply(years, split$period, sum, default = 0)
    used <- split$period %in% names(events)[events > 0]
    part <- droplevels(split[used, ])
    terms <- if (nlevels(part$period) > 1) c("period", covariates) else covariates
    part$years <- years[used]
    model <- glm(reformulate(c("0", terms, "offset(log(years))"), "event"), poisson, part,
        control = list(epsilon = 1e-12, maxit = 100))
    b <- summary(model)$coefficients
    step <- paste(from, to, sep = "_")
    rates <- do.call(rbind, lapply(names(events), function(s) {
        r <- if (events[s] > 0) interval(b[paste0("period", s), 1], b[paste0("period", s), 2], 4) else c(0, NA, NA)
        data.frame(clock = if (from == "rel") "relapse" else "transplantation", step = step, period = s,
            events = events[[s]], patient_years = round(total[[s]], 3), rate = r[1], lower = r[2], upper = r[3])
    }))
    ratios <- do.call(rbind, lapply(covariates, function(v) do.call(rbind, lapply(levels(rows[[v]])[-1], function(l) {
        r <- interval(b[paste0(v, l), 1], b[paste0(v, l), 2], 4)
        data.frame(step = step, covariate = v, level = l, value = r[1], lower = r[2], upper = r[3])
    }))))
    list(rates = rates, ratios = ratios)
}
STEPS <- list(c("tx", "rec"), c("tx", "ae"), c("tx", "rel"), c("tx", "dead"), c("rec", "both"), c("rec", "rel"),
    c("rec", "dead"), c("ae", "both"), c("ae", "rel"), c("ae", "dead"), c("both", "rel"), c("both", "dead"))
fits <- lapply(STEPS, function(s) fit(rows, s[1], s[2], CUTS))
fits <- c(fits, list(fit(relapsed, "rel", "dead", AFTER_RELAPSE)))
collect <- function(part) do.call(rbind, lapply(fits, `[[`, part))
save <- function(table, name) {
    comment <- paste("# Estimated by analysis/transplant_fit.R from ebmt4 of the R package mstate",
        "(European Society for Blood and Marrow Transplantation).")
    file <- file.path(folder, paste0("transplant_", name, ".csv"))
    writeLines(comment, file)
    suppressWarnings(write.table(table, file, append = TRUE, sep = ",", na = "", quote = FALSE, row.names = FALSE))
}
save(collect("rates"), "rates")
save(collect("ratios"), "ratios")
save(aggregate(list(patients = rep(1, nrow(data))), data[covariates], sum), "patients")

# ---- non-parametric figures ------------------------------------------------------------------------------------
TIMES <- c(30, 100, 365.25, 5 * 365.25, 10 * 365.25)
rows <- rows[order(rows$id, rows$start), ]
rows$state <- factor(rows$to, levels = c("censored", "rec", "ae", "both", "rel", "dead"))
curve <- survfit(Surv(start, stop, state) ~ 1, rows, id = id)
at <- summary(curve, times = TIMES)
cat("Aalen-Johansen state probabilities with 95 % intervals, at days", TIMES, "\n")
for (state in seq_along(at$states))
    cat(sprintf("%-5s", at$states[state]), sprintf("%.4f [%.4f, %.4f]", at$pstate[, state], at$lower[, state], at$upper[, state]), "\n")
show <- function(what, formula) {
    km <- summary(survfit(formula, data), times = TIMES[3:5], extend = TRUE)
    cat(what, "\n")
    print(data.frame(group = if (is.null(km$strata)) "all" else km$strata, day = km$time, survival = round(km$surv, 4),
        lower = round(km$lower, 4), upper = round(km$upper, 4)), row.names = FALSE)
}
show("Kaplan-Meier overall survival", Surv(srv, srv.s) ~ 1)
show("Kaplan-Meier overall survival by age", Surv(srv, srv.s) ~ age_group)
show("Kaplan-Meier overall survival by prophylaxis", Surv(srv, srv.s) ~ prophylaxis)
