"""A sample result opens unchanged in h5py, netCDF4 and xarray with both of its engines."""
import os
import sys
import tempfile

import need
need.modules("h5py", "netCDF4", "xarray", "h5netcdf", "numpy")

import subprocess  # noqa: E402

import h5py  # noqa: E402
import netCDF4  # noqa: E402
import numpy as np  # noqa: E402
import xarray as xr  # noqa: E402

AXES = ("scenario", "draw", "strategy", "time")
SPLIT = ("scenario", "draw", "strategy", "subgroup", "cause", "time")
STRATEGIES = ["now", "läter"]
NAN_BUT = [np.exp(-0.1 * i) for i in range(7)]


def check_h5py(path):
    with h5py.File(path, "r") as file:
        assert file.attrs["format_version"] == 1 and file.attrs["title"] == "A sample"
        survival = file["survival"]
        assert [d[0].name for d in survival.dims] == ["/" + axis for axis in AXES]
        assert survival.attrs["units"] == "1" and survival.attrs["long_name"] == "survival"
        split = file["cumulative_incidence_by_subgroup"]
        assert [d[0].name for d in split.dims] == ["/" + axis for axis in SPLIT]
        assert split[0, 0, 1, 2, 1, 3] == 47
        assert list(file["strategy"].asstr()) == STRATEGIES
        assert list(file["kind"].attrs["flag_values"]) == [0, 1]
        assert file["kind"].attrs["flag_meanings"] == "competing main"
        inputs = file["provenance/inputs"]
        assert inputs["file_1"].asstr()[()] == "model: sample\n# Müller\n"
        assert inputs["file_1"].attrs["path"] == "models/sample.yaml"
        assert inputs["file_2"].attrs["stored"] == "hash only"
        file.visititems(check_described)


def check_described(name, item):
    """Units and a description on every variable."""
    if isinstance(item, h5py.Dataset) and b"not a netCDF variable" not in item.attrs.get("NAME", b""):
        assert "units" in item.attrs and "long_name" in item.attrs, name


def check_netcdf4(path):
    with netCDF4.Dataset(path) as file:
        assert file["survival"].dimensions == AXES
        assert file["cumulative_incidence_by_subgroup"].dimensions == SPLIT
        assert file["subgroup"][1] == "sex=male, age=old"
        assert list(file["strategy"][:]) == STRATEGIES
        assert file["survival"].units == "1"
        assert file["at_risk"][0, 0, 0, 0] == 3000000000
        assert file.dimensions["draw"].size == 1
        assert list(file["patients/now/sex"].flag_values) == [0, 1]
        assert file["patients/now/age"].shape == (20000,)
        assert file["events/now/age"].dimensions == ("row",)
        assert file["events/later/age"].shape == (3334,)


def check_xarray(path, engine):
    with xr.open_dataset(path, engine=engine) as data:
        assert data["survival"].dims == AXES
        split = data["cumulative_incidence_by_subgroup"].sel(strategy="läter", subgroup="sex=male, age=old", cause="relapse")
        assert list(split.values.ravel()) == [32, 33, 34, 35]
        row = data["survival"].sel(strategy="läter").isel(scenario=0, draw=0)
        np.testing.assert_allclose(row.values[:3], NAN_BUT[4:], rtol=1e-15)
        assert np.isnan(row.values[3])
        assert data["time"].dtype == np.float64 and data["time"].attrs["units"] == "year"
        assert list(data.coords) >= ["cause"] and "horizon" in data
        assert data["horizon"].item() == 40.0
    with xr.open_dataset(path, group="patients/now", engine=engine) as table:
        assert list(table["patient"].values[:3]) == [0, 1, 2]
        assert table["age"].sizes == {"patient": 20000}


def main():
    sample = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "out.h5")
        subprocess.run([sample, "tables", path, "20000"], check=True)
        check_h5py(path)
        check_netcdf4(path)
        for engine in ("netcdf4", "h5netcdf"):
            check_xarray(path, engine)
        plain = os.path.join(folder, "plain.h5")
        subprocess.run([sample, "write", plain], check=True)
        check_h5py(plain)
        with xr.open_dataset(plain) as data:
            assert data["survival"].dims == AXES
    print("h5py, netCDF4, xarray and h5netcdf read the samples")


if __name__ == "__main__":
    main()
