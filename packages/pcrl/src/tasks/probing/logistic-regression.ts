import { callOne, cat, ones, scope, type Tensor, tensor, zeros } from '@pcrl/torch';

/** A linear classifier: `features . weights + bias` is the logit. */
export interface LinearClassifier {
  readonly weights: Float64Array;
  readonly bias: number;
}

const MOST_STEPS = 100;
/** Newton's method has arrived when a step can lower the objective by no more than this share. */
const TOLERANCE = 1e-14;
const SHORTEST_STEP = 1e-10;

/**
 * Logistic regression with an L2 penalty, by Newton's method: minimises
 * `sum log(1 + exp(-y z)) + penalty / 2 |weights|^2`, the bias free. This is scikit-learn's objective
 * with `C = 1 / penalty`.
 *
 * @param features `[N, D]`, double precision
 * @param labels 1 or 0 of each row
 * @param start where to begin, e.g. at the solution for another penalty
 * @returns all zeros where one of the two labels is absent: there is nothing to tell apart
 */
export function logisticRegression(
  features: Tensor,
  labels: readonly number[],
  penalty: number,
  start?: LinearClassifier,
): LinearClassifier {
  const [rows, width] = [features.dimension(0), features.dimension(1)];
  if (new Set(labels).size < 2) return { weights: new Float64Array(width), bias: 0 };
  return scope(() => {
    const inputs = cat([features, ones([rows, 1], { dtype: 'f64' })], 1);
    const objective = objectiveOf(inputs, labels, penalty);
    const solution = start
      ? tensor(Float64Array.from([...start.weights, start.bias]), [width + 1])
      : zeros([width + 1], { dtype: 'f64' });
    let value = objective.value(solution);
    for (let step = 0; step < MOST_STEPS; step++) {
      const next = scope(() => {
        const { direction, decrease } = objective.newton(solution);
        if (decrease <= TOLERANCE * (1 + value)) return undefined;
        return lowered(objective, solution, direction, { value, decrease });
      });
      if (next === undefined) break;
      value = next;
    }
    const found = solution.toArray();
    return { weights: Float64Array.from(found.slice(0, width)), bias: found[width]! };
  });
}

interface Objective {
  value(at: Tensor): number;
  /** The direction that would solve the quadratic model, and by how much that would fall. */
  newton(at: Tensor): { readonly direction: Tensor; readonly decrease: number };
}

function objectiveOf(inputs: Tensor, labels: readonly number[], penalty: number): Objective {
  const width = inputs.dimension(1);
  const target = tensor(Float64Array.from(labels), [labels.length]);
  const sign = target.mul(2).sub(1);
  const penalties = tensor(
    Float64Array.from({ length: width }, (_, i) => +(i < width - 1)),
    [width],
  ).mul(penalty);
  const ridge = callOne('aten::diag', penalties);
  return {
    value: (at) =>
      scope(() => {
        const margins = inputs.matmul(at).mul(sign);
        const losses = callOne('aten::softplus', margins.neg(), 1, 700).sum();
        return losses.add(penalties.mul(at).mul(at).sum().div(2)).item();
      }),
    newton: (at) => {
      const chances = inputs.matmul(at).sigmoid();
      const transposed = inputs.transpose(0, 1);
      const gradient = transposed.matmul(chances.sub(target)).add(penalties.mul(at));
      const weights = chances.mul(chances.neg().add(1));
      const hessian = transposed.mul(weights).matmul(inputs).add(ridge);
      const direction = callOne('aten::linalg_solve', hessian, gradient);
      return { direction, decrease: gradient.mul(direction).sum().item() / 2 };
    },
  };
}

/** Steps along the direction, half as far until the objective falls; undefined where it never does. */
function lowered(
  objective: Objective,
  solution: Tensor,
  direction: Tensor,
  before: { readonly value: number; readonly decrease: number },
): number | undefined {
  for (let share = 1; share > SHORTEST_STEP; share /= 2) {
    const candidate = solution.sub(direction.mul(share));
    const value = objective.value(candidate);
    if (value > before.value - 1e-4 * share * before.decrease) continue;
    solution.copy_(candidate);
    return value;
  }
  return undefined;
}
