# Cox's model: against coxph, iterated further than usual (with eps = 1e-15 it halves steps on rounding and ends worse).
source(file.path(commandArgs(trailingOnly = TRUE)[2], "survival_lib.R"))
TIGHT <- coxph.control(eps = 1e-12, toler.chol = 1e-16, iter.max = 100, timefix = FALSE)

covariates_of <- function(d) setdiff(names(d), c("time", "status", "entry", "group", "stratum", "weight"))

coxph_of <- function(d, ties, cause, control = TIGHT) {
  y <- response(d, if (cause == 0) d$status > 0 else d$status == cause)
  x <- paste(covariates_of(d), collapse = " + ")
  strata <- if (is.null(d$stratum)) "" else "+ strata(stratum)"
  suppressWarnings(coxph(as.formula(paste("y ~", x, strata)), d, ties = ties, control = control))
}

check <- function(name, d, ties, cause) {
  v <- values(d, "cox", ties, cause)
  fit <- coxph_of(d, ties, cause)
  where <- paste(name, ties, cause)
  p <- length(coef(fit))
  stopifnot(v$end[1, 1:3] == c(0, -1, fit$nevent))
  compare("coefficients", where, v$coefficient[, 3], coef(fit))
  compare("standard errors", where, v$coefficient[, 4], sqrt(diag(vcov(fit))))
  compare("log likelihoods", where, v$likelihood[1, 3:4], fit$loglik)
  compare("score test", where, v$score[1, 3:4], c(fit$score, pchisq(fit$score, p, lower.tail = FALSE)), 1e-100)
  compare("Wald test", where, v$wald[1, 3:4], c(fit$wald.test, pchisq(fit$wald.test, p, lower.tail = FALSE)), 1e-100)
  ratio <- 2 * diff(fit$loglik)
  compare("likelihood ratio test", where, v$ratio[1, 3:4], c(ratio, pchisq(ratio, p, lower.tail = FALSE)), 1e-100)
}

check_all <- function(name, d) {
  for (ties in c("efron", "breslow"))
    for (cause in seq(0, if (max(d$status) > 1) 2 else 0)) check(name, d, ties, cause)
}

samples <- c(bundled(), simulated())
for (name in names(samples)) {
  d <- samples[[name]]
  check_all(name, d)
  d$stratum <- NULL
  check_all(paste(name, "one stratum"), d)
}

# Where a coefficient is infinite coxph says so too, its likelihood agrees, and so does what it says of the others.
set.seed(7)
d <- data.frame(time = 1:60, status = rep(1:0, 30), early = as.numeric(1:60 < 12), x = rnorm(60))
d$status[d$early == 0 & d$time < 30] <- 0
d$time[d$early == 0] <- d$time[d$early == 0] + 20
d$early <- 1 - d$early
d$status[d$early == 1] <- 0
v <- values(d, "cox", "efron", 0)
fit <- suppressWarnings(coxph(Surv(time, status) ~ early + x, d, control = coxph.control(eps = 1e-13, toler.chol = 1e-15, iter.max = 60)))
stopifnot(v$end[1, 1:2] == c(4, 0), v$coefficient[1, 3] == -Inf)
compare("likelihood with an infinite coefficient", "separated", v$likelihood[1, 3:4], fit$loglik)
stopifnot(abs(v$coefficient[2, 3:4] / c(coef(fit)[2], sqrt(vcov(fit)[2, 2])) - 1) < 1e-6)

# Small cohorts, where coefficients are infinite and covariates constant or collinear as often as not: coxph walks on until
# a coefficient's error is beyond measure, and at 0 has an error of 0 for a covariate that it will drop.
# A likelihood that tends to its bound stops 1e-12 short of it.
ENDINGS <- c("converged", "no events", "constant", "collinear", "infinite", "unfinished")
seen <- table(factor(character(0), ENDINGS))
for (i in 1:250) {
  set.seed(i)
  n <- sample(6:18, 1)
  d <- data.frame(time = sample(12, n, TRUE), status = rbinom(n, 1, runif(1, .1, .7)), a = rbinom(n, 1, .4), b = rbinom(n, 2, .2))
  if (i %% 2) d$entry <- d$time * runif(n, 0, .8)
  if (i %% 3) d$c <- round(rnorm(n), 1)
  if (i %% 10 == 0) d$not_a <- 1 - d$a
  v <- values(d, "cox", "efron", 0)
  ending <- ENDINGS[v$end[1, 1] + 1]
  seen[ending] <- seen[ending] + 1
  if (ending == "no events") {
    stopifnot(sum(d$status) == 0)
    next
  }
  gone <- diag(vcov(coxph_of(d, "efron", 0, coxph.control(iter.max = 0, timefix = FALSE)))) == 0
  fit <- coxph_of(d, "efron", 0)
  variance <- diag(vcov(fit))
  far <- is.na(coef(fit)) | !(variance > 0 & variance < 1e6) # where no information is left, not even that
  expected <- if (any(gone)) c("constant", "collinear") else if (any(far)) "infinite" else "converged"
  if (!ending %in% expected) stop("cohort ", i, " is ", ending, ", not ", expected[1])
  if (any(gone)) stopifnot(v$end[1, 2] + 1 == which(gone)[1])
  if (ending == "infinite") stopifnot(far[v$end[1, 2] + 1])
  # With late entry coxph takes exp(20 or more) away again and is left with rounding.
  if (ending == "infinite" && is.null(d$entry))
    compare("likelihood with an infinite coefficient", i, v$likelihood[1, 4], fit$loglik[2], 1e-3)
  if (ending != "converged") next
  compare("small cohorts: coefficients", i, v$coefficient[, 3], coef(fit))
  compare("small cohorts: standard errors", i, v$coefficient[, 4], sqrt(variance))
}
print(seen)
stopifnot(seen["converged"] > 50, seen["infinite"] > 50, seen["constant"] > 5, seen["collinear"] > 5, seen["no events"] > 0)
conclude()
