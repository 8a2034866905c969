#!/usr/bin/env python3
"""Searches settings with Optuna: OUT gets a run for each trial, and the study in OUT/study.db.

    pip install optuna==5.0.0
    python3 optuna_search.py OUT TRIALS FLAGS OF TRAIN...
    python3 optuna_search.py runs/search 40 --preset fast --steps 10000 --evaluate-every 1000

After any end, also by a kill, the same command goes on: a trial in its middle trains on from its last checkpoint. One
process at a time searches in OUT. The variable GORGAN names the program.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time

import optuna
from optuna.trial import Trial, TrialState

GORGAN = os.environ.get("GORGAN", "gorgan")
FIGURE, DIRECTION = "frechet_distance", "minimize"
SEED = 0


def settings(trial):
    """what is searched: flags of train"""
    return [
        "--loss", trial.suggest_categorical("loss", ["non-saturating", "hinge"]),
        "--learning-rate", str(trial.suggest_float("learning_rate", 1e-4, 1e-2, log=True)),
        "--beta1", str(trial.suggest_float("beta1", 0, 0.9)),
    ]


def events(command):
    """the events of a process as they come; who leaves the loop ends the process, which saves its run"""
    # A session of its own keeps Ctrl-C from the process, which would take the signal below as a second Ctrl-C.
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", start_new_session=True) as process:
        try:
            for line in process.stdout:
                yield json.loads(line)
        except BaseException:
            process.terminate()  # SIGTERM
            process.stdout.read()
            raise


def evaluations(run):
    """steps and figures of all evaluations of a run, also of those that nobody read when they came"""
    path = os.path.join(run, "evaluations.jsonl")
    if not os.path.exists(path):
        return
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if line.endswith("\n"):  # another is being written
                report = json.loads(line)
                for figure in report["figures"]:
                    if figure["name"] == FIGURE:
                        yield report["step"], figure["value"]


def trained(study, trial, run, fixed):
    """how a trial ended: its state and its value"""
    reported = set(study.trials[trial.number].intermediate_values)
    command = [GORGAN, "train", "--json", "--out", run, "--continue", *fixed, *settings(trial)]
    began = False
    with contextlib.closing(events(command)) as training:
        for event in training:
            began = began or event["event"] == "began"
            if event["event"] in ("began", "evaluation", "ended"):
                for step, value in evaluations(run):
                    if step not in reported:
                        trial.report(value, step)
                        reported.add(step)
                    if trial.should_prune():
                        return TrialState.PRUNED, None
            if event["event"] == "failed" and began:  # before, the fault is not the trial's: no data, no device
                return TrialState.FAIL, None
            if event["event"] == "ended" and event["ended"] != "interrupted":
                if "best" not in event:
                    sys.exit(f"{run} has no {FIGURE}: give --evaluate-every, and another OUT")
                return TrialState.COMPLETE, event["best"]["figures"][FIGURE]["value"]
    sys.exit(f"{run} was stopped, or cannot begin; the same command goes on with it")


def wait_for(run):
    """waits for the process that a killed search left behind: it ends when it next writes an event"""
    while os.path.exists(run):
        found = subprocess.run([GORGAN, "runs", run, "--json"], stdout=subprocess.PIPE, check=True).stdout
        if all(r["state"] != "training" for r in json.loads(found)):
            return
        time.sleep(0.5)


def main():
    out, trials, *fixed = sys.argv[1:]
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C
    os.makedirs(out, exist_ok=True)
    study = optuna.create_study(
        study_name="gorgan", storage=f"sqlite:///{os.path.join(out, 'study.db')}", load_if_exists=True, direction=DIRECTION,
        pruner=optuna.pruners.MedianPruner(n_startup_trials=3))
    while True:
        begun = study.get_trials(states=[TrialState.RUNNING])
        number = begun[0].number if begun else len(study.trials)
        if number >= int(trials):
            break
        # A sampler begins anew with each process. Its seed for each trial keeps it from the draws of the trials before.
        study.sampler = optuna.samplers.TPESampler(seed=SEED + number)
        trial = Trial(study, begun[0]._trial_id) if begun else study.ask()
        run = os.path.join(out, f"trial-{trial.number}")
        wait_for(run)
        state, value = trained(study, trial, run, fixed)
        study.tell(trial, value, state)
        print(f"{run}: {state.name.lower()}", value if value is not None else "", flush=True)
    if not study.get_trials(states=[TrialState.COMPLETE]):
        sys.exit("no trial has finished")
    print(f"best: {os.path.join(out, f'trial-{study.best_trial.number}')}: {FIGURE} {study.best_value}, {study.best_params}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
