# Log-rank tests: against survdiff where it has them (right censoring, rho), and against the definition written out for
# late entry and gamma.
source(file.path(commandArgs(trailingOnly = TRUE)[2], "survival_lib.R"))

stratum_of <- function(d) if (is.null(d$stratum)) rep(0, nrow(d)) else d$stratum

# Sums over the times of one stratum, each time by itself.
by_definition <- function(d, groups, rho, gamma, cause) {
  entry <- if (is.null(d$entry)) rep(-1, nrow(d)) else d$entry
  event <- if (cause == 0) d$status > 0 else d$status == cause
  out <- list(o = 0 * groups, e = 0 * groups, v = matrix(0, length(groups), length(groups)))
  survival <- 1
  for (t in sort(unique(d$time[event]))) {
    at_risk <- entry < t & t <= d$time
    dead <- event & d$time == t
    w <- survival^rho * (1 - survival)^gamma
    n <- sapply(groups, function(g) sum(at_risk & d$group == g))
    out$o <- out$o + w * sapply(groups, function(g) sum(dead & d$group == g))
    out$e <- out$e + w * sum(dead) * n / sum(n)
    if (sum(n) > 1)
      out$v <- out$v + w^2 * sum(dead) * (sum(n) - sum(dead)) / (sum(n) - 1) * (diag(n / sum(n), length(n)) - outer(n, n) / sum(n)^2)
    survival <- survival * (1 - sum(dead) / sum(n))
  }
  out
}

check_definition <- function(name, d, v, rho, gamma, cause) {
  groups <- 0:max(d$group)
  parts <- lapply(split(d, stratum_of(d)), by_definition, groups, rho, gamma, cause)
  where <- paste(name, rho, gamma, cause)
  add <- function(what) Reduce(`+`, lapply(parts, `[[`, what))
  compare("observed and expected, by definition", where, v$group[, 3:4], cbind(add("o"), add("e")))
  compare("variance, by definition", where, v$variance[, -(1:2)], add("v"))
  u <- (add("o") - add("e"))[-1]
  inner <- add("v")[-1, -1, drop = FALSE]
  if (!all(add("e") > 0) || rcond(inner) < 1e-8) return()
  statistic <- sum(u * solve(inner, u))
  compare("test statistic, by definition", where, v$test[1, 3], statistic)
  compare("p-value, by definition", where, v$test[1, 4], pchisq(statistic, length(u), lower.tail = FALSE), 1e-300)
}

check_survdiff <- function(name, d, v, rho, cause) {
  event <- if (cause == 0) d$status > 0 else d$status == cause
  d$stratum <- stratum_of(d)
  fit <- survdiff(Surv(d$time, event) ~ group + strata(stratum), d, rho = rho)
  where <- paste(name, rho, cause)
  compare("observed", where, v$group[, 3], rowSums(as.matrix(fit$obs)))
  compare("expected", where, v$group[, 4], rowSums(as.matrix(fit$exp)))
  compare("variance", where, v$variance[, -(1:2)], fit$var)
  compare("test statistic", where, v$test[1, 3], fit$chisq)
  compare("p-value", where, v$test[1, 4], fit$pvalue, 1e-300)
  stopifnot(v$test[1, 2] == sum(rowSums(as.matrix(fit$exp)) > 0) - 1)
}

check <- function(name, d) {
  for (cause in seq(0, if (max(d$status) > 1) 2 else 0))
    for (powers in list(c(0, 0), c(1, 0), c(.5, 0), c(0, 1), c(.5, .5))) {
      v <- values(d, "logrank", powers[1], powers[2], cause)
      check_definition(name, d, v, powers[1], powers[2], cause)
      if (powers[2] == 0 && is.null(d$entry)) check_survdiff(name, d, v, powers[1], cause)
    }
}

samples <- c(bundled(), simulated())
for (name in names(samples)) check(name, samples[[name]])
for (name in c("tiny_groups", "one_event")) check(name, extreme()[[name]])
conclude()
