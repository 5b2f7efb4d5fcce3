# Aalen and Johansen with the infinitesimal jackknife: against survfit with a status that is a factor.
source(file.path(commandArgs(trailingOnly = TRUE)[2], "survival_lib.R"))

survfit_of <- function(d, scale, level, causes) {
  w <- if (is.null(d$weight)) rep(1, nrow(d)) else d$weight
  y <- response(d, factor(d$status, 0:causes))
  id <- seq_len(nrow(d))
  survfit(y ~ 1, weights = w, id = id, conf.type = scale, conf.int = level, timefix = FALSE)
}

check_group <- function(name, d, g, v, scale, level, causes) {
  fit <- survfit_of(d, scale, level, causes)
  at <- v$at[v$at[, 1] == g & v$at[, 3] <= max(d$time), , drop = FALSE]
  for (k in sort(unique(d$status[d$status > 0]))) {
    column <- which(fit$states == as.character(k))
    mine <- at[at[, 2] == k, , drop = FALSE]
    row <- findInterval(mine[, 3], fit$time)
    mine <- mine[row > 0, , drop = FALSE]
    row <- row[row > 0]
    where <- paste(name, "group", g, "cause", k)
    compare("cumulative incidence", where, mine[, 4], fit$pstate[row, column])
    compare(if (is.null(d$weight)) "incidence se" else "incidence se (weights)", where, mine[, 5], fit$std.err[row, column])
    compare(paste("incidence interval", scale), where, mine[, 6:7], cbind(fit$lower, fit$upper)[row, c(column, column + ncol(fit$lower))])
  }
}

check <- function(name, d, scale, level) {
  causes <- max(d$status)
  if (causes < 2) return()
  last <- max(d$time)
  times <- sort(unique(c(d$time[seq_len(min(12, nrow(d)))], last * seq(.05, 1, .05))))
  v <- values(d, "aj", scale, level, paste(sprintf("%.17g", times), collapse = ","))
  group <- if (is.null(d$group)) rep(0, nrow(d)) else d$group
  for (g in unique(group)) check_group(name, d[group == g, ], g, v, scale, level, causes)
}

samples <- c(bundled(), simulated())
edge <- list(two = data.frame(time = c(1, 2), status = c(2, 1)), at_once = data.frame(time = c(1, 1, 1, 2, 2), status = c(1, 2, 0, 1, 2)))
for (scale in c("plain", "log", "log-log"))
  for (name in names(c(samples, edge))) check(name, c(samples, edge)[[name]], scale, .95)
heavy <- weighted(samples[names(samples) != "heavy_truncation"])
for (name in names(heavy)) check(paste("weighted", name), heavy[[name]], "log", .95)
conclude()
