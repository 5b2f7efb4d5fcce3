#!/usr/bin/python3
"""Memory does not grow with the number of patients: ten times as many, the same peak but for rare values."""
import os
import subprocess
import sys
import tempfile

MAIN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "configs", "sick_sicker.yaml")
# Histograms still widen by octaves that nobody reached before; eight bytes kept of each life would be 14 MiB.
ALLOWED_KIB = 8192


def peak_kib(program, patients, folder):
    """Greatest resident memory of a run, in KiB."""
    run = subprocess.Popen([program, "run", MAIN, "-n", str(patients), "-j", "2", "--quiet",
                            "-o", os.path.join(folder, "out.h5")], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(run.pid, 0)
    if status != 0:
        sys.exit(f"FAILED the run of {patients} patients ended with {status}")
    return usage.ru_maxrss


def main():
    program = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="sequela-memory-") as folder:
        few, many = (peak_kib(program, patients, folder) for patients in (50_000, 500_000))
    print(f"peak of 50,000 patients {few} KiB, of 500,000 patients {many} KiB")
    if many - few > ALLOWED_KIB:
        sys.exit("FAILED memory grows with the number of patients")


main()
