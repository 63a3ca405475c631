/**
 * Measures cases in turns, so other work on the machine affects all of them alike. A different case starts each round.
 *
 * @param cases functions by name; each resolves with a number
 * @returns by name, the number of each round, without the first round, which is warm-up (compilation, caches)
 */
export async function interleaved(what, cases, rounds) {
  const names = Object.keys(cases);
  const measured = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + round) % names.length];
      const value = await cases[name]();
      if (round > 0) measured[name].push(value);
    }
    process.stderr.write(`${what}: ${round === 0 ? "warm-up" : `round ${round} of ${rounds}`}\n`);
  }
  return measured;
}
