/** The studies in the order in which they run. Each is a config in this folder. */
export const STUDIES = [
  "mnist-defaults",
  "fashion-mnist-defaults",
  "mnist-tuned",
  "fashion-mnist-tuned",
  "mnist-losses",
  "fashion-mnist-losses",
  "mnist-losses-tuned",
  "fashion-mnist-losses-tuned",
];

/** The studies of optimizers and those of losses, with what their columns are called in a table over all of them. */
export const OPTIMIZER_COLUMNS = {
  "mnist-defaults": "MNIST, defaults",
  "mnist-tuned": "MNIST, tuned",
  "fashion-mnist-defaults": "Fashion-MNIST, defaults",
  "fashion-mnist-tuned": "Fashion-MNIST, tuned",
};
export const LOSS_COLUMNS = {
  "mnist-losses": "MNIST, defaults",
  "mnist-losses-tuned": "MNIST, tuned",
  "fashion-mnist-losses": "Fashion-MNIST, defaults",
  "fashion-mnist-losses-tuned": "Fashion-MNIST, tuned",
};
