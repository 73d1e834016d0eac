"""Runs as jobs: what they need, the scripts that run them, what their stamps say. All pure.

A run on its way, and where each step is; `api/` reads and writes what stands between them:

    needs, task         what a run needs of a machine, and the run as one line of a job script
    profiles/           how its site is spoken to
    scripts/            directives and rows from these: `job.sbatch`, and the `submit.sh` before it
    here/               or, without a scheduler: devices of this machine, and which runs are begun
    states/             what the job left: its stamp, and the table that says what became of it
    selection           which runs are named by that, to be begun again

What a job does when it runs (the door, the claim, the training) is `scripts/job.sh` alone; what one
that evaluates does, `scripts/eval.sh`. What both do (claims, hearts, ends) is `scripts/attempt.sh`.
"""
