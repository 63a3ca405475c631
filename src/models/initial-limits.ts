import type { Semantics } from "../catalogue/semantics.js";
import type { UniformLimit } from "./native-layer.js";

/**
 * Initial weights and biases are uniform in [-limit, limit).
 *
 * Keras: Glorot uniform, sqrt(6 / (fanIn + fanOut)), and zero bias (Glorot & Bengio 2010).
 * PyTorch: 1 / sqrt(fanIn) for both, which is kaiming_uniform with a = sqrt(5).
 *
 * @param fans numbers of inputs and outputs; for a convolution, channels times the window's area
 */
export function initialLimits(
  semantics: Semantics,
  fans: { readonly in: number; readonly out: number },
): { weightLimit: UniformLimit; biasLimit: UniformLimit } {
  if (semantics !== "pytorch") return { weightLimit: Math.sqrt(6 / (fans.in + fans.out)), biasLimit: 0 };
  const limit = 1 / Math.sqrt(fans.in);
  return { weightLimit: limit, biasLimit: limit };
}
