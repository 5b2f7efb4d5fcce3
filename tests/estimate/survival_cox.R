# Cox's model: against coxph, iterated further than usual (with eps = 1e-15 it halves steps on rounding and ends worse).
source(file.path(commandArgs(trailingOnly = TRUE)[2], "survival_lib.R"))
TIGHT <- coxph.control(eps = 1e-12, toler.chol = 1e-16, iter.max = 100, timefix = FALSE)

covariates_of <- function(d) setdiff(names(d), c("time", "status", "entry", "group", "stratum", "weight"))

coxph_of <- function(d, ties, cause) {
  y <- response(d, if (cause == 0) d$status > 0 else d$status == cause)
  x <- paste(covariates_of(d), collapse = " + ")
  strata <- if (is.null(d$stratum)) "" else "+ strata(stratum)"
  suppressWarnings(coxph(as.formula(paste("y ~", x, strata)), d, ties = ties, control = TIGHT))
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
conclude()
