import type { Module, RandomStream, Tensor } from '@pcrl/torch';
import type { ViewBatch } from '../views/index.js';

/** Where in a run a step stands; together with the seed it decides every draw the step makes. */
export interface StepContext {
  readonly seed: number;
  /** Counted from 0. */
  readonly epoch: number;
  /** How many epochs the run has. */
  readonly epochs: number;
  /** Steps since the start of the run, counted from 0. */
  readonly step: number;
}

/** What a method makes of one batch of views. */
export interface StepLoss {
  /** The scalar to minimise, with its graph. */
  readonly total: Tensor;
  /** The terms it is made of, scalars without a graph, by name; they are logged. */
  readonly parts: Readonly<Record<string, Tensor>>;
  /**
   * Standard deviation over the batch of the normalised projections, mean over features and divided by
   * its healthy value 1 / sqrt(features): near 1 is healthy, near 0 is collapse. A scalar without a graph.
   */
  readonly spread: Tensor;
}

/** A self-supervised method, built for one run: a network and what it minimises. */
export interface Method {
  readonly network: Module;
  /** The loss of one batch. Everything random in it is a function of the context. */
  loss(views: ViewBatch, context: StepContext): StepLoss;
  /** The weights that fine-tuning starts from: the encoder's state under PyTorch's names. */
  encoderState(): Map<string, Tensor>;
}

/** Builds a method; every first weight is drawn from `random`. */
export type MethodFactory<Settings> = (settings: Settings, random: RandomStream) => Method;
