#!/usr/bin/env python3
# usage: [GORGAN=PROGRAM] scripts/check_optuna.py   shows that docs/examples/optuna_search.py finds the same after any end
#
# Makes a Python environment with Optuna in .optuna, and searches twice with small nets. One search is left alone. The
# other one is killed in the middle of a trial, and ended by SIGTERM in the middle of the next. Then
#
#   the studies are equal: states, settings, values and the evaluations between, to the last bit
#   all trials are finished or pruned, some of each; a pruned run is saved before its last step
#   a value is the best of its trial's evaluations, and that of its run's summary
#
# Prints the trials; exits 1 if anything differs.

import os
import subprocess
import sys

import environment
from environment import ROOT

PACKAGES = ["optuna==5.0.0"]

try:
    environment.enter(".optuna", PACKAGES)
except subprocess.CalledProcessError as e:
    if "pip" not in e.cmd:
        raise
    print(f"pip does not install {' '.join(PACKAGES)}: the search with Optuna is left out")
    sys.exit(0)

import json
import signal
import tempfile
import time

import optuna

TRIALS, STEPS = 5, 900
FLAGS = ["--device", "cpu", "--workers", "1", "--gen-hidden", "32", "--dis-hidden", "32", "--batch-size", "32", "--images", "1000",
         "--steps", str(STEPS), "--evaluate-every", "300", "--evaluate-count", "640"]

wrong = []


def check(ok, what):
    if not ok:
        wrong.append(what)
        print("WRONG", what)


def search(out):
    """a search that has begun"""
    with open(os.path.join(out, "log"), "a") as log:
        return subprocess.Popen([sys.executable, os.path.join(ROOT, "docs/examples/optuna_search.py"), out, str(TRIALS), *FLAGS],
                                stdout=log, stderr=log)


def finish(out):
    code = search(out).wait()
    if code:
        print(open(os.path.join(out, "log")).read()[-4000:])
        sys.exit(f"the search ended with exit code {code}")


def end_in(out, trial, how):
    """begins a search, and ends it by a signal once the trial has an evaluation"""
    process = search(out)
    evaluations = os.path.join(out, f"trial-{trial}", "evaluations.jsonl")
    while process.poll() is None and not os.path.exists(evaluations):
        time.sleep(0.01)
    process.send_signal(how)
    code = process.wait()
    want = -signal.SIGKILL if how == signal.SIGKILL else 130
    check(code == want, f"exit code {code} after {how.name}, want {want}")
    states = [t.state.name for t in study(out).trials]
    check(states == ["COMPLETE"] * trial + ["RUNNING"], f"{how.name} in trial {trial} left {states}")
    print(f"{how.name} in trial {trial}")


def study(out):
    return optuna.load_study(study_name="gorgan", storage=f"sqlite:///{out}/study.db")


def summary(out, trial):
    with open(os.path.join(out, f"trial-{trial.number}", "summary.json")) as f:
        return json.load(f)


def main():
    with tempfile.TemporaryDirectory() as work:
        gorgan = os.environ.get("GORGAN")
        if not gorgan:
            gorgan = os.path.join(work, "gorgan")
            subprocess.run(["go", "build", "-o", gorgan, "./cmd/gorgan"], check=True, cwd=ROOT, env=os.environ | {"CGO_ENABLED": "0"})
        os.environ["GORGAN"] = gorgan = os.path.abspath(gorgan)
        alone, ended = os.path.join(work, "alone"), os.path.join(work, "ended")
        os.mkdir(alone)
        os.mkdir(ended)
        finish(alone)
        end_in(ended, 1, signal.SIGKILL)
        end_in(ended, 2, signal.SIGTERM)
        saved = summary(ended, study(ended).trials[2])
        check(saved["ended"] == "interrupted", f"SIGTERM left a run that is {saved['ended']}")
        finish(ended)

        compared = []
        for out in alone, ended:
            found = study(out)
            compared.append([(t.number, t.state.name, t.params, t.value, t.intermediate_values) for t in found.trials])
            states = [t.state.name for t in found.trials]
            check(len(states) == TRIALS and set(states) == {"COMPLETE", "PRUNED"}, f"{out}: the trials are {states}")
            for t in found.trials:
                s = summary(out, t)
                figure = s["best"]["figures"]["frechet_distance"]["value"]
                if t.state.name == "COMPLETE":
                    check(s["ended"] == "finished" and t.value == figure == min(t.intermediate_values.values()), f"trial {t.number}: {t.value}, its run {s['ended']} at {figure}")
                if t.state.name == "PRUNED":
                    early = max(t.intermediate_values) < STEPS
                    check(not early or s["ended"] == "interrupted" and s["step"] < STEPS, f"trial {t.number}: pruned, but trained to {s['step']}")
            values = [t.value for t in found.trials if t.state.name == "COMPLETE"]
            check(found.best_value == min(values), f"best is {found.best_value} of {values}")
        for a, b in zip(*compared):
            check(a == b, f"the trials differ:\n  {a}\n  {b}")
            print(*a[:4])
        check(len(compared[0]) == len(compared[1]), "the studies have as many trials")
        check(any(t[1] == "PRUNED" and max(t[4]) < STEPS for t in compared[0]), "a trial is pruned before its end")
    if wrong:
        print(f"{len(wrong)} things are wrong")
        sys.exit(1)
    print("a search that was killed found the same as one that was left alone")


main()
