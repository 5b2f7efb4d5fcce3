# Fits behind configs/oncology_parameters.yaml. Run by hand: Rscript analysis/oncology_fit.R onc3.rda
# onc3 is a data set of the R package hesim (github.com/hesim-dev/hesim, data/onc3.rda): 3,000 simulated patients.
# For each transition, in time since the state was entered (clock reset), a Weibull law with proportional hazards:
#   log hazard ratio = b1 [New 1] + b2 [New 2] + b3 [female] + b4 (age - 60) ,
# no effect of treatment after progression. Standard errors of what survreg does not print by the delta method.
library(survival)
load(commandArgs(trailingOnly = TRUE)[1])
d <- as.data.frame(onc3)
d$age <- d$age - 60
covariates <- c("strategy_name + female + age", "strategy_name + female + age", "female + age")
for (transition in 1:3) {
  fit <- survreg(as.formula(paste("Surv(time, status) ~", covariates[transition])),
                 subset(d, transition_id == transition), dist = "weibull")
  p <- length(coef(fit))
  v <- fit$var                                   # of the coefficients and log(scale)
  shape <- 1 / fit$scale
  se_shape <- shape * sqrt(v[p + 1, p + 1])
  scale <- exp(coef(fit)[1])
  cat("\ntransition", transition, " events", sum(fit$y[, 2]), "\n")
  cat(sprintf("shape %.4f (se %.4f)  scale %.4f y (se %.4f)\n", shape, se_shape, scale, scale * sqrt(v[1, 1])))
  for (i in 2:p) {
    log_hr <- -coef(fit)[i] * shape
    gradient <- c(-shape, -log_hr)               # by the coefficient and by log(scale)
    se <- sqrt(drop(gradient %*% v[c(i, p + 1), c(i, p + 1)] %*% gradient))
    cat(sprintf("%-20s hazard ratio %.4f [%.4f, %.4f]  log %.5f (se %.5f)\n", names(coef(fit))[i],
                exp(log_hr), exp(log_hr - 1.96 * se), exp(log_hr + 1.96 * se), log_hr, se))
  }
}
# Kaplan-Meier estimates for the targets.
stable <- subset(d, transition_id == 1)
death1 <- subset(d, transition_id == 2)
death2 <- subset(d, transition_id == 3)
pfs <- merge(stable[, c("patient_id", "strategy_name", "time_stop", "status")],
             death1[, c("patient_id", "status")], by = "patient_id")
pfs$event <- pmax(pfs$status.x, pfs$status.y)
os <- merge(pfs, death2[, c("patient_id", "time_stop", "status")], by = "patient_id", all.x = TRUE, suffixes = c("", ".2"))
os$end <- ifelse(is.na(os$time_stop.2), os$time_stop, os$time_stop.2)
os$dead <- ifelse(is.na(os$time_stop.2), os$status.y, os$status)
cat("\nprogression-free survival\n"); f <- survfit(Surv(time_stop, event) ~ strategy_name, pfs); print(f); print(summary(f, times = 5))
cat("\noverall survival\n"); f <- survfit(Surv(end, dead) ~ strategy_name, os); print(f); print(summary(f, times = c(5, 10)))
