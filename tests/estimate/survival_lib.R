# What the comparisons with R's package survival share: samples, the program's answers, and a tally of differences.
library(survival)
argument <- commandArgs(trailingOnly = TRUE)
TOLERANCE <- 1e-8 # relative, on every number

# The program's lines of a verb for a sample, a matrix for each first word.
values <- function(sample, ...) {
  text <- capture.output(write.csv(format(sample, digits = 17, trim = TRUE), row.names = FALSE, quote = FALSE))
  lines <- system2(argument[1], c(...), stdout = TRUE, input = text)
  stopifnot(is.null(attr(lines, "status")), length(lines) > 0)
  words <- strsplit(lines, " ")
  lapply(split(words, sapply(words, `[`, 1)), function(w) {
    t(sapply(w, function(x) suppressWarnings(as.numeric(x[-1]))))
  })
}

tally <- new.env()

# Counts numbers and keeps the largest difference of an estimate, relative to what R says, or to `least` if that is
# larger: beside 0 everything is rounding.
compare <- function(estimate, where, got, expected, least = 1e-6) {
  got <- as.numeric(got)
  expected <- as.numeric(expected)
  if (length(got) != length(expected)) stop(estimate, ", ", where, ": ", length(got), " numbers, not ", length(expected))
  off <- abs(got - expected) / pmax(abs(expected), least)
  off[is.nan(off) | is.na(off)] <- Inf
  off[(is.na(got) & is.na(expected)) | (!is.na(got) & !is.na(expected) & got == expected)] <- 0
  old <- if (exists(estimate, tally, inherits = FALSE)) tally[[estimate]] else c(0, 0)
  tally[[estimate]] <- c(old[1] + length(off), max(old[2], off))
  if (any(off > TOLERANCE)) {
    i <- which.max(off)
    cat(sprintf("FAILED %s, %s: number %d is %.17g and R says %.17g\n", estimate, where, i, got[i], expected[i]))
    tally$failed <- TRUE
  }
}

conclude <- function() {
  for (estimate in setdiff(sort(ls(tally)), "failed"))
    cat(sprintf("%-34s %7d numbers, largest relative difference %.1e\n", estimate, tally[[estimate]][1],
                tally[[estimate]][2]))
  stopifnot(is.null(tally$failed), length(ls(tally)) > 0)
}

code <- function(x) as.integer(factor(x)) - 1L
whole <- function(d) d[complete.cases(d), ]

# Status 0 censored, 1, 2, ... causes. Columns as the program reads them, and the covariates.
bundled <- function() {
  d <- with(survival::mgus2, data.frame(id = seq_along(age), age, sex = code(sex), hgb, mspike, futime, death, ptime, pstat))
  mgus <- whole(d)
  out <- list(
    lung = with(lung, data.frame(time, status = status - 1, group = sex - 1, stratum = code(inst), age, ph.ecog, wt.loss)),
    ovarian = with(ovarian, data.frame(time = futime, status = fustat, group = rx - 1, stratum = resid.ds - 1, age, ecog.ps)),
    veteran = with(veteran, data.frame(time, status, group = code(celltype), stratum = trt - 1, karno, age, diagtime)),
    colon = with(subset(colon, etype == 2), data.frame(time, status, group = code(rx), stratum = differ - 1, age, nodes, obstruct)),
    colon_recurrence = with(subset(colon, etype == 1), data.frame(time, status, group = code(rx), age, nodes)),
    pbc = with(pbc, data.frame(time, status, group = trt - 1, stratum = code(sex), age, bili = log(bili), albumin, edema)),
    mgus2 = with(mgus, data.frame(time = ifelse(pstat == 1, ptime, futime), status = ifelse(pstat == 1, 1, 2 * death),
                                  group = sex, age, hgb, mspike)),
    mgus2_by_age = with(mgus, data.frame(entry = age * 12, time = age * 12 + ifelse(pstat == 1, ptime, futime) + .5,
                                         status = ifelse(pstat == 1, 1, 2 * death), group = sex, hgb, mspike)),
    heart = with(heart, data.frame(entry = start, time = stop, status = event, group = code(transplant), age, year, surgery)),
    aml = with(aml, data.frame(time, status, group = code(x), covariate = code(x))),
    bladder2 = with(subset(bladder2, start < stop), data.frame(entry = start, time = stop, status = event, group = rx - 1,
                                                               stratum = enum - 1, rx, number, size)),
    kidney = with(kidney, data.frame(time, status, group = sex - 1, age, frail)),
    transplant = with(subset(transplant, futime > 0), data.frame(time = futime, status = c(0, 1, 2, 3)[match(event, c("censored",
                      "death", "ltx", "withdraw"))], group = code(abo), age, year))
  )
  lapply(out, whole)
}

simulated <- function() {
  set.seed(20)
  one <- function(n, ties, late, censor, k) {
    hazard <- exp(.7 * (x <- rnorm(n)) - .5 * (b <- rbinom(n, 1, .4)))
    t <- rexp(n, hazard) * 10
    end <- runif(n, 0, censor) + 1e-3
    entry <- if (late) runif(n, 0, .7 * pmin(t, end)) else NULL
    d <- data.frame(time = pmin(t, end), status = (t <= end) * sample(k, n, TRUE), group = sample(0:2, n, TRUE),
                    stratum = sample(0:1, n, TRUE), x, b)
    if (late) d$entry <- entry
    if (ties > 0) {
      d$time <- ceiling(d$time / ties) * ties
      if (late) d$entry <- floor(d$entry / ties) * ties
    }
    d
  }
  out <- list(
    plain = one(300, 0, FALSE, 20, 1), thousand = one(1000, 0, FALSE, 30, 3), ties = one(200, 2, FALSE, 15, 2),
    heavy_ties = one(400, 8, FALSE, 40, 3), late = one(250, 0, TRUE, 30, 2), late_ties = one(250, 1, TRUE, 30, 2),
    twenty = one(20, 0, FALSE, 15, 1), thirty_eight = one(38, 1, FALSE, 30, 2)
  )
  # Heavy truncation: most come under observation after half of those who were there had the event.
  d <- one(300, 0, FALSE, 60, 2)
  d$entry <- d$time * rbeta(300, 8, 1.2)
  out$heavy_truncation <- d
  # Covariates with a few values far from the others, and of quite other sizes.
  out$outliers <- transform(one(200, 0, FALSE, 30, 1), x = exp(2.5 * x), b = 1e5 + 1e-3 * b)
  out$late_outliers <- transform(one(200, 0, TRUE, 30, 2), x = exp(2 * x))
  out
}

# Samples at the edge; not all have something to fit.
extreme <- function() {
  sample <- function(time, status, ...) data.frame(time, status, ...)
  list(
    one_dies = sample(3, 1), one_censored = sample(3, 0), all_censored = sample(c(1, 2, 2, 5), 0),
    one_event = sample(c(1, 2, 3, 4, 5), c(0, 0, 1, 0, 0), group = c(0, 1, 0, 1, 0)),
    all_at_once = sample(rep(4, 6), 1, group = rep(0:1, 3)), at_zero = sample(c(0, 0, 1, 2, 3), c(1, 0, 1, 0, 1)),
    tiny_groups = sample(c(2, 3, 5, 7, 7, 9), c(1, 0, 1, 1, 1, 0), group = c(0, 1, 1, 2, 2, 3)),
    median_on_a_step = sample(1:8, 1), step_to_the_end = sample(c(1, 2, 3, 4), c(1, 1, 0, 0)),
    falls_early = sample(c(2, 5, 6, 7, 9), c(1, 1, 0, 1, 1), entry = c(0, 3, 3, 4, 4)),
    gap = sample(c(2, 3, 7, 8), c(0, 0, 1, 0), entry = c(0, 0, 5, 4))
  )
}

# Weights as those of inverse probabilities.
weighted <- function(samples) lapply(samples, function(d) {
  set.seed(nrow(d))
  d$weight <- 1 / runif(nrow(d), .2, .9)
  d
})

response <- function(d, status = d$status) if (is.null(d$entry)) Surv(d$time, status) else Surv(d$entry, d$time, status)
