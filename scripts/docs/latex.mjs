import { blocks } from "../../dist/formula/statements.js";

/** @typedef {import("acorn").Expression} Expression */
/** @typedef {{ latex: string, binds: number }} Typeset */

/**
 * A formula as LaTeX for pages: an `aligned` environment per block, with the block's label if it has one. Products are combined
 * into one fraction; the formula's text has the exact order.
 *
 * @param {string} formula
 * @returns {{ label?: string, latex: string }[]}
 */
export function typeset(formula) {
  return blocks(formula).map(({ label, statements }) => ({
    ...(label !== undefined && { label: label.name }),
    latex: `\\begin{aligned}\n${statements.map(line).join(" \\\\\n")}\n\\end{aligned}`,
  }));
}

const line = ({ target, expression }) =>
  target === undefined
    ? `& ${latexOf(expression)}`
    : `${symbol(target.name)} &\\leftarrow ${latexOf(expression)}`;

/** Precedence: an expression with lower precedence than its context needs parentheses. */
const COMPARISON = 0;
const SUM = 1;
/** `\sum x` would include the factors after it. */
const BIG_SUM = 1.5;
const PRODUCT = 2;
const POWER = 3;
const ATOM = 4;

const latexOf = (expression) => of(expression).latex;
const atLeast = (binds, expression) => {
  const inner = of(expression);
  return inner.binds >= binds ? inner.latex : parenthesised(inner.latex);
};
const parenthesised = (latex) => `\\left(${latex}\\right)`;
const atom = (latex) => ({ latex, binds: ATOM });

const COMPARED = {
  "<": "<",
  "<=": "\\le",
  ">": ">",
  ">=": "\\ge",
  "==": "=",
  "!=": "\\ne",
};

/** @type {(expression: Expression) => Typeset} */
function of(expression) {
  switch (expression.type) {
    case "ParenthesizedExpression":
      return of(expression.expression);
    case "Literal":
      return number(Number(expression.value));
    case "Identifier":
      return atom(symbol(expression.name));
    case "UnaryExpression":
      return { latex: `${expression.operator}${atLeast(BIG_SUM, expression.argument)}`, binds: SUM };
    case "BinaryExpression": {
      const { operator, right } = expression;
      const left = expression.left;
      if (operator === "*" || operator === "/") return product(expression);
      if (operator === "**") return { latex: `${atLeast(ATOM, left)}^{${latexOf(right)}}`, binds: POWER };
      if (operator === "+" || operator === "-") {
        const second = atLeast(BIG_SUM, right);
        return { latex: `${atLeast(SUM, left)} ${operator} ${second}`, binds: SUM };
      }
      return {
        latex: `${atLeast(SUM, left)} ${COMPARED[operator]} ${atLeast(SUM, right)}`,
        binds: COMPARISON,
      };
    }
    case "CallExpression":
      return call(expression.callee.name, expression.arguments);
    default:
      throw new Error(`No formula has a ${expression.type}.`); // the parser rejects it
  }
}

/**
 * A chain of `*` and `/` as one product or fraction.
 *
 * @type {(expression: Expression) => Typeset}
 */
function product(expression) {
  const [above, below] = [factorsOf(expression, false), factorsOf(expression, true)];
  if (below.length === 0) return { latex: factors(above), binds: PRODUCT };
  return { latex: `\\frac{${factors(above)}}{${factors(below)}}`, binds: PRODUCT };
}

/**
 * The factors of the numerator or, with `below`, of the denominator.
 *
 * @type {(expression: Expression, below: boolean) => Expression[]}
 */
function factorsOf(expression, below) {
  if (expression.type === "ParenthesizedExpression") return factorsOf(expression.expression, below);
  if (expression.type !== "BinaryExpression" || !/^[*/]$/.test(expression.operator))
    return below ? [] : [expression];
  const right = factorsOf(expression.right, expression.operator === "/" ? !below : below);
  return [...factorsOf(expression.left, below), ...right];
}

/** A number after another factor needs a dot, or both would look like one number. */
function factors(list) {
  if (list.length === 1) return latexOf(list[0]);
  return list
    .map((each, i) => {
      const latex = atLeast(PRODUCT, each);
      return i === 0 ? latex : `${/^[\d.]/.test(latex) ? " \\cdot " : " \\, "}${latex}`;
    })
    .join("");
}

function number(value) {
  const [mantissa, exponent] = String(value).split("e");
  if (exponent === undefined) return atom(mantissa);
  const power = `10^{${Number(exponent)}}`;
  return { latex: mantissa === "1" ? power : `${mantissa} \\cdot ${power}`, binds: PRODUCT };
}

const WRITTEN = {
  abs: (x) => atom(`\\left\\lvert ${latexOf(x)} \\right\\rvert`),
  norm: (x) => atom(`\\left\\lVert ${latexOf(x)} \\right\\rVert`),
  sqrt: (x) => atom(`\\sqrt{${latexOf(x)}}`),
  square: (x) => ({ latex: `${atLeast(ATOM, x)}^{2}`, binds: POWER }),
  exp: (x) => ({ latex: `e^{${latexOf(x)}}`, binds: POWER }),
  sum: (x) => ({ latex: `\\sum ${atLeast(PRODUCT, x)}`, binds: BIG_SUM }),
  transpose: (x) => ({ latex: `${atLeast(ATOM, x)}^{\\top}`, binds: POWER }),
  matmul: (a, b) => ({ latex: `${atLeast(PRODUCT, a)} \\, ${atLeast(PRODUCT, b)}`, binds: PRODUCT }),
  where: (condition, a, b) =>
    atom(
      `\\begin{cases} ${latexOf(a)} & \\text{if } ${latexOf(condition)} \\\\ ${latexOf(b)} & \\text{else} \\end{cases}`,
    ),
};
/** Functions that LaTeX knows by a command. */
const COMMANDS = {
  log: "\\log",
  tanh: "\\tanh",
  minimum: "\\min",
  maximum: "\\max",
  max: "\\max",
  min: "\\min",
};

function call(name, args) {
  const written = Object.hasOwn(WRITTEN, name) ? WRITTEN[name] : undefined;
  if (written !== undefined) return written(...args);
  const command = COMMANDS[name] ?? `\\operatorname{${name}}`;
  return atom(`${command}${parenthesised(args.map(latexOf).join(", "))}`);
}

const GREEK = new Set(
  "alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi rho sigma tau phi chi psi omega".split(
    " ",
  ),
);

/** `theta`, `beta1` and similar names become Greek letters, the learning rate becomes eta; longer names are kept. */
function symbol(name) {
  if (name === "learningRate") return "\\eta";
  const [, letters, digits] = /^([A-Za-z]+)(\d*)$/.exec(name) ?? [];
  const known = letters !== undefined && (letters.length === 1 || GREEK.has(letters));
  if (!known) return `\\mathit{${name.replaceAll("_", "\\_")}}`;
  const letter = letters === "epsilon" ? "\\varepsilon" : letters.length === 1 ? letters : `\\${letters}`;
  return digits === "" ? letter : `${letter}_{${digits}}`;
}
