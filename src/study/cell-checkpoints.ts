import { rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import type { CheckpointSettings } from "../training/checkpoint/checkpoint-options.js";
import { CHECKPOINTS } from "./result-folder.js";

const EVERY_MINUTES = 10;

/** The checkpoints of a study's runs. Most runs end before the first one is due. */
export class CellCheckpoints {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = join(folder, CHECKPOINTS);
  }

  /** How the run of a cell writes checkpoints, and goes on from one. */
  settingsOf(key: string): CheckpointSettings {
    return { path: this.#pathOf(key), everyMinutes: EVERY_MINUTES, resume: true, isTemporary: true };
  }

  /** Removes the checkpoint of a finished cell. */
  async remove(key: string): Promise<void> {
    await rm(this.#pathOf(key), { force: true }).catch(() => {});
    await rmdir(this.#folder).catch(() => {}); // unless it is missing or others need it
  }

  async removeAll(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  #pathOf(key: string): string {
    return join(this.#folder, `${key}.safetensors`);
  }
}
