/** The rank of each value, 1 for the highest. Equal values share the mean of their ranks. */
export const ranksFromHighest = (values: readonly number[]): number[] =>
  values.map((value) => {
    const higher = values.filter((other) => other > value).length;
    const equal = values.filter((other) => other === value).length;
    return higher + (equal + 1) / 2;
  });
