import type { Tensor } from './tensor.js';

/** Where a tensor was freed, kept so that a later use can say so. */
export type FreedAt = Error;

/** Frames kept of a single tensor's end: this function, the method, who called it, and one further. */
const FRAMES = 4;

/** Notes the place that frees a tensor. A full stack would cost more than most operators. */
export function freedHere(message: string): FreedAt {
  const usual = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAMES;
  const here = new Error(message);
  Error.stackTraceLimit = usual;
  return here;
}

/** The scopes that are open in this thread, innermost last. */
const open: Set<Tensor>[] = [];

/** Enters a new tensor into the innermost open scope. */
export function register(tensor: Tensor): void {
  open[open.length - 1]?.add(tensor);
}

/** Strikes a tensor that was freed out of the innermost scope, which would hold its shell until it ends. */
export function forget(tensor: Tensor): void {
  open[open.length - 1]?.delete(tensor);
}

/**
 * Frees, when `work` ends, every tensor that was made inside it, unless `work` returns it (alone or
 * inside plain arrays, objects and maps) or it was kept. What is returned belongs to the scope outside.
 *
 * @throws TypeError when `work` is asynchronous: a scope holds for one stretch of synchronous work.
 */
export function scope<Result>(work: () => Result): Result {
  const made = new Set<Tensor>();
  open.push(made);
  let survivors: ReadonlySet<Tensor> = new Set();
  try {
    const result = work();
    if (result instanceof Promise) throw new TypeError('scope() takes synchronous work only');
    survivors = tensorsIn(result);
    return result;
  } finally {
    open.pop();
    close(made, survivors);
  }
}

function close(made: ReadonlySet<Tensor>, survivors: ReadonlySet<Tensor>): void {
  const freedAt = new Error('freed at the end of this scope');
  for (const tensor of made) {
    if (survivors.has(tensor)) register(tensor);
    else tensor.free(freedAt);
  }
}

/** Takes a tensor out of every open scope: from here on its owner disposes it. */
export function keep<T extends Tensor>(tensor: T): T {
  for (const made of open) made.delete(tensor);
  return tensor;
}

/** The tensors inside a returned value. Objects with a prototype of their own are not searched. */
function tensorsIn(value: unknown, found = new Set<Tensor>()): Set<Tensor> {
  if (typeof value !== 'object' || value === null) return found;
  if (isTensor(value)) found.add(value);
  else if (Array.isArray(value)) for (const item of value) tensorsIn(item, found);
  else if (value instanceof Map) for (const item of value.values()) tensorsIn(item, found);
  else if (Object.getPrototypeOf(value) === Object.prototype) {
    for (const item of Object.values(value)) tensorsIn(item, found);
  }
  return found;
}

function isTensor(value: object): value is Tensor {
  return 'free' in value && 'handle' in value;
}
