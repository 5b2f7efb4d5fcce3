#!/bin/sh
# Stands in for python3 where there is none, so that its tests are skipped by name.
echo "skipped: needs python3"
exit 77
