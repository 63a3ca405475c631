#!/bin/bash
# A study in eight parts as a Slurm job array: sbatch slurm.sh
# When all have ended: npx optimbench merge part-*-of-8 --out study
# A minute before its time ends, a part stops and keeps what it has; the same job continues it. "B:" sends the signal to this script,
# which becomes the command: npx would not pass it on.
#SBATCH --job-name=optimbench
#SBATCH --array=1-8
#SBATCH --cpus-per-task=4
#SBATCH --time=02:00:00
#SBATCH --signal=B:TERM@60
exec node_modules/.bin/optimbench compare --optimizers all --seeds 10 --threads "$SLURM_CPUS_PER_TASK" --shard "$SLURM_ARRAY_TASK_ID/8" --out "part-$SLURM_ARRAY_TASK_ID-of-8"
