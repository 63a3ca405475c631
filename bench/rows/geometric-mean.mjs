/** The geometric mean of the ratios of steps. Its spread is that of the rounds. */
export function geometricMean(steps, goal) {
  const mean = (values) => Math.exp(values.reduce((sum, each) => sum + Math.log(each), 0) / values.length);
  const rounds = steps[0].measured.optimbench.map((_, round) =>
    mean(steps.map(({ measured, against }) => measured.optimbench[round] / measured[against][round])),
  );
  const { size } = new Set(steps.map(({ model }) => model));
  const models = size === 1 ? "1 model" : `${size} models`;
  return {
    what: `training step relative to the fastest peer, geometric mean of ${models}, ${steps.length} ratios`,
    goal: { atMost: goal },
    unit: "",
    value: mean(steps.map(({ value }) => value)),
    spread: [Math.min(...rounds), Math.max(...rounds)],
    measured: { ratios: steps.map(({ value }) => value) },
    measuredUnit: "",
  };
}
