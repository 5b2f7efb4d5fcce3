# Kaplan and Meier, Greenwood, intervals, quantiles, restricted means, Nelson and Aalen: against survfit and print(survfit).
source(file.path(commandArgs(trailingOnly = TRUE)[2], "survival_lib.R"))
SHARES <- c(.1, .25, .5, .75)

survfit_of <- function(d, scale, level) {
  d$group <- if (is.null(d$group)) 0 else d$group
  w <- if (is.null(d$weight)) rep(1, nrow(d)) else d$weight
  d$subject <- seq_len(nrow(d))
  y <- response(d, d$status > 0)
  lapply(split(seq_len(nrow(d)), factor(d$group)), function(i) {
    survfit(y[i] ~ 1, weights = w[i], cluster = if (is.null(d$weight)) NULL else seq_along(i), conf.type = scale,
            conf.int = level, timefix = FALSE, influence = if (is.null(d$weight)) FALSE else 1)
  })
}

se_of <- function(fit) if (fit$logse) fit$std.err * fit$surv else ifelse(fit$surv == 0, NaN, fit$std.err)

# print(survfit)'s rule for a median, for any share.
first_below <- function(y, time, level) {
  keep <- which(!is.na(y) & y < level + sqrt(.Machine$double.eps))
  if (!length(keep)) return(NA)
  later <- keep[y[keep] < y[keep[1]]]
  if (abs(y[keep[1]] - level) < sqrt(.Machine$double.eps) && length(later)) return((time[keep[1]] + time[later[1]]) / 2)
  time[keep[1]]
}

check_rows <- function(name, g, fit, v) {
  count <- v$count[v$count[, 1] == g, , drop = FALSE]
  row <- v$row[v$row[, 1] == g, , drop = FALSE]
  where <- paste(name, "group", g)
  compare("numbers at risk and events", where, count[, 3:5], cbind(fit$n.risk, fit$n.event, fit$n.censor))
  compare("times", where, row[, 3], fit$time)
  compare("survival", where, row[, 4], fit$surv)
  kind <- if (fit$logse) "survival se (Greenwood)" else "survival se (weights)"
  compare(kind, where, row[, 5], se_of(fit))
  some <- fit$surv > 0 # survfit's jackknife has bounds for nothing, from an se of 0
  compare(paste("survival interval", fit$conf.type), where, row[some, 6:7], cbind(fit$lower, fit$upper)[some, ])
  compare("cumulative hazard", where, row[, 8], fit$cumhaz)
  compare("cumulative hazard se", where, row[, 9], fit$std.chaz)
}

check_times <- function(name, d, g, fit, v) {
  at <- v$at[v$at[, 1] == g & v$at[, 3] <= max(fit$time), , drop = FALSE]
  where <- paste(name, "group", g)
  if (nrow(at) == 0) return()
  expected <- summary(fit, times = at[, 3])
  kept <- match(at[, 3], expected$time)
  compare("survival at times", where, at[, 4], expected$surv[kept])
  compare("hazard at times", where, at[, 8], expected$cumhaz[kept])
  mine <- if (is.null(d$group)) d else d[d$group == g, ]
  entry <- if (is.null(mine$entry)) -1 else mine$entry
  compare("at risk at times", where, at[, 10], sapply(at[, 3], function(t) sum(entry < t & t <= mine$time)))
  if (is.null(d$entry) && is.null(d$weight)) compare("at risk at times", where, at[, 10], expected$n.risk[kept])
}

check_quantiles <- function(name, g, fit, v) {
  q <- v$quantile[v$quantile[, 1] == g, , drop = FALSE]
  where <- paste(name, "group", g)
  bands <- list(fit$surv, fit$lower, fit$upper)
  if (!fit$logse) bands[2:3] <- lapply(bands[2:3], function(b) ifelse(fit$surv == 0, NA, b))
  for (k in 1:3)
    compare("quantiles", where, q[, 3 + k], sapply(1 - SHARES, function(level) first_below(bands[[k]], fit$time, level)))
  printed <- summary(fit)$table
  columns <- grep("median|LCL|UCL", names(printed))
  if (fit$logse) compare("median as printed", where, q[3, 4:6], printed[columns])
  clear <- sapply(1 - SHARES, function(level) min(abs(fit$surv - level)) > 1e-7)
  if (any(clear)) compare("quantiles as quantile()", where, q[clear, 4], quantile(fit, SHARES, conf.int = FALSE)[clear])
}

check_mean <- function(name, d, g, fit, v, tau) {
  mean <- v$mean[v$mean[, 1] == g, ]
  where <- paste(name, "group", g)
  table <- survival:::survmean(survfit0(fit), rmean = tau)$matrix
  compare("restricted mean", where, mean[3], table["rmean"])
  if (fit$logse) return(compare("restricted mean se", where, mean[4], table["se(rmean)"]))
  kept <- fit$time <= tau
  if (!any(kept)) return()
  area <- fit$influence.surv[, kept, drop = FALSE] %*% diff(c(fit$time[kept], tau))
  compare("restricted mean se (weights)", where, mean[4], sqrt(sum(area^2)))
}

# The mean is taken to a share of the longest time, or beyond it.
check <- function(name, d, scale, level, share) {
  last <- max(d$time)
  tau <- last * share + .01
  times <- sort(unique(c(0, d$time[seq_len(min(4, nrow(d)))], last * c(.1, .33, .5, .8, 1))))
  v <- values(d, "km", scale, level, sprintf("%.17g", tau), paste(sprintf("%.17g", times), collapse = ","))
  fits <- survfit_of(d, scale, level)
  for (g in names(fits)) {
    check_rows(name, g, fits[[g]], v)
    check_times(name, d, g, fits[[g]], v)
    check_quantiles(name, g, fits[[g]], v)
    check_mean(name, d, g, fits[[g]], v, tau)
  }
}

samples <- c(bundled(), simulated())
shares <- c(plain = .4, log = 1.3, "log-log" = .8)
for (scale in names(shares)) {
  for (name in names(samples)) check(name, samples[[name]], scale, .95, shares[scale])
  for (name in names(extreme())) check(name, extreme()[[name]], scale, .9, shares[scale])
}
# Where survival falls to 0 early survfit has rounding instead of 0 once there are weights.
heavy <- weighted(samples[names(samples) != "heavy_truncation"])
for (name in names(heavy)) for (share in c(.5, 1.3)) check(paste("weighted", name), heavy[[name]], "log", .95, share)
conclude()
