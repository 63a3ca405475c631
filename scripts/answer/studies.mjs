/** The studies in the order in which they run. Each is a config in this folder. */
export const STUDIES = [
  "mnist-defaults",
  "fashion-mnist-defaults",
  "mnist-tuned",
  "fashion-mnist-tuned",
  "mnist-losses",
  "fashion-mnist-losses",
];
