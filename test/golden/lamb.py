"""LAMB, whose authors have published an algorithm and no code."""

import torch


class Lamb(torch.optim.Optimizer):
    """You et al. 2020, algorithm 2, with phi(x) = x."""

    def __init__(self, parameters, beta1, beta2, epsilon, weightDecay):
        super().__init__(parameters, dict(lr=1, beta1=beta1, beta2=beta2, epsilon=epsilon, decay=weightDecay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                state = self.state[p]
                if not state:
                    state.update(t=0, m=torch.zeros_like(p), v=torch.zeros_like(p))
                state["t"] += 1
                beta1, beta2 = group["beta1"], group["beta2"]
                state["m"] = beta1 * state["m"] + (1 - beta1) * p.grad
                state["v"] = beta2 * state["v"] + (1 - beta2) * p.grad**2
                m = state["m"] / (1 - beta1 ** state["t"])
                v = state["v"] / (1 - beta2 ** state["t"])
                direction = m / (v.sqrt() + group["epsilon"]) + group["decay"] * p
                trust = p.norm() / direction.norm() if p.norm() > 0 and direction.norm() > 0 else 1.0
                p -= group["lr"] * trust * direction
