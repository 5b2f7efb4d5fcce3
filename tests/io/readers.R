# A sample file as R sees it. rhdf5 gives the axes of an array in reverse order.
library(rhdf5)
path <- commandArgs(trailingOnly = TRUE)[1]
survival <- h5read(path, "survival")
stopifnot(identical(dim(survival), c(4L, 2L, 1L, 1L)))
stopifnot(abs(survival[2, 1, 1, 1] - exp(-0.1)) < 1e-15, is.nan(survival[4, 2, 1, 1]))
strategies <- as.character(h5read(path, "strategy"))
stopifnot(length(strategies) == 2, strategies[1] == "now")
stopifnot(h5readAttributes(path, "survival")$units == "1")
patients <- h5read(path, "patients/now")
stopifnot(length(patients$age) == 20000, all(abs(patients$age - 30) <= 1))
cat("rhdf5 reads the sample\n")
