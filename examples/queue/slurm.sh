#!/bin/bash
# Sixteen workers as a Slurm job array, from the folder in which optimbench, bullmq and ioredis are installed: sbatch slurm.sh
# queue.json in the home folder has the address of a Redis server that all nodes reach, and its password.
# A minute before its time ends, a worker gives its run back to the queue. "B:" sends the signal to this script, which becomes the
# worker: npx would not pass it on.
# On a login node: npx optimbench compare --optimizers all --seeds 10 --out study --queue ~/queue.json
#SBATCH --job-name=optimbench-worker
#SBATCH --array=1-16
#SBATCH --cpus-per-task=4
#SBATCH --time=12:00:00
#SBATCH --signal=B:TERM@60
exec node_modules/.bin/optimbench worker "$HOME/queue.json" --threads "$SLURM_CPUS_PER_TASK" --folder "$HOME/checkpoints"
