#!/bin/bash
# Sixteen workers as a Slurm job array: sbatch slurm.sh
# queue.json in the home folder has the address of a Redis server that all nodes reach, and its password.
# On a login node: npx optimbench compare --optimizers all --seeds 10 --out study --queue ~/queue.json
#SBATCH --job-name=optimbench-worker
#SBATCH --array=1-16
#SBATCH --cpus-per-task=4
#SBATCH --time=12:00:00
#SBATCH --signal=TERM@60
exec npx optimbench worker "$HOME/queue.json" --threads "$SLURM_CPUS_PER_TASK" --folder "$HOME/checkpoints"
